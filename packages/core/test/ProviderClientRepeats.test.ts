/**
 * What a write says in the end whose outcome was unknown at some point.
 */
import { assert, describe, it } from "@effect/vitest"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { Fault } from "@gatefold/core/Simulator"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { setUp } from "./support/TimedCalls.ts"
import * as TinyProvider from "./support/TinyProvider.ts"

const layer = TinyProvider.transports[0].layer

const answer = (status: number, body = "", headers: Readonly<Record<string, string>> = {}) =>
  Fault.Answer({ effect: "none", status, body, headers })

describe("a write whose first try is of unknown outcome", () => {
  const soon: RetryPolicy.RetryPolicy = { ...RetryPolicy.standard, base: "1 millis" }
  const reset = Fault.Reset({ effect: "applied" })

  for (
    const { fault, refusal } of [
      { refusal: "a refusal", fault: answer(422, TinyProvider.errorBody("DECLINED")) },
      { refusal: "a conflict", fault: answer(409) },
      { refusal: "wrong credentials", fault: answer(401) },
      { refusal: "not found", fault: answer(404, TinyProvider.errorBody("NO_SUCH_THING")) }
    ]
  ) {
    it.effect(`is repeated under its key, and stays unknown after ${refusal}`, () =>
      Effect.gen(function*() {
        const { begin, hasPaused, requests, server } = yield* setUp(soon)
        yield* server.arm(reset)
        yield* server.arm(fault)
        const fiber = yield* begin("key")
        yield* hasPaused(1)
        yield* TestClock.adjust(1)
        const { error, heard } = yield* Fiber.join(fiber)
        assert.strictEqual(heard, "OutcomeUnknown")
        assert.match(String(error), /ECONNRESET/)
        assert.strictEqual(yield* requests, 2)
      }).pipe(Effect.provide(layer)))
  }

  it.effect("is known by its answer when the repetition has one; every try carried the same key and body", () =>
    Effect.gen(function*() {
      const { begin, hasPaused, server } = yield* setUp(soon)
      yield* server.arm(reset)
      const fiber = yield* begin("key")
      yield* hasPaused(1)
      yield* TestClock.adjust(1)
      assert.strictEqual((yield* Fiber.join(fiber)).heard, "thing")
      const sent = (yield* server.requests).map(({ body, headers }) => `${headers["idempotency-key"]} ${body}`)
      assert.deepStrictEqual(sent, ["k-1 {\"price\":\"12.30\"}", "k-1 {\"price\":\"12.30\"}"])
    }).pipe(Effect.provide(layer)))

  it.effect("stays unknown when the host is gone afterwards", () =>
    Effect.gen(function*() {
      const { begin, hasPaused, requests, server } = yield* setUp({ ...soon, tries: 2 })
      yield* server.arm(reset)
      const fiber = yield* begin("key")
      yield* hasPaused(1)
      yield* server.arm(Fault.Refused())
      yield* TestClock.adjust(1)
      assert.strictEqual((yield* Fiber.join(fiber)).heard, "OutcomeUnknown")
      assert.strictEqual(yield* requests, 1)
    }).pipe(Effect.provide(layer)))
})

for (const { layer, transport } of TinyProvider.transports) {
  describe(`a connection that was used before, on ${transport}`, () => {
    for (const fault of [Fault.Reset({ effect: "applied" }), Fault.Hangup({ effect: "applied" })]) {
      it.effect(`a write of no safety is sent once when it ends in a ${fault._tag}`, () =>
        Effect.gen(function*() {
          const { begin, requests, server, things } = yield* setUp()
          assert.strictEqual((yield* Fiber.join(yield* begin("none"))).heard, "thing")
          yield* server.arm(fault, { times: "always" })
          const fiber = yield* begin("none")
          assert.strictEqual((yield* Fiber.join(fiber)).heard, "OutcomeUnknown")
          assert.deepStrictEqual({ requests: yield* requests, things: things.length }, { requests: 2, things: 2 })
        }).pipe(Effect.provide(layer)))
    }
  })
}
