/**
 * A create whose answer goes wrong: sent once, whatever happens, and never guessed at afterwards.
 */
import { assert, describe, it } from "@effect/vitest"
import { GatewayError } from "@gatefold/core"
import type { OutcomeUnknown } from "@gatefold/core/GatewayError"
import { PaymentId } from "@gatefold/core/Identifiers"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { Fault } from "@gatefold/core/Simulator"
import { DateTime, Duration, Effect, Fiber, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import { moment } from "./support/RealTime.ts"
import { counts, morning, open, reasonOf, since, throughTime } from "./support/Shop.ts"

const price = { amount: "250.00", currency: "MXN" }
const reference = "order-7"

type Shop = Effect.Success<ReturnType<typeof open>>

/** Both ways to ask for money. */
const creates = [
  { operation: "payments.create", create: ({ payments }: Shop) => Effect.asVoid(payments.create({ price })) },
  {
    operation: "invoices.create",
    create: ({ invoices }: Shop) => Effect.asVoid(invoices.create({ reference, price }))
  }
]

const json = (status: number, body = "{}") => Fault.Answer({ effect: "none", status, body })

/** Every way in which the answer to a create goes wrong. `books` is how many payments the provider has afterwards. */
const lanes: ReadonlyArray<{
  readonly lane: string
  readonly fault: Fault
  readonly reason: Record<string, unknown>
  readonly books: number
}> = [
  {
    lane: "Reset before it took effect",
    fault: Fault.Reset({ effect: "none" }),
    reason: { _tag: "OutcomeUnknown", trouble: "ECONNRESET" },
    books: 0
  },
  {
    lane: "Reset after it took effect",
    fault: Fault.Reset({ effect: "applied" }),
    reason: { _tag: "OutcomeUnknown", trouble: "ECONNRESET" },
    books: 1
  },
  {
    lane: "Hangup before it took effect",
    fault: Fault.Hangup({ effect: "none" }),
    reason: { _tag: "OutcomeUnknown", trouble: "UND_ERR_SOCKET" },
    books: 0
  },
  {
    lane: "Hangup after it took effect",
    fault: Fault.Hangup({ effect: "applied" }),
    reason: { _tag: "OutcomeUnknown", trouble: "UND_ERR_SOCKET" },
    books: 1
  },
  {
    lane: "Timeout before it took effect",
    fault: Fault.Timeout({ effect: "none" }),
    reason: { _tag: "OutcomeUnknown", trouble: "timeout" },
    books: 0
  },
  {
    lane: "Timeout after it took effect",
    fault: Fault.Timeout({ effect: "applied" }),
    reason: { _tag: "OutcomeUnknown", trouble: "timeout" },
    books: 1
  },
  {
    lane: "Delay beyond the time-out",
    fault: Fault.Delay({ duration: "11 seconds" }),
    reason: { _tag: "OutcomeUnknown", trouble: "timeout" },
    books: 1
  },
  {
    lane: "SlowDrip",
    fault: Fault.SlowDrip({ every: "1 second" }),
    reason: { _tag: "OutcomeUnknown", trouble: "timeout" },
    books: 1
  },
  {
    lane: "Unavailable, which is not documented",
    fault: Fault.Unavailable(),
    reason: { _tag: "OutcomeUnknown", trouble: "HTTP 503", httpStatus: 503 },
    books: 0
  },
  {
    lane: "ErrorPage before it took effect",
    fault: Fault.ErrorPage({ effect: "none" }),
    reason: { _tag: "OutcomeUnknown", trouble: "HTTP 500", httpStatus: 500 },
    books: 0
  },
  {
    lane: "ErrorPage after it took effect",
    fault: Fault.ErrorPage({ effect: "applied" }),
    reason: { _tag: "OutcomeUnknown", trouble: "HTTP 500", httpStatus: 500 },
    books: 1
  },
  {
    lane: "EmptyBody",
    fault: Fault.EmptyBody(),
    reason: { _tag: "OutcomeUnknown", trouble: "unreadable answer", httpStatus: 201 },
    books: 1
  },
  {
    lane: "Truncated",
    fault: Fault.Truncated(),
    reason: { _tag: "OutcomeUnknown", trouble: "unreadable answer", httpStatus: 201 },
    books: 1
  },
  {
    lane: "Oversized",
    fault: Fault.Oversized({ bytes: 2_000_000 }),
    reason: { _tag: "OutcomeUnknown", trouble: "unreadable answer", httpStatus: 200 },
    books: 1
  },
  {
    lane: "Redirect",
    fault: Fault.Redirect({ to: "/api/v1/payments/" }),
    reason: { _tag: "OutcomeUnknown", trouble: "unreadable answer", httpStatus: 307 },
    books: 0
  },
  ...[408, 425, 502, 504].map((status) => ({
    lane: `HTTP ${status}`,
    fault: json(status),
    reason: { _tag: "OutcomeUnknown", trouble: `HTTP ${status}`, httpStatus: status },
    books: 0
  })),
  ...[
    { body: "[]", path: "body" },
    { body: "{\"id\":1}", path: "currency" },
    { body: "no JSON", path: "body" }
  ].map(({ body, path }) => ({
    lane: `a success that says ${body}`,
    fault: json(200, body),
    reason: { _tag: "OutcomeUnknown", trouble: "unreadable answer", "answer.path": path },
    books: 0
  })),
  ...[
    { status: 400, _tag: "InvalidRequest" },
    { status: 401, _tag: "Unauthenticated" },
    { status: 402, _tag: "Declined" },
    { status: 403, _tag: "Forbidden" },
    { status: 404, _tag: "NotFound" },
    { status: 409, _tag: "Conflict" },
    { status: 422, _tag: "InvalidRequest" }
  ].map(({ _tag, status }) => ({
    lane: `HTTP ${status}`,
    fault: json(status),
    reason: { _tag, httpStatus: status },
    books: 0
  })),
  {
    lane: "a page in place of a 404",
    fault: json(404, "<!doctype html><p>no such page"),
    reason: { _tag: "OutcomeUnknown", trouble: "unreadable answer", httpStatus: 404 },
    books: 0
  },
  {
    lane: "RateLimited for seconds",
    fault: Fault.RateLimited({ retryAfter: "3" }),
    reason: { _tag: "RateLimited", scope: "account", httpStatus: 429 },
    books: 0
  },
  {
    lane: "RateLimited until a date",
    fault: Fault.RateLimited({ retryAfter: "Fri, 20 Nov 2026 10:00:03 GMT" }),
    reason: { _tag: "RateLimited", scope: "account", httpStatus: 429 },
    books: 0
  }
]

for (const { create, operation } of creates) {
  describe(`${operation} is sent once`, () => {
    it.effect.each(lanes)("$lane", ({ books, fault, reason }) =>
      Effect.gen(function*() {
        const shop = yield* open()
        yield* shop.simulator.arm(fault, { operation })
        const { value } = yield* throughTime(shop.simulator, Effect.flip(create(shop)))
        assert.deepNestedInclude(value.reason, reason)
        assert.strictEqual(value.operation, operation)
        if (value.reason._tag === "OutcomeUnknown") assert.isFalse(value.isRetryable)
        const { "payments.create": sent } = yield* counts(shop.simulator)
        assert.strictEqual(sent, 1)
        assert.strictEqual((yield* shop.simulator.books).length, books)
      }))

    it.effect("also when the answer is late, dripping or mislabelled but good", () =>
      Effect.gen(function*() {
        const shop = yield* open()
        const good = [
          Fault.Delay({ duration: "9 seconds" }),
          Fault.SlowDrip({ every: "20 millis" }),
          Fault.WrongContentType()
        ]
        for (const fault of good) {
          yield* shop.simulator.arm(fault, { operation })
          yield* throughTime(shop.simulator, create(shop))
        }
        assert.deepStrictEqual(yield* counts(shop.simulator), { token: 1, "payments.create": 3 })
      }))
  })
}

describe("the wait that a 429 asks for", () => {
  it.effect.each([
    { retryAfter: "3", seconds: 3 },
    { retryAfter: "Fri, 20 Nov 2026 10:00:03 GMT", seconds: 3 },
    { retryAfter: "soon", seconds: undefined }
  ])("$retryAfter is passed on and not waited for", ({ retryAfter, seconds }) =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* simulator.arm(Fault.RateLimited({ retryAfter }), { operation: "payments.create" })
      const { took, value } = yield* throughTime(simulator, Effect.flip(payments.create({ price })))
      assert.strictEqual(value.retryAfter === undefined ? undefined : Duration.toSeconds(value.retryAfter), seconds)
      assert.isBelow(Duration.toSeconds(took), 3)
    }))
})

describe("a create that the network refused", () => {
  it.effect("was not sent, is tried again, and takes effect once when the way is free", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* Stream.runDrain(payments.list())
      yield* simulator.arm(Fault.Refused())
      yield* moment("20 millis")
      const fiber = yield* Effect.forkChild(payments.create({ price }))
      yield* moment("20 millis")
      yield* simulator.disarm
      yield* throughTime(simulator, Fiber.join(fiber))
      assert.deepStrictEqual(yield* counts(simulator), { token: 1, "payments.list": 1, "payments.create": 1 })
      assert.strictEqual((yield* simulator.books).length, 1)
    }))

  it.effect("is unavailable when the way stays shut, and nothing is looked for", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* Stream.runDrain(payments.list())
      yield* simulator.arm(Fault.Refused())
      yield* moment("20 millis")
      const { value } = yield* throughTime(simulator, Effect.flip(payments.create({ price })))
      assert.include(value.reason, { _tag: "Unavailable", evidence: "refused" })
      assert.isTrue(value.isRetryable)
    }))
})

describe("a create of unknown outcome", () => {
  const outcomeOf = <A, R>(call: Effect.Effect<A, GatewayError.GatewayError, R>) =>
    Effect.map(reasonOf(call), (reason): OutcomeUnknown => {
      if (reason._tag !== "OutcomeUnknown") assert.fail(reason.message)
      return reason
    })

  it.effect("names what may have come of it: the same amount in the same asset, made about then", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* payments.create({ price })
      yield* TestClock.adjust("3 minutes")
      yield* payments.create({ price, payWith: "ltc" })
      yield* payments.create({ price: { ...price, amount: "250.01" } })
      const another = yield* payments.create({ price })
      yield* TestClock.adjust("20 seconds")
      yield* simulator.arm(Fault.Reset({ effect: "applied" }), { operation: "payments.create" })
      const { candidates, findOut } = yield* outcomeOf(payments.create({ price }))
      const lost = (yield* simulator.books).at(-1)?.id
      assert.deepStrictEqual(candidates.map(({ id }) => String(id)), [another.id, lost])
      assert.deepStrictEqual(candidates.map((each) => each.price?.toString()), ["250.00 MXN", "250.00 MXN"])
      assert.deepStrictEqual(candidates.map((each) => each.references), [[], []])
      assert.deepStrictEqual(candidates.map((each) => each.checkout), [undefined, undefined])
      assert.include(findOut, "candidates")
    }))

  it.effect("names nothing when nothing came of it", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* simulator.arm(Fault.Reset({ effect: "none" }), { operation: "payments.create" })
      assert.deepStrictEqual((yield* outcomeOf(payments.create({ price }))).candidates, [])
      assert.deepStrictEqual(yield* counts(simulator), { token: 1, "payments.create": 1, "payments.list": 1 })
    }))

  it.effect("adopts no candidate, not even the only one: the next try is another payment", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* simulator.arm(Fault.Reset({ effect: "applied" }), { operation: "payments.create" })
      const { candidates: [only, ...others] } = yield* outcomeOf(payments.create({ price }))
      assert.deepStrictEqual(others, [])
      const next = yield* payments.create({ price })
      assert.isDefined(only)
      assert.notStrictEqual(String(next.id), String(only?.id))
      assert.strictEqual((yield* simulator.books).length, 2)
    }))

  it.effect("takes no quote over: the first look at a candidate is the provider's answer", () =>
    Effect.gen(function*() {
      const { invoices, payments, simulator } = yield* open()
      yield* simulator.arm(Fault.Reset({ effect: "applied" }), { operation: "invoices.create" })
      const { candidates: [only] } = yield* outcomeOf(invoices.create({ reference, price }))
      const seen = yield* since(simulator)
      const found = yield* payments.get(PaymentId.make(only?.id ?? "0"))
      assert.strictEqual(found.checkout?._tag, "ScanQr")
      assert.deepStrictEqual(yield* seen, { "payments.get": 1 })
    }))

  it.effect.each([
    { lane: "ErrorPage", fault: Fault.ErrorPage({ effect: "none" }), asked: 1 },
    { lane: "RateLimited", fault: Fault.RateLimited({ retryAfter: "20" }), asked: 1 },
    { lane: "Reset", fault: Fault.Reset({ effect: "none" }), asked: 1 },
    { lane: "Timeout", fault: Fault.Timeout({ effect: "none" }), asked: 1 },
    { lane: "Truncated", fault: Fault.Truncated(), asked: 1 },
    { lane: "Unauthenticated", fault: json(401), asked: 2 }
  ])("stays what it is, soon, when the candidates cannot be read: $lane", ({ asked, fault }) =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* simulator.arm(Fault.Reset({ effect: "applied" }), { operation: "payments.create" })
      yield* simulator.arm(fault, { operation: "payments.list", times: "always" })
      const { took, value } = yield* throughTime(simulator, outcomeOf(payments.create({ price })))
      assert.deepInclude(value, { trouble: "ECONNRESET", candidates: [] })
      assert.isAtMost(Duration.toSeconds(took), 6)
      assert.strictEqual((yield* counts(simulator))["payments.list"], asked)
    }))

  it.effect("takes no longer than one time-out and a little, when the provider hangs altogether", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* Stream.runDrain(payments.list())
      yield* simulator.arm(Fault.Timeout({ effect: "none" }), { times: "always" })
      const { took, value } = yield* throughTime(simulator, outcomeOf(payments.create({ price })))
      assert.deepInclude(value, { trouble: "timeout", candidates: [] })
      assert.isAtMost(Duration.toSeconds(took), 16)
    }))

  it.effect("is not repeated by a policy that would repeat anything", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* simulator.arm(Fault.ErrorPage({ effect: "none" }), { operation: "payments.create", times: "always" })
      const eager = { ...RetryPolicy.standard, base: 0, tries: 9 }
      yield* outcomeOf(Effect.provideService(payments.create({ price }), RetryPolicy.Current, eager))
      assert.strictEqual((yield* counts(simulator))["payments.create"], 1)
    }))

  it.effect("survives a queue or a database with its candidates", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* simulator.arm(Fault.Truncated(), { operation: "payments.create" })
      const error = yield* Effect.flip(payments.create({ price }))
      const codec = Schema.fromJsonString(Schema.toCodecJson(GatewayError.GatewayError))
      const stored = yield* Schema.encodeEffect(codec)(error)
      const { reason } = yield* Schema.decodeEffect(codec)(stored)
      const outcome = yield* outcomeOf(Effect.fail(error))
      assert.deepStrictEqual(reason, outcome)
      assert.strictEqual(outcome.candidates.length, 1)
    }))

  it.effect("counts the time from when the call began", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* simulator.arm(Fault.Timeout({ effect: "applied" }), { operation: "payments.create" })
      const { value } = yield* throughTime(simulator, outcomeOf(payments.create({ price })))
      const [made] = value.candidates
      assert.strictEqual(made?.createdAt === undefined ? 0 : DateTime.toEpochMillis(made.createdAt), morning)
    }))
})
