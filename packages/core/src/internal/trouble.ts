/**
 * What is known after a try that brought no usable answer, and the reason that follows for a read and for a write.
 */
import type * as Duration from "effect/Duration"
import * as GatewayError from "../GatewayError.ts"
import type { Operation } from "../Operation.ts"
import * as Present from "../Present.ts"

/** @internal */
export type Trouble =
  /** The provider, or the way to it, made sure that nothing happened. */
  | { readonly _tag: "NoEffect"; readonly reason: GatewayError.Reason; readonly wasSent: boolean }
  /** The request may have been handled. */
  | {
    readonly _tag: "Lost"
    readonly what: string
    readonly detail?: GatewayError.Detail
    readonly retryAfter?: Duration.Duration | undefined
  }
  /** The request was handled and its answer is not understood. */
  | { readonly _tag: "Unreadable"; readonly answer: GatewayError.InvalidResponse }

/** @internal */
export const neverSent = (evidence: string): Trouble => ({
  _tag: "NoEffect",
  wasSent: false,
  reason: evidence === "malformed request"
    ? new GatewayError.InvalidRequest({ field: "request", issue: "cannot be written as an HTTP request" })
    : new GatewayError.Unavailable({ evidence })
})

/** @internal */
export const refused = (reason: GatewayError.Reason): Trouble => ({ _tag: "NoEffect", reason, wasSent: true })

/** @internal */
export const lost = (what: string): Trouble => ({ _tag: "Lost", what })

/** @internal */
export const unreadable = (path: string, issue: string, httpStatus: number): Trouble => ({
  _tag: "Unreadable",
  answer: new GatewayError.InvalidResponse({ path, issue, httpStatus })
})

/** @internal A read that may have been handled did nothing; a write that may have been is of unknown outcome. */
export const reason = (operation: Operation, trouble: Trouble): GatewayError.Reason => {
  if (trouble._tag === "NoEffect") return trouble.reason
  if (operation.kind === "write") return outcomeUnknown(operation, trouble)
  return trouble._tag === "Unreadable"
    ? trouble.answer
    : new GatewayError.Unavailable({
      evidence: trouble.what,
      ...trouble.detail,
      ...Present.only({ retryAfter: trouble.retryAfter })
    })
}

const outcomeUnknown = ({ findOut }: Operation, trouble: Exclude<Trouble, { readonly _tag: "NoEffect" }>) =>
  trouble._tag === "Unreadable"
    ? new GatewayError.OutcomeUnknown({
      trouble: "unreadable answer",
      findOut,
      candidates: [],
      answer: trouble.answer,
      ...Present.only({ httpStatus: trouble.answer.httpStatus })
    })
    : new GatewayError.OutcomeUnknown({ trouble: trouble.what, findOut, candidates: [], ...trouble.detail })
