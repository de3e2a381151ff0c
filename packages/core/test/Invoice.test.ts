import { assert, describe, it } from "@effect/vitest"
import { Identifiers, Invoice, Payment, Settlement } from "@gatefold/core"
import { Result, Struct } from "effect"
import { at, invoice as anyInvoice } from "./support/Arbitraries.ts"
import {
  adjustment,
  bareInvoice,
  checkouts,
  invoiceId,
  money,
  quote,
  reference,
  settlement
} from "./support/Samples.ts"

const t0 = at("2026-04-26T12:00:00Z")
const t1 = at("2026-04-26T12:20:00Z")
const t2 = at("2026-04-26T12:20:00.001Z")

const invoice = (fields: Partial<Invoice.Input>) => Invoice.make({ ...bareInvoice, ...fields })

const merge = (a: Invoice.Invoice, b: Invoice.Invoice) => Result.getOrThrow(Invoice.merge(a, b))

const payment = (id: string, fields: Partial<Payment.Input> = {}) =>
  Payment.make({ id: Identifiers.PaymentId.make(id), ...fields })

describe("Invoice: made", () => {
  it("of ids alone is open, with nothing received and nothing claimed", () => {
    const { account, id, provider, ...rest } = bareInvoice
    assert.deepStrictEqual<ReadonlyArray<string>>([provider, account, id], ["ecca", "main", invoiceId])
    assert.deepStrictEqual<unknown>({ ...rest }, {
      status: "open",
      providerStatus: "",
      coverage: "none",
      isLate: false,
      isReversed: false,
      isAdjusted: false,
      references: [],
      prices: [],
      received: [],
      refunded: [],
      payments: [],
      unrecognized: []
    })
    assert.deepStrictEqual(Invoice.conditions(bareInvoice), [])
  })

  it("has its lists in one order and without repetition, however they were given", () => {
    const made = invoice({
      references: [reference("b"), reference("a"), reference("b")],
      prices: [money("9"), money("10"), money("9.00")],
      received: [money("1", "USDT@TRON"), money("2", "BTC"), money("3", "USDT@TRON")],
      payments: [payment("p-2"), payment("p-1"), payment("p-2", { status: "paid" })],
      unrecognized: ["b", "a", "b"]
    })
    assert.deepStrictEqual<ReadonlyArray<string>>(made.references, ["a", "b"])
    assert.deepStrictEqual(made.prices.map(String), ["10.00 MXN", "9.00 MXN"])
    assert.deepStrictEqual(made.received.map(String), ["2.00000000 BTC", "3.000000 USDT@TRON"])
    assert.deepStrictEqual(made.payments.map(({ id, status }) => `${id} ${status}`), ["p-1 pending", "p-2 paid"])
    assert.deepStrictEqual(made.unrecognized, ["a", "b"])
  })

  it("has a reference and a price only if exactly one was stated", () => {
    const one = invoice({ references: [reference("a")], prices: [money("9")] })
    assert.deepStrictEqual([String(one.reference), String(one.price)], ["a", "9.00 MXN"])
    const two = invoice({ references: [reference("a"), reference("b")], prices: [money("9"), money("10")] })
    assert.deepStrictEqual([two.reference, two.price], [undefined, undefined])
    assert.deepStrictEqual([bareInvoice.reference, bareInvoice.price], [undefined, undefined])
  })

  it.each(
    [
      ["unknown", "unknown", false],
      ["open", "pending", false],
      ["processing", "processing", false],
      ["canceled", "canceled", true],
      ["expired", "expired", true],
      ["failed", "failed", true],
      ["paid", "paid", true]
    ] as const
  )("%s, and for a payment %s, is terminal: %s", (status, ofPayment, isTerminal) => {
    assert.strictEqual(Invoice.isTerminal(invoice({ status })), isTerminal)
    assert.strictEqual(Payment.isTerminal(payment("p-1", { status: ofPayment })), isTerminal)
  })
})

/** What makes each condition hold by itself, in each way that it can. */
const unusual: ReadonlyArray<readonly [Invoice.Condition, string, Partial<Invoice.Input>]> = [
  ["underpaid", "covered in part", { coverage: "partial" }],
  ["overpaid", "more than due received", { coverage: "over" }],
  ["late", "the provider says so", { isLate: true }],
  ["late", "paid after it expired", { status: "paid", paidAt: t2, expiresAt: t1 }],
  ["late", "paid after its payment expired", {
    status: "paid",
    paidAt: t2,
    expiresAt: t0,
    payments: [payment("p-1", { expiresAt: t1 }), payment("p-2")]
  }],
  ["late", "paid after its payment expired, without an expiry of its own", {
    status: "paid",
    paidAt: t2,
    payments: [payment("p-1", { expiresAt: t1 })]
  }],
  ["adjusted", "the provider says so", { isAdjusted: true }],
  ["adjusted", "to an amount", { adjustment }],
  ["adjusted", "nobody knows to what", { adjustment: new Settlement.Adjustment({}) }],
  ["adjusted", "more than one price", { prices: [money("9"), money("10")] }],
  ["inconsistent", "more than one reference", { references: [reference("a"), reference("b")] }],
  ["reversed", "a success taken back", { isReversed: true }],
  ["unrecognized", "a word that nobody knows", { unrecognized: ["weird"] }]
]

const everything: Partial<Invoice.Input> = {
  coverage: "over",
  isLate: true,
  isReversed: true,
  isAdjusted: true,
  references: [reference("a"), reference("b")],
  unrecognized: ["weird"]
}

describe("Invoice.conditions", () => {
  it.each(unusual)("%s alone: %s", (condition, _how, fields) => {
    assert.deepStrictEqual(Invoice.conditions(invoice(fields)), [condition])
  })

  it.each<[string, Partial<Invoice.Input>]>([
    ["paid in full", { status: "paid", coverage: "full", paidAt: t1, expiresAt: t1, prices: [money("9")] }],
    ["paid before the payment's later expiry", {
      status: "paid",
      paidAt: t2,
      expiresAt: t1,
      payments: [payment("p-1", { expiresAt: t2 }), payment("p-2", { expiresAt: t0 })]
    }],
    ["paid with no known expiry", { status: "paid", paidAt: t2 }],
    ["paid at no known time", { status: "paid", expiresAt: t1 }],
    ["something paid late, not the invoice", { status: "expired", paidAt: t2, expiresAt: t1 }],
    ["the same price twice", { prices: [money("9"), money("9.000")] }],
    ["nothing received yet", { coverage: "none" }],
    ["settled and refunded", { settlement, refunded: [money("1")] }]
  ])("nothing is unusual about: %s", (_how, fields) => {
    assert.deepStrictEqual(Invoice.conditions(invoice(fields)), [])
  })

  it("prices of two currencies, or of two networks, are an adjustment that makes no sense", () => {
    const expected: ReadonlyArray<Invoice.Condition> = ["adjusted", "inconsistent"]
    assert.deepStrictEqual(Invoice.conditions(invoice({ prices: [money("9"), money("9", "USD")] })), expected)
    assert.deepStrictEqual(
      Invoice.conditions(invoice({ prices: [money("9", "USDT@TRON"), money("9", "USDT@BSC")] })),
      expected
    )
  })

  it("all that can hold together do, in a fixed order", () => {
    assert.deepStrictEqual(Invoice.conditions(invoice(everything)), [
      "overpaid",
      "late",
      "adjusted",
      "inconsistent",
      "reversed",
      "unrecognized"
    ])
    assert.strictEqual(Invoice.conditions(invoice({ ...everything, coverage: "partial" }))[0], "underpaid")
  })

  it.prop("none but lateness goes away by learning more", [anyInvoice, anyInvoice], ([a, b]) => {
    const shown = new Set(Invoice.conditions(merge(a, b)))
    for (const condition of Invoice.conditions(a)) {
      const mayEnd = condition === "late" || condition === "underpaid"
      assert.isTrue(mayEnd || shown.has(condition), condition)
    }
  }, { arbitrary: { runs: 150 } })
})

describe("Invoice.factKey", () => {
  const core: Partial<Invoice.Input> = {
    status: "paid",
    providerStatus: "success",
    coverage: "full",
    adjustment,
    prices: [money("250")],
    references: [reference("order-7")],
    received: [money("250")]
  }
  const key = (fields: Partial<Invoice.Input>) => Invoice.factKey(invoice({ ...core, ...fields }))

  it.each<[string, Partial<Invoice.Input>]>([
    ["when it was made, paid or expires", { createdAt: t0, paidAt: t1, expiresAt: t2 }],
    ["when it was last touched or seen", { updatedAt: t1, observedAt: t2 }],
    ["how to check out", { checkout: checkouts.redirect }],
    ["the payments and their quotes", { payments: [payment("p-1", { quote, due: money("1"), expiresAt: t1 })] }],
    ["when it was adjusted", { adjustment: { ...adjustment, at: t2 } }],
    ["the provider's word for the status", { providerStatus: "succeeded" }],
    ["words that nobody knows", { unrecognized: ["weird"] }],
    ["what was refunded", { refunded: [money("1")] }],
    ["the settlement", { settlement }],
    ["the notation of amounts", { prices: [money("250.000")], received: [money("250.0000")] }]
  ])("does not depend on %s", (_what, fields) => {
    assert.strictEqual(key(fields), key({}))
  })

  it.each<[string, Partial<Invoice.Input>]>([
    ["account", { account: Identifiers.AccountId.make("other") }],
    ["id", { id: Identifiers.InvoiceId.make("other") }],
    ["status", { status: "failed" }],
    ["coverage", { coverage: "over" }],
    ["lateness", { isLate: true }],
    ["reversal", { isReversed: true }],
    ["adjustment", { isAdjusted: true }],
    ["the amount adjusted to", { adjustment: { amount: money("239.99") } }],
    ["whether that amount is known", { adjustment: new Settlement.Adjustment({}) }],
    ["whether there is such an adjustment", { adjustment: undefined }],
    ["price", { prices: [money("250.01")] }],
    ["the price's currency", { prices: [money("250", "USD")] }],
    ["a second price", { prices: [money("250"), money("240")] }],
    ["whether there is a price", { prices: [] }],
    ["reference", { references: [reference("order-8")] }],
    ["a second reference", { references: [reference("order-7"), reference("order-8")] }],
    ["the amount received", { received: [money("251")] }],
    ["another currency received", { received: [money("250"), money("1", "BTC")] }]
  ])("depends on %s", (_what, fields) => {
    assert.notStrictEqual(key(fields), key({}))
  })

  it("tells every one of these apart from every other", () => {
    const flags = [{ isLate: true }, { isReversed: true }, { isAdjusted: true }]
    assert.strictEqual(new Set(flags.map(key)).size, 3)
    const adjustments = [undefined, new Settlement.Adjustment({}), adjustment]
    assert.strictEqual(new Set(adjustments.map((one) => key({ adjustment: one }))).size, 3)
  })

  it.prop("is the same for a state and for that state learned in parts", [anyInvoice, anyInvoice], ([a, b]) => {
    const both = merge(a, b)
    assert.strictEqual(Invoice.factKey(merge(both, a)), Invoice.factKey(both))
  }, { arbitrary: { runs: 100 } })

  it.prop(
    "is the same for every order and grouping of the same observations",
    [anyInvoice, anyInvoice, anyInvoice],
    ([a, b, c]) => {
      const folds = [[a, b, c], [a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]] as const
      const keys = folds.flatMap(([x, y, z]) => [merge(merge(x, y), z), merge(x, merge(y, z))]).map(Invoice.factKey)
      assert.strictEqual(new Set(keys).size, 1)
    },
    { arbitrary: { runs: 100 } }
  )

  it.prop("holds all that decides about fulfilment", [anyInvoice, anyInvoice], ([any, other]) => {
    const { account, id, provider } = any
    const core = Struct.pick(any, [
      "status",
      "coverage",
      "isLate",
      "isReversed",
      "isAdjusted",
      "prices",
      "references",
      "received"
    ])
    const same = Invoice.make({ ...other, ...core, adjustment: any.adjustment, account, id, provider })
    assert.strictEqual(Invoice.factKey(same), Invoice.factKey(any))
    for (const price of [...any.prices, ...other.prices]) {
      assert.strictEqual(Invoice.covers(price, same), Invoice.covers(price, any))
    }
  }, { arbitrary: { runs: 150 } })
})
