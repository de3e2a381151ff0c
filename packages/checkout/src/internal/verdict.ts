/**
 * What a failed create means for its attempt: a pure table.
 */
import type { GatewayError } from "@gatefold/core/GatewayError"
import type * as Invoice from "@gatefold/core/Invoice"
import type { Safety } from "@gatefold/core/Operation"

/** @internal */
export type Verdict =
  /** Its invoice exists and has ended: the next attempt is due. */
  | { readonly _tag: "Ended"; readonly invoice: Invoice.Invoice }
  /** Nothing can be known and nothing was shown to anybody: it is given up, and the next attempt is due. */
  | { readonly _tag: "GivenUp" }
  /** It may exist. */
  | { readonly _tag: "Unknown" }
  /** The provider said no. */
  | { readonly _tag: "Refused" }
  /** Nothing happened; the same attempt may be sent again. */
  | { readonly _tag: "Postponed"; readonly pausesAccount: boolean }

const unknown: Verdict = { _tag: "Unknown" }
const refused: Verdict = { _tag: "Refused" }

/** @internal */
export const of = ({ reason }: GatewayError, safety: Safety): Verdict => {
  switch (reason._tag) {
    case "OutcomeUnknown":
      return safety === "none" ? { _tag: "GivenUp" } : unknown
    case "IntegrityMismatch":
      return unknown
    case "Unauthenticated":
    case "Forbidden":
      return { _tag: "Postponed", pausesAccount: true }
    case "Unavailable":
    case "RateLimited":
      return { _tag: "Postponed", pausesAccount: false }
    case "Conflict":
      if (reason.kind === "referenceSpent") {
        return reason.invoice === undefined ? refused : { _tag: "Ended", invoice: reason.invoice }
      }
      return reason.kind === "other" ? refused : { _tag: "Postponed", pausesAccount: false }
    default:
      return refused
  }
}
