/**
 * What a payment costs in coins, for 25 seconds.
 */
import * as BigDecimal from "effect/BigDecimal"
import type { Coin } from "./Coin.ts"
import * as Decimal from "./Decimal.ts"
import { mix } from "./Mix.ts"

export interface Quote {
  /** 1 for a payment's first quote. */
  readonly sequence: number
  /** Epoch milliseconds. */
  readonly madeAt: number
  /** The pesos that it prices: all, or what is left to pay. */
  readonly pesos: BigDecimal.BigDecimal
  readonly coins: BigDecimal.BigDecimal
}

/** The provider's rule: a quote is renewed every 25 seconds, or the customer would pay a wrong amount. */
export const holdsForMillis = 25_000

export const isStale = (quote: Quote, now: number): boolean => now - quote.madeAt > holdsForMillis

/** A quote at the rate of the moment. It never equals the one that it renews. */
export const make = (options: {
  readonly seed: bigint
  readonly paymentId: bigint
  readonly coin: Coin
  readonly pesos: BigDecimal.BigDecimal
  readonly now: number
  readonly renews: Quote | undefined
}): Quote => {
  const { coin, now, pesos, renews } = options
  const sequence = (renews?.sequence ?? 0) + 1
  const rate = BigDecimal.multiply(coin.rate, drift(options.seed, options.paymentId, sequence))
  const coins = BigDecimal.ceil(BigDecimal.divideUnsafe(pesos, rate), coin.decimals)
  const isUnchanged = renews !== undefined && BigDecimal.equals(coins, renews.coins)
  return {
    sequence,
    madeAt: now,
    pesos,
    coins: isUnchanged ? BigDecimal.sum(coins, Decimal.step(coin.decimals)) : coins
  }
}

/** Between 0.9900 and 1.0100. */
const drift = (seed: bigint, paymentId: bigint, sequence: number): BigDecimal.BigDecimal =>
  BigDecimal.make(9_900n + mix(seed, paymentId, BigInt(sequence)) % 201n, 4)
