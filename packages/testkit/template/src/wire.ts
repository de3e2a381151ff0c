/**
 * Template Pay's API, in its own names. What is not used is not named.
 */
import { InvoiceId } from "@gatefold/core/Identifiers"
import * as Wire from "@gatefold/core/Wire"
import * as Schema from "effect/Schema"

// invented: the fields of an invoice
export const Invoice = Schema.Struct({
  id: InvoiceId,
  reference: Wire.nullish(Schema.String),
  amount: Wire.Amount,
  currency: Wire.Currency,
  status: Schema.String,
  /** What came in and was confirmed. */
  received: Wire.Amount,
  checkout_url: Wire.nullish(Schema.String),
  created_at: Wire.nullish(Wire.Timestamp),
  expires_at: Wire.nullish(Wire.Timestamp),
  paid_at: Wire.nullish(Wire.Timestamp)
})

export type Invoice = typeof Invoice.Type

export const Invoices = Schema.Array(Invoice)

// invented: what a refusal looks like
export const Problem = Schema.Struct({ code: Schema.NonEmptyString })

// invented: what a webhook says
export const Event = Schema.Struct({
  type: Schema.Literals(["invoice.opened", "invoice.paid", "invoice.expired", "invoice.failed", "invoice.canceled"]),
  id: Wire.nullish(Wire.Id),
  invoice_id: InvoiceId
})
