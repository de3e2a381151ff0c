/**
 * An invoice, the deal on it, and their life cycle as pure functions.
 *
 * `pending` ends in `success`, `fail`, `expired` or `canceled` [WH]; choosing a method makes a deal, whose window is
 * longer than the invoice's [R-LIST], so that an expired invoice can still turn out paid. The words for a deal's state
 * other than `completed`, and all of `sub_status`, are undocumented and invented here.
 */
import type { PaymentMethod } from "./Catalog.ts"

export type Status = "pending" | "success" | "fail" | "expired" | "canceled"

export interface Deal {
  readonly dealId: string
  readonly status: "awaiting_transfer" | "completed" | "collapsed" | "lapsed" | "withdrawn"
  readonly subStatus: "requisites_shown" | "transfer_seen" | "transfer_refused" | "window_closed" | "customer_left"
  readonly method: PaymentMethod
  readonly amountFiat: string
  readonly conversionRate: string
  readonly merchantUsdt: string
  readonly expiresAt: number
  readonly finishedAt: number | undefined
  readonly markPaidAt: number | undefined
}

export interface Invoice {
  readonly invoiceId: string
  readonly externalId: string
  readonly customerId: string
  readonly purpose: string | undefined
  readonly amount: string
  readonly currency: string
  readonly status: Status
  /** What the provider calls that status instead of its usual word, until the status changes. */
  readonly label: string | undefined
  /** The URL that the create request named, which wins over the account's. */
  readonly requestedCallback: string | undefined
  readonly callbackUrl: string
  readonly successUrl: string
  readonly failUrl: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly finishedAt: number | undefined
  readonly deal: Deal | undefined
}

/** The word for its status. */
export const word = ({ label, status }: Invoice): string => label ?? status

/** How much longer a deal's window is, as in the example: 12:30 against 12:20 [R-LIST]. */
export const dealGrace = 600_000

/** A step of the life cycle: the invoice after it, or `undefined` where its state forbids it. */
export type Step = (invoice: Invoice, now: number) => Invoice | undefined

export const choose = (deal: Deal): Step => (invoice) =>
  invoice.status === "pending" && invoice.deal === undefined ? { ...invoice, deal } : undefined

/** Leaves it as it is, if a method was chosen. */
export const withDeal: Step = (invoice) => invoice.deal === undefined ? undefined : invoice

/** Also after the invoice expired, as long as the deal's own window is open. */
export const pay: Step = (invoice, now) => {
  const deal = openDeal(invoice)
  if (deal === undefined || (invoice.status !== "pending" && invoice.status !== "expired")) return undefined
  const paid: Deal = { ...close(deal, "completed", "transfer_seen", now), markPaidAt: now }
  return { ...invoice, status: "success", finishedAt: now, deal: paid }
}

export const fail: Step = (invoice, now) => {
  const deal = openDeal(invoice)
  if (deal === undefined || invoice.status !== "pending") return undefined
  return { ...invoice, status: "fail", finishedAt: now, deal: close(deal, "collapsed", "transfer_refused", now) }
}

export const cancel: Step = (invoice, now) => {
  if (invoice.status !== "pending") return undefined
  const deal = invoice.deal === undefined ? undefined : close(invoice.deal, "withdrawn", "customer_left", now)
  return { ...invoice, status: "canceled", finishedAt: now, deal }
}

/** The window runs out now instead of later; the deal's window stays as much longer as it was. */
export const expire: Step = (invoice, now) => {
  if (invoice.status !== "pending") return undefined
  const deal = invoice.deal === undefined ? undefined : { ...invoice.deal, expiresAt: now + dealGrace }
  return { ...invoice, status: "expired", expiresAt: now, finishedAt: now, deal }
}

/** What time alone has done by now, at the moment when it was due; the same object if nothing. */
export const pass = (invoice: Invoice, now: number): Invoice => {
  const expired = invoice.status === "pending" && invoice.expiresAt <= now
    ? { ...invoice, status: "expired" as const, finishedAt: invoice.expiresAt }
    : invoice
  const deal = openDeal(expired)
  if (deal === undefined || deal.expiresAt > now) return expired
  return { ...expired, deal: close(deal, "lapsed", "window_closed", deal.expiresAt) }
}

/** When time alone will change it next. */
export const nextMoment = (invoice: Invoice): number | undefined =>
  invoice.status === "pending" ? invoice.expiresAt : openDeal(invoice)?.expiresAt

/** The deal that the customer can still pay. */
export const openDeal = (invoice: Invoice): Deal | undefined =>
  invoice.deal?.status === "awaiting_transfer" ? invoice.deal : undefined

const close = (deal: Deal, status: Deal["status"], subStatus: Deal["subStatus"], at: number): Deal => ({
  ...deal,
  status,
  subStatus,
  finishedAt: at
})
