/**
 * Models as the JSON that they are stored as, so that every field counts in a comparison and none is forgotten.
 */
import { Invoice, Payment } from "@gatefold/core"
import { Schema } from "effect"

/** Every field of a payment. */
export const paymentJson = Schema.encodeSync(Payment.Payment)

/** Every field of an invoice. */
export const invoiceJson = Schema.encodeSync(Invoice.Invoice)

/** What an invoice is as long as nothing is known of it. */
export const blankInvoice = {
  status: "open",
  providerStatus: "",
  coverage: "none",
  isLate: false,
  isReversed: false,
  isAdjusted: false,
  received: [],
  refunded: [],
  unrecognized: []
} as const

/** What a payment is as long as nothing is known of it. */
export const blankPayment = { ...blankInvoice, status: "pending" } as const

/** What the customer is shown: amount due, quote and QR image, which all say the same. */
export const shown = (due: { readonly amount: string; readonly currency: string }, until: string, image: string) => {
  const quote = { due: { amount: due.amount, currency: { code: due.currency } }, until }
  return { due: quote.due, quote, checkout: { _tag: "ScanQr", image, quote } } as const
}
