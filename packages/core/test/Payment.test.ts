import { assert, describe, it } from "@effect/vitest"
import { Identifiers, Payment } from "@gatefold/core"
import { Schema } from "effect"
import { at } from "./support/Arbitraries.ts"
import { checkouts, money, payment as full, quote } from "./support/Samples.ts"

const id = Identifiers.PaymentId.make("p-1")

describe("Payment", () => {
  it("of an id alone is pending, with nothing received and nothing due", () => {
    assert.deepStrictEqual<unknown>({ ...Payment.make({ id }) }, {
      id: "p-1",
      status: "pending",
      providerStatus: "",
      coverage: "none",
      isLate: false,
      isReversed: false,
      isAdjusted: false,
      received: [],
      refunded: [],
      unrecognized: []
    })
  })

  it("says what is due in its own currency, beside what was received", () => {
    const payment = Payment.make({ id, due: money("0.00021", "BTC"), received: [money("0.0002", "BTC")], quote })
    assert.strictEqual(String(payment.due), "0.00021000 BTC")
    assert.deepStrictEqual(payment.received.map(String), ["0.00020000 BTC"])
  })

  it("merges facts by their joins, and takes the latest word on how to pay", () => {
    const renewed = { ...quote, until: at("2026-04-26T12:00:50Z") }
    const before = Payment.make({ id, status: "processing", due: money("1"), quote, checkout: checkouts.scanQr })
    const after = Payment.make({ id, status: "pending", coverage: "partial", due: money("2"), quote: renewed })
    const { checkout, coverage, due, quote: latest, status } = Payment.merge(before, after)
    assert.deepStrictEqual([status, coverage, String(due)], ["processing", "partial", "2.00 MXN"])
    assert.deepStrictEqual([latest?.until, checkout], [renewed.until, checkouts.scanQr])
  })

  it("merged with itself is itself, whatever it holds", () => {
    assert.deepStrictEqual(Payment.merge(full, full), full)
    assert.deepStrictEqual(Payment.merge(full, Payment.make({ id })), full)
  })

  it("lives through the states of an invoice, only that it is pending where an invoice is open", () => {
    assert.deepStrictEqual(Payment.Status.literals, [
      "unknown",
      "pending",
      "processing",
      "canceled",
      "expired",
      "failed",
      "paid"
    ])
    assert.deepStrictEqual(Payment.Coverage.literals, ["none", "partial", "full", "over"])
    for (const other of ["open", "settled"]) assert.isFalse(Schema.is(Payment.Status)(other), other)
  })

  it("ends up with the later word of its life cycle, whichever was heard first", () => {
    const payments = Payment.Status.literals.map((status) => Payment.make({ id, status }))
    payments.forEach((low, index) => {
      for (const high of payments.slice(index)) {
        assert.strictEqual(Payment.merge(low, high).status, high.status)
        assert.strictEqual(Payment.merge(high, low).status, high.status)
      }
    })
  })
})
