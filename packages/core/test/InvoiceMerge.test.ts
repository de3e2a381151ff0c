import { assert, describe, it } from "@effect/vitest"
import { CheckoutAction, ExchangeRate, Identifiers, Invoice, type Money, Payment, Settlement } from "@gatefold/core"
import { Arbitrary, type DateTime, Effect, Result, Schema, Struct } from "effect"
import { at, invoice as anyInvoice } from "./support/Arbitraries.ts"
import { bareInvoice, invoiceId, money, quote, rate, reference, url } from "./support/Samples.ts"

const merge = (a: Invoice.Invoice, b: Invoice.Invoice) => Result.getOrThrow(Invoice.merge(a, b))

const fold = (first: Invoice.Invoice, rest: ReadonlyArray<Invoice.Invoice>) => rest.reduce(merge, first)

/** All of an invoice that is folded, as text: nothing is left out but what describes the moment of a statement. */
const folded = (invoice: Invoice.Invoice): string => {
  const all = Schema.encodeSync(Invoice.Invoice)(invoice)
  const payments = all.payments.map(Struct.omit(["checkout", "due", "method", "quote"]))
  return JSON.stringify({ ...Struct.omit(all, ["checkout", "updatedAt", "observedAt"]), payments }, null, 1)
}

const isSame = (a: Invoice.Invoice, b: Invoice.Invoice) => assert.strictEqual(folded(a), folded(b))

const seen = (fields: Partial<Invoice.Input>) => Invoice.make({ ...bareInvoice, ...fields })

/** Both orders of merging two observations, which must agree. */
const joined = (a: Partial<Invoice.Input>, b: Partial<Invoice.Input>) => {
  const [one, other] = [merge(seen(a), seen(b)), merge(seen(b), seen(a))]
  isSame(one, other)
  return one
}

const runs = { arbitrary: { runs: 100 } }

describe("Invoice.merge: laws", () => {
  it.prop("it does not matter which observation comes first", [anyInvoice, anyInvoice], ([a, b]) => {
    isSame(merge(a, b), merge(b, a))
  }, runs)

  it.prop("it does not matter which are merged first", [anyInvoice, anyInvoice, anyInvoice], ([a, b, c]) => {
    isSame(merge(merge(a, b), c), merge(a, merge(b, c)))
  }, runs)

  it.prop("seeing the same again changes nothing", [anyInvoice, anyInvoice], ([a, b]) => {
    isSame(merge(a, a), a)
    isSame(merge(merge(a, b), b), merge(a, b))
    isSame(merge(a, merge(a, b)), merge(a, b))
  }, runs)

  it.prop(
    "duplicates in any order end in the same state",
    [anyInvoice, Arbitrary.array(anyInvoice, { maxLength: 4 })],
    ([first, rest]) => {
      const once = fold(first, rest)
      const again = fold(rest[0] ?? first, [...rest.toReversed(), first, ...rest, first])
      isSame(once, again)
      assert.strictEqual(Invoice.factKey(once), Invoice.factKey(again))
      assert.deepStrictEqual(Invoice.conditions(once), Invoice.conditions(again))
    },
    runs
  )

  it.prop("an observation that says nothing adds nothing", [anyInvoice], ([a]) => {
    isSame(merge(a, seen({ id: a.id, status: "unknown" })), a)
  }, runs)

  it.prop("what is stored and read back merges like what was not", [anyInvoice, anyInvoice], ([a, b]) => {
    const stored = Schema.decodeSync(Invoice.Invoice)(Schema.encodeSync(Invoice.Invoice)(merge(a, b)))
    isSame(merge(stored, a), merge(a, b))
  }, runs)

  it.effect("the observations that these laws are tried on are as odd as they may be", () =>
    Effect.gen(function*() {
      const sample = yield* Arbitrary.sampleEffect(anyInvoice, { count: 400, seed: "odd" })
      const share = (holds: (invoice: Invoice.Invoice) => boolean) => sample.filter(holds).length
      for (const status of Invoice.Status.literals) {
        assert.isAbove(share((one) => one.status === status), 20, status)
      }
      assert.isAbove(share(({ unrecognized }) => unrecognized.length === 16), 50)
      assert.isAbove(share(({ prices }) => new Set(prices.map((price) => String(price.currency))).size > 1), 50)
      assert.isAbove(share(({ received }) => received.length > 1), 50)
      assert.isAbove(share(({ payments }) => payments.length > 1), 50)
      assert.isAbove(share(({ references }) => references.length > 1), 50)
      const adjusted = (isKnown: boolean, isDated: boolean) =>
        share(({ adjustment }) =>
          adjustment !== undefined && (adjustment.amount !== undefined) === isKnown &&
          (adjustment.at !== undefined) === isDated
        )
      for (const isKnown of [true, false]) {
        for (const isDated of [true, false]) assert.isAbove(adjusted(isKnown, isDated), 20)
      }
      assert.isAbove(share((one) => one.settlement?.rate !== undefined && one.settlement.at === undefined), 20)
    }))
})

describe("Invoice.merge: the join of each field", () => {
  const t1 = at("2026-03-01T00:00:00Z")
  const t2 = at("2026-03-01T00:00:00.001Z")

  it("status: the later word of the life cycle wins", () => {
    const ranks = ["unknown", "open", "processing", "canceled", "expired", "failed", "paid"] as const
    ranks.forEach((low, index) => {
      for (const high of ranks.slice(index)) assert.strictEqual(joined({ status: low }, { status: high }).status, high)
    })
  })

  it("providerStatus: goes with its status, and between two words of one status the greater by code unit", () => {
    const word = (a: Partial<Invoice.Input>, b: Partial<Invoice.Input>) => joined(a, b).providerStatus
    assert.strictEqual(
      word({ status: "open", providerStatus: "zzz" }, { status: "paid", providerStatus: "aaa" }),
      "aaa"
    )
    assert.strictEqual(word({ status: "paid", providerStatus: "Z" }, { status: "paid", providerStatus: "a" }), "a")
    assert.strictEqual(word({ providerStatus: "\u{1F600}" }, { providerStatus: "\uFFFD" }), "\uFFFD")
    assert.strictEqual(word({ providerStatus: "" }, { providerStatus: "a" }), "a")
  })

  it("coverage: more is never taken back", () => {
    const ranks = ["none", "partial", "full", "over"] as const
    ranks.forEach((low, index) => {
      for (const high of ranks.slice(index)) {
        assert.strictEqual(joined({ coverage: low }, { coverage: high }).coverage, high)
      }
    })
  })

  it.each(["isLate", "isReversed", "isAdjusted"] as const)("%s: stays, once it was stated", (flag) => {
    assert.isTrue(joined({ [flag]: true }, { [flag]: false })[flag])
    assert.isTrue(joined({ [flag]: true }, { [flag]: true })[flag])
    assert.isFalse(joined({ [flag]: false }, { [flag]: false })[flag])
  })

  it("a success that is taken back is reversed and never less than paid", () => {
    const { isReversed, status } = joined({ status: "paid" }, { status: "failed", isReversed: true })
    assert.deepStrictEqual([status, isReversed], ["paid", true])
  })

  const adjusted = (amount: string, of = "MXN", moment?: DateTime.Utc) =>
    new Settlement.Adjustment({ amount: money(amount, of), ...(moment === undefined ? {} : { at: moment }) })

  const unknown = (moment?: DateTime.Utc) => new Settlement.Adjustment(moment === undefined ? {} : { at: moment })

  it.each([
    ["the later one", adjusted("240", "MXN", t2), adjusted("230", "MXN", t1)],
    ["the dated one, also of the beginning of time", adjusted("240", "MXN", at("1970-01-01T00:00:00Z")), adjusted("9")],
    ["the dated one, also from before", adjusted("240", "MXN", at("1969-12-31T00:00:00Z")), adjusted("9")],
    ["of one time the smaller amount", adjusted("230", "MXN", t1), adjusted("240", "MXN", t1)],
    ["undated, the smaller amount", adjusted("-1"), adjusted("0")],
    ["of one amount the greater currency", adjusted("1", "USDT@TRON"), adjusted("1", "USDT@BSC")],
    ["of one value the one with more digits", adjusted("1.000"), adjusted("1.00")],
    ["of one time the unknown amount, also before the smallest", unknown(t1), adjusted("-1", "MXN", t1)],
    ["the later unknown amount", unknown(t2), adjusted("240", "MXN", t1)],
    ["the later known amount, before an unknown one", adjusted("240", "MXN", t2), unknown(t1)],
    ["the dated unknown amount, before an undated known one", unknown(t1), adjusted("240")],
    ["the undated unknown amount, before an undated known one", unknown(), adjusted("240")],
    ["the undated unknown amount, before a dated known one", unknown(), adjusted("240", "MXN", t2)],
    ["the undated unknown amount, before a dated unknown one", unknown(), unknown(t2)],
    ["of two unknown amounts the later", unknown(t2), unknown(t1)]
  ])("adjustment: %s wins", (_, winner, loser) => {
    assert.deepStrictEqual(joined({ adjustment: winner }, { adjustment: loser }).adjustment, winner)
    assert.deepStrictEqual(joined({ adjustment: winner }, {}).adjustment, winner)
  })

  const settled = (
    amount: string,
    fields: { at?: DateTime.Utc; fee?: Money.Money; rate?: ExchangeRate.ExchangeRate }
  ) => new Settlement.Settlement({ amount: money(amount, "USDT"), ...fields })

  it.each([
    ["the later one", settled("35", { at: t2 }), settled("34", { at: t1 })],
    ["of one time the smaller amount", settled("34", { at: t1 }), settled("35", { at: t1 })],
    ["with a fee before without", settled("35", { at: t1, fee: money("1") }), settled("35", { at: t1 })],
    ["by the digits of the fee", settled("35", { fee: money("1.000") }), settled("35", { fee: money("1.00") })],
    ["with a rate before without", settled("35", { rate }), settled("35", {})],
    [
      "by the moment of the rate",
      settled("35", { rate }),
      settled("35", { rate: new ExchangeRate.ExchangeRate(Struct.omit(rate, ["at"])) })
    ]
  ])("settlement: %s wins whole, never mixed", (_, winner, loser) => {
    assert.deepStrictEqual(joined({ settlement: winner }, { settlement: loser }).settlement, winner)
    assert.deepStrictEqual(joined({ settlement: winner }, {}).settlement, winner)
  })

  it("references: every distinct one is kept, and none stated is none", () => {
    const one = reference("order-1")
    const two = reference("Order-1")
    assert.deepStrictEqual(joined({ references: [one] }, { references: [two] }).references, [two, one])
    assert.strictEqual(joined({ references: [one] }, { references: [one] }).reference, one)
    assert.strictEqual(joined({ references: [one] }, {}).reference, one)
    assert.isUndefined(joined({ references: [one] }, { references: [two] }).reference)
    assert.isUndefined(joined({}, {}).reference)
  })

  it("prices: every distinct value is kept, whatever its scale, and none stated is none", () => {
    const prices = (...texts: ReadonlyArray<string>) => ({ prices: texts.map((text) => money(text)) })
    assert.deepStrictEqual(joined(prices("250"), prices("240")).prices.map(String), ["240.00 MXN", "250.00 MXN"])
    assert.strictEqual(String(joined(prices("250"), prices("250.000")).price), "250.000 MXN")
    assert.strictEqual(String(joined(prices("250"), {}).price), "250.00 MXN")
    assert.isUndefined(joined(prices("250"), prices("240")).price)
    assert.lengthOf(joined(prices("250"), { prices: [money("250", "USD")] }).prices, 2)
  })

  it("createdAt, paidAt: the earliest; expiresAt: the latest; absent loses", () => {
    const both = joined(
      { createdAt: t1, paidAt: t2, expiresAt: t1 },
      { createdAt: t2, paidAt: t1, expiresAt: t2 }
    )
    assert.deepStrictEqual([both.createdAt, both.paidAt, both.expiresAt], [t1, t1, t2])
    const one = joined({ createdAt: t1, paidAt: t1, expiresAt: t1 }, {})
    assert.deepStrictEqual([one.createdAt, one.paidAt, one.expiresAt], [t1, t1, t1])
    const none = joined({}, {})
    assert.deepStrictEqual([none.createdAt, none.paidAt, none.expiresAt], [undefined, undefined, undefined])
  })

  it.each(["received", "refunded"] as const)("%s: the most of each currency, networks apart", (field) => {
    const a = { [field]: [money("0.0002", "BTC"), money("5", "USDT@TRON")] }
    const b = { [field]: [money("0.00021", "BTC"), money("4", "USDT@TRON"), money("1", "USDT@BSC")] }
    assert.deepStrictEqual(joined(a, b)[field].map(String), [
      "0.00021000 BTC",
      "1.000000000000000000 USDT@BSC",
      "5.000000 USDT@TRON"
    ])
    assert.deepStrictEqual(joined(a, {})[field].map(String), ["0.00020000 BTC", "5.000000 USDT@TRON"])
  })

  it("payments: by id, each joined like the invoice", () => {
    const payment = (id: string, fields: Partial<Payment.Input>) =>
      Payment.make({ id: Identifiers.PaymentId.make(id), ...fields })
    const { payments } = joined(
      { payments: [payment("p-2", { status: "paid" }), payment("p-1", { status: "pending", expiresAt: t2 })] },
      { payments: [payment("p-1", { status: "expired", expiresAt: t1, received: [money("1")] })] }
    )
    assert.deepStrictEqual(payments.map(({ id, status }) => `${id} ${status}`), ["p-1 expired", "p-2 paid"])
    assert.deepStrictEqual(payments[0]?.expiresAt, t2)
    assert.deepStrictEqual(payments[0]?.received.map(String), ["1.00 MXN"])
  })

  it("unrecognized: the 16 smallest of all words, whoever said them", () => {
    const words = Array.from({ length: 30 }, (_, index) => `word-${String(index).padStart(2, "0")}`)
    const kept =
      joined({ unrecognized: words.slice(10).toReversed() }, { unrecognized: words.slice(0, 20) }).unrecognized
    assert.deepStrictEqual(kept, words.slice(0, 16))
    assert.deepStrictEqual(joined({ unrecognized: ["b"] }, { unrecognized: ["a", "b"] }).unrecognized, ["a", "b"])
  })
})

describe("Invoice.merge: what takes no part in the fold", () => {
  it("is the second's, else the first's", () => {
    const early = at("2026-03-01T00:00:00Z")
    const late = at("2026-03-02T00:00:00Z")
    const redirect = (path: string) => new CheckoutAction.Redirect({ url: url(`https://pay.example/${path}`) })
    const a = seen({ checkout: redirect("a"), updatedAt: late, observedAt: late })
    const b = seen({ checkout: redirect("b"), updatedAt: early, observedAt: early })
    const { checkout, observedAt, updatedAt } = merge(a, b)
    assert.deepStrictEqual([checkout, updatedAt, observedAt], [b.checkout, early, early])
    const kept = merge(a, seen({}))
    assert.deepStrictEqual([kept.checkout, kept.updatedAt, kept.observedAt], [a.checkout, late, late])
  })

  it("is the same for a payment's due, quote, method and checkout", () => {
    const id = Identifiers.PaymentId.make("p-1")
    const a = Payment.make({ id, due: money("1"), quote, method: new Payment.Method({ code: "oxxo" }) })
    const b = Payment.make({ id, due: money("2"), method: new Payment.Method({ code: "spei" }) })
    const both = Payment.merge(a, b)
    assert.deepStrictEqual([String(both.due), both.method?.code, both.quote], ["2.00 MXN", "spei", quote])
    const back = Payment.merge(b, a)
    assert.deepStrictEqual([String(back.due), back.method?.code, back.quote], ["1.00 MXN", "oxxo", quote])
  })
})

describe("Invoice.merge: of two invoices", () => {
  it.each<[string, Partial<Invoice.Input>]>([
    ["another id", { id: Identifiers.InvoiceId.make("other") }],
    ["another account", { account: Identifiers.AccountId.make("other") }]
  ])("is refused: %s", (_, other) => {
    const mismatch = Result.getOrThrow(Result.flip(Invoice.merge(bareInvoice, seen(other))))
    assert.instanceOf(mismatch, Invoice.MergeMismatch)
    assert.strictEqual(mismatch.left, `main/${invoiceId}`)
    assert.include(mismatch.right, "other")
    assert.include(mismatch.message, `main/${invoiceId} and `)
  })
})
