/**
 * Reading an invoice as Ecca states it. That it was adjusted stands only in its delivery history, which is therefore a
 * part of every observation of a finished invoice, so that a poll learns what a webhook would have said.
 */
import { detailOf, type GatewayError, IntegrityMismatch, InvalidResponse } from "@gatefold/core/GatewayError"
import type { InvoiceId } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import type { Lookup } from "@gatefold/core/Invoices"
import * as NewInvoice from "@gatefold/core/NewInvoice"
import * as Present from "@gatefold/core/Present"
import { path } from "@gatefold/core/ProviderClient"
import { Adjustment } from "@gatefold/core/Settlement"
import * as Wire from "@gatefold/core/Wire"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Ecca } from "./context.ts"
import * as mapping from "./mapping.ts"
import * as operations from "./operations.ts"
import { fieldAt, moneyAt } from "./payload.ts"
import * as wire from "./wire.ts"

/** @internal An answer as an observation of this moment. */
export const seen = ({ identity, unrecognized }: Ecca, answer: wire.Invoice): Effect.Effect<Invoice.Invoice> =>
  Effect.flatMap(DateTime.now, (now) => {
    const invoice = mapping.invoice(identity, now, answer)
    return Effect.as(unrecognized.note(invoice.unrecognized), invoice)
  })

/** @internal The invoice with, if it is finished, what its history adds. */
export const observe = (ecca: Ecca, lookup: Lookup): Effect.Effect<Invoice.Invoice, GatewayError> =>
  ecca.client.limited(Effect.flatMap(read(ecca, lookup), (answer) => complete(ecca, answer)))

/** @internal Takes an invoice for absent only where the documented code says so: a webhook about it is dropped then. */
export const certainly = <A>(ecca: Ecca, observed: Effect.Effect<A, GatewayError>): Effect.Effect<A, GatewayError> =>
  Effect.catchReason(observed, "GatewayError", "NotFound", (reason, error) =>
    Effect.fail(
      reason.code === "INVOICE_NOT_FOUND"
        ? error
        : ecca.client.error(
          operations.getInvoice,
          new InvalidResponse({ path: "error", issue: "not documented for an invoice", ...detailOf(reason) })
        )
    ))

/** @internal The same of an invoice that was read already, such as an item of a list. */
export const complete = (ecca: Ecca, answer: wire.Invoice): Effect.Effect<Invoice.Invoice, GatewayError> =>
  Effect.filterOrElse(
    seen(ecca, answer),
    (invoice) => !Invoice.isTerminal(invoice),
    (invoice) => Effect.map(knownHistory(ecca, invoice.id), (events) => withAdjustments(ecca, invoice, events))
  )

/** That an invoice which was just read has no history is not an invoice that is not there: no webhook yet is `[]`. */
const knownHistory = (ecca: Ecca, id: InvoiceId) =>
  Effect.catchReason(history(ecca, id), "GatewayError", "NotFound", () =>
    Effect.fail(ecca.client.error(
      operations.webhookHistory,
      new InvalidResponse({ path: "error", issue: "an invoice that exists has a history" })
    )))

const read = Effect.fnUntraced(function*(ecca: Ecca, lookup: Lookup) {
  const operation = operations.getInvoice
  const asked = "id" in lookup
    ? lookup.id
    : yield* ecca.client.checked(operation, NewInvoice.checkReference(lookup.reference))
  const { data } = yield* ecca.client.call(
    operation,
    { method: "GET", path: path`/invoices/${asked}` },
    wire.InvoiceAnswer
  )
  // a UUID is tried before a reference, so the answer may be for another invoice than was asked for [R-GET]
  const [field, got] = "id" in lookup
    ? ["id", data.invoice_id] as const
    : ["reference", data.external_id ?? "none"] as const
  if (got !== asked) {
    return yield* ecca.client.error(operation, new IntegrityMismatch({ field, asked, got }))
  }
  return data
})

/** @internal Every event of an invoice, newest first [R-HIST]. */
export const history = Effect.fnUntraced(function*(ecca: Ecca, id: InvoiceId) {
  const operation = operations.webhookHistory
  const answer = yield* ecca.client.call(
    operation,
    { method: "GET", path: path`/invoices/${id}/webhooks` },
    wire.History
  )
  if (answer.invoice_id !== id) {
    return yield* ecca.client.error(
      operation,
      new IntegrityMismatch({ field: "id", asked: id, got: answer.invoice_id })
    )
  }
  return answer.events
})

/**
 * @internal An assumption: an invoice was adjusted if an event says so by its type, or its payload by `is_adjusted`
 * [R-HIST][WH].
 */
export const isAdjustment = (event: wire.DeliveredEvent): boolean =>
  event.event_type === "invoice.adjusted" || fieldAt(payloadOf(event), "is_adjusted") === true

/** The payload is printed as a string; whether it holds JSON text or is an object is not known. */
const payloadOf = ({ request_payload: payload }: wire.DeliveredEvent): unknown =>
  typeof payload === "string"
    ? Result.getOrUndefined(Wire.parseJson(new TextEncoder().encode(payload)))
    : payload

const withAdjustments = (
  ecca: Ecca,
  invoice: Invoice.Invoice,
  events: ReadonlyArray<wire.DeliveredEvent>
): Invoice.Invoice =>
  events.filter(isAdjustment).reduce(
    (merged, event) => Result.getOrElse(Invoice.merge(merged, adjustedBy(ecca, invoice, event)), () => merged),
    invoice
  )

/** What one event adds: that there was an adjustment, and to how much where the merchant told which field says it. */
const adjustedBy = ({ options }: Ecca, invoice: Invoice.Invoice, event: wire.DeliveredEvent): Invoice.Invoice => {
  const amount = moneyAt(payloadOf(event), options.payloadFields?.adjustedAmount, invoice.price?.currency)
  const { account, id, provider } = invoice
  return Invoice.make({
    provider,
    account,
    id,
    status: "unknown",
    isAdjusted: true,
    adjustment: new Adjustment(Present.only({ amount, at: event.created_at }))
  })
}
