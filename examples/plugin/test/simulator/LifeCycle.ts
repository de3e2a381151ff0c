/**
 * What can happen to an invoice, as BTCPay Server's page about invoices tells it
 * (https://docs.btcpayserver.org/Invoices): paid in time it goes by way of Processing to Settled; paid after it expired
 * it stays Expired, with PaidLate or PaidPartial, until the merchant marks it.
 */
import { type Share, SimulatorError } from "@gatefold/core/Simulator"
import * as BigDecimal from "effect/BigDecimal"
import * as Result from "effect/Result"
import * as Decimal from "./Decimal.ts"
import * as Invoice from "./Invoice.ts"
import type { News } from "./News.ts"

/** An invoice after something happened, and what the server tells about that, oldest first. */
export interface Step {
  readonly invoice: Invoice.Invoice
  readonly news: ReadonlyArray<News>
}

/** Something that happens at a time in epoch milliseconds. `paymentId` is for the coins that it brings, if any. */
export type Transition = (
  invoice: Invoice.Invoice,
  now: number,
  paymentId: string
) => Result.Result<Step, SimulatorError>

/** The customer pays all, half, or half as much again of what is due, and the coins are confirmed at once. */
export const pay = (share: Share): Transition => (invoice, now, paymentId) => {
  if (invoice.status === "Processing") return share === "full" ? confirm(invoice) : refuse(invoice, "waits")
  return Result.flatMap(
    receive(share)(invoice, now, paymentId),
    (received) =>
      Result.map(confirm(received.invoice), (confirmed) => ({
        invoice: confirmed.invoice,
        news: [...received.news, ...confirmed.news]
      }))
  )
}

/** The customer pays all that is due, and the coins wait to be confirmed. `pay` confirms them. */
export const confirming: Transition = (invoice, now, paymentId) =>
  invoice.status === "New" ? receive("full")(invoice, now, paymentId) : refuse(invoice, "takes no coins in time")

const receive = (share: Share): Transition => (invoice, now, paymentId) => {
  if (invoice.status !== "New" && invoice.status !== "Expired") return refuse(invoice, "takes no coins")
  if (invoice.additionalStatus === "PaidLate" || now >= invoice.monitoredUntil) return refuse(invoice, "is not watched")
  const coins = portion(BigDecimal.subtract(Invoice.coins(invoice), Invoice.coinsPaid(invoice)), share, Decimal.satoshi)
  const worth = portion(BigDecimal.subtract(invoice.amount, Invoice.worthPaid(invoice)), share, invoice.amount.scale)
  if (BigDecimal.isZero(coins) || BigDecimal.isZero(worth)) return refuse(invoice, "costs too little to be split")
  const afterExpiration = invoice.status === "Expired"
  const payment = { id: paymentId, receivedAt: now, coins, worth, status: "Processing", afterExpiration } as const
  const paid = { ...invoice, payments: [...invoice.payments, payment], ...stateAfter(invoice, share) }
  const isProcessing = paid.status === "Processing"
  return Result.succeed({
    invoice: paid,
    news: [
      { type: "InvoiceReceivedPayment", payment },
      ...isProcessing ? [{ type: "InvoiceProcessing", overPaid: share === "over" } as const] : []
    ]
  })
}

const portion = (due: Decimal.Decimal, share: Share, decimals: number): Decimal.Decimal => {
  switch (share) {
    case "partial":
      return BigDecimal.floor(BigDecimal.multiply(due, BigDecimal.make(5n, 1)), decimals)
    case "full":
      return due
    case "over":
      return BigDecimal.ceil(BigDecimal.multiply(due, BigDecimal.make(15n, 1)), decimals)
  }
}

const stateAfter = (
  { status }: Invoice.Invoice,
  share: Share
): Pick<Invoice.Invoice, "status" | "additionalStatus"> => {
  if (share === "partial") return { status, additionalStatus: "PaidPartial" }
  if (status === "Expired") return { status, additionalStatus: "PaidLate" }
  return { status: "Processing", additionalStatus: share === "over" ? "PaidOver" : "None" }
}

/** All coins that have arrived are confirmed. */
const confirm = (invoice: Invoice.Invoice): Result.Result<Step, SimulatorError> => {
  const isProcessing = invoice.status === "Processing"
  const settled = invoice.payments.map((payment) => ({ ...payment, status: "Settled" as const }))
  const newly = settled.filter((_, index) => invoice.payments[index]?.status === "Processing")
  const overPaid = invoice.additionalStatus === "PaidOver"
  return Result.succeed({
    invoice: { ...invoice, payments: settled, status: isProcessing ? "Settled" : invoice.status },
    news: [
      ...newly.map((payment) => ({ type: "InvoicePaymentSettled", payment } as const)),
      ...isProcessing ? [{ type: "InvoiceSettled", manuallyMarked: false, overPaid } as const] : []
    ]
  })
}

/** The merchant takes an invoice that was paid late for settled. */
export const settleLate: Transition = (invoice) =>
  invoice.additionalStatus === "PaidLate"
    ? Result.succeed({
      invoice: { ...invoice, status: "Settled", additionalStatus: "Marked" },
      news: [{ type: "InvoiceSettled", manuallyMarked: true, overPaid: false }]
    })
    : refuse(invoice, "was not paid late")

/** The window to pay ends now. */
export const expire: Transition = (invoice, now) =>
  invoice.status === "New" ? Result.succeed(expired(invoice, now)) : refuse(invoice, "cannot expire")

/** The coins, if any, are not confirmed in time, or never come. */
export const fail: Transition = (invoice) =>
  invoice.status === "New" || invoice.status === "Processing"
    ? Result.succeed(invalid(invoice))
    : refuse(invoice, "cannot become invalid")

/** What has become of an invoice by this time, if that is anything else. */
export const elapse = (invoice: Invoice.Invoice, now: number): Step | undefined => {
  if (invoice.status === "New" && now >= invoice.expiresAt) return expired(invoice, invoice.expiresAt)
  return invoice.status === "Processing" && now >= invoice.monitoredUntil ? invalid(invoice) : undefined
}

const expired = (invoice: Invoice.Invoice, at: number): Step => ({
  invoice: { ...invoice, status: "Expired", expiresAt: at },
  news: [{ type: "InvoiceExpired", partiallyPaid: invoice.payments.length > 0 }]
})

const invalid = (invoice: Invoice.Invoice): Step => ({
  invoice: { ...invoice, status: "Invalid", additionalStatus: "None" },
  news: [{ type: "InvoiceInvalid", manuallyMarked: false }]
})

const refuse = ({ additionalStatus, id, status }: Invoice.Invoice, why: string) =>
  Result.fail(
    new SimulatorError({
      reason: "InvalidTransition",
      message: `Invoice ${id} is ${status} (${additionalStatus}): it ${why}.`
    })
  )
