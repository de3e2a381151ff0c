/**
 * Ecca's error codes and what each says about the effect of a call. Branch on the code, not on the status: several
 * codes share one [ERR].
 */
import * as GatewayError from "@gatefold/core/GatewayError"
import * as Present from "@gatefold/core/Present"
import type { Envelope, Refusal } from "@gatefold/core/Refusal"
import * as Wire from "@gatefold/core/Wire"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as wire from "./wire.ts"

type Reasoning = (refusal: Refusal) => GatewayError.Reason

const unauthenticated: Reasoning = ({ detail }) => new GatewayError.Unauthenticated(detail)
const forbidden: Reasoning = ({ detail }) => new GatewayError.Forbidden(detail)
const notFound: Reasoning = ({ detail }) => new GatewayError.NotFound(detail)
const unavailable: Reasoning = ({ code, detail, retryAfter }) =>
  new GatewayError.Unavailable({ evidence: code ?? "", ...detail, ...Present.only({ retryAfter }) })
const conflict = (kind: GatewayError.Conflict["kind"]): Reasoning => ({ detail }) =>
  new GatewayError.Conflict({ kind, ...detail })
const invalid = (field: string, issue: string): Reasoning => ({ detail }) =>
  new GatewayError.InvalidRequest({ field, issue, ...detail })

/** @internal Every documented code. */
export const reasons: Readonly<Record<string, Reasoning>> = {
  API_KEY_MISSING: unauthenticated,
  API_KEY_INVALID: unauthenticated,
  OWNER_BLOCKED: forbidden,
  MERCHANT_BLOCKED: forbidden,
  MERCHANT_NOT_ACTIVE: forbidden,
  DUPLICATE_EXTERNAL_ID: conflict("other"),
  PENDING_INVOICE_EXISTS: conflict("customerHasPendingInvoice"),
  CUSTOMER_RATE_LIMIT: ({ detail, retryAfter }) =>
    new GatewayError.RateLimited({ scope: "customer", ...detail, ...Present.only({ retryAfter }) }),
  CURRENCY_INVALID: invalid("currency", "unknown to the provider, or disabled for the account"),
  MISSING_REQUIRED_URLS: invalid(
    "webhookUrl, successUrl, failureUrl",
    "must be given, or set as defaults in the provider's dashboard"
  ),
  NO_AVAILABLE_REQUISITES: unavailable,
  DEALS_SYSTEM_DISABLED: unavailable,
  INVOICE_NOT_FOUND: notFound,
  WEBHOOK_RESEND_CONFLICT: conflict("busy"),
  WEBHOOK_RESEND_COOLDOWN: (refusal) =>
    new GatewayError.RateLimited({
      scope: "object",
      ...refusal.detail,
      ...Present.only({ retryAfter: cooldown(refusal.json) ?? refusal.retryAfter })
    }),
  RATES_UNAVAILABLE: unavailable,
  RATES_INVALID: unavailable,
  RATE_INVALID: ({ detail }) => new GatewayError.Declined(detail),
  RATE_NOT_FOUND: notFound,
  WITHDRAWALS_NOT_FOUND: notFound,
  WITHDRAWAL_NOT_FOUND: notFound
}

const decodeError = Wire.decode(wire.ErrorAnswer)
const decodeCooldown = Wire.decode(wire.Cooldown)

/** @internal */
export const readEnvelope = (json: unknown): Envelope | undefined => {
  const answer = Result.getOrUndefined(decodeError(json))
  return answer === undefined ? undefined : { code: answer.error.code, requestId: answer.request_id }
}

const cooldown = (json: unknown): Duration.Duration | undefined => {
  const answer = Result.getOrUndefined(decodeError(json))
  const places = [answer?.error.meta, answer?.error.details, answer?.meta, json]
  const found = places.flatMap((place) => Result.getOrUndefined(decodeCooldown(place)) ?? [])[0]
  return found === undefined || found.retry_after_sec < 0 ? undefined : Duration.seconds(found.retry_after_sec)
}

/** @internal A documented code decides. */
export const reasonOf = (refusal: Refusal): GatewayError.Reason | undefined => {
  const { code } = refusal
  return code !== undefined && Object.hasOwn(reasons, code) ? reasons[code]?.(refusal) : undefined
}
