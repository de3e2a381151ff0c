/**
 * Several calls that are one operation have the time of one, and no write is sent that cannot be answered in it.
 */
import { assert, describe, it } from "@effect/vitest"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { Fault } from "@gatefold/core/Simulator"
import { Effect, Fiber, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { becomes } from "./support/RealTime.ts"
import * as TinyProvider from "./support/TinyProvider.ts"

const layer = TinyProvider.transports[0].layer

const requestsOf = (server: Effect.Success<typeof TinyProvider.start>["server"]) =>
  Effect.map(server.requests, (requests) => requests.length)

describe("a deadline", () => {
  for (const kind of TinyProvider.kinds) {
    it.effect(`keeps a ${kind} from being sent when less than half the time of a try is left`, () =>
      Effect.gen(function*() {
        const { baseUrl, server } = yield* TinyProvider.start
        const { call } = yield* TinyProvider.connect(baseUrl)
        const error = yield* Effect.flip(RetryPolicy.limit("4 seconds")(call(kind)))
        assert.deepInclude(error.reason, { _tag: "Unavailable", evidence: "no time left" })
        assert.strictEqual(yield* requestsOf(server), 0)
        yield* RetryPolicy.limit("6 seconds")(call(kind))
        assert.strictEqual(yield* requestsOf(server), 1)
      }).pipe(Effect.provide(layer)))
  }

  it.effect("is the outer one where two are set", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* TinyProvider.start
      const { call } = yield* TinyProvider.connect(baseUrl)
      const error = yield* Effect.flip(RetryPolicy.limit("4 seconds")(RetryPolicy.limit("20 seconds")(call("read"))))
      assert.deepInclude(error.reason, { evidence: "no time left" })
    }).pipe(Effect.provide(layer)))

  it.effect("holds for all calls of a limited operation together: 30 seconds", () =>
    Effect.gen(function*() {
      const { baseUrl, server } = yield* TinyProvider.start
      const { call, client } = yield* TinyProvider.connect(baseUrl)
      const twice = client.limited(Effect.andThen(Effect.sleep("26 seconds"), call("none")))
      const fiber = yield* Effect.forkChild(Effect.flip(twice))
      yield* TestClock.adjust("26 seconds")
      assert.deepInclude((yield* Fiber.join(fiber)).reason, { evidence: "no time left" })
      assert.strictEqual(yield* requestsOf(server), 0)
    }).pipe(Effect.provide(layer)))

  it.effect("does not let signing in use up the time of the write that it is for", () =>
    Effect.gen(function*() {
      const { baseUrl, server } = yield* TinyProvider.start
      const headers = { "x-api-key": Redacted.make(TinyProvider.apiKey) }
      const { call } = yield* TinyProvider.connect(baseUrl, {
        authorize: Effect.as(Effect.sleep("26 seconds"), { headers })
      })
      const fiber = yield* Effect.forkChild(Effect.flip(call("none")))
      yield* TestClock.adjust("26 seconds")
      assert.deepInclude((yield* Fiber.join(fiber)).reason, { _tag: "Unavailable", evidence: "no time left" })
      assert.strictEqual(yield* requestsOf(server), 0)
    }).pipe(Effect.provide(layer)))

  it.effect("starts no try that it would have to cut short", () =>
    Effect.gen(function*() {
      const { baseUrl, server } = yield* TinyProvider.start
      yield* server.arm(Fault.RateLimited({ retryAfter: "26" }))
      const { call } = yield* TinyProvider.connect(baseUrl)
      const error = yield* Effect.flip(call("reference"))
      assert.strictEqual(error.reason._tag, "RateLimited")
      assert.strictEqual(yield* requestsOf(server), 1)
    }).pipe(Effect.provide(layer)))

  it.effect("gives a try what is left", () =>
    Effect.gen(function*() {
      const { baseUrl, server } = yield* TinyProvider.start
      yield* server.arm(Fault.Timeout({ effect: "applied" }))
      const { call } = yield* TinyProvider.connect(baseUrl)
      const fiber = yield* Effect.forkChild(Effect.flip(RetryPolicy.limit("6 seconds")(call("none"))))
      yield* becomes("requests", requestsOf(server), 1)
      yield* TestClock.adjust("6 seconds")
      assert.deepInclude((yield* Fiber.join(fiber)).reason, { _tag: "OutcomeUnknown", trouble: "timeout" })
    }).pipe(Effect.provide(layer)))
})

describe("a write with a key", () => {
  for (const headers of [{}, { "idempotency-key": " " }]) {
    it.effect(`is not sent with ${JSON.stringify(headers)}: it could not be repeated safely`, () =>
      Effect.gen(function*() {
        const { baseUrl, server } = yield* TinyProvider.start
        const { client } = yield* TinyProvider.connect(baseUrl)
        const request = { method: "POST", path: "/things", headers } as const
        const error = yield* Effect.flip(client.call(TinyProvider.operations.key, request, TinyProvider.Thing))
        assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "idempotency-key" })
        assert.strictEqual(yield* requestsOf(server), 0)
      }).pipe(Effect.provide(layer)))
  }
})
