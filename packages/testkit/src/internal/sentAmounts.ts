/**
 * Amounts that are hard to send, and how they may be written in a request.
 */
import * as Money from "@gatefold/core/Money"
import type { RecordedRequest } from "@gatefold/core/Simulator"
import * as BigDecimal from "effect/BigDecimal"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ExactJson from "./exactJson.ts"
import { decimalsOf, priceOf } from "./prices.ts"

/** @internal An amount as an order says it, and what it is worth in the two ways in which providers count. */
export interface SentAmount {
  readonly text: string
  readonly currency: Money.Money["currency"]
  readonly values: ReadonlyArray<BigDecimal.BigDecimal>
}

/** More digits than a floating point number holds. */
const manyDigits = 900_719_925_474_099_307n

/** @internal The price of an order, one that minor units made by a float get wrong, and one with many digits. */
export const amountsToSend = Effect.fnUntraced(function*(price: Money.Input) {
  const money = yield* priceOf({ price })
  const decimals = decimalsOf(money)
  const amounts = [
    money.amount,
    BigDecimal.sum(money.amount, BigDecimal.make(29n, decimals)),
    BigDecimal.make(manyDigits, decimals)
  ]
  return amounts.map((amount): SentAmount => ({
    text: Money.format(new Money.Money({ amount: BigDecimal.scale(amount, decimals), currency: money.currency })),
    currency: money.currency,
    values: [amount, BigDecimal.multiply(amount, BigDecimal.make(1n, -decimals))]
  }))
})

/** Some providers count hundredths or the smallest part of every currency, whatever its decimals are. */
const units = Array.from({ length: 19 }, (_, decimals) => BigDecimal.make(1n, -decimals))

/** @internal The same where nobody says in what units the provider counts this currency. */
export const elsewhere = (amount: SentAmount): SentAmount => ({
  ...amount,
  values: amount.values.slice(0, 1).flatMap((value) => units.map((unit) => BigDecimal.multiply(value, unit)))
})

/** @internal Whether any text or number of a request is this amount. */
export const standsIn = ({ values }: SentAmount, { body, url }: RecordedRequest): boolean =>
  [...textsOf(body), ...new URL(url, "http://provider").searchParams.values()].some((text) => {
    const value = /^\d+(?:\.\d+)?$/u.test(text) ? Option.getOrUndefined(BigDecimal.fromString(text)) : undefined
    return value !== undefined && values.some((one) => BigDecimal.equals(one, value))
  })

const textsOf = (body: string): ReadonlyArray<string> => {
  const json = ExactJson.parse(body)
  return json === undefined ? [...new URLSearchParams(body).values()] : leaves(json)
}

const leaves = (json: ExactJson.Json): ReadonlyArray<string> => {
  if (typeof json === "string") return [json]
  if (json instanceof ExactJson.Digits) return [json.text]
  return ExactJson.isArray(json) || ExactJson.isObject(json) ? Object.values(json).flatMap(leaves) : []
}
