/**
 * The same values for programs that do not use Effect: a currency is text (`MXN`, `USDT@TRON`), money is
 * `{ amount: "250.00", currency: "MXN" }`, a moment is ISO 8601 text in UTC and a duration a number of milliseconds. What
 * is derived from a value, such as `order.isCovered`, stands in it as a property. All of it survives `JSON.stringify`.
 */
import * as Currency from "@gatefold/core/Currency"
import { GatewayError } from "@gatefold/core/GatewayError"
import * as Money from "@gatefold/core/Money"
import * as BigDecimal from "effect/BigDecimal"
import type * as Brand from "effect/Brand"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/** What a provider's refusal comes to. `reason` is one of `GatewayError`'s reasons. */
export interface PlainFailure {
  readonly provider: string
  readonly account: string
  readonly operation: string
  readonly reason: GatewayError["reason"]["_tag"]
  readonly message: string
  /** Whether the same call may succeed later and is safe to repeat. */
  readonly isRetryable: boolean
}

export interface PlainMoney {
  /** Plain decimal text, at the scale of the currency or finer. */
  readonly amount: string
  readonly currency: string
}

/** A value without anything of Effect's in it. */
export type Plain<T> = T extends GatewayError ? PlainFailure
  : T extends Money.Money ? PlainMoney
  : T extends Currency.Currency | DateTime.DateTime | BigDecimal.BigDecimal ? string
  : T extends Duration.Duration ? number
  : T extends string & Brand.Brand<string> ? string
  : T extends string | number | boolean | null | undefined ? T
  : T extends ReadonlyArray<infer A> ? ReadonlyArray<Plain<A>>
  : { readonly [K in keyof T as T[K] extends (...args: ReadonlyArray<never>) => unknown ? never : K]: Plain<T[K]> }

/** Makes a value plain. */
export function of<T>(value: T): Plain<T>
export function of(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => of(item))
  if (!Predicate.isObject(value)) return value
  return asText(value) ?? asParts(value)
}

const amountText = Schema.encodeSync(Money.Amount)

const asText = (value: object): string | number | undefined => {
  if (value instanceof Currency.Currency) return value.toString()
  if (DateTime.isDateTime(value)) return DateTime.formatIso(value)
  if (BigDecimal.isBigDecimal(value)) return amountText(value)
  return Duration.isDuration(value) ? Duration.toMillis(value) : undefined
}

const asParts = (value: object): object => {
  if (value instanceof GatewayError) return failure(value)
  if (value instanceof Money.Money) return { amount: Money.format(value), currency: value.currency.toString() }
  return Object.fromEntries([...properties(value)].map(([name, property]) => [name, of(property)]))
}

const failure = ({ account, isRetryable, message, operation, provider, reason }: GatewayError): PlainFailure => ({
  provider,
  account,
  operation,
  reason: reason._tag,
  message,
  isRetryable
})

/** Its own properties, and what its class derives from them. */
function* properties(value: object): Generator<readonly [string, unknown]> {
  yield* Object.entries(value)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (!Predicate.isObject(prototype) || prototype === Object.prototype) return
  for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (get !== undefined) yield [name, get.call(value)]
  }
}
