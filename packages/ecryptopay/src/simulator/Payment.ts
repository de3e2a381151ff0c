/**
 * A payment on the simulated provider's books.
 */
import * as BigDecimal from "effect/BigDecimal"
import type { Coin } from "./Coin.ts"
import * as Decimal from "./Decimal.ts"
import { mix } from "./Mix.ts"
import * as Quote from "./Quote.ts"
import * as State from "./State.ts"

export interface Payment {
  readonly id: bigint
  readonly coin: Coin
  /** The price in pesos. */
  readonly pesos: BigDecimal.BigDecimal
  /** What the customer has paid so far, in pesos. */
  readonly credited: BigDecimal.BigDecimal
  readonly state: State.State
  /** What the provider calls that state instead of its usual word, until the state changes. */
  readonly label: string | undefined
  /** Where the coins go. */
  readonly address: string
  /** The newest quote; only this one is honoured in full. */
  readonly quote: Quote.Quote
  readonly formerQuotes: ReadonlyArray<Quote.Quote>
  /** Epoch milliseconds, as the other times. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly expiresAt: number
}

export const open = (options: {
  readonly id: bigint
  readonly seed: bigint
  readonly coin: Coin
  readonly pesos: BigDecimal.BigDecimal
  readonly now: number
  readonly ttlMillis: number
}): Payment => {
  const { coin, id, now, pesos, seed } = options
  return {
    id,
    coin,
    pesos,
    credited: BigDecimal.fromBigInt(0n),
    state: "open",
    label: undefined,
    address: addressOf(seed, id),
    quote: Quote.make({ seed, paymentId: id, coin, pesos, now, renews: undefined }),
    formerQuotes: [],
    createdAt: now,
    updatedAt: now,
    expiresAt: now + options.ttlMillis
  }
}

/** No wallet takes this for an address: a QR code of the simulator must not be able to cost anybody real coins. */
const addressOf = (seed: bigint, id: bigint): string => `simulated${mix(seed, id).toString(16).padStart(16, "0")}`

/** The word for its state. */
export const word = ({ label, state }: Payment): string => label ?? State.word(state)

/** What is left to pay, in pesos. */
export const due = (payment: Payment): BigDecimal.BigDecimal => BigDecimal.subtract(payment.pesos, payment.credited)

/** A new quote for what is left to pay. A payment that takes no more money keeps its last one. */
export const renew = (payment: Payment, seed: bigint, now: number): Payment => {
  if (!takesMoney(payment)) return payment
  const quote = Quote.make({
    seed,
    paymentId: payment.id,
    coin: payment.coin,
    pesos: due(payment),
    now,
    renews: payment.quote
  })
  return { ...payment, quote, formerQuotes: [...payment.formerQuotes, payment.quote], updatedAt: now }
}

/** Whether coins that arrive now would be booked. */
export const takesMoney = (payment: Payment): boolean =>
  payment.state === "open" || payment.state === "processing" || payment.state === "underpaid" ||
  payment.state === "expired"

/** The n-th quote, if there was one. */
export const quoteAt = (payment: Payment, sequence: number): Quote.Quote | undefined =>
  [...payment.formerQuotes, payment.quote].find((quote) => quote.sequence === sequence)

/** The link that a wallet reads from the QR code of this quote. */
export const walletLink = (payment: Payment, quote: Quote.Quote): string =>
  `${payment.coin.scheme}:${payment.address}?amount=${Decimal.format(quote.coins, payment.coin.decimals)}`
