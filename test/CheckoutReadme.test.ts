/** The programs in the README of the durable checkout run as they stand. */
import { assert, describe, it } from "@effect/vitest"
import type { Simulator } from "@gatefold/core/Simulator"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { root } from "./support.ts"

const programs = Effect.promise(async () => {
  const readme = await readFile(join(root, "packages/checkout/README.md"), "utf8")
  return [...readme.matchAll(/```ts\n(import [\s\S]*?)```/gu)].map(([, source = ""]) => source)
})

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "gatefold-readme-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

const freePort = Effect.promise(async () => {
  const probe = createServer().listen(0, "127.0.0.1")
  await once(probe, "listening")
  const address = probe.address()
  probe.close()
  await once(probe, "close")
  return typeof address === "object" && address !== null ? address.port : 0
})

/** The customer pays as soon as there is an invoice, and the provider tells so once the shop listens. */
const paidSoon = (simulator: Simulator) =>
  Effect.gen(function*() {
    const [entry] = yield* simulator.books
    if (entry === undefined) return yield* Effect.fail("not yet")
    if (entry.status === "open") yield* simulator.pay(entry.id)
    const { status } = yield* simulator.deliver(entry.id)
    if (status !== 200) return yield* Effect.fail("not yet")
  }).pipe(Effect.retry({ times: 600, while: () => Effect.as(Effect.sleep("25 millis"), true) }))

/** Starts a program where it finds the packages, until it has said something; then asks it to end. */
const run = Effect.fnUntraced(function*(name: string, env: Readonly<Record<string, string>>, last: string) {
  const child = spawn(process.execPath, [`test/.generated/${name}.ts`], { cwd: root, env: { ...env } })
  yield* Effect.addFinalizer(() => Effect.sync(() => child.kill("SIGKILL")))
  let output = ""
  for (const pipe of [child.stdout, child.stderr]) {
    pipe.on("data", (chunk) => {
      output += chunk
      if (output.includes(last)) child.kill("SIGTERM")
    })
  }
  const [code] = yield* Effect.promise(() => once(child, "exit")).pipe(
    Effect.timeoutOrElse({ duration: "20 seconds", orElse: () => Effect.succeed(["it does not end"]) })
  )
  return { code, output }
})

const simulators = Effect.gen(function*() {
  return {
    ecca: yield* EccaSimulator.make({
      webhooks: "manual",
      currencies: [{ code: "MXN", name: "Mexican Peso", symbol: "$", decimal: 2, rate: "18.40" }],
      // an account as it is on its first day, whose dashboard has no URLs yet
      defaultUrls: {}
    }),
    ecryptopay: yield* EcryptopaySimulator.make({ webhooks: "manual" })
  }
})

describe("the README of the checkout", () => {
  it.live.each([["the program on Effect", 0, 130], ["the program without Effect", 1, 0]] as const)(
    "has %s, which hands over what is paid, on either provider",
    ([, index, ended]) =>
      Effect.gen(function*() {
        const source = (yield* programs)[index] ?? ""
        const { ecca, ecryptopay } = yield* simulators
        yield* Effect.promise(() => mkdir(join(root, "test/.generated"), { recursive: true }))
        yield* Effect.promise(() => writeFile(join(root, `test/.generated/checkout${index}.ts`), source))
        for (
          const [provider, simulator, page] of [["ecca", ecca, "/pay/"], ["ecryptopay", ecryptopay, "/qr/"]] as const
        ) {
          const port = yield* freePort
          const shop = `http://127.0.0.1:${port}`
          // at ecryptopay the address is registered by hand; Ecca gets it with each invoice
          yield* ecryptopay.webhooksTo(`${shop}/webhooks/ecryptopay`)
          yield* Effect.forkChild(paidSoon(simulator))
          const { code, output } = yield* run(`checkout${index}`, {
            ...ecca.settings,
            ...ecryptopay.settings,
            GATEFOLD_PROVIDER: provider,
            PORT: String(port),
            SHOP_URL: shop,
            GATEFOLD_DATABASE_URL: join(yield* folder, "shop.db")
          }, "hand over order-7")
          assert.include(output, `${simulator.url}${page}`)
          assert.include(output, "main/order-7/1/")
          assert.strictEqual(code, ended, output)
        }
      }),
    60_000
  )
})
