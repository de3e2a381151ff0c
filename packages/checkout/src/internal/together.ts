/**
 * What comes in while something is being stored is stored together right afterwards: one transaction for all of it, so
 * that the disk is waited for once. Each of them is answered only after that transaction, and nobody waits for others to
 * come.
 */
import type * as Arr from "effect/Array"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"

/** @internal */
export interface Options<A, B, E, R> {
  /** Stores them all, or none of them, and tells what became of each. */
  readonly store: (all: Arr.NonEmptyReadonlyArray<A>) => Effect.Effect<(one: A) => B, E, R>
  readonly atMost: number
  /** Whether the failure of all may be the fault of one: each is stored by itself then. */
  readonly isOfOne: (error: E) => boolean
}

interface Waiting<A, B, E> {
  readonly one: A
  readonly answer: Deferred.Deferred<B, E>
}

/** @internal Makes the effect that stores one of them, for as long as the scope is open. */
export const make = Effect.fnUntraced(function*<A, B, E, R>(
  { atMost, isOfOne, store }: Options<A, B, E, R>
): Effect.fn.Return<(one: A) => Effect.Effect<B, E>, never, R | Scope.Scope> {
  const waiting = yield* Effect.acquireRelease(
    Queue.unbounded<Waiting<A, B, E>>(),
    (queue) =>
      Effect.flatMap(Queue.clear(queue), (left) =>
        Effect.andThen(
          Effect.forEach(left, ({ answer }) => Deferred.interrupt(answer), { discard: true }),
          Queue.shutdown(queue)
        ))
  )

  const answered = (some: Arr.NonEmptyReadonlyArray<Waiting<A, B, E>>, exit: Exit.Exit<(one: A) => B, E>) =>
    Effect.forEach(some, ({ answer, one }) => Deferred.done(answer, Exit.map(exit, (of) => of(one))), { discard: true })

  const stored = (some: Arr.NonEmptyReadonlyArray<Waiting<A, B, E>>) => {
    const [first, ...others] = some
    return store([first.one, ...others.map(({ one }) => one)])
  }

  /** A sender that goes away takes nobody with it, and the end of the scope leaves nobody without an answer. */
  const round = Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const [first, ...others] = yield* restore(Queue.takeBetween(waiting, 1, atMost))
      if (first === undefined) return
      const all: Arr.NonEmptyReadonlyArray<Waiting<A, B, E>> = [first, ...others]
      const exit = yield* Effect.exit(restore(stored(all)))
      const error = Exit.isFailure(exit) ? Exit.findErrorOption(exit) : undefined
      if (others.length === 0 || error?._tag !== "Some" || !isOfOne(error.value)) return yield* answered(all, exit)
      for (const one of all) yield* answered([one], yield* Effect.exit(restore(stored([one]))))
    })
  )
  yield* Effect.forkScoped(Effect.forever(round))

  return (one: A): Effect.Effect<B, E> =>
    Effect.flatMap(Deferred.make<B, E>(), (answer) =>
      Effect.flatMap(
        Queue.offer(waiting, { one, answer }),
        (isOpen) => isOpen ? Deferred.await(answer) : Effect.interrupt
      ))
})
