/**
 * Prices beside the one that an author orders at.
 */
import * as Currency from "@gatefold/core/Currency"
import * as Money from "@gatefold/core/Money"
import type { NewInvoice } from "@gatefold/core/NewInvoice"
import * as BigDecimal from "effect/BigDecimal"
import * as Effect from "effect/Effect"
import { unless, type Violation } from "../Violation.ts"

/** @internal The price of an order as money. */
export const priceOf = ({ price }: Pick<NewInvoice, "price">): Effect.Effect<Money.Money, Money.MoneyError> =>
  Effect.fromResult(Money.fromInput(price))

/** @internal How many decimals the currency has, or the price where nobody knows. */
export const decimalsOf = (price: Money.Money): number =>
  Currency.decimals(price.currency) ?? BigDecimal.normalize(price.amount).scale

/** @internal More by the smallest amount of the currency. */
export const dearerThan = (price: Money.Money): Money.Money =>
  new Money.Money({
    amount: BigDecimal.sum(price.amount, BigDecimal.make(1n, decimalsOf(price))),
    currency: price.currency
  })

/** @internal An order's price and one smallest amount more. */
export const dearer = (order: Pick<NewInvoice, "price">) => Effect.map(priceOf(order), dearerThan)

/** @internal Fails unless a price is what was asked, to the last digit. */
export const unlessSame = (
  what: string,
  actual: Money.Money | undefined,
  asked: Money.Money
): Effect.Effect<void, Violation> =>
  unless(
    actual !== undefined && Money.equals(actual, asked),
    `${what} should be exactly ${asked}, and is ${actual ?? "not stated"}`
  )
