/**
 * The one error of every call to a provider, with a closed union of reasons.
 *
 * A reason says first of all what is known about the effect at the provider: nothing happened, it happened differently,
 * or it is not known (`OutcomeUnknown`). Reasons are schemas, so that they survive a queue or a database. None holds a
 * secret, a request or a provider's prose: of what a provider says only its code and its request id are kept.
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { AccountId, ProviderId } from "./Identifiers.ts"
import * as Invoice from "./Invoice.ts"
import * as Present from "./Present.ts"

/** A word that may stand in a log: short, printable, without spaces. */
const Word = Schema.String.check(Schema.isPattern(/^[\x21-\x7e]{1,120}$/u))

const detail = {
  /** The provider's own error code. */
  code: Schema.optionalKey(Word),
  /** The provider's id of the request, for its support. */
  requestId: Schema.optionalKey(Word),
  /** The HTTP status. */
  httpStatus: Schema.optionalKey(Schema.Int)
}

/** What a provider told about a refusal, as far as it may be kept. */
export const Detail = Schema.Struct(detail)
export type Detail = typeof Detail.Type

const path = (name: string) => `@gatefold/core/GatewayError/${name}`

/** The request is wrong; nothing was done. `field` is the name of the field as the caller knows it. */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>(path("InvalidRequest"))("InvalidRequest", {
  field: Schema.String,
  issue: Schema.String,
  ...detail
}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `${this.field}: ${this.issue}${suffix(this)}`
  }
}

/** The credentials were not accepted; nothing was done. */
export class Unauthenticated extends Schema.TaggedError<Unauthenticated>(path("Unauthenticated"))(
  "Unauthenticated",
  detail
) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `the provider does not accept the account's credentials: check or renew them${suffix(this)}`
  }
}

/** The account may not do this; nothing was done. */
export class Forbidden extends Schema.TaggedError<Forbidden>(path("Forbidden"))("Forbidden", detail) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `the account is not allowed to do this: ask the provider to allow it${suffix(this)}`
  }
}

/** The provider says that there is no such object. */
export class NotFound extends Schema.TaggedError<NotFound>(path("NotFound"))("NotFound", detail) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `the provider knows no such object: check the id and the account that it belongs to${suffix(this)}`
  }
}

/** The provider has no such operation; nothing was sent. Ask `Gateway.capabilities` first. */
export class Unsupported extends Schema.TaggedError<Unsupported>(path("Unsupported"))("Unsupported", {
  capability: Schema.String
}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `this provider does not offer ${this.capability}: ask for its capabilities first, or use another provider`
  }
}

/** The provider refused for a reason of business; nothing was done. */
export class Declined extends Schema.TaggedError<Declined>(path("Declined"))("Declined", detail) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `declined by the provider: ask it for the reason before trying again${suffix(this)}`
  }
}

/**
 * The request collides with something that exists; nothing was done by this call.
 *
 * `referenceSpent`: the reference belongs to a finished, unpaid invoice, so the next attempt needs another one.
 * `customerHasPendingInvoice`: the provider allows one pending invoice per customer. `busy`: try again in a moment.
 */
export class Conflict extends Schema.TaggedError<Conflict>(path("Conflict"))("Conflict", {
  kind: Schema.Literals(["referenceSpent", "customerHasPendingInvoice", "busy", "other"]),
  invoice: Schema.optionalKey(Invoice.Invoice),
  ...detail
}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `${conflicts[this.kind]}${suffix(this)}`
  }
}

const conflicts = {
  referenceSpent: "the reference belongs to an invoice that ended unpaid: use another reference for the next attempt",
  customerHasPendingInvoice: "the customer already has a pending invoice: wait until it is paid or has ended",
  busy: "the provider is working on this object: look at it again in a few seconds",
  other: "the request conflicts with the state at the provider: look it up"
}

/** Too many requests; nothing was done. Only the scope `account` is waited for inside a call. */
export class RateLimited extends Schema.TaggedError<RateLimited>(path("RateLimited"))("RateLimited", {
  scope: Schema.Literals(["account", "customer", "object"]),
  retryAfter: Schema.optionalKey(Schema.DurationFromMillis),
  ...detail
}) {
  get isRetryable(): boolean {
    return this.scope === "account"
  }
  override get message(): string {
    return `too many requests for this ${this.scope}${after(this.retryAfter)}${suffix(this)}`
  }
}

/**
 * The provider could not be reached or said that it cannot serve now; nothing was done. `evidence` names how that is
 * known, for instance `refused` or `dns`.
 */
export class Unavailable extends Schema.TaggedError<Unavailable>(path("Unavailable"))("Unavailable", {
  evidence: Schema.String,
  retryAfter: Schema.optionalKey(Schema.DurationFromMillis),
  ...detail
}) {
  get isRetryable(): boolean {
    return true
  }
  override get message(): string {
    return `the provider is not available (${this.evidence})${after(this.retryAfter)}${suffix(this)}`
  }
}

/** The answer cannot be understood. Of a read: nothing was done. A write never fails with this, see `OutcomeUnknown`. */
export class InvalidResponse extends Schema.TaggedError<InvalidResponse>(path("InvalidResponse"))("InvalidResponse", {
  path: Schema.String,
  issue: Schema.String,
  ...detail
}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `the answer is not understood at ${this.path}: ${this.issue}; tell the adapter's author${suffix(this)}`
  }
}

/** The provider did, or answered for, something else than what was asked. */
export class IntegrityMismatch extends Schema.TaggedError<IntegrityMismatch>(path("IntegrityMismatch"))(
  "IntegrityMismatch",
  {
    field: Schema.String,
    asked: Schema.String,
    got: Schema.String,
    /** What the provider has or made instead, where it could be read. */
    invoice: Schema.optionalKey(Invoice.Invoice)
  }
) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `asked for ${this.field} ${this.asked}, but the provider has ${this.got}: look into it before going on`
  }
}

/**
 * A write was sent and nobody knows whether it took effect. Never repeat it: find out.
 *
 * `findOut` says how; `candidates` are objects at the provider that may be the result, for a person to judge; `trouble`
 * is what went wrong (`timeout`, `reset`, an HTTP status), `answer` why the answer was unreadable where there was one.
 */
export class OutcomeUnknown extends Schema.TaggedError<OutcomeUnknown>(path("OutcomeUnknown"))("OutcomeUnknown", {
  trouble: Schema.String,
  findOut: Schema.String,
  candidates: Schema.Array(Invoice.Invoice),
  answer: Schema.optionalKey(InvalidResponse),
  ...detail
}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `it is not known whether this took effect (${this.trouble}): ${this.findOut}${suffix(this)}`
  }
}

/** Why a call failed. */
export const Reason = Schema.Union([
  InvalidRequest,
  Unauthenticated,
  Forbidden,
  NotFound,
  Unsupported,
  Declined,
  Conflict,
  RateLimited,
  Unavailable,
  OutcomeUnknown,
  InvalidResponse,
  IntegrityMismatch
])
export type Reason = typeof Reason.Type

/** What the provider told about a refusal: its code, its request id and the HTTP status, where there are any. */
export const detailOf = (reason: Reason): Detail =>
  "code" in reason
    ? Present.only({ code: reason.code, requestId: reason.requestId, httpStatus: reason.httpStatus })
    : {}

/**
 * What a failed call did at the provider: nothing, nobody knows, or something else than was asked. An `InvalidResponse`
 * and a `Conflict` are of calls that did nothing.
 */
export type Effect = "none" | "unknown" | "different"

const effects: { readonly [Tag in Reason["_tag"]]: Effect } = {
  InvalidRequest: "none",
  Unauthenticated: "none",
  Forbidden: "none",
  NotFound: "none",
  Unsupported: "none",
  Declined: "none",
  Conflict: "none",
  RateLimited: "none",
  Unavailable: "none",
  InvalidResponse: "none",
  OutcomeUnknown: "unknown",
  IntegrityMismatch: "different"
}

/**
 * A call to a provider failed. Handle a reason with `Effect.catchReason("GatewayError", "NotFound", ...)`.
 */
export class GatewayError extends Schema.TaggedError<GatewayError>("@gatefold/core/GatewayError")("GatewayError", {
  provider: ProviderId,
  account: AccountId,
  operation: Schema.String,
  reason: Reason
}) {
  /** What is known about the effect at the provider. */
  get effect(): Effect {
    return effects[this.reason._tag]
  }
  /** Whether the same call may succeed later and is safe to repeat. */
  get isRetryable(): boolean {
    return this.reason.isRetryable
  }
  /** How long the provider asked to wait. */
  get retryAfter(): Duration.Duration | undefined {
    return "retryAfter" in this.reason ? this.reason.retryAfter : undefined
  }
  override get message(): string {
    return `${this.provider} ${this.operation}: ${this.reason._tag}: ${this.reason.message}`
  }
}

const suffix = ({ code, httpStatus, requestId }: Detail): string => {
  const parts = [
    code,
    httpStatus === undefined ? undefined : `HTTP ${httpStatus}`,
    requestId === undefined ? undefined : `request ${requestId}`
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? "" : ` [${parts.join(", ")}]`
}

const after = (wait: Duration.Duration | undefined): string =>
  `, try again ${wait === undefined ? "later" : `after ${Duration.format(wait)}`}`
