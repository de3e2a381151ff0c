/**
 * A provider's answer that is not a success, as far as any provider's is alike.
 */
import type * as Duration from "effect/Duration"
import * as GatewayError from "./GatewayError.ts"
import type { Operation } from "./Operation.ts"
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
 *
 * A 404 or 410 is no proof of absence: only an adapter's `reasonOf` makes `NotFound` of a read.
 */
export const reasonFromStatus = (
  refusal: Refusal,
  operation: Pick<Operation, "kind">
): GatewayError.Reason | undefined => {
  const { detail, retryAfter, status } = refusal
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
      return missing(refusal, operation)
    case 409:
      return new GatewayError.Conflict({ kind: "other", ...detail })
    case 429:
      return new GatewayError.RateLimited({ scope: "account", ...detail, ...Present.only({ retryAfter }) })
    default:
      return undefined
  }
}

/**
 * Anything on the way answers with such a status. Whoever takes a read of it for absence drops an invoice that is being
 * paid, or makes another one. Of a write that the provider itself refuses it says that nothing happened.
 */
const missing = ({ code, detail }: Refusal, { kind }: Pick<Operation, "kind">): GatewayError.Reason => {
  if (code !== undefined && kind === "write") return new GatewayError.NotFound(detail)
  const issue = code === undefined ? "not in the documented form" : "no code that is documented for absence"
  return new GatewayError.InvalidResponse({ path: "error", issue, ...detail })
}
