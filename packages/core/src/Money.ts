/**
 * Exact amounts of money: a decimal and a currency, never a JavaScript number.
 *
 * Text has a fixed scale (`12.30`). Arithmetic and comparison stay within one currency. What a provider sends keeps its
 * digits; what we send may not have more decimals than its currency has, and is never rounded to fit.
 */
import * as BigDecimal from "effect/BigDecimal"
import * as Effect from "effect/Effect"
import type * as Ordering from "effect/Ordering"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"
import * as Currency from "./Currency.ts"
import * as decimalText from "./internal/decimalText.ts"

/**
 * An amount as plain decimal text on the outside, a `BigDecimal` of the same scale inside. Refuses exponents, empty
 * text and more than 30 digits on a side.
 */
export const Amount = Schema.String.pipe(
  Schema.decodeTo(
    Schema.BigDecimal,
    SchemaTransformation.transformEffect({
      decode: (text: string) => {
        const parsed = decimalText.parse(text)
        return typeof parsed === "string"
          ? Effect.fail(new SchemaIssue.InvalidValue({ message: `not a decimal amount (${parsed})` }))
          : Effect.succeed(parsed)
      },
      encode: (amount: BigDecimal.BigDecimal) => Effect.succeed(decimalText.format(amount))
    })
  )
)

/** An amount of one currency. */
export class Money extends Schema.Class<Money>("@gatefold/core/Money")({
  amount: Amount,
  currency: Currency.Currency
}) {
  /** `12.30 MXN`. */
  override toString(): string {
    return `${format(this)} ${this.currency}`
  }
}

/** Why an amount of money was refused. */
export class MoneyError extends Schema.TaggedError<MoneyError>("@gatefold/core/MoneyError")("MoneyError", {
  reason: Schema.Literals([
    "NotANumber",
    "TooLong",
    "TooManyDecimals",
    "Negative",
    "NotPositive",
    "UnknownCurrency",
    "CurrencyMismatch"
  ]),
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.reason}: ${this.detail}`
  }
}

/** Money, or what it can be made of. */
export type Input = Money | { readonly amount: string; readonly currency: Currency.Input }

const refuse = (reason: MoneyError["reason"], detail: string) => Result.fail(new MoneyError({ reason, detail }))

/**
 * Reads an amount such as `"250.00"`. The scale is at least that of the currency, so `"12.3"` MXN becomes `12.30`.
 *
 * Fails with `NotANumber`, `TooLong` or `UnknownCurrency`. Negative amounts are money too; see `positive`.
 */
export const parse = (amount: string, currency: Currency.Input): Result.Result<Money, MoneyError> => {
  const known = Currency.parse(currency)
  if (known === undefined) return refuse("UnknownCurrency", "not a currency code")
  const parsed = decimalText.parse(amount)
  if (parsed === "NotANumber") return refuse("NotANumber", "an amount is plain decimal text such as 12.30")
  if (parsed === "TooLong") return refuse("TooLong", "an amount has at most 30 digits before and after the point")
  return Result.succeed(fromBigDecimal(parsed, known))
}

/** `parse` as an Effect. */
export const make = (amount: string, currency: Currency.Input): Effect.Effect<Money, MoneyError> =>
  Effect.fromResult(parse(amount, currency))

/** `parse` for amounts that stand in the source: throws a `MoneyError`. */
export const makeUnsafe = (amount: string, currency: Currency.Input): Money =>
  Result.getOrThrow(parse(amount, currency))

/** Money from what was given, or why it is none. */
export const fromInput = (input: Input): Result.Result<Money, MoneyError> =>
  input instanceof Money ? Result.succeed(input) : parse(input.amount, input.currency)

/** Money of an exact decimal, at the currency's scale or finer. */
export const fromBigDecimal = (amount: BigDecimal.BigDecimal, currency: Currency.Currency): Money =>
  new Money({ amount: BigDecimal.scale(amount, Math.max(amount.scale, Currency.decimals(currency) ?? 0)), currency })

/**
 * The amount alone, at its own scale and at least the currency's: `12.30`. Give the provider's decimals to write what
 * `outbound` made for it.
 */
export const format = (money: Money, atProvider: Currency.Decimals = {}): string =>
  decimalText.format(money.amount, Currency.decimals(money.currency, atProvider) ?? 0)

/** The one text of an amount and a currency: equal money has equal text, whatever its scale. `12.3 MXN`. */
export const canonical = (money: Money): string => `${decimalText.canonical(money.amount)} ${money.currency}`

/** Same currency and same value, whatever the scale. */
export const equals = (a: Money, b: Money): boolean => canonical(a) === canonical(b)

/**
 * Money that may be sent to a provider: no more decimals than the currency has there (trailing zeros do not count).
 * The scale of the result is exactly that number. Fails with `TooManyDecimals`, or `UnknownCurrency` where neither the
 * provider nor a standard says how many there are.
 */
export const outbound = (money: Money, atProvider: Currency.Decimals = {}): Result.Result<Money, MoneyError> => {
  const decimals = Currency.decimals(money.currency, atProvider)
  if (decimals === undefined) return refuse("UnknownCurrency", `the decimals of ${money.currency} are not known`)
  const exact = BigDecimal.normalize(money.amount)
  return exact.scale > decimals
    ? refuse("TooManyDecimals", `${money.currency} has ${decimals} decimals here`)
    : Result.succeed(new Money({ amount: BigDecimal.scale(exact, decimals), currency: money.currency }))
}

/** Fails with `NotPositive` unless the amount is greater than zero. */
export const positive = (money: Money): Result.Result<Money, MoneyError> =>
  BigDecimal.isPositive(money.amount) ? Result.succeed(money) : refuse("NotPositive", "must be greater than zero")

/** Fails with `Negative` if the amount is less than zero. */
export const nonNegative = (money: Money): Result.Result<Money, MoneyError> =>
  BigDecimal.isNegative(money.amount) ? refuse("Negative", "must not be negative") : Result.succeed(money)

const within = <A>(a: Money, b: Money, f: (a: BigDecimal.BigDecimal, b: BigDecimal.BigDecimal) => A) =>
  Currency.equals(a.currency, b.currency)
    ? Result.succeed(f(a.amount, b.amount))
    : refuse("CurrencyMismatch", `${a.currency} and ${b.currency}`)

/** The sum of two amounts of one currency. Fails with `CurrencyMismatch`. */
export const add = (a: Money, b: Money): Result.Result<Money, MoneyError> =>
  Result.map(within(a, b, BigDecimal.sum), (sum) => fromBigDecimal(sum, a.currency))

/** `a` less `b`, of one currency; may be negative. Fails with `CurrencyMismatch`. */
export const subtract = (a: Money, b: Money): Result.Result<Money, MoneyError> =>
  Result.map(within(a, b, BigDecimal.subtract), (difference) => fromBigDecimal(difference, a.currency))

/** Orders two amounts of one currency. Fails with `CurrencyMismatch`. */
export const compare = (a: Money, b: Money): Result.Result<Ordering.Ordering, MoneyError> =>
  within(a, b, BigDecimal.Order)
