/**
 * What a bitcoin costs, in the currencies that the simulated store has a rate for. The rates are its own.
 */
import * as BigDecimal from "effect/BigDecimal"
import type { Decimal } from "./Decimal.ts"

const rates: ReadonlyMap<string, string> = new Map([
  ["ARS", "93371240.55"],
  ["BRL", "348901.12"],
  ["BTC", "1"],
  ["CAD", "90418.03"],
  ["CLP", "61204417"],
  ["COP", "258902114.9"],
  ["EUR", "59118.47"],
  ["GBP", "50233.61"],
  ["JPY", "9688412"],
  ["KWD", "19755.904"],
  ["MXN", "1187450.25"],
  ["UAH", "2671903.8"],
  ["USD", "64392.23"],
  ["USDC", "64401.5"],
  ["USDT", "64398.77"]
])

/** The price of a bitcoin, if the store knows one. */
export const rate = (currency: string): Decimal | undefined => {
  const text = rates.get(currency)
  return text === undefined ? undefined : BigDecimal.fromStringUnsafe(text)
}
