/**
 * An invoice on the simulated store's books.
 *
 * Its state has two axes, as in BTCPay Server: how far it is, and what was exceptional about it.
 */
import type { BookEntry } from "@gatefold/core/Simulator"
import * as BigDecimal from "effect/BigDecimal"
import * as Decimal from "./Decimal.ts"

export type Status = "New" | "Processing" | "Expired" | "Invalid" | "Settled"
export type AdditionalStatus = "None" | "PaidLate" | "PaidPartial" | "Marked" | "PaidOver"

/** Coins that arrived. */
export interface Payment {
  readonly id: string
  readonly receivedAt: number
  readonly coins: Decimal.Decimal
  /** What they are worth in the invoice's currency. */
  readonly worth: Decimal.Decimal
  readonly status: "Processing" | "Settled"
  readonly afterExpiration: boolean
}

/** What a merchant asks for, as understood. Times are in minutes. */
export interface Order {
  readonly amount: Decimal.Decimal
  readonly currency: string
  /** The price of a bitcoin. */
  readonly rate: Decimal.Decimal
  readonly metadata: Readonly<Record<string, unknown>>
  readonly orderId: string | undefined
  readonly redirectUrl: string | undefined
  readonly expirationMinutes: number
  readonly monitoringMinutes: number
}

export interface Invoice extends Order {
  readonly id: string
  /** Where the coins go. */
  readonly address: string
  readonly status: Status
  readonly additionalStatus: AdditionalStatus
  /** What the server calls the status instead of its usual word, until the status changes. */
  readonly label: string | undefined
  /** The same of what was exceptional about it. */
  readonly exceptionLabel: string | undefined
  readonly payments: ReadonlyArray<Payment>
  /** Epoch milliseconds, as the other times. */
  readonly createdAt: number
  readonly expiresAt: number
  /** Until when the server looks for payments. */
  readonly monitoredUntil: number
}

/** A new invoice. No wallet takes its address for one: a link of the simulator must not cost anybody real coins. */
export const open = (id: string, order: Order, now: number): Invoice => {
  const expiresAt = now + order.expirationMinutes * 60_000
  return {
    ...order,
    id,
    address: `simulated${id}`,
    status: "New",
    additionalStatus: "None",
    label: undefined,
    exceptionLabel: undefined,
    payments: [],
    createdAt: now,
    expiresAt,
    monitoredUntil: expiresAt + order.monitoringMinutes * 60_000
  }
}

/** The price in bitcoin. */
export const coins = ({ amount, rate }: Invoice): Decimal.Decimal => Decimal.toBitcoin(amount, rate)

/** What has come in, in bitcoin. */
export const coinsPaid = ({ payments }: Invoice): Decimal.Decimal =>
  BigDecimal.sumAll([Decimal.zero, ...payments.map((payment) => payment.coins)])

/** What has come in, in the invoice's currency. */
export const worthPaid = ({ payments }: Invoice): Decimal.Decimal =>
  BigDecimal.sumAll([Decimal.zero, ...payments.map((payment) => payment.worth)])

/** Its status as the server says it. */
export const word = ({ label, status }: Invoice): string => label ?? status

/** What was exceptional about it, as the server says it. */
export const exceptionWord = ({ additionalStatus, exceptionLabel }: Invoice): string =>
  exceptionLabel ?? additionalStatus

export const bookEntry = (invoice: Invoice): BookEntry => ({
  id: invoice.id,
  reference: invoice.orderId,
  amount: Decimal.format(invoice.amount, invoice.amount.scale),
  currency: invoice.currency,
  status: bookStatuses[invoice.status],
  providerStatus: word(invoice)
})

/** What came in after expiry makes nothing paid: the merchant decides about it. */
const bookStatuses = {
  New: "open",
  Processing: "processing",
  Expired: "expired",
  Invalid: "failed",
  Settled: "paid"
} as const
