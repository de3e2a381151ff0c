/**
 * An invoice at Template Pay, and what can happen to it.
 */
import { type Share, SimulatorError } from "@gatefold/core/Simulator"
import * as BigDecimal from "effect/BigDecimal"
import * as Result from "effect/Result"

export type Status = "open" | "paid" | "expired" | "failed" | "canceled"

export interface Order {
  readonly reference: string
  readonly amount: string
  readonly currency: string
}

/** Moments are epoch milliseconds. */
export interface Invoice extends Order {
  readonly id: string
  readonly status: Status
  /** A word that is said in place of the status. */
  readonly label?: string | undefined
  readonly received: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly paidAt?: number | undefined
}

export type Change = (invoice: Invoice, now: number) => Result.Result<Invoice, SimulatorError>

// invented: how long an invoice can be paid
const lifetime = 15 * 60_000

export const open = (id: string, order: Order, now: number): Invoice => ({
  ...order,
  id,
  status: "open",
  received: minus(order.amount, order.amount),
  createdAt: now,
  expiresAt: now + lifetime
})

// invented: what happens to an invoice that is paid, in time, late, in part or too much
export const pay = (share: Share): Change => (invoice, now) => {
  const { amount, received, status } = invoice
  if (status !== "open" && status !== "expired") return refused(invoice, "be paid")
  const sum = plus(received, portion(minus(amount, received), share))
  const isPaid = !BigDecimal.isLessThan(decimal(sum), decimal(amount))
  return Result.succeed({ ...invoice, received: sum, ...isPaid ? { status: "paid", paidAt: now } : {} })
}

/** The window to pay ends. */
export const expire: Change = (invoice, now) => ended(invoice, { status: "expired", expiresAt: now })

export const end = (status: "failed" | "canceled"): Change => (invoice) => ended(invoice, { status })

/** Calls its state by this word until it changes. */
export const relabel = (label: string): Change => (invoice) => Result.succeed({ ...invoice, label })

const ended = (invoice: Invoice, end: Partial<Invoice>) =>
  invoice.status === "open" ? Result.succeed({ ...invoice, ...end }) : refused(invoice, "end otherwise")

const refused = ({ id, status }: Invoice, what: string) =>
  Result.fail(new SimulatorError({ reason: "InvalidTransition", message: `${id} is ${status} and cannot ${what}.` }))

const decimal = BigDecimal.fromStringUnsafe

const decimals = (text: string): number => text.split(".")[1]?.length ?? 0

/** With as many decimals as there were. */
const format = (value: BigDecimal.BigDecimal, places: number): string => {
  const digits = BigDecimal.scale(value, places).value.toString().padStart(places + 1, "0")
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
}

const plus = (a: string, b: string): string => format(BigDecimal.sum(decimal(a), decimal(b)), decimals(a))

const minus = (a: string, b: string): string => format(BigDecimal.subtract(decimal(a), decimal(b)), decimals(a))

const portion = (due: string, share: Share): string => {
  const times = { partial: "0.5", full: "1", over: "1.5" }[share]
  return format(BigDecimal.ceil(BigDecimal.multiply(decimal(due), decimal(times)), decimals(due)), decimals(due))
}
