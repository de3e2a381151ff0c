/**
 * When a call is repeated, how long it waits, and what it says in the end.
 */
import { assert, describe, it } from "@effect/vitest"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { Fault } from "@gatefold/core/Simulator"
import { Duration, Effect, Fiber, Result } from "effect"
import { TestClock } from "effect/testing"
import * as Chance from "./support/Chance.ts"
import { becomes, eventually, hasEnded, staysRunning } from "./support/RealTime.ts"
import * as TinyProvider from "./support/TinyProvider.ts"

const layer = TinyProvider.transports[0].layer

const answer = (status: number, body = "", headers: Readonly<Record<string, string>> = {}) =>
  Fault.Answer({ effect: "none", status, body, headers })

/** A provider, a client of it, and pauses that take the whole of their bound unless told otherwise. */
const setUp = Effect.fnUntraced(function*(retry?: RetryPolicy.RetryPolicy, share = 1) {
  const { baseUrl, server, things } = yield* TinyProvider.start
  const { call, tries } = yield* TinyProvider.connect(baseUrl, retry === undefined ? {} : { retry })
  const chance = Chance.make(share)
  const begin = (kind: TinyProvider.Kind) =>
    Effect.gen(function*() {
      const began = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
      const result = yield* Effect.result(call(kind))
      const ended = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
      return {
        heard: Result.isSuccess(result) ? "thing" : result.failure.reason._tag,
        error: Result.isFailure(result) ? result.failure : undefined,
        took: ended - began
      }
    }).pipe(chance.provide, Effect.forkChild)
  const hasPaused = (times: number) => eventually(`pause ${times}`, () => chance.pauses() === times)
  const requests = Effect.map(server.requests, ({ length }) => length)
  return { server, things, begin, hasPaused, requests, tries }
})

/** Lets exactly this pause pass, and not a millisecond less. */
const passes = Effect.fnUntraced(function*<A, E>(
  millis: number,
  { fiber, next }: { readonly fiber: Fiber.Fiber<A, E>; readonly next: Effect.Effect<number> }
) {
  const before = yield* next
  yield* TestClock.adjust(millis - 1)
  yield* staysRunning(fiber)
  assert.strictEqual(yield* next, before, "it was repeated too early")
  yield* TestClock.adjust(1)
})

describe("pauses between tries", () => {
  it.effect("double from 200 ms, at most, and there are five tries", () =>
    Effect.gen(function*() {
      const { begin, hasPaused, requests, server } = yield* setUp()
      yield* server.arm(Fault.Unavailable(), { times: "always" })
      const fiber = yield* begin("read")
      for (const [index, millis] of [200, 400, 800, 1600].entries()) {
        yield* hasPaused(index + 1)
        yield* passes(millis, { fiber, next: requests })
      }
      assert.deepInclude(yield* Fiber.join(fiber), { heard: "Unavailable", took: 3_000 })
      assert.strictEqual(yield* requests, 5)
    }).pipe(Effect.provide(layer)))

  it.effect("are any part of that: full jitter", () =>
    Effect.gen(function*() {
      const { begin, hasPaused, requests, server } = yield* setUp(undefined, 0.25)
      yield* server.arm(Fault.Unavailable())
      const fiber = yield* begin("read")
      yield* hasPaused(1)
      yield* passes(50, { fiber, next: requests })
      assert.deepInclude(yield* Fiber.join(fiber), { heard: "thing", took: 50 })
    }).pipe(Effect.provide(layer)))

  it.effect("never grow beyond the cap", () =>
    Effect.gen(function*() {
      const { begin, hasPaused, requests, server } = yield* setUp({ ...RetryPolicy.standard, cap: "300 millis" })
      yield* server.arm(Fault.Unavailable(), { times: 3 })
      const fiber = yield* begin("read")
      for (const [index, millis] of [200, 300, 300].entries()) {
        yield* hasPaused(index + 1)
        yield* passes(millis, { fiber, next: requests })
      }
      assert.deepInclude(yield* Fiber.join(fiber), { heard: "thing", took: 800 })
    }).pipe(Effect.provide(layer)))

  const asked = [
    { retryAfter: "7", millis: 7_000 },
    { retryAfter: " 0 ", millis: 200 },
    { retryAfter: "Thu, 01 Jan 1970 00:00:09 GMT", millis: 9_000 },
    { retryAfter: "Thursday, 01-Jan-70 00:00:09 GMT", millis: 9_000 },
    { retryAfter: "Thu Jan  1 00:00:09 1970", millis: 9_000 },
    { retryAfter: "Wed, 31 Dec 1969 23:00:00 GMT", millis: 200 },
    { retryAfter: "soon", millis: 200 },
    { retryAfter: "-5", millis: 200 }
  ]
  for (const { millis, retryAfter } of asked) {
    it.effect(`are at least what Retry-After "${retryAfter}" asks for: ${millis} ms`, () =>
      Effect.gen(function*() {
        const { begin, hasPaused, requests, server } = yield* setUp()
        yield* server.arm(Fault.RateLimited({ retryAfter }))
        const fiber = yield* begin("reference")
        yield* hasPaused(1)
        yield* passes(millis, { fiber, next: requests })
        assert.deepInclude(yield* Fiber.join(fiber), { heard: "thing", took: millis })
      }).pipe(Effect.provide(layer)))
  }

  it.effect("heed Retry-After of a 5xx of no documented meaning too", () =>
    Effect.gen(function*() {
      const { begin, hasPaused, requests, server } = yield* setUp()
      yield* server.arm(answer(503, "", { "retry-after": "3" }))
      const fiber = yield* begin("read")
      yield* hasPaused(1)
      yield* passes(3_000, { fiber, next: requests })
      assert.deepInclude(yield* Fiber.join(fiber), { heard: "thing", took: 3_000 })
    }).pipe(Effect.provide(layer)))

  it.effect("are not begun when the call's time would be over: the caller is told how long to wait", () =>
    Effect.gen(function*() {
      const { begin, requests, server } = yield* setUp()
      yield* server.arm(Fault.RateLimited({ retryAfter: "31" }))
      const { error, heard, took } = yield* Fiber.join(yield* begin("read"))
      assert.deepStrictEqual({ heard, took }, { heard: "RateLimited", took: 0 })
      assert.strictEqual(error?.retryAfter === undefined ? 0 : Duration.toSeconds(error.retryAfter), 31)
      assert.strictEqual(yield* requests, 1)
    }).pipe(Effect.provide(layer)))

  it.effect("are not made for the rate limit of a customer", () =>
    Effect.gen(function*() {
      const { begin, requests, server } = yield* setUp()
      yield* server.arm(answer(429, TinyProvider.errorBody("CUSTOMER_LIMIT")))
      assert.deepInclude(yield* Fiber.join(yield* begin("read")), { heard: "RateLimited", took: 0 })
      assert.strictEqual(yield* requests, 1)
    }).pipe(Effect.provide(layer)))
})

describe("time limits", () => {
  for (
    const { fault, what } of [
      { what: "no answer", fault: Fault.Timeout({ effect: "none" }) },
      { what: "a body that does not end", fault: Fault.SlowDrip({ every: "9 seconds" }) }
    ]
  ) {
    it.effect(`one try has 10 seconds: ${what}`, () =>
      Effect.gen(function*() {
        const { begin, requests, server } = yield* setUp()
        yield* server.arm(fault)
        const fiber = yield* begin("none")
        yield* becomes("requests", requests, 1)
        yield* TestClock.adjust(9_999)
        yield* staysRunning(fiber)
        yield* TestClock.adjust(1)
        assert.deepInclude(yield* Fiber.join(fiber), { heard: "OutcomeUnknown", took: 10_000 })
      }).pipe(Effect.provide(layer)))
  }

  it.effect("the whole call has 30 seconds, the last try what is left of them", () =>
    Effect.gen(function*() {
      const { begin, hasPaused, requests, server } = yield* setUp()
      yield* server.arm(Fault.Timeout({ effect: "none" }), { times: "always" })
      const fiber = yield* begin("read")
      const arrive = (count: number) => becomes("requests", requests, count)
      yield* arrive(1)
      yield* TestClock.adjust(10_000)
      yield* hasPaused(1)
      yield* passes(200, { fiber, next: requests })
      yield* arrive(2)
      yield* TestClock.adjust(10_000)
      yield* hasPaused(2)
      yield* passes(400, { fiber, next: requests })
      yield* arrive(3)
      yield* passes(9_400, { fiber, next: requests })
      assert.deepInclude(yield* Fiber.join(fiber), { heard: "Unavailable", took: 30_000 })
      assert.strictEqual(yield* requests, 3)
    }).pipe(Effect.provide(layer)))

  it.effect("a host that is not there is asked five times within them", () =>
    Effect.gen(function*() {
      const { begin, hasPaused, requests, server, tries } = yield* setUp()
      yield* server.arm(Fault.Refused())
      const fiber = yield* begin("none")
      for (const [index, millis] of [200, 400, 800, 1600].entries()) {
        yield* hasPaused(index + 1)
        yield* TestClock.adjust(millis)
      }
      assert.deepInclude(yield* Fiber.join(fiber), { heard: "Unavailable", took: 3_000 })
      assert.deepStrictEqual({ tries: tries.count, requests: yield* requests }, { tries: 5, requests: 0 })
    }).pipe(Effect.provide(layer)))

  it.effect("a write of no safety goes through once the host is there again, and only once", () =>
    Effect.gen(function*() {
      const { begin, hasPaused, requests, server, things } = yield* setUp()
      yield* server.arm(Fault.Refused())
      const fiber = yield* begin("none")
      yield* hasPaused(1)
      yield* server.disarm
      yield* TestClock.adjust(200)
      assert.deepInclude(yield* Fiber.join(fiber), { heard: "thing" })
      assert.deepStrictEqual({ requests: yield* requests, things: things.length }, { requests: 1, things: 1 })
    }).pipe(Effect.provide(layer)))
})

describe("policies", () => {
  const twice = { ...RetryPolicy.standard, base: 0, tries: 2 }

  it.effect("the account's goes before the standard one", () =>
    Effect.gen(function*() {
      const { begin, hasPaused, requests, server } = yield* setUp(twice)
      yield* server.arm(Fault.Unavailable(), { times: "always" })
      const fiber = yield* begin("read")
      yield* hasPaused(1)
      yield* TestClock.adjust(0)
      assert.deepInclude(yield* Fiber.join(fiber), { heard: "Unavailable" })
      assert.strictEqual(yield* requests, 2)
    }).pipe(Effect.provide(layer)))

  it.effect("that of a call goes before the account's", () =>
    Effect.gen(function*() {
      const { begin, requests, server } = yield* setUp(twice)
      yield* server.arm(Fault.Unavailable(), { times: "always" })
      const fiber = yield* Effect.provideService(begin("read"), RetryPolicy.Current, RetryPolicy.once)
      assert.deepInclude(yield* Fiber.join(fiber), { heard: "Unavailable" })
      assert.strictEqual(yield* requests, 1)
    }).pipe(Effect.provide(layer)))
})

describe("a write whose first try is of unknown outcome", () => {
  const soon = { ...RetryPolicy.standard, base: 0 }
  const reset = Fault.Reset({ effect: "applied" })

  for (
    const { fault, refusal } of [
      { refusal: "a refusal", fault: answer(422, TinyProvider.errorBody("DECLINED")) },
      { refusal: "a conflict", fault: answer(409) },
      { refusal: "wrong credentials", fault: answer(401) },
      { refusal: "not found", fault: answer(404) }
    ]
  ) {
    it.effect(`is repeated under its key, and stays unknown after ${refusal}`, () =>
      Effect.gen(function*() {
        const { begin, hasPaused, requests, server } = yield* setUp(soon)
        yield* server.arm(reset)
        yield* server.arm(fault)
        const fiber = yield* begin("key")
        yield* hasPaused(1)
        yield* TestClock.adjust(0)
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
      yield* TestClock.adjust(0)
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
      yield* TestClock.adjust(0)
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
          assert.isTrue(hasEnded(fiber))
          assert.deepStrictEqual({ requests: yield* requests, things: things.length }, { requests: 2, things: 2 })
        }).pipe(Effect.provide(layer)))
    }
  })
}
