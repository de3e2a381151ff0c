/**
 * Floods in full size, over real HTTP: `node test/flood/main.ts` prints what the providers saw of them.
 */
import { NodeRuntime } from "@effect/platform-node"
import { PaymentId } from "@gatefold/core/Identifiers"
import * as WebhookOwnership from "@gatefold/core/WebhookOwnership"
import { Console, Effect, Layer } from "effect"
import { randomUUID } from "node:crypto"
import * as Flood from "../receivers/Flood.ts"

const megabytes = () => Math.round(process.memoryUsage().rss / 1_048_576)

const measured = Effect.fnUntraced(function*(what: string, flood: ReturnType<typeof Flood.pour>) {
  const before = megabytes()
  const { answers, millis, requests } = yield* flood
  const figures = [`answers ${JSON.stringify(answers)}`, `requests seen ${JSON.stringify(requests)}`, `${millis} ms`]
  yield* Console.log(`${what}: ${figures.join(", ")}, RSS ${before} -> ${megabytes()} MiB`)
})

const main = Effect.gen(function*() {
  const shop = yield* Flood.open()
  const { id } = yield* shop.create({ reference: "order-1", price: { amount: "250.00", currency: "MXN" } })
  yield* shop.watch(PaymentId.make(id))
  const addressOf = (account: string) => `${shop.origin}/webhooks/${account}`
  const owned = Array.from({ length: 1_000 }, () => `{"id":${id},"state":"pagado"}`)
  yield* measured("1,000 for one payment under watch", Flood.pour(shop.ecryptopay, addressOf("ecryptopay"), owned))
  const unknown = Array.from({ length: 10_000 }, () => `{"order_id":"${randomUUID()}"}`)
  yield* measured("10,000 unknown ids, no hook, Ecca", Flood.pour(shop.ecca, addressOf("ecca"), unknown))
  const others = Array.from({ length: 10_000 }, (_, index) => `{"id":${900_000 + index}}`)
  yield* measured(
    "10,000 unknown ids, no hook, ecryptopay",
    Flood.pour(
      shop.ecryptopay,
      addressOf("ecryptopay"),
      others
    )
  )
  const hooked = yield* Flood.open(Layer.succeed(WebhookOwnership.Current, () => Effect.succeed(false)))
  yield* measured(
    "10,000 unknown ids, ownership hook, Ecca",
    Flood.pour(
      hooked.ecca,
      `${hooked.origin}/webhooks/ecca`,
      unknown
    )
  )
})

NodeRuntime.runMain(Effect.scoped(main))
