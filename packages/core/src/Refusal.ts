/**
 * A provider's answer that is not a success, as far as any provider's is alike.
 */
import type * as Duration from "effect/Duration"
import * as GatewayError from "./GatewayError.ts"
import * as Present from "./Present.ts"

export interface Refusal {
  readonly status: number
  /** The provider's own code; `undefined` where the answer was not in its documented form. */
  readonly code: string | undefined
  /** Code, request id and status as they may be kept in an error. */
  readonly detail: GatewayError.Detail
  /** From the `Retry-After` header. */
  readonly retryAfter: Duration.Duration | undefined
  /** The parsed answer, numbers as text; `undefined` where it was not JSON. */
  readonly json: unknown
}

/** What a provider's error answers hold; `undefined` where an answer is not in the documented form. */
export interface Envelope {
  readonly code: string
  readonly requestId?: string | undefined
}

/**
 * What an HTTP status means by itself, for codes that a provider does not document. `undefined` for a status that says
 * nothing certain about what happened, such as any 5xx.
 */
export const reasonFromStatus = ({ detail, retryAfter, status }: Refusal): GatewayError.Reason | undefined => {
  switch (status) {
    case 400:
    case 405:
    case 406:
    case 413:
    case 414:
    case 415:
    case 422:
      return new GatewayError.InvalidRequest({
        field: "request",
        issue: "not accepted by the provider",
        ...detail
      })
    case 401:
      return new GatewayError.Unauthenticated(detail)
    case 402:
      return new GatewayError.Declined(detail)
    case 403:
      return new GatewayError.Forbidden(detail)
    case 404:
    case 410:
      return new GatewayError.NotFound(detail)
    case 409:
      return new GatewayError.Conflict({ kind: "other", ...detail })
    case 429:
      return new GatewayError.RateLimited({ scope: "account", ...detail, ...Present.only({ retryAfter }) })
    default:
      return undefined
  }
}
