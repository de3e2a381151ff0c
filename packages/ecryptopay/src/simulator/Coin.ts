/**
 * The cryptocurrencies that the simulator converts to. The provider's own list is not documented.
 */
import * as BigDecimal from "effect/BigDecimal"

export interface Coin {
  /** Lower case, as in the API. */
  readonly code: string
  readonly decimals: number
  /** How a wallet's link begins. */
  readonly scheme: string
  /** Pesos for one coin, before any drift. */
  readonly rate: BigDecimal.BigDecimal
}

const coins: ReadonlyArray<Coin> = [
  { code: "btc", decimals: 8, scheme: "bitcoin", rate: BigDecimal.fromStringUnsafe("1187450.25") },
  { code: "eth", decimals: 18, scheme: "ethereum", rate: BigDecimal.fromStringUnsafe("58210.4") },
  { code: "ltc", decimals: 8, scheme: "litecoin", rate: BigDecimal.fromStringUnsafe("1630.75") },
  { code: "xrp", decimals: 6, scheme: "ripple", rate: BigDecimal.fromStringUnsafe("41.37") },
  { code: "usdt", decimals: 6, scheme: "tether", rate: BigDecimal.fromStringUnsafe("18.4215") }
]

export const find = (code: unknown): Coin | undefined => coins.find((coin) => coin.code === code)
