/**
 * Tries of one call: which failures are tried again, and what the last of several says.
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
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

/** @internal Nothing was sent, because an answer could not have come in time. */
export class TooLate extends Data.TaggedError("TooLate") {}

/**
 * @internal Tries until there is an answer, a failure that must not be repeated, or the policy's end. A request gets the
 * time that is left when it is sent, and is not sent when that is less than half of a try's: a write that is cut short
 * would be of unknown outcome for nothing.
 */
export const repeat = Effect.fnUntraced(function*<A>(
  policy: RetryPolicy.RetryPolicy,
  once: (timeLeft: Effect.Effect<Duration.Duration, TooLate>) => Effect.Effect<A, Failed>
) {
  const began = yield* Clock.currentTimeMillis
  const within = Duration.toMillis(policy.within)
  const end = Math.min(began + within, (yield* RetryPolicy.Deadline) ?? Infinity)
  const wholeTry = Math.min(Duration.toMillis(policy.attemptTimeout), within)
  const timeLeft = Effect.flatMap(Clock.currentTimeMillis, (now) =>
    end - now < wholeTry / 2
      ? Effect.fail(new TooLate())
      : Effect.succeed(Duration.millis(Math.min(wholeTry, end - now))))
  let unknown: GatewayError | undefined
  for (let tries = 1;; tries++) {
    const result = yield* Effect.result(Effect.provideService(once(timeLeft), RetryPolicy.Deadline, end))
    if (Result.isSuccess(result)) return result.success
    const { error, mayRepeat } = result.failure
    if (error.reason._tag === "OutcomeUnknown") unknown = error
    const now = yield* Clock.currentTimeMillis
    const wait = mayRepeat ? yield* RetryPolicy.pause(policy, error, tries, now - began) : undefined
    const isTime = wait !== undefined && now + Duration.toMillis(wait) + wholeTry / 2 <= end
    // what is refused later says nothing about what an earlier try may have done
    if (!isTime) return yield* (unknown ?? error)
    yield* Effect.sleep(wait)
  }
})
