/**
 * BTCPay Server's Greenfield API, in its own names. What is not used is not named.
 */
import { InvoiceId, WithdrawalId } from "@gatefold/core/Identifiers"
import * as Wire from "@gatefold/core/Wire"
import * as Schema from "effect/Schema"

/** `InvoiceData`. Whoever has access to the store may have put anything into `metadata`. */
export const Invoice = Schema.Struct({
  id: InvoiceId,
  storeId: Schema.String,
  amount: Wire.Amount,
  currency: Wire.Currency,
  status: Schema.String,
  additionalStatus: Schema.String,
  metadata: Wire.nullish(Schema.Struct({ orderId: Schema.optional(Schema.Unknown) })),
  checkoutLink: Wire.nullish(Schema.String),
  createdTime: Wire.nullish(Wire.UnixSeconds),
  expirationTime: Wire.nullish(Wire.UnixSeconds)
})

export type Invoice = typeof Invoice.Type

/** `InvoiceDataList` */
export const Invoices = Schema.Array(Invoice)

/** `PayoutData`. What is paid out is known once the payout was approved. */
export const Payout = Schema.Struct({
  id: WithdrawalId,
  state: Schema.String,
  originalAmount: Wire.Amount,
  originalCurrency: Wire.Currency,
  payoutAmount: Wire.nullish(Wire.Amount),
  payoutCurrency: Wire.nullish(Wire.Currency),
  payoutMethodId: Wire.nullish(Schema.String),
  destination: Wire.nullish(Schema.String),
  paymentProof: Wire.nullish(Schema.Struct({ id: Wire.nullish(Schema.String) })),
  // a string in the description, a number at servers
  date: Wire.nullish(Wire.UnixSeconds)
})

export type Payout = typeof Payout.Type

/** `PayoutDataList` */
export const Payouts = Schema.Array(Payout)

/** The types that are documented for `WebhookInvoiceEvent`. */
export const invoiceEvents: ReadonlySet<string> = new Set([
  "InvoiceCreated",
  "InvoiceReceivedPayment",
  "InvoicePaymentSettled",
  "InvoiceProcessing",
  "InvoiceSettled",
  "InvoiceExpired",
  "InvoiceInvalid"
])

/** `WebhookEvent` */
export const Event = Schema.Struct({ type: Schema.String })

/** `WebhookInvoiceEvent` */
export const InvoiceEvent = Schema.Struct({
  type: Schema.String,
  storeId: Schema.String,
  invoiceId: InvoiceId,
  deliveryId: Wire.nullish(Wire.Id),
  originalDeliveryId: Wire.nullish(Wire.Id)
})

/** `ProblemDetails` */
export const Problem = Schema.Struct({ code: Schema.NonEmptyString })

/** `ValidationProblemDetails` */
export const InvalidFields = Schema.NonEmptyArray(Schema.Struct({ path: Schema.String }))
