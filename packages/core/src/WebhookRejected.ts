/**
 * Why a webhook was not taken for a statement of the provider.
 */
import * as Schema from "effect/Schema"
import { AccountId, ProviderId } from "./Identifiers.ts"

/** What was wrong, from the outside in. */
export const Why = Schema.Literals([
  /** More bytes than a webhook may have. */
  "TooLarge",
  /** A header that the signature needs is absent or blank. */
  "MissingSignature",
  /** A header is not in the form that is configured: wrong alphabet, length, prefix, or sent twice. */
  "MalformedSignature",
  /** No configured secret made this signature of these bytes. */
  "InvalidSignature",
  /** Signed too long ago, or in the future; only in `signature` mode. */
  "StaleTimestamp",
  /** Not JSON, or without the id of an object. */
  "InvalidPayload",
  /**
   * Of a kind that nothing here is about: as the adapter reads it, or because it is signed and cannot be read.
   * Acknowledged, so that it is not sent for ever.
   */
  "UnknownEvent",
  /** The provider, or the ownership hook, knows no such object. Acknowledged, so that it is not sent for ever. */
  "UnknownObject"
])
export type Why = typeof Why.Type

const httpStatus: Readonly<Record<Why, number>> = {
  TooLarge: 413,
  MissingSignature: 401,
  MalformedSignature: 401,
  InvalidSignature: 401,
  StaleTimestamp: 401,
  InvalidPayload: 400,
  UnknownEvent: 200,
  UnknownObject: 200
}

/** A webhook was rejected and nothing changed. Holds nothing of its body or headers. */
export class WebhookRejected extends Schema.TaggedError<WebhookRejected>("@gatefold/core/WebhookRejected")(
  "WebhookRejected",
  {
    provider: ProviderId,
    account: AccountId,
    why: Why,
    detail: Schema.String
  }
) {
  /** What to answer the sender. */
  get httpStatus(): number {
    return httpStatus[this.why]
  }
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `webhook for ${this.account} rejected: ${this.why}: ${this.detail}`
  }
}
