/**
 * What a provider tells of the webhooks that it sent.
 */
import * as Schema from "effect/Schema"

/** One try to deliver. `trigger` and `outcome` are the provider's words. */
export class Attempt extends Schema.Class<Attempt>("@gatefold/core/WebhookDelivery/Attempt")({
  number: Schema.Int,
  trigger: Schema.String,
  outcome: Schema.String,
  httpStatus: Schema.optionalKey(Schema.Int),
  duration: Schema.optionalKey(Schema.DurationFromMillis)
}) {}

/** One event that the provider generated about an invoice, with its tries to deliver it, oldest first. */
export class WebhookDelivery extends Schema.Class<WebhookDelivery>("@gatefold/core/WebhookDelivery")({
  /** The provider's id of the event. */
  id: Schema.String,
  /** The provider's word for what happened, such as `invoice.success`. */
  type: Schema.String,
  status: Schema.Literals(["pending", "delivered", "dead", "unknown"]),
  providerStatus: Schema.String,
  isAdjustment: Schema.Boolean,
  attempts: Schema.Array(Attempt),
  nextAttemptAt: Schema.optionalKey(Schema.DateTimeUtcFromString),
  createdAt: Schema.optionalKey(Schema.DateTimeUtcFromString)
}) {}

/** How a receiver answered an event that was sent again. */
export class Resent extends Schema.Class<Resent>("@gatefold/core/WebhookDelivery/Resent")({
  event: Schema.String,
  wasAccepted: Schema.Boolean,
  httpStatus: Schema.optionalKey(Schema.Int)
}) {}
