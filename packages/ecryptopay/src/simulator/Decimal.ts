/**
 * Amounts as the provider writes them: plain decimals of a fixed scale, never a float.
 */
import * as BigDecimal from "effect/BigDecimal"

/** Pesos have two decimals. */
export const pesoDecimals = 2

const positivePesos = /^(?:0|[1-9]\d{0,11})(?:\.\d{1,2})?$/u

/** An amount in pesos as a request may state it; `undefined` for anything else, zero included. */
export const parsePesos = (text: unknown): BigDecimal.BigDecimal | undefined => {
  if (typeof text !== "string" || !positivePesos.test(text)) return undefined
  const pesos = BigDecimal.fromStringUnsafe(text)
  return BigDecimal.isPositive(pesos) ? pesos : undefined
}

/** The smallest step of this scale: 0.01 for two decimals. */
export const step = (decimals: number): BigDecimal.BigDecimal => BigDecimal.make(1n, decimals)

/** `12.3` at two decimals is `12.30`. For amounts that are not negative and have no more digits than that. */
export const format = (amount: BigDecimal.BigDecimal, decimals: number): string => {
  const digits = BigDecimal.scale(amount, decimals).value.toString().padStart(decimals + 1, "0")
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}
