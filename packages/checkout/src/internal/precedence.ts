/**
 * Who waits for an answer goes before what can wait: one process does both on one thread.
 */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Semaphore from "effect/Semaphore"

/** How long one that can wait is held up at most. */
const atMost = "25 millis"

/** @internal */
export interface Precedence {
  /** Somebody waits for it. */
  readonly first: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** It can wait: it begins when nobody waits, or when it has its turn. Turns are never far apart. */
  readonly later: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** @internal */
export const make: Effect.Effect<Precedence> = Effect.gen(function*() {
  const isQuiet = yield* Latch.make(true)
  const turn = yield* Semaphore.make(1)
  let waiting = 0
  const begun = Effect.suspend(() => ++waiting === 1 ? isQuiet.close : Effect.void)
  const ended = Effect.suspend(() => --waiting === 0 ? isQuiet.open : Effect.void)
  // those that all can begin now do not do so at one blow: somebody may come who has to wait for them then
  const taken = Effect.suspend(() =>
    Latch.isOpen(isQuiet) ? Effect.yieldNow : Effect.asVoid(Effect.timeoutOption(isQuiet.await, atMost))
  )
  return {
    first: (effect) => Effect.acquireUseRelease(begun, () => effect, () => ended),
    later: (effect) => Effect.andThen(turn.withPermits(1)(taken), effect)
  }
})
