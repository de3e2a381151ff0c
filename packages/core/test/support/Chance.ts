/**
 * Chance that is not: every pause before a retry takes the same share of its bound, and each one that was begun shows.
 */
import { Effect, Random } from "effect"

/** Runs an effect with this share. `pauses` tells how many pauses were drawn so far. */
export const make = (share: number) => {
  const drawn = { count: 0 }
  const random: Random.Random = {
    nextIntUnsafe: () => 0,
    nextDoubleUnsafe: () => {
      drawn.count += 1
      return share
    }
  }
  return {
    pauses: () => drawn.count,
    provide: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provideService(effect, Random.Random, random)
  }
}
