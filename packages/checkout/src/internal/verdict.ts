/**
 * What a failed create means for its attempt: a pure table.
 */
import type { GatewayError } from "@gatefold/core/GatewayError"
import type * as Invoice from "@gatefold/core/Invoice"
import type { Safety } from "@gatefold/core/Operation"

/** @internal */
export type Verdict =
  /** Its reference is that of an invoice which has ended: the next attempt is due. */
  | { readonly _tag: "Spent"; readonly invoice: Invoice.Invoice | undefined }
  /** Nothing can be known and nothing was shown to anybody: it is given up, and the next attempt is due. */
  | { readonly _tag: "GivenUp" }
  /** It may exist. */
  | { readonly _tag: "Unknown" }
  /** The provider said no. */
  | { readonly _tag: "Refused" }
  /** Nothing happened; the same attempt may be sent again. */
  | { readonly _tag: "Postponed" }

const refused: Verdict = { _tag: "Refused" }
const postponed: Verdict = { _tag: "Postponed" }

/** @internal The same where an earlier create may have worked and could not be looked up: no refusal settles that. */
export const unknown: Verdict = { _tag: "Unknown" }

/** @internal */
export const of = ({ reason }: GatewayError, safety: Safety): Verdict => {
  switch (reason._tag) {
    // an answer to a write that is not understood says as little as none, whatever its adapter calls it
    case "OutcomeUnknown":
    case "InvalidResponse":
      return safety === "none" ? { _tag: "GivenUp" } : unknown
    case "IntegrityMismatch":
      return unknown
    case "Unauthenticated":
    case "Forbidden":
    case "Unavailable":
    case "RateLimited":
      return postponed
    case "Conflict":
      if (reason.kind === "referenceSpent") return { _tag: "Spent", invoice: reason.invoice }
      return reason.kind === "other" ? refused : postponed
    default:
      return refused
  }
}
