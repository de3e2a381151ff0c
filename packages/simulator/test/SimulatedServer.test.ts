import { assert, describe, it } from "@effect/vitest"
import { Fault } from "@gatefold/core/Simulator"
import type { SimulatedServer } from "@gatefold/simulator"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { setTimeout } from "node:timers/promises"
import { layer, makeThings } from "./fixture.ts"

describe("SimulatedServer: routes", () => {
  it.effect("hands a route the decoded parts of its path and its query", () =>
    Effect.gen(function*() {
      const { get } = yield* makeThings
      const answer = yield* get("/things/a%2Fb%20c?page=2")
      assert.deepInclude(answer, { status: 200, body: "{\"name\":\"a/b c\",\"page\":\"2\"}" })
    }).pipe(Effect.provide(layer)))

  it.effect("answers an unknown path, and a known one by another method, as configured", () =>
    Effect.gen(function*() {
      const { get, post } = yield* makeThings
      assert.deepInclude(yield* get("/nowhere"), { status: 404, body: "<h1>Not found</h1>" })
      assert.deepInclude(yield* get("/things"), { status: 404 })
      assert.deepInclude(yield* post("", "/things/name"), { status: 404 })
    }).pipe(Effect.provide(layer)))

  it.effect("shows a mistake in a route instead of leaving the client to wait", () =>
    Effect.gen(function*() {
      const { get } = yield* makeThings
      const answer = yield* get("/broken")
      assert.deepInclude(answer, { status: 500 })
      assert.include("body" in answer ? answer.body : "", "a mistake")
    }).pipe(Effect.provide(layer)))

  it.live("carries out what it has read in full, also when the client does not wait for it", () =>
    Effect.gen(function*() {
      const { post, things } = yield* makeThings
      const waiting = yield* Effect.forkChild(post("one", "/slow"))
      yield* Effect.sleep("100 millis")
      yield* Fiber.interrupt(waiting)
      yield* Effect.sleep("200 millis")
      assert.deepStrictEqual(things, ["one"])
    }).pipe(Effect.provide(layer)))

  it.effect("stops listening when its scope closes", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { get } = yield* Scope.provide(makeThings, scope)
      assert.deepInclude(yield* get("/things/one"), { status: 200 })
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* get("/things/one"), { failed: "ECONNREFUSED" })
    }).pipe(Effect.provide(layer)))
})

describe("SimulatedServer: the log of requests", () => {
  it.effect("keeps every API request, oldest first, with what was sent and which operations it serves", () =>
    Effect.gen(function*() {
      const { clock, get, post, server } = yield* makeThings
      yield* post("first")
      yield* clock.advance("1 minute")
      yield* get("/things/two?x=%20")
      const [first, second, ...more] = yield* server.requests
      assert.deepStrictEqual(more, [])
      assert.deepInclude(first, { method: "POST", url: "/things", body: "first" })
      assert.deepStrictEqual(first?.operations, ["things.create", "parts.create"])
      assert.include(first?.headers["content-type"], "text/plain")
      assert.deepInclude(second, { method: "GET", url: "/things/two?x=%20", body: "" })
      assert.deepStrictEqual(
        [first, second].map((one) => one === undefined ? "" : DateTime.formatIso(one.at)),
        ["1970-01-01T00:00:00.000Z", "1970-01-01T00:01:00.000Z"]
      )
    }).pipe(Effect.provide(layer)))

  it.effect("keeps a request for an unknown path, as one that serves no operation", () =>
    Effect.gen(function*() {
      const { get, server } = yield* makeThings
      yield* get("/nowhere")
      const [request] = yield* server.requests
      assert.deepInclude(request, { method: "GET", url: "/nowhere" })
      assert.deepStrictEqual(request?.operations, [])
    }).pipe(Effect.provide(layer)))

  it.effect("keeps a request that a fault spoilt", () =>
    Effect.gen(function*() {
      const { post, server } = yield* makeThings
      yield* server.arm(Fault.Reset({ effect: "none" }))
      yield* post("one")
      assert.deepStrictEqual((yield* server.requests).map(({ body }) => body), ["one"])
    }).pipe(Effect.provide(layer)))

  it.effect("leaves the customer's pages out of the log, and no fault touches them", () =>
    Effect.gen(function*() {
      const { get, server } = yield* makeThings
      yield* server.arm(Fault.ErrorPage({ effect: "none" }))
      assert.deepInclude(yield* get("/page"), { status: 200, body: "<h1>Pay here</h1>" })
      assert.deepStrictEqual(yield* server.requests, [])
      assert.deepInclude(yield* get("/things/one"), { status: 500 })
    }).pipe(Effect.provide(layer)))
})

describe("SimulatedServer: how a request ended", () => {
  /** How the only request ended, once it did. */
  const end = Effect.fnUntraced(function*(server: SimulatedServer.SimulatedServer) {
    for (let count = 0; count < 200; count++) {
      const [request, ...others] = yield* server.requests
      assert.deepStrictEqual(others, [])
      if (request?.ended !== undefined) return request.ended
      yield* Effect.promise(() => setTimeout(5))
    }
    return undefined
  })

  it.effect("answered, with whatever was sent in full", () =>
    Effect.gen(function*() {
      const { get, post, server } = yield* makeThings
      yield* get("/things/one")
      yield* get("/nowhere")
      const spoilt = [
        Fault.ErrorPage({ effect: "none" }),
        Fault.EmptyBody(),
        Fault.Truncated(),
        Fault.Oversized({ bytes: 100_000 }),
        Fault.Padded({ bytes: 100_000 }),
        Fault.Stuck(),
        Fault.Unavailable()
      ]
      for (const fault of spoilt) {
        yield* server.arm(fault)
        yield* post("one")
      }
      const ends = (yield* server.requests).map(({ ended }) => ended)
      assert.deepStrictEqual(ends, ends.map(() => "answered"))
      assert.lengthOf(ends, 9)
    }).pipe(Effect.provide(layer)))

  for (const fault of [Fault.Reset({ effect: "applied" }), Fault.Hangup({ effect: "none" })]) {
    it.effect(`abandoned, when a fault took the connection away: ${fault._tag}`, () =>
      Effect.gen(function*() {
        const { post, server } = yield* makeThings
        yield* server.arm(fault)
        yield* post("one")
        assert.strictEqual(yield* end(server), "abandoned")
      }).pipe(Effect.provide(layer)))
  }

  const slow = [
    Fault.Timeout({ effect: "none" }),
    Fault.Timeout({ effect: "applied" }),
    Fault.Delay({ duration: "1 minute" }),
    Fault.SlowDrip({ every: "1 minute" }),
    Fault.Padded({ bytes: Number.MAX_SAFE_INTEGER }),
    Fault.Oversized({ bytes: Number.MAX_SAFE_INTEGER })
  ]
  for (const fault of slow) {
    it.effect(`open until then, and abandoned when the client gives up: ${JSON.stringify(fault)}`, () =>
      Effect.gen(function*() {
        const { post, server, things } = yield* makeThings
        yield* server.arm(fault)
        const waiting = yield* Effect.forkChild(post("one"))
        yield* TestClock.withLive(Effect.sleep("50 millis"))
        const [open] = yield* server.requests
        assert.deepInclude(open, { body: "one", ended: undefined })
        yield* Fiber.interrupt(waiting)
        assert.strictEqual(yield* end(server), "abandoned")
        assert.strictEqual(open?.ended, undefined, "what was told earlier stays as it was told")
        assert.deepStrictEqual(things, "effect" in fault && fault.effect === "none" ? [] : ["one"])
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(yield* end(server), "abandoned")
      }).pipe(Effect.provide(layer)))
  }

  it.live("abandoned, when the client gives up before a slow answer, though the request takes effect", () =>
    Effect.gen(function*() {
      const { post, server, things } = yield* makeThings
      const waiting = yield* Effect.forkChild(post("one", "/slow"))
      yield* Effect.sleep("50 millis")
      yield* Fiber.interrupt(waiting)
      assert.strictEqual(yield* end(server), "abandoned")
      yield* Effect.sleep("250 millis")
      assert.deepStrictEqual(things, ["one"])
      assert.strictEqual(yield* end(server), "abandoned")
    }).pipe(Effect.provide(layer)))

  it.effect("abandoned, when the server stops meanwhile", () =>
    Effect.gen(function*() {
      const { post, server } = yield* makeThings
      yield* server.arm(Fault.Timeout({ effect: "none" }))
      const waiting = yield* Effect.forkChild(post("one"))
      yield* TestClock.withLive(Effect.sleep("50 millis"))
      yield* server.arm(Fault.Refused())
      yield* Fiber.join(waiting)
      assert.strictEqual(yield* end(server), "abandoned")
    }).pipe(Effect.provide(layer)))
})

describe("SimulatedServer: which request a fault is for", () => {
  it.effect("spoils the next request and no more, unless told otherwise", () =>
    Effect.gen(function*() {
      const { get, server } = yield* makeThings
      yield* server.arm(Fault.Unavailable())
      assert.deepInclude(yield* get("/things/one"), { status: 503 })
      assert.deepInclude(yield* get("/things/one"), { status: 200 })
    }).pipe(Effect.provide(layer)))

  it.effect("waits for a request that serves the operation, by any of its names", () =>
    Effect.gen(function*() {
      const { get, post, server } = yield* makeThings
      yield* server.arm(Fault.Unavailable(), { operation: "parts.create" })
      assert.deepInclude(yield* get("/things/one"), { status: 200 })
      assert.deepInclude(yield* get("/nowhere"), { status: 404 })
      assert.deepInclude(yield* post("one"), { status: 503 })
      assert.deepInclude(yield* post("one"), { status: 201 })
    }).pipe(Effect.provide(layer)))

  it.effect("spoils as many requests as it is told to", () =>
    Effect.gen(function*() {
      const { get, server } = yield* makeThings
      yield* server.arm(Fault.Unavailable(), { times: 2 })
      yield* server.arm(Fault.ErrorPage({ effect: "none" }), { times: 0 })
      const answers = yield* Effect.all([get("/things/1"), get("/things/2"), get("/things/3")])
      assert.deepStrictEqual(answers.map((one) => "status" in one ? one.status : one.failed), [503, 503, 200])
    }).pipe(Effect.provide(layer)))

  it.effect("goes on until it is disarmed", () =>
    Effect.gen(function*() {
      const { get, server } = yield* makeThings
      yield* server.arm(Fault.Unavailable(), { times: "always" })
      for (let count = 0; count < 5; count++) assert.deepInclude(yield* get("/things/one"), { status: 503 })
      yield* server.disarm
      assert.deepInclude(yield* get("/things/one"), { status: 200 })
    }).pipe(Effect.provide(layer)))

  it.effect("uses faults up in the order in which they were armed", () =>
    Effect.gen(function*() {
      const { get, server } = yield* makeThings
      yield* server.arm(Fault.RateLimited({ retryAfter: "1" }))
      yield* server.arm(Fault.Unavailable(), { operation: "things.create" })
      yield* server.arm(Fault.ErrorPage({ effect: "none" }))
      const answers = yield* Effect.all([get("/things/1"), get("/things/2"), get("/things/3")])
      assert.deepStrictEqual(answers.map((one) => "status" in one ? one.status : one.failed), [429, 500, 200])
    }).pipe(Effect.provide(layer)))
})
