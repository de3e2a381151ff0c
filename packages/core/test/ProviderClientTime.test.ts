/**
 * How long a call waits between its tries, and how long it may take.
 */
import { assert, describe, it } from "@effect/vitest"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { Fault } from "@gatefold/core/Simulator"
import { Duration, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { becomes, staysRunning } from "./support/RealTime.ts"
import { passes, setUp } from "./support/TimedCalls.ts"
import * as TinyProvider from "./support/TinyProvider.ts"

const layer = TinyProvider.transports[0].layer

const answer = (status: number, body = "", headers: Readonly<Record<string, string>> = {}) =>
  Fault.Answer({ effect: "none", status, body, headers })

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
  const twice: RetryPolicy.RetryPolicy = { ...RetryPolicy.standard, base: "1 millis", tries: 2 }

  it.effect("the account's goes before the standard one", () =>
    Effect.gen(function*() {
      const { begin, hasPaused, requests, server } = yield* setUp(twice)
      yield* server.arm(Fault.Unavailable(), { times: "always" })
      const fiber = yield* begin("read")
      yield* hasPaused(1)
      yield* TestClock.adjust(1)
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

describe("a limit around several calls", () => {
  it.effect("ends the tries of the one that it catches", () =>
    Effect.gen(function*() {
      const { begin, hasPaused, requests, server } = yield* setUp()
      yield* server.arm(Fault.Unavailable(), { times: "always" })
      // half of a try's 10 s has to be left: two pauses fit, the third does not
      const fiber = yield* begin("read").pipe(RetryPolicy.limit("5700 millis"))
      for (const [index, millis] of [200, 400].entries()) {
        yield* hasPaused(index + 1)
        yield* passes(millis, { fiber, next: requests })
      }
      assert.deepInclude(yield* Fiber.join(fiber), { heard: "Unavailable", took: 600 })
      assert.strictEqual(yield* requests, 3)
    }).pipe(Effect.provide(layer)))

  it.effect("gives a try no more time than is left", () =>
    Effect.gen(function*() {
      const { begin, requests, server } = yield* setUp()
      yield* server.arm(Fault.Timeout({ effect: "none" }))
      const fiber = yield* begin("none").pipe(RetryPolicy.limit("6 seconds"))
      yield* becomes("requests", requests, 1)
      yield* passes(6_000, { fiber, next: requests })
      assert.deepInclude(yield* Fiber.join(fiber), { heard: "OutcomeUnknown", took: 6_000 })
    }).pipe(Effect.provide(layer)))

  it.effect("keeps a write from being sent when there is no time for its answer: nothing happened", () =>
    Effect.gen(function*() {
      const { begin, requests, tries } = yield* setUp()
      const { error, heard } = yield* Fiber.join(yield* begin("none").pipe(RetryPolicy.limit("4999 millis")))
      assert.strictEqual(heard, "Unavailable")
      assert.match(String(error), /no time left/u)
      assert.deepStrictEqual([yield* requests, tries.count], [0, 0])
      const enough = yield* begin("none").pipe(RetryPolicy.limit("5 seconds"))
      assert.strictEqual((yield* Fiber.join(enough)).heard, "thing")
    }).pipe(Effect.provide(layer)))

  it.effect("cannot be widened from within", () =>
    Effect.gen(function*() {
      const { begin } = yield* setUp()
      const fiber = yield* begin("none").pipe(RetryPolicy.limit("1 hour"), RetryPolicy.limit("1 second"))
      assert.strictEqual((yield* Fiber.join(fiber)).heard, "Unavailable")
    }).pipe(Effect.provide(layer)))

  it.effect("is, for an operation of several calls, what the policy gives to one", () =>
    Effect.gen(function*() {
      const { begin, client, hasPaused, requests, server } = yield* setUp()
      yield* server.arm(Fault.Unavailable(), { times: "always" })
      const operation = Effect.gen(function*() {
        yield* Effect.sleep("24500 millis")
        return yield* Fiber.join(yield* begin("read"))
      })
      const fiber = yield* Effect.forkChild(client.limited(operation))
      yield* TestClock.adjust("24500 millis")
      yield* hasPaused(1)
      yield* TestClock.adjust("200 millis")
      yield* hasPaused(2)
      assert.deepInclude(yield* Fiber.join(fiber), { heard: "Unavailable", took: 200 })
      assert.strictEqual(yield* requests, 2)
    }).pipe(Effect.provide(layer)))
})
