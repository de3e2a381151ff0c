/** The commands of the README: what they say of what they do not understand, and how they end. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { root, runNode } from "./support.ts"

const usage = "Usage: npm start -- [--shop] [--provider ecca|ecryptopay]\n"

/** As `npm start -- --shop` runs the shop, without what it installs before. */
const task = `import { attempt } from "./.dev/child.mjs"
process.exit(await attempt("node", ["examples/checkout/main.ts", "--provider", "ecca"]))`

const started = Effect.acquireRelease(
  Effect.sync(() => {
    const { NODE_OPTIONS: _, ...env } = process.env
    const args = ["--input-type=module", "--eval", task]
    return spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] })
  }),
  (child) => Effect.sync(() => child.kill("SIGKILL"))
)

/** As npm starts it. */
const underShell = Effect.acquireRelease(
  Effect.sync(() => {
    const { NODE_OPTIONS: _, ...inherited } = process.env
    const env = { ...inherited, npm_lifecycle_event: "start", NODE: process.execPath, TASK: task }
    const command = "\"$NODE\" --input-type=module --eval \"$TASK\"; true"
    // a group of its own, so that none of it outlives a test that fails
    return spawn("sh", ["-c", command], { cwd: root, detached: true, env, stdio: ["ignore", "pipe", "inherit"] })
  }),
  ({ pid }) => Effect.ignore(Effect.try(() => pid !== undefined && process.kill(-pid, "SIGKILL")))
)

const addressOf = (child: { readonly stdout: NodeJS.ReadableStream }) =>
  Effect.promise(async () => {
    for await (const line of createInterface(child.stdout)) {
      const [, url] = /the shop is open at (\S+)$/u.exec(line) ?? []
      if (url !== undefined) return url
    }
    return ""
  })

const isOpen = (url: string) => Effect.promise(() => fetch(url).then(({ ok }) => ok, () => false))

describe("npm start", () => {
  it.live("says in one line how to ask for what it does not understand", () =>
    Effect.gen(function*() {
      for (
        const args of [["--provider", "stripe"], ["--shop", "--provider", "stripe"], ["--shop", "--bogus"], ["shop"]]
      ) {
        const { code, stderr, stdout } = yield* runNode([".dev/run.mjs", "start", ...args])
        assert.deepStrictEqual([code, stdout, stderr], [2, "", usage], args.join(" "))
      }
      for (const args of [["--help"], ["--shop", "--help"], ["-h"]]) {
        const { code, stderr, stdout } = yield* runNode([".dev/run.mjs", "start", ...args])
        assert.deepStrictEqual([code, stdout, stderr], [0, usage, ""], args.join(" "))
      }
    }))

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it.live(`ends the shop with itself on ${signal}`, () =>
      Effect.gen(function*() {
        const child = yield* started
        const url = yield* addressOf(child)
        assert.isTrue(yield* isOpen(url))
        const exit = once(child, "exit")
        child.kill(signal)
        const [status] = yield* Effect.timeout(Effect.promise(() => exit), "10 seconds")
        assert.isFalse(yield* isOpen(url))
        // that of the shop
        assert.strictEqual(status, 130)
      }))
  }

  it.live("ends the shop when npm has ended the shell between them, which says nothing", () =>
    Effect.gen(function*() {
      const shell = yield* underShell
      const url = yield* addressOf(shell)
      assert.isTrue(yield* isOpen(url))
      shell.kill("SIGKILL")
      const isClosed = Effect.filterOrFail(isOpen(url), (open) => !open)
      yield* Effect.retry(isClosed, { times: 80, while: () => Effect.as(Effect.sleep("100 millis"), true) })
    }))

  it.live("ends with the status of what it runs", () =>
    Effect.gen(function*() {
      const program = (code: string) =>
        runNode(["--input-type=module", "--eval", task.replace(/\["examples.*\]/u, JSON.stringify(["--eval", code]))])
      assert.strictEqual((yield* program("process.exit(7)")).code, 7)
      assert.strictEqual((yield* program("process.kill(process.pid, 'SIGKILL')")).code, 137)
      assert.strictEqual((yield* program("")).code, 0)
    }))
})
