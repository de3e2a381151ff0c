/**
 * Arithmetic on the provider's amounts: text in, text out, exact in between.
 */
import * as BigDecimal from "effect/BigDecimal"

/** Reads text that is known to be a decimal; anything else is a mistake in the simulator's own data. */
export const of = (text: string): BigDecimal.BigDecimal => BigDecimal.fromStringUnsafe(text)

/** Fixed-point text, at least two decimals; what does not fit is cut off. */
export const write = (amount: BigDecimal.BigDecimal, scale = 2): string => {
  const digits = String(BigDecimal.round(amount, { scale, mode: "floor" }).pipe(BigDecimal.scale(scale)).value)
  const padded = digits.padStart(scale + 1, "0")
  return `${padded.slice(0, -scale)}.${padded.slice(-scale)}`
}

/** An amount of money as a request may write it, with at most two decimals and more than nothing [INV]. */
export const isPrice = (text: string): boolean => /^\d+(\.\d{1,2})?$/u.test(text) && BigDecimal.isPositive(of(text))

/** The same price with two decimals. */
export const canonical = (price: string): string => write(of(price))

export const isBetween = (amount: string, minimum: string, maximum: string): boolean =>
  BigDecimal.between(of(amount), { minimum: of(minimum), maximum: of(maximum) })

/** `amount` plus `percent` of it, rounded down. */
export const plusPercent = (amount: string, percent: string): string => write(share(amount, percent, "plus"))

/** What `amount` is worth at `rate` (fiat units per USDT) after `percent` is taken off, rounded down once. */
export const convertNet = (amount: string, rate: string, percent: string): string =>
  write(BigDecimal.divideUnsafe(share(amount, percent, "minus"), of(rate)))

export const plus = (one: string, other: string): string => write(BigDecimal.sum(of(one), of(other)))

/** `amount` less `fee`, with as many decimals as either has. */
export const minus = (amount: string, fee: string): string => {
  const [from, taken] = [of(amount), of(fee)]
  return write(BigDecimal.subtract(from, taken), Math.max(2, from.scale, taken.scale))
}

const hundred = of("100")

const share = (amount: string, percent: string, sign: "plus" | "minus"): BigDecimal.BigDecimal => {
  const factor = sign === "plus" ? BigDecimal.sum(hundred, of(percent)) : BigDecimal.subtract(hundred, of(percent))
  return BigDecimal.divideUnsafe(BigDecimal.multiply(of(amount), factor), hundred)
}
