import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { runNode } from "../../../test/support.ts"

const folder = join(import.meta.dirname, "..")

/** The program as somebody at a shell starts it; it ends with the scope. */
const started = (args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const { NODE_OPTIONS: _, ...env } = process.env
      return spawn(process.execPath, [join(folder, "main.ts"), ...args], { env, stdio: ["ignore", "pipe", "inherit"] })
    }),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

/** The addresses of so many shops, as they are printed. */
const addresses = (child: { readonly stdout: NodeJS.ReadableStream }, shops: number) =>
  Effect.promise(async () => {
    const found = new Map<string, string>()
    for await (const line of createInterface(child.stdout)) {
      const [, provider = "", url = ""] = /^GATEFOLD_PROVIDER=(\w+): the shop is open at (\S+)$/u.exec(line) ?? []
      if (provider !== "") found.set(provider, url)
      if (found.size === shops) break
    }
    return found
  })

describe("the program", () => {
  it.live("opens a shop for each provider that answers", () =>
    Effect.gen(function*() {
      const shops = yield* addresses(yield* started([]), 2)
      assert.deepStrictEqual([...shops.keys()], ["ecca", "ecryptopay"])
      for (const url of shops.values()) {
        const response = yield* Effect.promise(() => fetch(url))
        assert.strictEqual(response.status, 200)
        assert.include(yield* Effect.promise(() => response.text()), "A pound of tea")
      }
    }))

  it.live("opens the shop of the provider that is asked for, and closes it at once although somebody looks", () =>
    Effect.gen(function*() {
      const child = yield* started(["--provider", "ecca"])
      const url = (yield* addresses(child, 1)).get("ecca")
      const body = new URLSearchParams({ reference: "order-7" })
      const page = yield* Effect.promise(() => fetch(`${url}/orders`, { method: "POST", body }))
      assert.strictEqual(page.url, `${url}/orders/order-7`)
      const live = yield* Effect.promise(() => fetch(`${page.url}/live`))
      assert.strictEqual(live.headers.get("content-type"), "text/event-stream")
      const exit = once(child, "exit")
      child.kill("SIGINT")
      yield* Effect.timeout(Effect.promise(() => exit), "10 seconds")
    }))
})

describe("the setting of its database", () => {
  it.live("may be a PostgreSQL server, whose password is told to nobody", () =>
    Effect.gen(function*() {
      const GATEFOLD_DATABASE_URL = "postgres://shop:hunter2@127.0.0.1:1/shop"
      const { code, stderr, stdout } = yield* runNode([join(folder, "main.ts")], { GATEFOLD_DATABASE_URL })
      assert.strictEqual(code, 1)
      assert.include(stdout + stderr, "the database cannot be reached")
      assert.notInclude(stdout + stderr, "hunter2")
    }))
})

describe("the example", () => {
  it.live("is under 200 lines", () =>
    Effect.gen(function*() {
      const texts = yield* Effect.forEach(["Shop.ts", "Pages.ts", "main.ts"], (file) =>
        Effect.promise(() => readFile(join(folder, file), "utf8")))
      assert.isBelow(texts.join("").trimEnd().split("\n").length, 200)
    }))

  it.live("is told by its README in files that are there", () =>
    Effect.gen(function*() {
      const readme = yield* Effect.promise(() => readFile(join(folder, "README.md"), "utf8"))
      const files = [...readme.matchAll(/`([\w/]+\.ts)`/gu)].map(([, file = ""]) => file)
      assert.isNotEmpty(files)
      for (const file of files) assert.isTrue(existsSync(join(folder, file)), file)
    }))
})
