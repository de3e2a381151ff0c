/**
 * Tells workers of this process that there is work, so that they need not wait for their next look.
 */
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** @internal */
export interface Signal {
  /** Wakes everybody who waits. */
  readonly ring: Effect.Effect<void>
  /**
   * Gives what to wait for, before one looks: a ring that comes between the look and the wait is not lost.
   */
  readonly next: Effect.Effect<(atMost: Duration.Input) => Effect.Effect<void>>
}

/** @internal */
export const make: Effect.Effect<Signal> = Effect.map(Deferred.make<void>(), (first) => {
  let current = first
  return {
    ring: Effect.suspend(() => {
      const rung = current
      current = Deferred.makeUnsafe<void>()
      return Effect.asVoid(Deferred.succeed(rung, undefined))
    }),
    next: Effect.sync(() => {
      const awaited = current
      return (atMost) => Effect.asVoid(Effect.timeoutOption(Deferred.await(awaited), atMost))
    })
  }
})

/** @internal Works for ever: as long as there is something to do, then at each ring, and once in a while. */
export const work = <R>(
  signal: Signal,
  lookEvery: Duration.Input,
  round: Effect.Effect<boolean, never, R>
): Effect.Effect<never, never, R> =>
  Effect.forever(
    Effect.gen(function*() {
      const wait = yield* signal.next
      if (!(yield* round)) yield* wait(lookEvery)
    })
  )
