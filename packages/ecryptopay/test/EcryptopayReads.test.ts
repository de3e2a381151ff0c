/**
 * Everything that can go wrong with a read: what it is called, and how often the provider is asked.
 */
import { assert, describe, it } from "@effect/vitest"
import { InvoiceId, PaymentId } from "@gatefold/core/Identifiers"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { Fault } from "@gatefold/core/Simulator"
import { Duration, Effect, Fiber, Option, Stream } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { hasEnded, moment, turns } from "./support/RealTime.ts"
import { counts, open, reasonOf, since, throughTime } from "./support/Shop.ts"

const price = { amount: "250.00", currency: "MXN" }

type Shop = Effect.Success<ReturnType<typeof openWithPayment>>

/** An account that is signed in, with a payment whose quote is over. */
const openWithPayment = Effect.fnUntraced(function*() {
  const shop = yield* open()
  const { id } = yield* shop.payments.create({ price })
  yield* TestClock.adjust("1 minute")
  return { ...shop, id, seen: yield* since(shop.simulator) }
})

const reads = [
  { name: "Payments.get", call: "payments.get", run: ({ id, payments }: Shop) => Effect.asVoid(payments.get(id)) },
  {
    name: "Invoices.get, of a payment that the list has",
    call: "payments.list",
    run: ({ id, invoices }: Shop) => Effect.asVoid(invoices.get({ id: InvoiceId.make(id) }))
  },
  { name: "Payments.list", call: "payments.list", run: ({ payments }: Shop) => Stream.runDrain(payments.list()) },
  { name: "Invoices.list", call: "payments.list", run: ({ invoices }: Shop) => Stream.runDrain(invoices.list()) }
] as const

const json = (status: number, body = "{\"message\":\"no\"}") => Fault.Answer({ effect: "none", status, body })

interface Lane {
  readonly lane: string
  readonly fault: Fault
  readonly reason: Readonly<Record<string, unknown>>
  /** How often the provider is asked in one call. */
  readonly asked: number
}

/** After these, the same call may succeed later. */
const passing: ReadonlyArray<Lane> = [
  {
    lane: "Reset",
    fault: Fault.Reset({ effect: "none" }),
    reason: { _tag: "Unavailable", evidence: "ECONNRESET" },
    asked: 5
  },
  {
    lane: "Reset after it was handled",
    fault: Fault.Reset({ effect: "applied" }),
    reason: { _tag: "Unavailable", evidence: "ECONNRESET" },
    asked: 5
  },
  {
    lane: "Hangup",
    fault: Fault.Hangup({ effect: "none" }),
    reason: { _tag: "Unavailable", evidence: "UND_ERR_SOCKET" },
    asked: 5
  },
  {
    lane: "Timeout",
    fault: Fault.Timeout({ effect: "none" }),
    reason: { _tag: "Unavailable", evidence: "timeout" },
    asked: 3
  },
  {
    lane: "Delay beyond the time-out",
    fault: Fault.Delay({ duration: "11 seconds" }),
    reason: { _tag: "Unavailable", evidence: "timeout" },
    asked: 3
  },
  {
    lane: "SlowDrip",
    fault: Fault.SlowDrip({ every: "1 second" }),
    reason: { _tag: "Unavailable", evidence: "timeout" },
    asked: 3
  },
  {
    lane: "Unavailable",
    fault: Fault.Unavailable(),
    reason: { _tag: "Unavailable", evidence: "HTTP 503", httpStatus: 503 },
    asked: 5
  },
  {
    lane: "ErrorPage",
    fault: Fault.ErrorPage({ effect: "none" }),
    reason: { _tag: "Unavailable", evidence: "HTTP 500", httpStatus: 500 },
    asked: 5
  },
  { lane: "HTTP 502", fault: json(502), reason: { _tag: "Unavailable", evidence: "HTTP 502" }, asked: 5 },
  {
    lane: "RateLimited for 3 seconds",
    fault: Fault.RateLimited({ retryAfter: "3" }),
    reason: { _tag: "RateLimited", scope: "account", httpStatus: 429 },
    asked: 5
  },
  {
    lane: "RateLimited for longer than the call may take",
    fault: Fault.RateLimited({ retryAfter: "40" }),
    reason: { _tag: "RateLimited", scope: "account" },
    asked: 1
  }
]

/** After these, the same call would fail the same way. */
const final: ReadonlyArray<Lane> = [
  { lane: "EmptyBody", fault: Fault.EmptyBody(), reason: { _tag: "InvalidResponse", path: "body" }, asked: 1 },
  { lane: "Truncated", fault: Fault.Truncated(), reason: { _tag: "InvalidResponse", path: "body" }, asked: 1 },
  {
    lane: "Redirect",
    fault: Fault.Redirect({ to: "/api/v1/payments" }),
    reason: { _tag: "InvalidResponse", path: "status", httpStatus: 307 },
    asked: 1
  },
  { lane: "a text", fault: json(200, "\"no\""), reason: { _tag: "InvalidResponse", path: "body" }, asked: 1 },
  { lane: "HTTP 204", fault: json(204, ""), reason: { _tag: "InvalidResponse", path: "body" }, asked: 1 },
  { lane: "HTTP 400", fault: json(400), reason: { _tag: "InvalidRequest", httpStatus: 400 }, asked: 1 },
  { lane: "HTTP 401", fault: json(401), reason: { _tag: "Unauthenticated", httpStatus: 401 }, asked: 2 },
  { lane: "HTTP 402", fault: json(402), reason: { _tag: "Declined", httpStatus: 402 }, asked: 1 },
  { lane: "HTTP 403", fault: json(403), reason: { _tag: "Forbidden", httpStatus: 403 }, asked: 1 },
  { lane: "HTTP 404", fault: json(404), reason: { _tag: "NotFound", httpStatus: 404 }, asked: 1 },
  {
    lane: "a page in place of a 404",
    fault: json(404, "<!doctype html><p>no such page"),
    reason: { _tag: "InvalidResponse", path: "error", httpStatus: 404 },
    asked: 1
  },
  { lane: "HTTP 409", fault: json(409), reason: { _tag: "Conflict", kind: "other" }, asked: 1 },
  { lane: "HTTP 422", fault: json(422), reason: { _tag: "InvalidRequest", httpStatus: 422 }, asked: 1 }
]

for (const { call, name, run } of reads) {
  describe(name, () => {
    it.effect.each([...passing, ...final])("$lane", ({ asked, fault, reason }) =>
      Effect.gen(function*() {
        const shop = yield* openWithPayment()
        yield* shop.simulator.arm(fault, { operation: call, times: "always" })
        const { took, value } = yield* throughTime(shop.simulator, Effect.flip(run(shop)), "5 seconds")
        assert.deepInclude(value.reason, reason)
        assert.strictEqual(value.isRetryable, ["Unavailable", "RateLimited"].includes(value.reason._tag))
        const { token: _, ...made } = yield* shop.seen
        assert.deepStrictEqual(made, { [call]: asked })
        assert.isAtMost(Duration.toSeconds(took), 35)
      }))

    it.effect("Refused", () =>
      Effect.gen(function*() {
        const shop = yield* openWithPayment()
        yield* shop.simulator.arm(Fault.Refused())
        yield* moment("20 millis")
        const { value } = yield* throughTime(shop.simulator, reasonOf(run(shop)))
        assert.deepInclude(value, { _tag: "Unavailable", evidence: "refused" })
      }))

    it.effect("Oversized: stops reading at the limit", () =>
      Effect.gen(function*() {
        const shop = yield* openWithPayment()
        const limit = call === "payments.list" ? 64 * 1_048_576 : 1_048_576
        yield* shop.simulator.arm(Fault.Oversized({ bytes: limit + 1_000_000 }), { operation: call })
        assert.deepInclude(yield* reasonOf(run(shop)), {
          _tag: "InvalidResponse",
          path: "body",
          issue: `larger than ${limit} bytes`
        })
      }))

    it.effect("a trouble that passes costs nothing but a while", () =>
      Effect.gen(function*() {
        const shop = yield* openWithPayment()
        for (const { fault } of passing.slice(0, 4)) yield* shop.simulator.arm(fault, { operation: call })
        yield* throughTime(shop.simulator, run(shop))
        assert.deepStrictEqual(yield* shop.seen, { [call]: 5 })
      }))

    it.effect("a good answer is good however it is labelled and however slowly it comes", () =>
      Effect.gen(function*() {
        const shop = yield* openWithPayment()
        yield* shop.simulator.arm(Fault.WrongContentType(), { operation: call })
        yield* throughTime(shop.simulator, run(shop))
        yield* TestClock.adjust("1 minute")
        yield* shop.simulator.arm(Fault.SlowDrip({ every: "20 millis" }), { operation: call })
        yield* throughTime(shop.simulator, run(shop))
        assert.deepStrictEqual(yield* shop.seen, { [call]: 2 })
      }))
  })
}

describe("Payments.watch", () => {
  it.effect.each(final)("fails for good: $lane", ({ asked, fault, reason }) =>
    Effect.gen(function*() {
      const { id, payments, seen, simulator } = yield* openWithPayment()
      yield* simulator.arm(fault, { operation: "payments.get", times: "always" })
      assert.deepInclude(yield* reasonOf(Stream.runDrain(payments.watch(id))), reason)
      const { token: _, ...made } = yield* seen
      assert.deepStrictEqual(made, { "payments.get": asked })
    }))

  it.effect.each(passing)("waits until it is over: $lane", ({ fault }) =>
    Effect.gen(function*() {
      const { id, payments, simulator } = yield* openWithPayment()
      yield* simulator.arm(fault, { operation: "payments.get", times: "always" })
      const viewer = yield* Effect.forkChild(Stream.runHead(payments.watch(id)))
      for (let passed = 0; passed < 100; passed += 5) yield* Effect.andThen(TestClock.adjust("5 seconds"), turns())
      assert.isFalse(hasEnded(viewer))
      yield* simulator.disarm
      const { value } = yield* throughTime(simulator, Fiber.join(viewer))
      assert.strictEqual(Option.getOrUndefined(value)?.checkout?._tag, "ScanQr")
      assert.isAtLeast((yield* counts(simulator))["payments.get"] ?? 0, 3)
    }))
})

describe("an account's own settings", () => {
  it.effect("say how often a call is tried, signing in included", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open({ retry: RetryPolicy.once })
      yield* simulator.arm(Fault.ErrorPage({ effect: "none" }), { operation: "token" })
      assert.strictEqual((yield* reasonOf(Stream.runDrain(payments.list())))._tag, "Unavailable")
      yield* simulator.arm(Fault.ErrorPage({ effect: "none" }), { operation: "payments.list" })
      assert.strictEqual((yield* reasonOf(Stream.runDrain(payments.list())))._tag, "Unavailable")
      assert.deepStrictEqual(yield* counts(simulator), { token: 2, "payments.list": 1 })
    }))

  it.effect("may put something between every call and the transport, signing in included", () =>
    Effect.gen(function*() {
      const passed: Array<string> = []
      const transformClient = HttpClient.tapRequest(({ method, url }) =>
        Effect.sync(() => passed.push(`${method} ${new URL(url).pathname}`))
      )
      const { payments } = yield* open({ transformClient })
      yield* payments.create({ price })
      yield* Stream.runDrain(payments.list())
      assert.deepStrictEqual(passed, [
        "POST /api/v1/oauth/token",
        "POST /api/v1/payments/",
        "GET /api/v1/payments"
      ])
    }))
})

describe("Invoices.get", () => {
  it.effect("asks for the payment itself where the list lacks it, since no list is known to be complete", () =>
    Effect.gen(function*() {
      const { id, invoices, seen, simulator } = yield* openWithPayment()
      yield* simulator.arm(json(200, "[]"), { operation: "payments.list" })
      const invoice = yield* invoices.get({ id: InvoiceId.make(id) })
      assert.strictEqual(invoice.checkout?._tag, "ScanQr")
      assert.deepStrictEqual(yield* seen, { "payments.list": 1, "payments.get": 1 })
    }))

  it.effect("of a payment that neither has is not found", () =>
    Effect.gen(function*() {
      const { invoices, seen } = yield* openWithPayment()
      assert.strictEqual((yield* reasonOf(invoices.get({ id: InvoiceId.make("999") })))._tag, "NotFound")
      assert.deepStrictEqual(yield* seen, { "payments.list": 1, "payments.get": 1 })
    }))

  it.effect("renews no quote: somebody elsewhere may be looking at one", () =>
    Effect.gen(function*() {
      const { id, invoices, seen } = yield* openWithPayment()
      const invoice = yield* invoices.get({ id: InvoiceId.make(id) })
      assert.strictEqual(invoice.status, "open")
      assert.isUndefined(invoice.checkout)
      assert.deepStrictEqual(yield* seen, { "payments.list": 1 })
    }))
})

describe("an id that is none", () => {
  it.effect.each(["048213", "48213x", "+48213", "48213.0", "4_8213", ".", "..", "-1", "../oauth/token", "%2e%2e"])(
    "\"%s\" is not found, and never asked for: a lenient server could take it for a payment of ours",
    (text) =>
      Effect.gen(function*() {
        const { invoices, payments, seen } = yield* openWithPayment()
        const id = PaymentId.make(text)
        assert.strictEqual((yield* reasonOf(payments.get(id)))._tag, "NotFound")
        assert.strictEqual((yield* reasonOf(Stream.runDrain(payments.watch(id))))._tag, "NotFound")
        assert.strictEqual((yield* reasonOf(invoices.get({ id: InvoiceId.make(text) })))._tag, "NotFound")
        assert.deepStrictEqual(yield* seen, {})
      })
  )
})
