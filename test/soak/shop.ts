/**
 * The shop that is killed: a small back end on the checkout, whose whole memory is its database and the file into which
 * it writes every change that it was told.
 */
import type { Change } from "@gatefold/checkout/Change"
import * as Checkout from "@gatefold/checkout/Checkout"
import * as Gateway from "@gatefold/core/Gateway"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as Ecryptopay from "@gatefold/ecryptopay/Ecryptopay"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as References from "effect/References"
import { appendFileSync } from "node:fs"
import { createServer } from "node:http"
import { flushCompileCache } from "node:module"
import * as Database from "./Database.ts"
import * as Http from "./Http.ts"
import * as Setup from "./Setup.ts"

const setup = Setup.read(process.env["SOAK_SETUP"] ?? "")

const accounts = Gateway.layerConfig({ providers: [Ecca.provider, Ecryptopay.provider] }).pipe(
  Layer.provide(FetchHttpClient.layer),
  Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(setup.settings)))
)

const checkout = Checkout.layer(setup.options).pipe(
  Layer.provide(accounts),
  Layer.provide(Database.client(setup.database))
)

/** Fails now and then, before it has written the change down or after. */
const handle = Effect.fnUntraced(function*({ attempt, id, kinds, order, version }: Change) {
  const luck = yield* Random.next
  if (luck < 0.02) return yield* Effect.fail("not now")
  const status = order.attempts.find(({ number }) => number === attempt)?.invoice?.status
  // a line of its own even after one that a kill has cut off
  appendFileSync(
    setup.deliveries,
    `\n${JSON.stringify({ id, reference: order.reference, attempt, version, kinds, status })}`
  )
  if (luck > 0.98) return yield* Effect.fail("after all not")
})

// whoever started it is gone
process.stdin.on("end", () => process.exit()).resume()

const main = Effect.gen(function*() {
  const service = yield* Checkout.Checkout
  yield* service.changes(handle)
  const run = Effect.runPromiseWith(yield* Effect.context<never>())
  const server = createServer((request, response) => {
    void run(Http.answer(service, request)).then(({ body, status }) => {
      response.writeHead(status, { "content-type": "application/json" }).end(body)
    })
  })
  yield* Effect.callback<void>((resume) => {
    server.listen(setup.port, "127.0.0.1", () => resume(Effect.void))
  })
  process.stdout.write("ready\n")
  // one that is killed would leave nothing of it to those that come after
  flushCompileCache()
  return yield* Effect.never
})

await Effect.runPromise(main.pipe(
  Effect.provide(checkout),
  Effect.scoped,
  Effect.provideService(RetryPolicy.Current, setup.retries),
  Effect.provideService(References.MinimumLogLevel, "Error"),
  Random.withSeed(setup.seed)
))
