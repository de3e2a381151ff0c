/**
 * One answer for many requests.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Answer } from "../Answer.ts"

/** @internal Carries out the first request that it is given; all others get the same answer and are not carried out. */
export const make = (): (handled: Effect.Effect<Answer>) => Effect.Effect<Answer> => {
  let first: Deferred.Deferred<Answer> | undefined
  return (handled) =>
    Effect.uninterruptibleMask((restore) => {
      if (first !== undefined) return restore(Deferred.await(first))
      const answer = Deferred.makeUnsafe<Answer>()
      first = answer
      return Effect.tap(handled, (good) => Deferred.succeed(answer, good))
    })
}
