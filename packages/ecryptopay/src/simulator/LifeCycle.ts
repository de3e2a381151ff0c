/**
 * What can happen to a payment. The provider documents no life cycle: this one is the simulator's own.
 *
 * A state is only ever followed by one that says more: money that came in is never forgotten by a later word, and what
 * is final stays so, except that a success can be taken back. So underpaid stays underpaid when its window ends, and
 * only a plain success can be reversed, because there is one word for it and it could not say "late" or "over" too.
 */
import { type Share, SimulatorError } from "@gatefold/core/Simulator"
import * as BigDecimal from "effect/BigDecimal"
import * as Result from "effect/Result"
import * as Decimal from "./Decimal.ts"
import * as Payment from "./Payment.ts"
import * as Quote from "./Quote.ts"
import type { State } from "./State.ts"

/** One step, at a time in epoch milliseconds. */
export type Transition = (payment: Payment.Payment, now: number) => Result.Result<Payment.Payment, SimulatorError>

/** The customer pays what is due at the moment, half of it, or half as much again. */
export const pay = (share: Share): Transition => (payment, now) =>
  book(payment, now, shareOf(Payment.due(payment), share))

const shareOf = (due: BigDecimal.BigDecimal, share: Share): BigDecimal.BigDecimal => {
  switch (share) {
    case "partial":
      return BigDecimal.floor(BigDecimal.multiply(due, BigDecimal.make(5n, 1)), Decimal.pesoDecimals)
    case "full":
      return due
    case "over":
      return BigDecimal.ceil(BigDecimal.multiply(due, BigDecimal.make(15n, 1)), Decimal.pesoDecimals)
  }
}

/** The customer pays the amount that a QR code shows. Unless its quote still holds, that is a little too little. */
export const payQuote = (quote: Quote.Quote): Transition => (payment, now) => {
  const holds = quote.sequence === payment.quote.sequence && !Quote.isStale(quote, now)
  if (holds) return book(payment, now, quote.pesos)
  const worth = BigDecimal.multiply(BigDecimal.min(quote.pesos, Payment.due(payment)), staleShare)
  return book(payment, now, BigDecimal.floor(worth, Decimal.pesoDecimals))
}

const staleShare = BigDecimal.make(99n, 2)

const book = (payment: Payment.Payment, now: number, credit: BigDecimal.BigDecimal) => {
  if (!Payment.takesMoney(payment)) return refuse(payment, "takes no money")
  const credited = BigDecimal.sum(payment.credited, credit)
  const balance = BigDecimal.sign(BigDecimal.subtract(credited, payment.pesos))
  if (balance < 0 && payment.state === "expired") return refuse(payment, "has no word for a part of the price")
  const isLate = payment.state === "expired" || (payment.state === "underpaid" && now >= payment.expiresAt)
  return Result.succeed({ ...payment, credited, state: stateAfter(balance, isLate), updatedAt: now })
}

const stateAfter = (balance: -1 | 0 | 1, isLate: boolean): State => {
  if (balance < 0) return "underpaid"
  if (balance === 0) return isLate ? "late" : "paid"
  return isLate ? "lateOverpaid" : "overpaid"
}

const refuse = (payment: Payment.Payment, why: string) =>
  Result.fail(
    new SimulatorError({
      reason: "InvalidTransition",
      message: `Payment ${payment.id} is ${payment.state}: it ${why}.`
    })
  )

const move = (from: ReadonlyArray<State>, to: State, why: string): Transition => (payment, now) =>
  from.includes(payment.state)
    ? Result.succeed({ ...payment, state: to, updatedAt: now })
    : refuse(payment, why)

/** The customer's coins are seen on their way. */
export const confirming: Transition = move(["open"], "processing", "cannot begin to be confirmed")

/** The try to pay fails. */
export const fail: Transition = move(["open", "processing"], "failed", "cannot fail")

/** The customer gives up. */
export const cancel: Transition = move(["open"], "canceled", "cannot be given up")

/** A success is taken back. */
export const reverse: Transition = move(["paid"], "reversed", "cannot be taken back")

/** The window to pay ends now. What is underpaid stays so, but the rest would come late. */
export const expire: Transition = (payment, now) => {
  if (payment.state === "open") return Result.succeed(expired({ ...payment, expiresAt: now }))
  if (payment.state === "underpaid") return Result.succeed({ ...payment, expiresAt: now, updatedAt: now })
  return refuse(payment, "cannot expire")
}

/** Whether a payment's window has ended and its state does not say so yet. */
export const isOverdue = (payment: Payment.Payment, now: number): boolean =>
  payment.state === "open" && now >= payment.expiresAt

/** The payment as its window ended. */
export const expired = (payment: Payment.Payment): Payment.Payment => ({
  ...payment,
  state: "expired",
  updatedAt: payment.expiresAt
})
