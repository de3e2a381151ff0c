/**
 * A proven statement by a provider that something changed.
 *
 * There is no way to make one but to have `WebhookEvents` prove it: what is stored or sent on is a `Snapshot`, which
 * says the same and cannot be passed for an event.
 */
import * as Schema from "effect/Schema"
import { AccountId, InvoiceId, ProviderId } from "./Identifiers.ts"
import { isProven, type ProvenEvent } from "./internal/proven.ts"
import * as Invoice from "./Invoice.ts"

/** What was checked before a webhook was believed. */
export const Mode = Schema.Literals(["signature", "readback", "signature+readback"])
export type Mode = typeof Mode.Type

/** How a webhook was proven: the mode, and which of the configured secrets matched, by position from 0. */
export class Proof extends Schema.Class<Proof>("@gatefold/core/WebhookEvent/Proof")({
  mode: Mode,
  secret: Schema.optionalKey(Schema.Int)
}) {}

const envelope = {
  provider: ProviderId,
  account: AccountId,
  proof: Proof,
  /** The provider's event id, only where it was signed. */
  eventId: Schema.optionalKey(Schema.String),
  /** The provider's word for what happened, only where it was signed. */
  eventType: Schema.optionalKey(Schema.String),
  /** The sender's key of this delivery, as its header says. Not signed: for logs, never for a decision. */
  deliveryKey: Schema.optionalKey(Schema.String),
  /** When the sender says it signed. */
  signedAt: Schema.optionalKey(Schema.DateTimeUtcFromString),
  receivedAt: Schema.DateTimeUtcFromString
}

/**
 * A webhook that passed the local checks: which object it is about, and the statement itself where it was signed and the
 * mode believes it. It holds no body and is no event yet; it can be stored until it is resolved.
 */
export class Admitted extends Schema.Class<Admitted>("@gatefold/core/WebhookEvent/Admitted")({
  ...envelope,
  invoice: InvoiceId,
  /** What the signed body says, in `signature` mode. */
  statement: Schema.optionalKey(Invoice.Invoice),
  /** In `signature` mode, the proof that this admission was made with one of the account's secrets. */
  seal: Schema.optionalKey(Schema.String)
}) {}

/** What an event says, as data: an envelope around the invoice as the provider stated it. */
export class Snapshot extends Schema.Class<Snapshot>("@gatefold/core/WebhookEvent/Snapshot")({
  ...envelope,
  invoice: Invoice.Invoice
}) {}

/**
 * A proven statement. `invoice` is the observation to merge, `key` what to deduplicate by, `snapshot` what to store.
 */
export type WebhookEvent = ProvenEvent

/** Whether a value is an event that was proven in this process; no copy or look-alike is. */
export const isWebhookEvent: (u: unknown) => u is WebhookEvent = isProven
