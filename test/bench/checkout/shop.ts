/**
 * A shop's back end on the checkout: webhooks, orders, and a file into which it writes every change that it was told.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import type { Change } from "@gatefold/checkout/Change"
import * as Checkout from "@gatefold/checkout/Checkout"
import type { CheckoutOptions } from "@gatefold/checkout/CheckoutOptions"
import * as CheckoutWebhooks from "@gatefold/checkout/CheckoutWebhooks"
import * as Gateway from "@gatefold/core/Gateway"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as Ecryptopay from "@gatefold/ecryptopay/Ecryptopay"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import { appendFileSync } from "node:fs"
import { createServer } from "node:http"
import * as Database from "../../soak/Database.ts"
import * as Http from "../../soak/Http.ts"
import * as Child from "../Child.ts"
import * as Heap from "../Heap.ts"
import * as Server from "./Server.ts"

export interface Setup {
  /** The variables of both accounts and the switch. */
  readonly settings: Readonly<Record<string, string>>
  readonly database: Database.Location
  /** The file that changes are written to. */
  readonly deliveries: string
  readonly options: Partial<CheckoutOptions>
}

const setup = Child.setup<Setup>()

const accounts = Gateway.layerConfig({ providers: [Ecca.provider, Ecryptopay.provider] }).pipe(
  Layer.provide(NodeHttpClient.layerUndiciOptions({ connect: { timeout: 3_000 } })),
  Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(setup.settings)))
)

const checkout = Checkout.layer(setup.options).pipe(
  Layer.provideMerge(accounts),
  Layer.provide(Database.client(setup.database))
)

const handle = ({ attempt, id, kinds, order, version }: Change) =>
  Effect.sync(() => {
    const status = order.attempts.find(({ number }) => number === attempt)?.invoice?.status
    const told = { id, reference: order.reference, attempt, version, kinds, status, at: Date.now() }
    appendFileSync(setup.deliveries, `${JSON.stringify(told)}\n`)
  })

/** How many bytes its heap holds, after so many more viewers have begun to look at an order: `3 order-7`. */
const looked = Effect.fnUntraced(function*(service: Checkout.Service, line: string) {
  const [count = "0", reference = ""] = line.split(" ")
  const viewer = Effect.forkDetach(Stream.runDrain(service.watch(reference)))
  yield* Effect.replicateEffect(viewer, Number(count), { discard: true })
  return String(yield* Heap.used)
})

const main = Effect.gen(function*() {
  const service = yield* Checkout.Checkout
  yield* service.changes(handle)
  const receive = yield* CheckoutWebhooks.toNodeHandler
  const run = Effect.runPromiseWith(yield* Effect.context<never>())
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/webhooks/")) return void receive(request, response)
    void run(Http.answer(service, request)).then(({ body, status }) => {
      response.writeHead(status, { "content-type": "application/json" }).end(body)
    })
  })
  Child.answer((line) => run(looked(service, line)))
  Child.say(yield* Effect.promise(() => Server.listening(server)))
  return yield* Effect.never
})

await Effect.runPromise(main.pipe(
  Effect.provide(checkout),
  Effect.scoped,
  Effect.provideService(References.MinimumLogLevel, "Error")
))
