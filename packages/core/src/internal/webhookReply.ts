/**
 * What is answered to a webhook that was not taken.
 */
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import { UnknownAccount } from "../Accounts.ts"
import { detailOf, GatewayError } from "../GatewayError.ts"
import * as Present from "../Present.ts"
import { WebhookRejected } from "../WebhookRejected.ts"

/** @internal How a request is answered. */
export interface Reply {
  readonly status: number
  /** A word for the sender, people and metrics, without anything of the request. */
  readonly outcome: string
  /** What belongs to this status: `allow`, `accept` or `retry-after`. */
  readonly headers: Readonly<Record<string, string>>
  /** More about it, for the log and not for the sender. */
  readonly detail?: string
}

/** @internal */
export const reply = (status: number, outcome: string, more: Partial<Reply> = {}): Reply => ({
  status,
  outcome,
  headers: {},
  ...more
})

/** @internal The name of what a handler failed with: its message may say anything. */
export const kindOf = (error: unknown): string => {
  if (Predicate.hasProperty(error, "_tag") && Predicate.isString(error._tag)) return error._tag
  return error instanceof Error ? error.name : "defect"
}

/** @internal */
export const unknownAccount = reply(404, "UnknownAccount")

/** @internal It is the application's own failure, whatever it failed with: the sender may try again. */
export const toHandlerFailure = (error: unknown): Reply => reply(503, "handler failed", { detail: kindOf(error) })

/** @internal What a failure means to the sender; anything that is not known is the application's own. */
export const toFailure = (
  error: unknown,
  statusOf: ((rejected: WebhookRejected) => number | undefined) | undefined
): Reply => {
  if (error instanceof WebhookRejected) {
    return reply(statusOf?.(error) ?? error.httpStatus, error.why, { detail: error.detail })
  }
  if (error instanceof UnknownAccount) return unknownAccount
  return error instanceof GatewayError ? notAsked(error) : toHandlerFailure(error)
}

/** The provider could not be asked: its sender may try again. */
const notAsked = ({ operation, reason, retryAfter }: GatewayError): Reply =>
  reply(reason._tag === "Unsupported" ? 404 : 503, reason._tag, {
    // not its message, which may hold ids
    detail: [operation, detailOf(reason).code ?? ("evidence" in reason ? reason.evidence : undefined)]
      .filter((word) => word !== undefined)
      .join(" "),
    headers: Present.only({
      "retry-after": retryAfter === undefined ? undefined : `${Math.ceil(Duration.toSeconds(retryAfter))}`
    })
  })
