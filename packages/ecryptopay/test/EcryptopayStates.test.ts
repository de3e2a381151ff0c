/**
 * What the provider's state words mean is a setting. What is not set is not understood, and never taken for paid.
 */
import { assert, describe, it } from "@effect/vitest"
import { Invoice, Money } from "@gatefold/core"
import { InvoiceId, PaymentId } from "@gatefold/core/Identifiers"
import type { Simulator } from "@gatefold/core/Simulator"
import { Ecryptopay } from "@gatefold/ecryptopay"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import * as Observer from "@gatefold/simulator/Observer"
import { Effect, Layer, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import * as Fixture from "./support/Fixture.ts"
import { open, optionsOf } from "./support/Shop.ts"

const price = Money.makeUnsafe("250.00", "MXN")
const id = InvoiceId.make("48213")

/** The documented answer to a read with this state. */
const answer = (state: unknown) =>
  Fixture.json(JSON.stringify({ ...JSON.parse(Fixture.text("payment")), state: state ?? undefined }))

const arm = (simulator: Simulator, state: unknown) => simulator.arm(answer(state), { operation: "payments.get" })

interface Facts {
  readonly status: string
  readonly providerStatus: string
  readonly coverage: string
  readonly isLate: boolean
  readonly isReversed: boolean
  readonly unrecognized: ReadonlyArray<string>
}

const factsOf = ({ coverage, isLate, isReversed, providerStatus, status, unrecognized }: Facts): Facts => ({
  status,
  providerStatus,
  coverage,
  isLate,
  isReversed,
  unrecognized
})

const none = { coverage: "none", isLate: false, isReversed: false, covers: false, isShown: false, conditions: [] }

/** For each list of words: the facts that follow, and whether the order may be handed over. */
const meanings = [
  { list: "open", ...none, status: "open", isShown: true },
  { list: "processing", ...none, status: "processing", isShown: true },
  { list: "underpaid", ...none, status: "processing", coverage: "partial", conditions: ["underpaid"], isShown: true },
  { list: "paid", ...none, status: "paid", coverage: "full", covers: true },
  { list: "overpaid", ...none, status: "paid", coverage: "over", conditions: ["overpaid"], covers: true },
  { list: "late", ...none, status: "paid", coverage: "full", isLate: true, conditions: ["late"], covers: true },
  {
    list: "lateOverpaid",
    ...none,
    status: "paid",
    coverage: "over",
    isLate: true,
    conditions: ["overpaid", "late"],
    covers: true
  },
  { list: "failed", ...none, status: "failed" },
  { list: "expired", ...none, status: "expired" },
  { list: "canceled", ...none, status: "canceled" },
  { list: "reversed", ...none, status: "paid", coverage: "full", isReversed: true, conditions: ["reversed"] }
]

describe("a word in the list", () => {
  it.effect.each(meanings)(
    "$list",
    ({ conditions, covers, coverage, isLate, isReversed, isShown, list, status }) =>
      Effect.gen(function*() {
        const { invoices, simulator } = yield* open({ states: { paid: ["x"], [list]: ["una_palabra", "otra"] } })
        for (const word of ["una_palabra", "otra"]) {
          yield* arm(simulator, word)
          const invoice = yield* invoices.get({ id })
          const facts = { status, providerStatus: word, coverage, isLate, isReversed, unrecognized: [] }
          assert.deepStrictEqual(factsOf(invoice), facts)
          const [payment] = invoice.payments
          assert.isDefined(payment)
          if (payment !== undefined) {
            assert.deepStrictEqual(factsOf(payment), { ...facts, status: status === "open" ? "pending" : status })
          }
          assert.deepStrictEqual([...Invoice.conditions(invoice)], conditions)
          assert.strictEqual(Invoice.covers(price, invoice), covers)
          assert.isFalse(Invoice.covers(Money.makeUnsafe("250.01", "MXN"), invoice))
          assert.isFalse(Invoice.covers(Money.makeUnsafe("249.99", "MXN"), invoice))
          assert.isFalse(Invoice.covers(Money.makeUnsafe("250.00", "USD"), invoice))
          assert.strictEqual(invoice.checkout !== undefined, isShown)
          yield* TestClock.adjust("1 minute")
        }
      })
  )

  it.effect("of the simulator is what really happened", () =>
    Effect.gen(function*() {
      const { invoices, payments, simulator } = yield* open({}, { ttl: "10 minutes" })
      const made = yield* Effect.forEach(Array.from({ length: 9 }), () => payments.create({ price }))
      const [untouched, confirming, under, paid, over, failed, canceled, reversed, expired] = made.map((one) =>
        String(one.id)
      )
      yield* simulator.confirming(confirming ?? "")
      yield* simulator.pay(under ?? "", "partial")
      yield* simulator.pay(paid ?? "")
      yield* simulator.pay(over ?? "", "over")
      yield* simulator.fail(failed ?? "")
      yield* simulator.cancel(canceled ?? "")
      yield* simulator.pay(reversed ?? "")
      yield* simulator.reverse(reversed ?? "")
      yield* simulator.expire(expired ?? "")
      const late = yield* payments.create({ price })
      yield* simulator.expire(late.id)
      yield* simulator.pay(late.id)
      const lateOver = yield* payments.create({ price })
      yield* simulator.expire(lateOver.id)
      yield* simulator.pay(lateOver.id, "over")
      const listed = yield* Stream.runCollect(invoices.list())
      const seen = listed.map((invoice) => [
        String(invoice.id),
        invoice.status,
        ...Invoice.conditions(invoice),
        ...Invoice.covers(price, invoice) ? ["covered"] : []
      ])
      assert.deepStrictEqual(seen, [
        [untouched, "open"],
        [confirming, "processing"],
        [under, "processing", "underpaid"],
        [paid, "paid", "covered"],
        [over, "paid", "overpaid", "covered"],
        [failed, "failed"],
        [canceled, "canceled"],
        [reversed, "paid", "reversed"],
        [expired, "expired"],
        [late.id, "paid", "late", "covered"],
        [lateOver.id, "paid", "overpaid", "late", "covered"]
      ])
      const books = (yield* simulator.books).map(({ status }) => status)
      assert.deepStrictEqual(listed.map(({ status }) => status), books)
    }))
})

describe("a word in no list", () => {
  const words = [
    "paid",
    "PAID",
    "completed",
    "success",
    "pagado",
    "confirmed",
    "COBRADO_BIEN",
    " cobrado_bien",
    "toString"
  ]

  it.effect.each(words)("\"%s\" is unknown, is kept, and covers nothing", (word) =>
    Effect.gen(function*() {
      const { invoices, payments, simulator } = yield* open()
      yield* arm(simulator, word)
      const invoice = yield* invoices.get({ id })
      const facts = {
        status: "unknown",
        providerStatus: word,
        coverage: "none",
        isLate: false,
        isReversed: false,
        unrecognized: [word]
      }
      assert.deepStrictEqual(factsOf(invoice), facts)
      assert.deepStrictEqual([...Invoice.conditions(invoice)], ["unrecognized"])
      assert.isFalse(Invoice.covers(price, invoice))
      yield* TestClock.adjust("1 minute")
      yield* arm(simulator, word)
      assert.deepStrictEqual(factsOf(yield* payments.get(PaymentId.make(id))), facts)
    }))

  it.effect("is unknown also where no list is set at all", () =>
    Effect.gen(function*() {
      const { invoices, payments, simulator } = yield* open({ states: undefined })
      const made = yield* payments.create({ price })
      yield* simulator.pay(made.id)
      const [invoice] = yield* Stream.runCollect(invoices.list())
      assert.deepInclude(invoice, { status: "unknown", providerStatus: "cobrado_bien", unrecognized: ["cobrado_bien"] })
    }))

  it.effect("keeps what can be paid on the page: the provider may have begun to say \"open\" in another way", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* arm(simulator, "palabra_nueva")
      assert.strictEqual((yield* payments.get(PaymentId.make(id))).checkout?._tag, "ScanQr")
    }))

  it.effect("is logged once and counted each time", () => {
    const observer = Observer.make()
    return observer.watch(Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      for (const word of ["uno", "dos", "uno", "uno"]) {
        yield* arm(simulator, word)
        yield* payments.get(PaymentId.make(id))
        yield* TestClock.adjust("1 minute")
      }
      assert.deepStrictEqual(observer.warnings(), [
        "ecryptopay: status \"uno\" is in no map, so it is never taken for paid",
        "ecryptopay: status \"dos\" is in no map, so it is never taken for paid"
      ])
      const counted = yield* observer.metric("gatefold_unrecognized_words")
      assert.deepStrictEqual(counted.map(({ attributes, state }) => ({ attributes, state })), [{
        attributes: { provider: "ecryptopay", account: "ecryptopay" },
        state: { count: 4, incremental: true }
      }])
    }))
  })

  it.effect("is counted also in the answer of a create, which has none by the documentation", () => {
    const observer = Observer.make()
    return observer.watch(Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      const body = JSON.stringify({ ...JSON.parse(Fixture.text("created")), state: "naciendo" })
      yield* simulator.arm(Fixture.json(body, 201), { operation: "payments.create" })
      assert.strictEqual((yield* payments.create({ price })).status, "unknown")
      assert.strictEqual(observer.warnings().length, 1)
    }))
  })
})

describe("no word", () => {
  it.effect.each([{ state: null }, { state: "" }])(
    "$state is open, whatever the lists say",
    ({ state }) =>
      Effect.gen(function*() {
        const { invoices, simulator } = yield* open({ states: { paid: ["", "x"] } })
        yield* arm(simulator, state)
        const invoice = yield* invoices.get({ id })
        assert.deepInclude(factsOf(invoice), { status: "open", providerStatus: "", unrecognized: [] })
        assert.isFalse(Invoice.covers(price, invoice))
      })
  )
})

describe("the lists", () => {
  const start = (states: Ecryptopay.EcryptopayOptions["states"]) =>
    Effect.gen(function*() {
      const options = yield* optionsOf(yield* EcryptopaySimulator.make())
      yield* Layer.build(Ecryptopay.layer({ ...options, states }).pipe(Layer.provide(FetchHttpClient.layer)))
    })

  it.effect.each([{ states: undefined }, { states: {} }, { states: { paid: [], open: ["x"] } }])(
    "without any word for paid are warned about at start: %j",
    ({ states }) => {
      const observer = Observer.make()
      return observer.watch(Effect.gen(function*() {
        yield* start(states)
        assert.deepStrictEqual(observer.warnings(), [
          "ecryptopay: ECRYPTOPAY_PAID_STATES is empty, so no payment can ever be taken for paid"
        ])
      }))
    }
  )

  it.effect("with a word for paid are not", () => {
    const observer = Observer.make()
    return observer.watch(Effect.gen(function*() {
      yield* start({ paid: ["x"] })
      assert.deepStrictEqual(observer.warnings(), [])
    }))
  })

  it.effect("with one word in two of them are a mistake, which names no word", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(start({ paid: ["secreto", "x"], expired: ["y", "secreto"] }))
      assert.deepStrictEqual(error.problems.map(({ variable }) => variable), ["ECRYPTOPAY_*_STATES"])
      assert.notInclude(error.message, "secreto")
    }))
})
