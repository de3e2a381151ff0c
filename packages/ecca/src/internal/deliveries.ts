/**
 * `WebhookDeliveries` at Ecca [R-HIST][R-RESEND].
 */
import { IntegrityMismatch } from "@gatefold/core/GatewayError"
import type { InvoiceId } from "@gatefold/core/Identifiers"
import * as Present from "@gatefold/core/Present"
import { path } from "@gatefold/core/ProviderClient"
import type * as WebhookDeliveries from "@gatefold/core/WebhookDeliveries"
import { Resent } from "@gatefold/core/WebhookDelivery"
import * as Effect from "effect/Effect"
import type { Ecca } from "./context.ts"
import * as mapping from "./mapping.ts"
import { history, isAdjustment } from "./observe.ts"
import * as operations from "./operations.ts"
import * as wire from "./wire.ts"

/** @internal */
export const deliveries = (ecca: Ecca): WebhookDeliveries.Service => ({
  history: (invoice) =>
    Effect.map(history(ecca, invoice), (events) => events.map((event) => mapping.delivery(event, isAdjustment(event)))),
  resend: (invoice) => resend(ecca, invoice)
})

/** Covers only the latest event of the invoice, and leaves the automatic schedule alone. */
const resend = Effect.fnUntraced(function*(ecca: Ecca, invoice: InvoiceId) {
  const operation = operations.resendWebhook
  const answer = yield* ecca.client.call(
    operation,
    { method: "POST", path: path`/invoices/${invoice}/webhooks/resend` },
    wire.Resent
  )
  if (answer.invoice_id !== invoice) {
    return yield* ecca.client.error(
      operation,
      new IntegrityMismatch({ field: "id", asked: invoice, got: answer.invoice_id })
    )
  }
  return new Resent({
    event: answer.event_id,
    wasAccepted: answer.resend.ok,
    ...Present.only({ httpStatus: answer.resend.http_status })
  })
})
