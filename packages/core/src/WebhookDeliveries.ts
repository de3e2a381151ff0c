/**
 * The provider's own record of the webhooks that it sent, and sending one again.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { GatewayError } from "./GatewayError.ts"
import type { InvoiceId } from "./Identifiers.ts"
import type { Resent, WebhookDelivery } from "./WebhookDelivery.ts"

export interface Service {
  /** Every event of an invoice, newest first; none yet is an empty list. */
  readonly history: (invoice: InvoiceId) => Effect.Effect<ReadonlyArray<WebhookDelivery>, GatewayError>
  /**
   * Sends the latest event of an invoice again, at once. `Conflict(busy)` while the provider is working on it,
   * `RateLimited` with scope `object` while it cools down. To repair a missed event, read the invoice instead.
   */
  readonly resend: (invoice: InvoiceId) => Effect.Effect<Resent, GatewayError>
}

export class WebhookDeliveries
  extends Context.Service<WebhookDeliveries, Service>()("@gatefold/core/WebhookDeliveries")
{}
