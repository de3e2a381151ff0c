/**
 * Anybody can post to a webhook's address. A flood of forgeries stays a flood of small local checks.
 */
import { assert, describe, it } from "@effect/vitest"
import { PaymentId } from "@gatefold/core/Identifiers"
import * as WebhookOwnership from "@gatefold/core/WebhookOwnership"
import { Context, Effect, Layer } from "effect"
import { RateLimiter } from "effect/persistence"
import * as Flood from "./receivers/Flood.ts"
import * as Servers from "./receivers/Servers.ts"
import * as Shop from "./receivers/Shop.ts"

const order = { reference: "order-1", price: { amount: "250.00", currency: "MXN" } }

const unknown = (count: number) => Array.from({ length: count }, (_, index) => `{"id":${900_000 + index}}`)

describe("forged webhooks", () => {
  it.effect("about a payment on a customer's page renew no quote: 200 posts", () =>
    Effect.gen(function*() {
      const shop = yield* Flood.open()
      const { id } = yield* shop.create(order)
      yield* shop.watch(PaymentId.make(id))
      const { answers, requests } = yield* Flood.pour(
        shop.ecryptopay,
        `${shop.origin}/webhooks/ecryptopay`,
        Array.from({ length: 200 }, () => `{"id":${id},"state":"pagado"}`)
      )
      assert.deepStrictEqual(answers, { 200: 200 })
      assert.deepStrictEqual(Object.keys(requests).filter((name) => name !== "token"), ["payments.list"])
      assert.isAtMost(requests["payments.list"] ?? 0, 200)
    }))

  it.effect("about payments that nobody knows are read no more often than the budget allows: 2,000 posts", () =>
    Effect.gen(function*() {
      const shop = yield* Flood.open()
      const { answers, requests } = yield* Flood.pour(
        shop.ecryptopay,
        `${shop.origin}/webhooks/ecryptopay`,
        unknown(2_000)
      )
      assert.deepStrictEqual(answers, { 200: 600, 503: 1_400 })
      assert.isAtMost(requests["payments.get"] ?? 0, 600)
      assert.isAtMost(requests["payments.list"] ?? 0, 600)
      // and creates have a budget of their own
      assert.strictEqual((yield* shop.create(order)).status, "open")
    }))

  it.effect("come out of one budget in all processes that share a limiter", () =>
    Effect.gen(function*() {
      const services = yield* Layer.build(Layer.provide(RateLimiter.layer, RateLimiter.layerStoreMemory))
      const limiter = Context.get(services, RateLimiter.RateLimiter)
      const key = "gatefold/read-back/ecryptopay"
      yield* limiter.consume({ key, limit: 600, window: "1 minute", algorithm: "token-bucket", tokens: 590 })
      const shop = yield* Flood.open(Layer.succeed(RateLimiter.RateLimiter, limiter))
      const { answers } = yield* Flood.pour(shop.ecryptopay, `${shop.origin}/webhooks/ecryptopay`, unknown(50))
      assert.deepStrictEqual(answers, { 200: 10, 503: 40 })
    }))

  it.effect("about what the application does not own cost no request at all", () =>
    Effect.gen(function*() {
      const shop = yield* Flood.open(Layer.succeed(WebhookOwnership.Current, () => Effect.succeed(false)))
      for (const [account, simulator] of [["ecca", shop.ecca], ["ecryptopay", shop.ecryptopay]] as const) {
        const bodies = unknown(200).map((body) => body.replace("\"id\":", "\"order_id\":\"x\",\"id\":"))
        const { answers, requests } = yield* Flood.pour(simulator, `${shop.origin}/webhooks/${account}`, bodies)
        assert.deepStrictEqual([answers, requests], [{ 200: 200 }, {}])
      }
    }))
})

describe("the ownership hook", () => {
  const hook = (owns: WebhookOwnership.Owns) => Layer.succeed(WebhookOwnership.Current, owns)

  for (const [server, start] of Servers.all) {
    it.effect(`can be given to the gateway, or to the receiver, in ${server}`, () =>
      Effect.gen(function*() {
        const denied = yield* Shop.open(start, { extra: hook(() => Effect.succeed(false)) })
        const asked = (yield* denied.simulator.requests).length
        const answer = yield* Shop.post(denied.url, yield* denied.simulator.webhook(denied.invoice.id))
        assert.deepStrictEqual([answer.status, answer.text], [200, "UnknownObject"])
        assert.strictEqual((yield* denied.simulator.requests).length, asked)

        const failing: Servers.Start = (options) =>
          Effect.provide(start(options), hook(() => Effect.fail("hunter2")), { local: true })
        const open = yield* Shop.open(failing)
        const failed = yield* Shop.post(open.url, yield* open.simulator.webhook(open.invoice.id))
        assert.deepStrictEqual([failed.status, failed.text], [503, "Unavailable"])
        assert.include(open.logs[0], "the ownership hook failed")
        assert.notInclude(open.logs[0], "hunter2")
        assert.deepStrictEqual(open.events, [])
      }))
  }
})
