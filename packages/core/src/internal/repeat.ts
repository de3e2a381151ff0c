/**
 * Tries of one call: which failures are tried again, and what the last of several says.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { GatewayError } from "../GatewayError.ts"
import type { Operation } from "../Operation.ts"
import * as RetryPolicy from "../RetryPolicy.ts"

/** @internal A try that failed. */
export interface Failed {
  readonly error: GatewayError
  /** Whether the operation's declaration lets it be sent again. */
  readonly mayRepeat: boolean
}

/** @internal Whether sending again cannot do any harm. `wasSent`: any byte of the request may have left this process. */
export const isHarmless = (operation: Operation, error: GatewayError, wasSent: boolean): boolean => {
  if (operation.kind !== "write") return error.isRetryable
  switch (operation.safety) {
    case "none":
      return error.isRetryable && !wasSent
    case "reference":
      return error.isRetryable
    case "key":
      return error.isRetryable || error.reason._tag === "OutcomeUnknown"
  }
}

/**
 * @internal Tries until there is an answer, a failure that must not be repeated, or the policy's end. Each request of a
 * try has the time that is left when it is sent.
 */
export const repeat = Effect.fnUntraced(function*<A>(
  policy: RetryPolicy.RetryPolicy,
  once: (timeout: Effect.Effect<Duration.Duration>) => Effect.Effect<A, Failed>
) {
  const began = yield* Clock.currentTimeMillis
  const elapsed = Effect.map(Clock.currentTimeMillis, (now) => now - began)
  const timeout = Effect.map(elapsed, (spent) =>
    Duration.min(
      Duration.fromInputUnsafe(policy.attemptTimeout),
      Duration.millis(Math.max(1, Duration.toMillis(policy.within) - spent))
    ))
  let unknown: GatewayError | undefined
  for (let tries = 1;; tries++) {
    const result = yield* Effect.result(once(timeout))
    if (Result.isSuccess(result)) return result.success
    const { error, mayRepeat } = result.failure
    if (error.reason._tag === "OutcomeUnknown") unknown = error
    const wait = mayRepeat ? yield* RetryPolicy.pause(policy, error, tries, yield* elapsed) : undefined
    // what is refused later says nothing about what an earlier try may have done
    if (wait === undefined) return yield* (unknown ?? error)
    yield* Effect.sleep(wait)
  }
})
