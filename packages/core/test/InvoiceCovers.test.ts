import { assert, describe, it } from "@effect/vitest"
import { Identifiers, Invoice, Money, Settlement } from "@gatefold/core"
import { type DateTime, Result } from "effect"
import { at, closeMoney, invoice as anyInvoice } from "./support/Arbitraries.ts"
import { bareInvoice, money, reference, settlement } from "./support/Samples.ts"

const price = money("250.00")

/** The simplest invoice that covers the price. */
const covering: Partial<Invoice.Input> = {
  status: "paid",
  coverage: "full",
  references: [reference("order-7")],
  prices: [price]
}

const invoice = (fields: Partial<Invoice.Input>) => Invoice.make({ ...bareInvoice, ...covering, ...fields })
const covers = (fields: Partial<Invoice.Input>) => Invoice.covers(price, invoice(fields))
const adjustedTo = (amount: string, of = "MXN") => new Settlement.Adjustment({ amount: money(amount, of) })
const t1 = at("2026-04-26T12:00:00Z")
const t2 = at("2026-04-27T12:00:00Z")
const adjusted = (fields: { readonly amount?: Money.Money; readonly at?: DateTime.Utc }) =>
  invoice({ adjustment: new Settlement.Adjustment(fields) })

const unknownAmount = { adjustment: new Settlement.Adjustment({}) }
const idOf = ({ id }: Invoice.Invoice) => ({ id })

/** One way in which a part of an invoice may be, and whether the price may still be covered then. */
type Row = readonly [isFine: boolean, what: string, fields: Partial<Invoice.Input>]

const statuses: ReadonlyArray<Row> = Invoice.Status.literals.map((status) => [status === "paid", status, { status }])

const coverages: ReadonlyArray<Row> = [
  [true, "full", { coverage: "full" }],
  [true, "over", { coverage: "over" }],
  [true, "not told", { coverage: "none" }],
  [false, "partial", { coverage: "partial" }]
]

const reversals: ReadonlyArray<Row> = [
  [true, "stands", { isReversed: false }],
  [false, "reversed", { isReversed: true }]
]

const references: ReadonlyArray<Row> = [
  [true, "one reference", { references: [reference("order-7")] }],
  [true, "no reference", { references: [] }],
  [false, "two references", { references: [reference("order-7"), reference("order-8")] }]
]

const prices: ReadonlyArray<Row> = [
  [true, "the price", { prices: [price] }],
  [true, "the price in another notation", { prices: [money("250.0000")] }],
  [false, "no price", { prices: [] }],
  [false, "a smaller price", { prices: [money("249.99")] }],
  [false, "a greater price", { prices: [money("250.01")] }],
  [false, "another currency", { prices: [money("250", "USD")] }],
  [false, "another network", { prices: [money("250", "MXN@TRON")] }],
  [false, "the price and another", { prices: [price, money("250.01")] }],
  [false, "the price and another currency", { prices: [price, money("250", "USD")] }]
]

const adjustments: ReadonlyArray<Row> = [
  [true, "not adjusted", {}],
  [true, "adjusted to the price", { adjustment: adjustedTo("250.000") }],
  [true, "adjusted to the price, said twice", { isAdjusted: true, adjustment: adjustedTo("250") }],
  [true, "adjusted to more", { isAdjusted: true, adjustment: adjustedTo("1000") }],
  [false, "adjusted, and no more was said", { isAdjusted: true }],
  [false, "adjusted to an unknown amount", unknownAmount],
  [false, "adjusted to an unknown amount at a known time", { adjustment: new Settlement.Adjustment({ at: t1 }) }],
  [false, "adjusted to less", { adjustment: adjustedTo("249.99") }],
  [false, "adjusted to less, said twice", { isAdjusted: true, adjustment: adjustedTo("9") }],
  [false, "adjusted in another currency", { adjustment: adjustedTo("1000", "USD") }],
  [false, "adjusted on another network", { adjustment: adjustedTo("1000", "MXN@TRON") }]
]

const dimensions = { statuses, coverages, reversals, references, prices, adjustments }

describe("Invoice.covers", () => {
  it("holds for an invoice paid in full at exactly the price", () => {
    assert.isTrue(covers({}))
  })

  it.each(Object.values(dimensions).flat())("%s: an invoice that is otherwise fine and %s", (isFine, _what, fields) => {
    assert.strictEqual(covers(fields), isFine)
  })

  it("holds exactly if every clause does, in all combinations", () => {
    const none: ReadonlyArray<Row> = [[true, "", {}]]
    const table = Object.values(dimensions).reduce<ReadonlyArray<Row>>(
      (rows, dimension) =>
        rows.flatMap(([isFine, what, fields]) =>
          dimension.map((
            [isFineToo, one, more]
          ): Row => [isFine && isFineToo, `${what} ${one},`, { ...fields, ...more }])
        ),
      none
    )
    assert.lengthOf(table, 7 * 4 * 2 * 3 * 9 * 11)
    const wrong = table.filter(([isFine, , fields]) => covers(fields) !== isFine).map(([, what]) => what)
    assert.deepStrictEqual(wrong, [])
  })

  it.each<[string, Partial<Invoice.Input>]>([
    ["lateness", { isLate: true, paidAt: at("2026-05-01T00:00:00Z"), expiresAt: at("2026-04-01T00:00:00Z") }],
    ["words that nobody knows", { unrecognized: ["weird"] }],
    ["the settlement", { settlement }],
    ["what was received in which currency", { received: [money("0.00021", "BTC")] }]
  ])("does not ask for %s", (_what, fields) => {
    assert.isTrue(covers(fields))
  })

  it("is about exactly this price, not about a smaller or equal number of something", () => {
    const asked = [money("249.99"), money("250.01"), money("250", "USD"), money("0"), money("-250")]
    assert.deepStrictEqual(asked.filter((one) => Invoice.covers(one, invoice({}))), [])
    assert.isTrue(Invoice.covers(money("250.0000000"), invoice({})))
  })

  it("never holds again for what was reversed, whatever is learned afterwards", () => {
    const reversed = invoice({ status: "open", isReversed: true })
    const both = Result.getOrThrow(Invoice.merge(invoice({}), reversed))
    assert.strictEqual(both.status, "paid")
    assert.isFalse(Invoice.covers(price, both))
  })

  it.each([
    ["a later one to an unknown amount", adjusted({ amount: price, at: t1 }), adjusted({ at: t2 })],
    ["one to an unknown amount of the same time", adjusted({ amount: price, at: t1 }), adjusted({ at: t1 })],
    ["one to an unknown amount, undated", adjusted({ amount: price, at: t2 }), adjusted({})],
    ["one to an unknown amount, both undated", adjusted({ amount: price }), adjusted({})],
    ["one to an unknown amount, dated alone", adjusted({ amount: price }), adjusted({ at: t1 })],
    ["a later one to less", adjusted({ amount: price, at: t1 }), adjusted({ amount: money("249.99"), at: t2 })]
  ])("does not hold any more after an adjustment to the price and %s, in any order", (_what, fine, next) => {
    assert.isTrue(Invoice.covers(price, fine))
    assert.isFalse(Invoice.covers(price, Result.getOrThrow(Invoice.merge(fine, next))))
    assert.isFalse(Invoice.covers(price, Result.getOrThrow(Invoice.merge(next, fine))))
  })

  it("holds again once a later adjustment says that it is enough", () => {
    const [before, after] = [adjusted({ at: t1 }), adjusted({ amount: price, at: t2 })]
    assert.isTrue(Invoice.covers(price, Result.getOrThrow(Invoice.merge(before, after))))
    assert.isTrue(Invoice.covers(price, Result.getOrThrow(Invoice.merge(after, before))))
  })

  it.prop("never holds with an undated adjustment to an unknown amount", [anyInvoice], ([any]) => {
    const both = Result.getOrThrow(Invoice.merge(any, Invoice.make({ ...bareInvoice, ...idOf(any), ...unknownAmount })))
    assert.deepStrictEqual(any.prices.filter((one) => Invoice.covers(one, both)), [])
    assert.isUndefined(both.adjustment?.amount)
  }, { arbitrary: { runs: 100 } })

  it.prop("is never true of what is not paid, or paid in part", [anyInvoice, closeMoney], ([any, other]) => {
    for (const one of [other, ...any.prices]) {
      if (!Invoice.covers(one, any)) continue
      assert.strictEqual(any.status, "paid")
      assert.notInclude(Invoice.conditions(any), "underpaid")
      assert.notInclude(Invoice.conditions(any), "reversed")
      assert.notInclude(Invoice.conditions(any), "inconsistent")
      assert.isTrue(any.price !== undefined && Money.equals(any.price, one))
    }
  }, { arbitrary: { runs: 200 } })

  it.prop("of any invoice made nearly right is decided by the clauses", [anyInvoice], (given) => {
    const [any] = given
    const { account, id, provider } = any
    const nearly = Invoice.make({ ...any, account, id, provider, ...covering, payments: any.payments })
    const amount = nearly.adjustment?.amount
    const isFine = !nearly.isReversed &&
      (nearly.adjustment === undefined
        ? !nearly.isAdjusted
        : amount !== undefined && String(amount.currency) === "MXN" && Number(Money.format(amount)) >= 250)
    assert.strictEqual(Invoice.covers(price, nearly), isFine)
  }, { arbitrary: { runs: 200 } })

  it("takes no other invoice's word for it", () => {
    const other = invoice({ id: Identifiers.InvoiceId.make("other") })
    assert.isTrue(Result.isFailure(Invoice.merge(invoice({ status: "open" }), other)))
  })
})
