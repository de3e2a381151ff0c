/**
 * What a webhook tells about an invoice, beside which invoice it is.
 */
import type { Payment } from "./Invoice.ts"

export type News =
  | { readonly type: "InvoiceCreated" }
  | { readonly type: "InvoiceReceivedPayment"; readonly payment: Payment }
  | { readonly type: "InvoiceProcessing"; readonly overPaid: boolean }
  | { readonly type: "InvoicePaymentSettled"; readonly payment: Payment }
  | { readonly type: "InvoiceSettled"; readonly manuallyMarked: boolean; readonly overPaid: boolean }
  | { readonly type: "InvoiceExpired"; readonly partiallyPaid: boolean }
  | { readonly type: "InvoiceInvalid"; readonly manuallyMarked: boolean }
