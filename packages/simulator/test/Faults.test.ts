import { assert, describe, it } from "@effect/vitest"
import { Fault } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { layer, makeThings, type Outcome } from "./fixture.ts"

const good = "{\"thing\":\"one\",\"count\":1}"

const bodyOf = (outcome: Outcome): string => "body" in outcome ? outcome.body : `no answer: ${outcome.failed}`
const headersOf = (outcome: Outcome) => "headers" in outcome ? outcome.headers : {}

describe("Fault", () => {
  it.effect("Refused: nothing listens until it is disarmed, then it listens again on the same port", () =>
    Effect.gen(function*() {
      const { get, post, server, things } = yield* makeThings
      assert.deepInclude(yield* get("/things/one"), { status: 200 })
      yield* server.arm(Fault.Refused(), { operation: "things.get", times: 1 })
      assert.deepStrictEqual(yield* post("one"), { failed: "ECONNREFUSED" })
      assert.deepStrictEqual(yield* get("/things/one"), { failed: "ECONNREFUSED" })
      assert.deepStrictEqual(yield* get("/page"), { failed: "ECONNREFUSED" })
      yield* server.disarm
      assert.deepInclude(yield* post("one"), { status: 201, body: good })
      assert.deepStrictEqual(things, ["one"])
      assert.lengthOf(yield* server.requests, 2)
    }).pipe(Effect.provide(layer)))

  it.effect("Refused: refuses again after it was taken back, and disarming twice is harmless", () =>
    Effect.gen(function*() {
      const { get, server } = yield* makeThings
      for (let count = 0; count < 3; count++) {
        yield* server.arm(Fault.Refused())
        yield* server.arm(Fault.Refused())
        assert.deepStrictEqual(yield* get("/things/one"), { failed: "ECONNREFUSED" })
        yield* server.disarm
        yield* server.disarm
        assert.deepInclude(yield* get("/things/one"), { status: 200 })
      }
    }).pipe(Effect.provide(layer)))

  for (const effect of ["none", "applied"] as const) {
    const made = effect === "applied" ? ["one"] : []

    it.effect(`Reset, ${effect}: the connection is reset without an answer`, () =>
      Effect.gen(function*() {
        const { post, server, things } = yield* makeThings
        yield* server.arm(Fault.Reset({ effect }))
        assert.deepStrictEqual(yield* post("one"), { failed: "ECONNRESET" })
        assert.deepStrictEqual(things, made)
      }).pipe(Effect.provide(layer)))

    it.effect(`Hangup, ${effect}: the connection is closed in order, without an answer`, () =>
      Effect.gen(function*() {
        const { post, server, things } = yield* makeThings
        yield* server.arm(Fault.Hangup({ effect }))
        assert.deepStrictEqual(yield* post("one"), { failed: "UND_ERR_SOCKET" })
        assert.deepStrictEqual(things, made)
      }).pipe(Effect.provide(layer)))

    it.live(`Timeout, ${effect}: no answer comes`, () =>
      Effect.gen(function*() {
        const { post, server, things } = yield* makeThings
        yield* server.arm(Fault.Timeout({ effect }))
        const answer = yield* Effect.timeoutOption(post("one"), "300 millis")
        assert.strictEqual(answer._tag, "None")
        assert.deepStrictEqual(things, made)
      }).pipe(Effect.provide(layer)))

    it.effect(`ErrorPage, ${effect}: a 500 with HTML`, () =>
      Effect.gen(function*() {
        const { post, server, things } = yield* makeThings
        yield* server.arm(Fault.ErrorPage({ effect }))
        const answer = yield* post("one")
        assert.deepInclude(answer, { status: 500 })
        assert.strictEqual(headersOf(answer)["content-type"], "text/html")
        assert.match(bodyOf(answer), /^<!doctype html>/)
        assert.deepStrictEqual(things, made)
      }).pipe(Effect.provide(layer)))

    it.effect(`Answer, ${effect}: any answer word for word`, () =>
      Effect.gen(function*() {
        const { post, server, things } = yield* makeThings
        yield* server.arm(
          Fault.Answer({ effect, status: 418, headers: { "Content-Type": "text/tea", "x-pot": "1" }, body: "short" })
        )
        const answer = yield* post("one")
        assert.deepInclude(answer, { status: 418, body: "short" })
        assert.deepInclude(headersOf(answer), { "content-type": "text/tea", "x-pot": "1" })
        assert.deepStrictEqual(things, made)
      }).pipe(Effect.provide(layer)))
  }

  it.effect("Delay: the request takes effect at once, the real answer comes late", () =>
    Effect.gen(function*() {
      const { post, server, things } = yield* makeThings
      yield* server.arm(Fault.Delay({ duration: "3 seconds" }))
      const waiting = yield* Effect.forkChild(post("one"))
      yield* eventually(() => things.length === 1)
      yield* TestClock.adjust("2 seconds")
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.deepInclude(yield* Fiber.join(waiting), { status: 201, body: good })
    }).pipe(Effect.provide(layer)))

  for (const retryAfter of ["7", "Wed, 21 Oct 2026 07:28:00 GMT"]) {
    it.effect(`RateLimited: a 429 with Retry-After "${retryAfter}", and nothing took effect`, () =>
      Effect.gen(function*() {
        const { post, server, things } = yield* makeThings
        yield* server.arm(Fault.RateLimited({ retryAfter }))
        const answer = yield* post("one")
        assert.deepInclude(answer, { status: 429 })
        assert.strictEqual(headersOf(answer)["retry-after"], retryAfter)
        assert.deepStrictEqual(things, [])
      }).pipe(Effect.provide(layer)))
  }

  it.effect("Unavailable: the provider's own 503, and nothing took effect", () =>
    Effect.gen(function*() {
      const { post, server, things } = yield* makeThings
      yield* server.arm(Fault.Unavailable())
      assert.deepInclude(yield* post("one"), { status: 503, body: "{\"code\":\"BUSY\"}" })
      assert.deepStrictEqual(things, [])
    }).pipe(Effect.provide(layer)))

  it.effect("EmptyBody: the real status and no body, after the request took effect", () =>
    Effect.gen(function*() {
      const { post, server, things } = yield* makeThings
      yield* server.arm(Fault.EmptyBody())
      const answer = yield* post("one")
      assert.deepInclude(answer, { status: 201, body: "" })
      assert.strictEqual(headersOf(answer)["content-length"], "0")
      assert.deepStrictEqual(things, ["one"])
    }).pipe(Effect.provide(layer)))

  it.effect("Truncated: half of the real answer in a well framed one, after the request took effect", () =>
    Effect.gen(function*() {
      const { post, server, things } = yield* makeThings
      yield* server.arm(Fault.Truncated())
      const answer = yield* post("one")
      const half = good.slice(0, Math.floor(good.length / 2))
      assert.deepInclude(answer, { status: 201, body: half })
      assert.strictEqual(headersOf(answer)["content-length"], String(half.length))
      assert.deepStrictEqual(things, ["one"])
    }).pipe(Effect.provide(layer)))

  it.effect("Oversized: a 200 whose JSON goes on for that many bytes, announced by no length", () =>
    Effect.gen(function*() {
      const { post, server, things } = yield* makeThings
      yield* server.arm(Fault.Oversized({ bytes: 3_000_000 }))
      const answer = yield* post("one")
      assert.deepInclude(answer, { status: 200 })
      assert.isAtLeast(bodyOf(answer).length, 3_000_000)
      assert.match(bodyOf(answer).slice(0, 20), /^\{"/)
      assert.notProperty(headersOf(answer), "content-length")
      assert.deepStrictEqual(things, ["one"])
    }).pipe(Effect.provide(layer)))

  it.live("Oversized: stops when the client has had enough", () =>
    Effect.gen(function*() {
      const { get, server } = yield* makeThings
      yield* server.arm(Fault.Oversized({ bytes: Number.MAX_SAFE_INTEGER }))
      const read = Effect.promise((signal) => fetch(`${server.url}/things/one`, { signal }).then((one) => one.blob()))
      assert.strictEqual((yield* Effect.timeoutOption(read, "100 millis"))._tag, "None")
      assert.deepInclude(yield* get("/things/one"), { status: 200 })
    }).pipe(Effect.provide(layer)))

  it.effect("SlowDrip: the real answer byte by byte, after the request took effect", () =>
    Effect.gen(function*() {
      const { post, server, things } = yield* makeThings
      yield* server.arm(Fault.SlowDrip({ every: "1 second" }))
      const waiting = yield* Effect.forkChild(post("one"))
      yield* eventually(() => things.length === 1)
      for (let second = 1; second < good.length; second++) {
        yield* settled
        yield* TestClock.adjust("1 second")
      }
      yield* settled
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.deepInclude(yield* Fiber.join(waiting), { status: 201, body: good })
    }).pipe(Effect.provide(layer)))

  it.effect("Redirect: a 307 to another address, and nothing took effect here", () =>
    Effect.gen(function*() {
      const { post, server, things } = yield* makeThings
      yield* server.arm(Fault.Redirect({ to: "http://127.0.0.1:9/elsewhere" }))
      const answer = yield* post("one")
      assert.deepInclude(answer, { status: 307 })
      assert.strictEqual(headersOf(answer)["location"], "http://127.0.0.1:9/elsewhere")
      assert.deepStrictEqual(things, [])
    }).pipe(Effect.provide(layer)))

  it.effect("Padded: the real answer, whole and labelled as ever, with so much white space after it", () =>
    Effect.gen(function*() {
      const { post, server, things } = yield* makeThings
      for (const bytes of [0, 1, 65_536, 200_000]) {
        yield* server.arm(Fault.Padded({ bytes }))
        const answer = yield* post("one")
        assert.deepInclude(answer, { status: 201 })
        assert.strictEqual(headersOf(answer)["content-type"], "application/json")
        assert.notProperty(headersOf(answer), "content-length")
        const real = JSON.stringify({ thing: "one", count: things.length })
        assert.isTrue(bodyOf(answer) === real + " ".repeat(bytes), `${bytes}`)
      }
      assert.lengthOf(things, 4)
    }).pipe(Effect.provide(layer)))

  it.live("Padded: stops when the client has had enough", () =>
    Effect.gen(function*() {
      const { get, server } = yield* makeThings
      yield* server.arm(Fault.Padded({ bytes: Number.MAX_SAFE_INTEGER }))
      const unread = yield* Effect.promise((signal) => fetch(`${server.url}/things/one`, { signal }))
      yield* Effect.sleep("200 millis")
      yield* Effect.promise(() => unread.body?.cancel() ?? Promise.resolve())
      assert.deepInclude(yield* get("/things/one"), { status: 200 })
      assert.deepStrictEqual((yield* server.requests).map(({ ended }) => ended), ["abandoned", "answered"])
    }).pipe(Effect.provide(layer)))

  it.effect("Stuck: the first answer for all, whatever they ask, and only the first takes effect", () =>
    Effect.gen(function*() {
      const { get, post, server, things } = yield* makeThings
      yield* server.arm(Fault.Stuck(), { operation: "things.create", times: "always" })
      for (const thing of ["one", "two", "three"]) {
        assert.deepInclude(yield* post(thing), { status: 201, body: good })
      }
      assert.deepInclude(yield* get("/things/four"), { status: 200, body: "{\"name\":\"four\"}" })
      yield* server.disarm
      assert.deepInclude(yield* post("five"), { status: 201, body: "{\"thing\":\"five\",\"count\":2}" })
      assert.deepStrictEqual(things, ["one", "five"])
    }).pipe(Effect.provide(layer)))

  it.effect("Stuck: each time that it is armed is a new one, and it ends as any other fault", () =>
    Effect.gen(function*() {
      const { get, server } = yield* makeThings
      yield* server.arm(Fault.Stuck(), { times: 2 })
      yield* server.arm(Fault.Stuck(), { times: 2 })
      const bodies = yield* Effect.forEach([1, 2, 3, 4, 5], (n) => Effect.map(get(`/things/${n}`), bodyOf))
      assert.deepStrictEqual(bodies, [1, 1, 3, 3, 5].map((n) => `{"name":"${n}"}`))
    }).pipe(Effect.provide(layer)))

  it.live("Stuck: requests that come before the first is answered wait for it", () =>
    Effect.gen(function*() {
      const { get, post, server, things } = yield* makeThings
      yield* server.arm(Fault.Stuck(), { times: 3 })
      const first = yield* Effect.forkChild(post("one", "/slow"))
      yield* Effect.sleep("50 millis")
      const givenUp = yield* Effect.forkChild(post("two", "/slow"))
      const second = yield* Effect.forkChild(get("/things/three"))
      yield* Effect.sleep("50 millis")
      yield* Fiber.interrupt(givenUp)
      assert.isUndefined(second.pollUnsafe())
      assert.deepInclude(yield* Fiber.join(second), { status: 200, body: "{}" })
      assert.deepInclude(yield* Fiber.join(first), { status: 200, body: "{}" })
      assert.deepStrictEqual(things, ["one"])
    }).pipe(Effect.provide(layer)))

  it.live("Stuck: the first answer is remembered also when its client went away before it came", () =>
    Effect.gen(function*() {
      const { get, post, server, things } = yield* makeThings
      yield* server.arm(Fault.Stuck(), { times: 2 })
      const first = yield* Effect.forkChild(post("one", "/slow"))
      yield* Effect.sleep("50 millis")
      yield* Fiber.interrupt(first)
      assert.deepInclude(yield* get("/things/two"), { status: 200, body: "{}" })
      assert.deepStrictEqual(things, ["one"])
    }).pipe(Effect.provide(layer)))

  it.effect("WrongContentType: the real JSON labelled as HTML, after the request took effect", () =>
    Effect.gen(function*() {
      const { post, server, things } = yield* makeThings
      yield* server.arm(Fault.WrongContentType())
      const answer = yield* post("one")
      assert.deepInclude(answer, { status: 201, body: good })
      assert.strictEqual(headersOf(answer)["content-type"], "text/html")
      assert.deepStrictEqual(things, ["one"])
    }).pipe(Effect.provide(layer)))
})

/** Lets real sockets do their work while the test's clock stands still. */
const settled = TestClock.withLive(Effect.sleep("5 millis"))

const eventually = Effect.fnUntraced(function*(holds: () => boolean) {
  for (let count = 0; count < 200 && !holds(); count++) yield* settled
  assert.isTrue(holds())
})
