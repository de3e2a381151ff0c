/**
 * Amounts as BTCPay Server writes them: decimals in text, never a float.
 */
import * as BigDecimal from "effect/BigDecimal"

export type Decimal = BigDecimal.BigDecimal

/** Bitcoin has eight decimals. */
export const satoshi = 8

const plain = /^(?:0|[1-9]\d{0,19})(?:\.\d{1,18})?$/u

/** A positive amount with all the digits that were written; `undefined` for any other text. */
export const parse = (text: unknown): Decimal | undefined => {
  if (typeof text !== "string" || !plain.test(text)) return undefined
  const [whole = "", fraction = ""] = text.split(".")
  const amount = BigDecimal.make(BigInt(whole + fraction), fraction.length)
  return BigDecimal.isPositive(amount) ? amount : undefined
}

export const zero: Decimal = BigDecimal.make(0n, 0)

/** `12.3` at two decimals is `12.30`; finer digits are cut off. */
export const format = (amount: Decimal, decimals: number): string => {
  const scaled = BigDecimal.scale(amount, decimals).value
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(decimals + 1, "0")
  const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
  return scaled < 0n ? `-${text}` : text
}

/** What an amount of money is in bitcoin at this rate, rounded up to a whole satoshi. */
export const toBitcoin = (amount: Decimal, rate: Decimal): Decimal =>
  BigDecimal.ceil(BigDecimal.divideUnsafe(amount, rate), satoshi)
