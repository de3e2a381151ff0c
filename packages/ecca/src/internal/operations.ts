/**
 * Ecca's calls, each declared once: what it does at the provider and how it is kept from happening twice.
 */
import * as Operation from "@gatefold/core/Operation"

/** @internal */
export const createInvoice = Operation.write("invoices.create", {
  safety: "reference",
  findOut: "read the invoice by its reference, or create it again with the same one"
})

/** @internal */
export const cancelInvoice = Operation.write("invoices.cancel", {
  safety: "none",
  findOut: "read the invoice"
})

/** @internal */
export const getInvoice = Operation.read("invoices.get")

/** @internal */
export const listInvoices = Operation.list("invoices.list")

/** @internal */
export const webhookHistory = Operation.list("webhookDeliveries.history")

/** @internal */
export const resendWebhook = Operation.write("webhookDeliveries.resend", {
  safety: "none",
  findOut: "read the history: an attempt with the trigger `manual` was made, or not"
})

/** @internal */
export const paymentMethods = Operation.list("catalog.paymentMethods")

/** @internal */
export const currencies = Operation.list("catalog.currencies")

/** @internal */
export const getWithdrawal = Operation.read("withdrawals.get")

/** @internal */
export const listWithdrawals = Operation.list("withdrawals.list")

/** @internal */
export const customerMethods = Operation.list("customer.paymentMethods")

/** @internal */
export const customerSelect = Operation.write("customer.selectMethod", {
  safety: "none",
  findOut: "read the invoice: it has a deal, or not"
})
