/**
 * The clock of a simulated provider: the program's own clock plus an offset that only grows.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"

export interface MovableClock {
  /** The provider's time. Under a `TestClock` it stands still until it is moved. */
  readonly now: Effect.Effect<DateTime.Utc>
  /** Moves the provider's time forward, and nobody else's. */
  readonly advance: (duration: Duration.Input) => Effect.Effect<void>
}

export const make: Effect.Effect<MovableClock> = Effect.gen(function*() {
  const offset = yield* Ref.make(0)
  return {
    now: Effect.zipWith(
      Clock.currentTimeMillis,
      Ref.get(offset),
      (millis, ahead) => DateTime.makeUnsafe(millis + ahead)
    ),
    advance: (duration) => Ref.update(offset, (ahead) => ahead + Duration.toMillis(duration))
  }
})
