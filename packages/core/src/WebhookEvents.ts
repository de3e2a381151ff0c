/**
 * Webhooks that can be believed.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { GatewayError } from "./GatewayError.ts"
import type { RawWebhook } from "./RawWebhook.ts"
import type { Admitted, WebhookEvent } from "./WebhookEvent.ts"
import type { WebhookRejected } from "./WebhookRejected.ts"

export interface Service {
  /**
   * The local checks: size, signature, form. Nothing is asked of the provider. What is admitted can be stored and
   * resolved later; it is no event and may not change any state.
   */
  readonly admit: (webhook: RawWebhook) => Effect.Effect<Admitted, WebhookRejected>
  /**
   * Turns what was admitted into an event, by asking the provider where the mode says so. A `GatewayError` means that
   * it could not be asked: try again later, and answer the sender with a 503 if it is still waiting.
   */
  readonly resolve: (admitted: Admitted) => Effect.Effect<WebhookEvent, WebhookRejected | GatewayError>
  /** `admit` and `resolve` in one. */
  readonly receive: (webhook: RawWebhook) => Effect.Effect<WebhookEvent, WebhookRejected | GatewayError>
  /**
   * Names the signing schemes that would have matched, for a merchant who sets up an endpoint. Accepts nothing.
   */
  readonly diagnose: (webhook: RawWebhook) => Effect.Effect<ReadonlyArray<string>>
}

export class WebhookEvents extends Context.Service<WebhookEvents, Service>()("@gatefold/core/WebhookEvents") {}
