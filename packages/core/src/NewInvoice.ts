/**
 * What a merchant asks for when an order is to be paid, and the checks that it passes before anything is sent.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Currency from "./Currency.ts"
import { InvalidRequest } from "./GatewayError.ts"
import { Reference } from "./Identifiers.ts"
import * as Money from "./Money.ts"
import * as Present from "./Present.ts"
import { SecureUrl } from "./SecureUrl.ts"

/**
 * One attempt to collect an order. A provider ignores what it has no use for, and may refuse what it lacks: Ecca asks for
 * all three URLs, unless its dashboard has defaults for them.
 *
 * `reference` is the merchant's own id, unique per account: for the second attempt of an order take another one, see
 * `Reference`. `customer` identifies one person; leave it out for guests. `payWith` is the asset that the customer pays
 * in, where the merchant chooses it. URLs are https, or http to this machine.
 */
export interface NewInvoice {
  readonly reference: string
  readonly price: Money.Input
  readonly customer?: string | undefined
  readonly description?: string | undefined
  readonly payWith?: Currency.Input | undefined
  readonly successUrl?: string | undefined
  readonly failureUrl?: string | undefined
  readonly webhookUrl?: string | undefined
}

/** A `NewInvoice` that passed the checks. */
export interface Checked {
  readonly reference: Reference
  /** At the scale that the provider takes. */
  readonly price: Money.Money
  readonly customer?: string
  readonly description?: string
  readonly payWith?: Currency.Currency
  readonly successUrl?: SecureUrl
  readonly failureUrl?: SecureUrl
  readonly webhookUrl?: SecureUrl
}

/** What one provider takes. */
export interface Limits {
  /** The codes of the currencies that may be asked for, or every one of ISO 4217. */
  readonly currencies: ReadonlyArray<string> | "ISO 4217"
  readonly decimals?: Currency.Decimals | undefined
  readonly customerLength?: number | undefined
  readonly descriptionLength?: number | undefined
}

const refuse = (field: string, issue: string) => Result.fail(new InvalidRequest({ field, issue }))

const isReference = Schema.is(Reference)
const isSecureUrl = Schema.is(SecureUrl)

/** Checks a reference by itself, for look-ups. */
export const checkReference = (text: string): Result.Result<Reference, InvalidRequest> =>
  isReference(text)
    ? Result.succeed(text)
    : refuse("reference", "1 to 120 letters, digits and ._~-, not beginning with a dot or a tilde")

/**
 * Checks a price: positive, plain decimal text, a currency that the provider takes and no more decimals than it has
 * there. The field of the refusal is `amount` or `currency`.
 */
export const checkPrice = (input: Money.Input, limits: Limits): Result.Result<Money.Money, InvalidRequest> => {
  const money = Result.flatMap(Money.fromInput(input), Money.positive)
  if (Result.isFailure(money)) return refusePrice(money.failure)
  const { currency } = money.success
  const isTaken = currency.network === undefined &&
    (limits.currencies === "ISO 4217" ? Currency.isFiat(currency) : limits.currencies.includes(currency.code))
  if (!isTaken) return refuse("currency", `this provider does not take ${currency}`)
  const outbound = Money.outbound(money.success, limits.decimals)
  return Result.isFailure(outbound) ? refusePrice(outbound.failure) : Result.succeed(outbound.success)
}

const refusePrice = (error: Money.MoneyError) =>
  refuse(error.reason === "UnknownCurrency" ? "currency" : "amount", error.detail)

/** Runs all checks; the first that does not hold is the refusal. */
export const check = (input: NewInvoice, limits: Limits): Result.Result<Checked, InvalidRequest> =>
  Result.map(
    Result.all({
      reference: checkReference(input.reference),
      price: checkPrice(input.price, limits),
      customer: checkText("customer", input.customer, limits.customerLength),
      description: checkText("description", input.description, limits.descriptionLength),
      payWith: checkAsset(input.payWith),
      successUrl: checkUrl("successUrl", input.successUrl),
      failureUrl: checkUrl("failureUrl", input.failureUrl),
      webhookUrl: checkUrl("webhookUrl", input.webhookUrl)
    }),
    Present.only
  )

const checkText = (
  field: string,
  text: string | undefined,
  longest = 512
): Result.Result<string | undefined, InvalidRequest> => {
  if (text === undefined) return Result.succeed(undefined)
  if (text.trim() === "") return refuse(field, "must not be blank: leave it out instead")
  return text.length > longest ? refuse(field, `has at most ${longest} characters`) : Result.succeed(text)
}

/** Checks the code of an asset, if one is given. The field of the refusal is `payWith`. */
export const checkAsset = (
  input: Currency.Input | undefined
): Result.Result<Currency.Currency | undefined, InvalidRequest> => {
  if (input === undefined) return Result.succeed(undefined)
  const currency = Currency.parse(input)
  return currency === undefined ? refuse("payWith", "not the code of an asset") : Result.succeed(currency)
}

const checkUrl = (field: string, text: string | undefined): Result.Result<SecureUrl | undefined, InvalidRequest> => {
  if (text === undefined) return Result.succeed(undefined)
  return isSecureUrl(text)
    ? Result.succeed(text)
    : refuse(field, "must be an absolute https URL")
}
