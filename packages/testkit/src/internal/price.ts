/**
 * Amounts around a price.
 */
import * as Money from "@gatefold/core/Money"
import * as BigDecimal from "effect/BigDecimal"
import * as Result from "effect/Result"

const half = BigDecimal.make(5n, 1)

/** @internal Half of a price, rounded down to its decimals, as text. */
export const lessThan = (price: Money.Input): string => {
  const { amount, currency } = Result.getOrThrow(Money.fromInput(price))
  return Money.format(Money.fromBigDecimal(BigDecimal.floor(BigDecimal.multiply(amount, half), amount.scale), currency))
}

/** @internal A price with all that it can be asked. */
export const moneyOf = (price: Money.Input): Money.Money => Result.getOrThrow(Money.fromInput(price))
