/**
 * Arbitrary amounts and invoices. Pools are small on purpose: laws break where values are equal, nearly equal, or equal
 * in another notation.
 */
import { Currency, ExchangeRate, Identifiers, Invoice, Money, Payment, Settlement } from "@gatefold/core"
import { Arbitrary, DateTime, Result, Schema } from "effect"

export const at = (text: string): DateTime.Utc => DateTime.toUtc(DateTime.makeUnsafe(text))

export const currency = (text: string): Currency.Currency => Money.makeUnsafe("0", text).currency

export const flag = Arbitrary.schema(Schema.Boolean)

export const integer = (minimum: number, maximum: number): Arbitrary.Arbitrary<number> =>
  Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum, maximum })))

export const oneOf = <const A>(first: A, ...rest: ReadonlyArray<A>): Arbitrary.Arbitrary<A> =>
  Arbitrary.map(integer(0, rest.length), (index) => index === 0 ? first : rest[index - 1] ?? first)

export const maybe = <A>(value: Arbitrary.Arbitrary<A>): Arbitrary.Arbitrary<A | undefined> =>
  Arbitrary.map(Arbitrary.all([flag, value]), ([isPresent, present]) => isPresent ? present : undefined)

const upTo = <A>(maxLength: number, item: Arbitrary.Arbitrary<A>) => Arbitrary.array(item, { maxLength })

const digits = (maxLength: number) =>
  Arbitrary.map(
    Arbitrary.all([
      upTo(maxLength / 3, integer(0, 9)),
      upTo(maxLength / 3, integer(0, 9)),
      upTo(maxLength / 3, integer(0, 9))
    ]),
    (parts) => parts.flat().join("")
  )

/** Plain decimal text as amounts are written: no leading zeros, no negative zero, up to 30 digits on a side. */
export const amountText: Arbitrary.Arbitrary<string> = Arbitrary.map(
  Arbitrary.all([flag, digits(30), digits(30)]),
  ([isNegative, whole, fraction]) => {
    const text = `${whole.replace(/^0+/u, "") || "0"}${fraction === "" ? "" : `.${fraction}`}`
    return isNegative && /[1-9]/u.test(text) ? `-${text}` : text
  }
)

export const currencies = Arbitrary.map(
  oneOf("MXN", "USD", "JPY", "KWD", "BTC", "USDT", "USDT@TRON", "USDT@BSC"),
  currency
)

/** Amounts so few that two are often equal, also in another scale. */
export const closeAmountText = oneOf("0", "0.0", "1", "1.0", "1.00", "1.000", "-1", "1.01", "2.5", "2.50", "0.00000001")

export const money = Arbitrary.map(
  Arbitrary.all([amountText, currencies]),
  ([amount, of]) => Result.getOrThrow(Money.parse(amount, of))
)

/** As a provider sent it: the scale is not brought up to the currency's. */
export const closeMoney = Arbitrary.map(
  Arbitrary.all([
    oneOf("0", "1", "1.0", "1.00", "2.5", "2.50", "-1", "12345678901234567890.123456789", "0.00000001"),
    oneOf("MXN", "BTC", "USDT@TRON", "USDT@BSC")
  ]),
  ([amount, of]) =>
    Schema.decodeSync(Money.Money)({ amount, currency: Schema.encodeSync(Currency.Currency)(currency(of)) })
)

export const moment = oneOf(
  at("1970-01-01T00:00:00Z"),
  at("1969-12-31T23:59:59.999Z"),
  at("2026-03-01T00:00:00Z"),
  at("2026-03-01T00:00:00.001Z"),
  at("2026-03-02T00:00:00Z")
)

const rate = Arbitrary.map(
  Arbitrary.all([closeMoney, maybe(moment)]),
  ([{ amount, currency: counter }, seen]) =>
    new ExchangeRate.ExchangeRate({
      base: currency("USDT"),
      counter,
      value: amount,
      ...(seen === undefined ? {} : { at: seen })
    })
)

export const settlement = Arbitrary.map(
  Arbitrary.all([closeMoney, maybe(rate), maybe(closeMoney), maybe(moment)]),
  ([amount, rated, fee, when]) =>
    new Settlement.Settlement({
      amount,
      ...(rated === undefined ? {} : { rate: rated }),
      ...(fee === undefined ? {} : { fee }),
      ...(when === undefined ? {} : { at: when })
    })
)

export const adjustment = Arbitrary.map(
  Arbitrary.all([maybe(closeMoney), maybe(moment)]),
  ([amount, when]) =>
    new Settlement.Adjustment({
      ...(amount === undefined ? {} : { amount }),
      ...(when === undefined ? {} : { at: when })
    })
)

/** Words whose order by code unit is not their order by code point or by locale; often more than are kept. */
const words = Arbitrary.map(
  Arbitrary.all([
    upTo(4, oneOf("", "Z", "a", "é", "\u{1F600}", "\uFFFD")),
    Arbitrary.array(Arbitrary.map(integer(0, 99), (n) => `word-${n}`), { minLength: 16, maxLength: 22 }),
    flag
  ]),
  ([few, many, isCrowded]) => isCrowded ? [...few, ...many] : few
)

const facts = {
  providerStatus: oneOf("", "Z", "a", "é", "\u{1F600}", "\uFFFD"),
  coverage: oneOf("none", "partial", "full", "over"),
  isLate: flag,
  isReversed: flag,
  isAdjusted: flag,
  adjustment: maybe(adjustment),
  settlement: maybe(settlement),
  createdAt: maybe(moment),
  paidAt: maybe(moment),
  expiresAt: maybe(moment),
  received: upTo(4, closeMoney),
  refunded: upTo(4, closeMoney),
  unrecognized: words
} as const

const payment: Arbitrary.Arbitrary<Payment.Payment> = Arbitrary.map(
  Arbitrary.all({
    ...facts,
    status: oneOf("unknown", "pending", "processing", "canceled", "expired", "failed", "paid"),
    id: Arbitrary.map(oneOf("p-1", "p-2", "p-3"), (id) => Identifiers.PaymentId.make(id)),
    due: maybe(closeMoney),
    method: maybe(Arbitrary.map(oneOf("oxxo", "spei"), (code) => new Payment.Method({ code })))
  }),
  Payment.make
)

/** Observations of one invoice, of anything that a provider might state about it. */
export const invoice: Arbitrary.Arbitrary<Invoice.Invoice> = Arbitrary.map(
  Arbitrary.all({
    ...facts,
    status: oneOf("unknown", "open", "processing", "canceled", "expired", "failed", "paid"),
    references: upTo(
      3,
      Arbitrary.map(oneOf("order-1", "order-2", "Order-1"), (text) => Identifiers.Reference.make(text))
    ),
    prices: upTo(3, closeMoney),
    payments: upTo(4, payment),
    updatedAt: maybe(moment),
    observedAt: maybe(moment)
  }),
  (fields) =>
    Invoice.make({
      provider: Identifiers.ProviderId.make("ecca"),
      account: Identifiers.AccountId.make("main"),
      id: Identifiers.InvoiceId.make("inv-1"),
      ...fields
    })
)
