/**
 * When a call that did nothing is tried again.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { GatewayError } from "./GatewayError.ts"

/** How often and how fast a call is repeated, and how long it may take. */
export interface RetryPolicy {
  /** The longest first pause. */
  readonly base: Duration.Input
  /** By how much the pause grows each time. */
  readonly factor: number
  /** The longest pause of all. */
  readonly cap: Duration.Input
  /** How many tries there are, the first one included. */
  readonly tries: number
  /** The time for all tries and pauses together. */
  readonly within: Duration.Input
  /** The time for one try, its answer's body included. */
  readonly attemptTimeout: Duration.Input
}

/** From 200 ms, doubling up to 10 s, at most 5 tries in 30 s, 10 s for each. */
export const standard: RetryPolicy = {
  base: "200 millis",
  factor: 2,
  cap: "10 seconds",
  tries: 5,
  within: "30 seconds",
  attemptTimeout: "10 seconds"
}

/** One try, whatever happens. */
export const once: RetryPolicy = { ...standard, tries: 1 }

/**
 * The policy of the calls in this context, where it shall differ from the account's:
 * `Effect.provideService(call, RetryPolicy.Current, RetryPolicy.once)`.
 */
export const Current: Context.Reference<RetryPolicy | undefined> = Context.Reference("@gatefold/core/RetryPolicy", {
  defaultValue: (): RetryPolicy | undefined => undefined
})

/**
 * When the calls in this context have to be over, in milliseconds of the epoch. Every call minds it: none is sent when
 * too little time is left for it.
 */
export const Deadline: Context.Reference<number | undefined> = Context.Reference(
  "@gatefold/core/RetryPolicy/Deadline",
  {
    defaultValue: (): number | undefined => undefined
  }
)

/** Lets all calls of an effect together take no more than `duration`, or what an outer limit leaves of it. */
export const limit = (duration: Duration.Input) => <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(
    Clock.currentTimeMillis,
    (now) =>
      Effect.updateService(effect, Deadline, (outer) => Math.min(outer ?? Infinity, now + Duration.toMillis(duration)))
  )

/**
 * The pause before try number `attempt + 1`, or `undefined` if there shall be none. Full jitter: anything up to the
 * exponential bound, but never less than the provider asked for.
 *
 * @param elapsed - milliseconds since the first try began
 */
export const pause = (
  policy: RetryPolicy,
  error: GatewayError,
  attempt: number,
  elapsed: number
): Effect.Effect<Duration.Duration | undefined> =>
  Effect.map(Random.next, (jitter) => {
    if (attempt >= policy.tries) return undefined
    const bound = Math.min(
      Duration.toMillis(policy.base) * policy.factor ** (attempt - 1),
      Duration.toMillis(policy.cap)
    )
    const floor = error.retryAfter === undefined ? 0 : Duration.toMillis(error.retryAfter)
    const wait = Math.max(bound * jitter, floor)
    return elapsed + wait > Duration.toMillis(policy.within) ? undefined : Duration.millis(wait)
  })
