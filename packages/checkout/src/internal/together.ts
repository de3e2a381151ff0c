/**
 * What comes in while something is being stored is stored together right afterwards: one transaction for all of it, so
 * that the disk is waited for once. Each of them is answered only after that transaction, and nobody waits for others to
 * come.
 *
 * Nobody is held up for long either: one that keeps the others from being stored is stored apart from them, a transaction
 * that hangs is left behind, and who finds too many waiting is refused at once.
 */
import type * as Arr from "effect/Array"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"

/** @internal */
export interface Options<A, B, E, R> {
  /** Stores them all, or none of them, and tells what became of each. */
  readonly store: (all: Arr.NonEmptyReadonlyArray<A>) => Effect.Effect<(one: A) => B, E, R>
  /** How many are stored by one transaction. */
  readonly atMost: number
  /** Whether the failure of all may be the fault of one: each is stored by itself then. */
  readonly isOfOne: (error: E) => boolean
  /** How many may wait for their answer. */
  readonly room: number
  /** How long one waits for its answer, and all for a transaction that hangs. */
  readonly patience: Duration.Input
  /** What they are told for whom there is no room, or no answer in time. */
  readonly refusal: E
}

interface Waiting<A, B, E> {
  readonly one: A
  readonly answer: Deferred.Deferred<B, E>
}

/** How many of those that are stored by themselves are so at once: each has a connection to the database. */
const apartAtOnce = 4

/** @internal Makes the effect that stores one of them, for as long as the scope is open. */
export const make = Effect.fnUntraced(function*<A, B, E, R>(
  { atMost, isOfOne, patience, refusal, room, store }: Options<A, B, E, R>
): Effect.fn.Return<(one: A) => Effect.Effect<B, E>, never, R | Scope.Scope> {
  const scope = yield* Scope.Scope
  const bell = yield* Latch.make()
  const apart = yield* Semaphore.make(apartAtOnce)
  /** Everybody who waits for an answer, and those of them whose turn has not come, in their order. */
  const inside = new Set<Waiting<A, B, E>>()
  const queued = new Set<Waiting<A, B, E>>()
  let isOpen = true
  yield* Effect.addFinalizer(() => {
    isOpen = false
    return Effect.forEach([...inside], ({ answer }) => Deferred.interrupt(answer), { discard: true })
  })

  /** A sender that goes away before its turn is not stored: it got no answer, and comes again. */
  const enter = (one: A) =>
    Effect.suspend(() => {
      if (!isOpen) return Effect.interrupt
      if (inside.size >= room) return Effect.fail(refusal)
      const entry: Waiting<A, B, E> = { one, answer: Deferred.makeUnsafe() }
      inside.add(entry)
      queued.add(entry)
      bell.openUnsafe()
      return Effect.succeed(entry)
    })
  const leave = (entry: Waiting<A, B, E>) =>
    Effect.sync(() => {
      inside.delete(entry)
      queued.delete(entry)
    })

  const next = (): ReadonlyArray<Waiting<A, B, E>> => {
    const some: Array<Waiting<A, B, E>> = []
    for (const entry of queued) {
      if (some.length === atMost) break
      some.push(entry)
    }
    for (const entry of some) queued.delete(entry)
    if (queued.size === 0) bell.closeUnsafe()
    return some
  }

  const answered = (some: ReadonlyArray<Waiting<A, B, E>>, exit: Exit.Exit<(one: A) => B, E>) =>
    Effect.forEach(some, ({ answer, one }) => Deferred.done(answer, Exit.map(exit, (of) => of(one))), { discard: true })

  /** What became of storing them. A transaction that hangs and cannot be interrupted ends when it may. */
  const stored = (all: Arr.NonEmptyReadonlyArray<A>) =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkDetach(store(all))
      const exit = yield* Effect.timeoutOption(Fiber.await(fiber), patience).pipe(
        Effect.onInterrupt(() => Effect.timeoutOption(Fiber.interrupt(fiber), "1 second"))
      )
      if (Option.isSome(exit)) return exit.value
      fiber.interruptUnsafe()
      return Exit.fail(refusal)
    })

  const storedApart = (entry: Waiting<A, B, E>) =>
    apart.withPermits(1)(
      Effect.suspend(() =>
        inside.has(entry) ? Effect.flatMap(stored([entry.one]), (exit) => answered([entry], exit)) : Effect.void
      )
    )

  const round = Effect.gen(function*() {
    yield* bell.await
    const some = next()
    const [first, ...others] = some
    if (first === undefined) return
    const exit = yield* stored([first.one, ...others.map(({ one }) => one)])
    const error = Exit.isFailure(exit) ? Exit.findErrorOption(exit) : Option.none()
    if (others.length === 0 || Option.isNone(error) || error.value === refusal || !isOfOne(error.value)) {
      return yield* answered(some, exit)
    }
    // those that come meanwhile need not wait for it
    yield* Effect.forkIn(Effect.forEach(some, storedApart, { concurrency: apartAtOnce, discard: true }), scope)
  })
  yield* Effect.forkScoped(Effect.forever(round))

  return (one: A): Effect.Effect<B, E> =>
    Effect.acquireUseRelease(
      enter(one),
      ({ answer }) =>
        Effect.timeoutOrElse(Deferred.await(answer), { duration: patience, orElse: () => Effect.fail(refusal) }),
      leave
    )
})
