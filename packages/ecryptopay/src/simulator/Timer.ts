/**
 * Things that happen by themselves after a while.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** Does something in the background after these milliseconds of the program's time. */
export type Timer = (effect: Effect.Effect<void>, millis: number) => Effect.Effect<void>

/**
 * Timers that end with the scope. Each goes off a second time a second later, because a timer may be a little fast and
 * find that nothing is due yet.
 */
export const make: Effect.Effect<Timer, never, Scope.Scope> = Effect.map(
  Effect.scope,
  (scope) => (effect, millis) =>
    Effect.delay(effect, millis).pipe(
      Effect.andThen(Effect.delay(effect, "1 second")),
      Effect.forkIn(scope),
      Effect.asVoid
    )
)
