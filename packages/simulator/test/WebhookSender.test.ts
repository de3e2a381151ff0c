import { assert, describe, it } from "@effect/vitest"
import * as RawWebhook from "@gatefold/core/RawWebhook"
import { Fault } from "@gatefold/core/Simulator"
import { WebhookSender } from "@gatefold/simulator"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { layer, makeThings } from "./fixture.ts"

const webhook = RawWebhook.make({ headers: { "X-Signature": "abc" }, body: "{ \"a\":  1 }" })

describe("WebhookSender", () => {
  it.effect("posts the exact bytes and headers, and tells the status", () =>
    Effect.gen(function*() {
      const { server } = yield* makeThings
      assert.deepStrictEqual(yield* WebhookSender.send(`${server.url}/things`, webhook), { status: 201 })
      const [request] = yield* server.requests
      assert.strictEqual(request?.body, "{ \"a\":  1 }")
      assert.strictEqual(request?.headers["x-signature"], "abc")
    }).pipe(Effect.provide(layer)))

  it.effect("tells all that came back", () =>
    Effect.gen(function*() {
      const { server } = yield* makeThings
      const answer = yield* WebhookSender.exchange(`${server.url}/nowhere`, webhook)
      assert.deepInclude(answer, { status: 404, body: "<h1>Not found</h1>", error: undefined })
      assert.strictEqual(answer.headers["content-type"], "text/html; charset=utf-8")
    }).pipe(Effect.provide(layer)))

  it.effect("does not follow a redirect", () =>
    Effect.gen(function*() {
      const { server, things } = yield* makeThings
      yield* server.arm(Fault.Redirect({ to: `${server.url}/things` }))
      assert.deepStrictEqual(yield* WebhookSender.send(`${server.url}/elsewhere`, webhook), { status: 307 })
      assert.deepStrictEqual(things, [])
    }).pipe(Effect.provide(layer)))

  it.effect("calls a refused or a broken connection no answer", () =>
    Effect.gen(function*() {
      const { server } = yield* makeThings
      yield* server.arm(Fault.Hangup({ effect: "none" }))
      assert.deepStrictEqual(yield* WebhookSender.send(`${server.url}/things`, webhook), { status: undefined })
      yield* server.arm(Fault.Refused())
      const refused = yield* WebhookSender.exchange(`${server.url}/things`, webhook)
      assert.isUndefined(refused.status)
      assert.include(refused.error, "ECONNREFUSED")
    }).pipe(Effect.provide(layer)))

  it.effect("waits for 15 seconds and no longer", () =>
    Effect.gen(function*() {
      const { server } = yield* makeThings
      yield* server.arm(Fault.Timeout({ effect: "none" }))
      const sending = yield* Effect.forkChild(WebhookSender.exchange(`${server.url}/things`, webhook))
      yield* TestClock.withLive(Effect.sleep("50 millis"))
      yield* TestClock.adjust("14999 millis")
      assert.isUndefined(sending.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.deepInclude(yield* Fiber.join(sending), { status: undefined, error: "no answer within 15 seconds" })
    }).pipe(Effect.provide(layer)))
})
