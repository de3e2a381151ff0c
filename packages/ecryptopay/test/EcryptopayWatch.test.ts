/**
 * Following a payment: one renewal for everybody, and never a quote on the page that no longer holds.
 */
import { assert, describe, it } from "@effect/vitest"
import { InvoiceId, PaymentId } from "@gatefold/core/Identifiers"
import { Fault } from "@gatefold/core/Simulator"
import { DateTime, Duration, Effect, Stream } from "effect"
import { TestClock } from "effect/testing"
import { eventually } from "./support/RealTime.ts"
import { counts, morning, open, requestsOf } from "./support/Shop.ts"
import * as Viewer from "./support/Viewer.ts"
import { chance, nothingStale, openWithPayment, paidAndOver, pass, price, renewals } from "./support/Watching.ts"

describe("three viewers of one payment", () => {
  it.effect("share one renewal per 20 seconds, the first when the quote of the create is due", () =>
    Effect.gen(function*() {
      const { first, seen, simulator, view } = yield* openWithPayment()
      const viewers = yield* Effect.all([view, view, view])
      yield* pass("1 second")
      assert.deepStrictEqual(viewers.map((viewer) => viewer.qr()?.image), [first, first, first])
      assert.deepStrictEqual(yield* seen, {})
      yield* pass("2 minutes", nothingStale(viewers))
      assert.deepStrictEqual(yield* renewals(simulator), [20, 40, 60, 80, 100, 120])
      const [one, ...others] = viewers.map(({ frames }) => frames)
      assert.strictEqual(one?.length, 7)
      for (const other of others) assert.deepStrictEqual(other, one)
    }))

  it.effect("see each quote for as long as it holds: 25 seconds from when its request was sent", () =>
    Effect.gen(function*() {
      const { simulator, view } = yield* openWithPayment()
      const viewer = yield* view
      yield* simulator.arm(Fault.Delay({ duration: "9 seconds" }), { operation: "payments.get", times: "always" })
      yield* pass("90 seconds", nothingStale([viewer]))
      const shown = viewer.frames.map(({ at, payment }) => {
        const qr = Viewer.qrOf(payment)
        return [(at - morning) / 1000, qr === undefined ? "nothing" : (qr.until - morning) / 1000]
      })
      assert.deepStrictEqual(shown, [
        [0, 25],
        [25, "nothing"],
        [29, 45],
        [45, "nothing"],
        [49, 65],
        [65, "nothing"],
        [69, 85],
        [85, "nothing"],
        [89, 105]
      ])
      assert.deepStrictEqual(yield* renewals(simulator), [20, 40, 60, 80])
    }))

  it.effect("get the quote that holds when they come later, and nothing is renewed for it", () =>
    Effect.gen(function*() {
      const { simulator, view } = yield* openWithPayment()
      const early = yield* view
      yield* pass("30 seconds")
      const late = yield* view
      yield* eventually("the page is shown", Effect.sync(() => late.frames.length > 0))
      assert.deepStrictEqual(late.qr(), early.qr())
      assert.deepStrictEqual(yield* renewals(simulator), [20])
    }))

  it.effect("are renewed for until the last one leaves, and then not at all", () =>
    Effect.gen(function*() {
      const { simulator, view } = yield* openWithPayment()
      const [one, two, three] = yield* Effect.all([view, view, view])
      yield* pass("25 seconds")
      yield* Effect.andThen(one.leave, two.leave)
      yield* pass("20 seconds")
      assert.deepStrictEqual(yield* renewals(simulator), [20, 40])
      yield* three.leave
      yield* pass("1 minute")
      assert.deepStrictEqual(yield* renewals(simulator), [20, 40])
      assert.deepStrictEqual(yield* counts(simulator), { token: 1, "payments.create": 1, "payments.get": 2 })
    }))

  it.effect("who come back see no quote of the time before", () =>
    Effect.gen(function*() {
      const { id, payments, simulator, view } = yield* openWithPayment()
      const before = yield* view
      yield* pass("15 seconds")
      yield* before.leave
      yield* payments.get(id)
      yield* pass("15 seconds")
      const after = yield* view
      yield* eventually("there is a quote", Effect.sync(() => after.qr() !== undefined))
      yield* nothingStale([after])
      assert.deepStrictEqual(yield* renewals(simulator), [30])
    }))
})

describe("the end", () => {
  it.effect("is the first state in which nothing more is to be paid, shown without anything to scan", () =>
    Effect.gen(function*() {
      const { id, simulator, view } = yield* openWithPayment()
      const viewers = yield* Effect.all([view, view, view])
      yield* pass("10 seconds")
      yield* simulator.pay(id)
      yield* pass("15 seconds")
      for (const viewer of viewers) paidAndOver(viewer)
      yield* pass("1 minute")
      assert.deepStrictEqual(yield* renewals(simulator), [20])
    }))

  it.effect.each(["expire", "fail", "cancel"] as const)(
    "comes also when it is to %s",
    (change) =>
      Effect.gen(function*() {
        const { id, simulator, view } = yield* openWithPayment()
        const viewer = yield* view
        yield* simulator[change](id)
        yield* pass("21 seconds")
        assert.isTrue(viewer.isDone())
        assert.isUndefined(viewer.qr())
      })
  )

  it.effect("does not come while something is still to be paid", () =>
    Effect.gen(function*() {
      const { id, simulator, view } = yield* openWithPayment()
      const viewer = yield* view
      yield* simulator.pay(id, "partial")
      yield* pass("21 seconds")
      assert.deepInclude(viewer.now(), { status: "processing", coverage: "partial" })
      const rest = viewer.qr()
      yield* simulator.scanAndPay(rest?.image ?? "")
      yield* pass("20 seconds")
      paidAndOver(viewer)
    }))

  it.effect("comes at once when somebody's read shows it, by the list alone", () =>
    Effect.gen(function*() {
      const { id, payments, seen, simulator, view } = yield* openWithPayment()
      const viewers = yield* Effect.all([view, view])
      yield* pass("5 seconds")
      yield* simulator.pay(id)
      assert.strictEqual((yield* payments.get(id)).status, "paid")
      yield* eventually("the pages are done", Effect.sync(() => viewers.every((viewer) => viewer.isDone())))
      for (const viewer of viewers) paidAndOver(viewer)
      assert.deepStrictEqual(yield* seen, { "payments.list": 1 })
    }))

  it.effect("comes at once when a webhook's read-back shows it, by the list alone", () =>
    Effect.gen(function*() {
      const { id, seen, simulator, view, webhooks } = yield* openWithPayment()
      const viewer = yield* view
      yield* pass("5 seconds")
      yield* simulator.pay(id)
      const { invoice } = yield* webhooks.receive(yield* simulator.webhook(id))
      assert.strictEqual(invoice.status, "paid")
      yield* eventually("the page is done", Effect.sync(() => viewer.isDone()))
      paidAndOver(viewer)
      assert.deepStrictEqual(yield* seen, { "payments.list": 1 })
    }))

  it.effect("of a payment that ended before anybody looked is its one frame", () =>
    Effect.gen(function*() {
      const { id, seen, simulator, view } = yield* openWithPayment()
      yield* pass("1 minute")
      yield* simulator.expire(id)
      const viewer = yield* view
      yield* eventually("the page is done", Effect.sync(() => viewer.isDone()))
      assert.deepStrictEqual(viewer.frames.map(({ payment }) => payment.status), ["expired"])
      assert.deepStrictEqual(yield* seen, { "payments.get": 1 })
    }))
})

describe("reading while somebody watches", () => {
  it.effect("never renews, however often and by whichever service", () =>
    Effect.gen(function*() {
      const { id, invoices, payments, seen, simulator, view, webhooks } = yield* openWithPayment()
      const viewer = yield* view
      const forged = yield* simulator.forge(id)
      const read = Effect.gen(function*() {
        const payment = yield* payments.get(id)
        const invoice = yield* invoices.get({ id: InvoiceId.make(id) })
        yield* Effect.exit(webhooks.receive(forged))
        const quotes = [payment.checkout, invoice.checkout]
        for (const quote of quotes) assert.deepStrictEqual(quote, viewer.now()?.checkout)
      }).pipe(Effect.orDie)
      yield* pass("1 minute", read)
      assert.deepStrictEqual(yield* renewals(simulator), [20, 40, 60])
      assert.isAtLeast((yield* seen)["payments.list"] ?? 0, 60)
    }))

  it.effect("keeps the held quote until it is over, and renews once after the page was closed", () =>
    Effect.gen(function*() {
      const { id, payments, seen, view } = yield* openWithPayment()
      const viewer = yield* view
      yield* pass("5 seconds")
      yield* viewer.leave
      yield* pass("5 seconds", Effect.asVoid(Effect.orDie(payments.get(id))))
      assert.deepStrictEqual(yield* seen, { "payments.list": 5 })
      yield* pass("15 seconds")
      const all = yield* Effect.all(Array.from({ length: 50 }, () => payments.get(id)), { concurrency: "unbounded" })
      assert.strictEqual(new Set(all.map((payment) => Viewer.qrOf(payment)?.image)).size, 1)
      assert.strictEqual((yield* seen)["payments.get"], 1)
    }))
})

describe("a customer who scans what the page shows", () => {
  it.effect("always pays exactly, while polls, webhooks and forgers read the same payments all the time", () =>
    Effect.gen(function*() {
      const { invoices, payments, simulator, webhooks } = yield* open()
      const next = chance(7)
      const customers = yield* Effect.forEach(Array.from({ length: 20 }), () =>
        Effect.gen(function*() {
          const { id } = yield* payments.create({ price })
          const viewer = yield* Viewer.open(payments.watch(id))
          return { id, viewer, pays: 1 + next(75), isPaid: false }
        }))
      const disturb = Effect.forEach(customers, ({ id }) => {
        const reads = [
          payments.get(id),
          invoices.get({ id: InvoiceId.make(id) }),
          Effect.exit(Effect.flatMap(simulator.forge(id), webhooks.receive)),
          Effect.void,
          Effect.void,
          Effect.void
        ]
        return reads[next(reads.length)] ?? Effect.void
      }, { concurrency: "unbounded", discard: true })
      for (let second = 1; second <= 76; second++) {
        yield* TestClock.adjust("1 second")
        yield* Effect.orDie(disturb)
        const isFresh = Effect.map(
          DateTime.now,
          (now) =>
            customers.every(({ isPaid, viewer }) =>
              isPaid || (viewer.qr()?.until ?? 0) - DateTime.toEpochMillis(now) > 5_000
            )
        )
        yield* eventually(`every page has a quote at ${second} s`, isFresh)
        for (const customer of customers) {
          if (customer.pays !== second) continue
          yield* simulator.scanAndPay(customer.viewer.qr()?.image ?? "")
          customer.isPaid = true
        }
      }
      yield* pass("21 seconds")
      const words = (yield* simulator.books).map(({ providerStatus }) => providerStatus)
      assert.deepStrictEqual(words, customers.map(() => "cobrado_bien"))
      for (const { viewer } of customers) paidAndOver(viewer)
    }))

  it.effect("would pay too little if anybody renewed behind the page: the proof can fail", () =>
    Effect.gen(function*() {
      const { id, options, simulator, view } = yield* openWithPayment()
      const viewer = yield* view
      yield* pass("1 second")
      const [create] = yield* requestsOf(simulator, "payments.create")
      const headers = { authorization: create?.headers["authorization"] ?? "" }
      yield* Effect.promise(() => fetch(`${options.baseUrl}/payments/${id}`, { headers }))
      yield* simulator.scanAndPay(viewer.qr()?.image ?? "")
      assert.strictEqual((yield* simulator.books)[0]?.status, "processing")
    }))

  it.effect("of one payment is not disturbed by those of another", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      const one = yield* payments.create({ price })
      yield* pass("7 seconds")
      const two = yield* payments.create({ price })
      const viewers = [yield* Viewer.open(payments.watch(one.id)), yield* Viewer.open(payments.watch(two.id))]
      yield* pass("40 seconds", nothingStale(viewers))
      const urls = (yield* requestsOf(simulator, "payments.get")).map(({ url }) => url.split("/").at(-1))
      assert.deepStrictEqual(urls, [one.id, two.id, one.id, two.id])
      assert.deepStrictEqual(yield* renewals(simulator), [20, 27, 40, 47])
    }))
})

describe("a shorter quote", () => {
  it.effect("can be set, and is renewed when four fifths of it are over", () =>
    Effect.gen(function*() {
      const { simulator, view } = yield* openWithPayment({ quoteLasts: Duration.seconds(10) })
      const viewer = yield* view
      yield* pass("30 seconds", nothingStale([viewer]))
      assert.deepStrictEqual(yield* renewals(simulator), [8, 16, 24])
    }))
})

describe("an unknown payment", () => {
  it.effect("is not found, and asked for once", () =>
    Effect.gen(function*() {
      const { payments, seen } = yield* openWithPayment()
      const error = yield* Effect.flip(Stream.runDrain(payments.watch(PaymentId.make("999"))))
      assert.strictEqual(error.reason._tag, "NotFound")
      assert.deepStrictEqual(yield* seen, { "payments.get": 1 })
    }))
})
