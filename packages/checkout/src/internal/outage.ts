/**
 * What is said of a database that fails, however many workers notice: a line when it begins, one a minute while it lasts,
 * and one when it is over.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { StorageFailed } from "../CheckoutError.ts"
import { kindOf } from "./failureKind.ts"

/** @internal One for all workers of a checkout. */
export interface Outage {
  /** A worker that says `instead` when something else than the database fails. */
  readonly worker: (instead: string) => Worker
}

/** @internal */
export interface Worker {
  /** Runs a round. One that fails gives `undefined`: the next round is another try. */
  readonly round: <A, R>(effect: Effect.Effect<A, StorageFailed, R>) => Effect.Effect<A | undefined, never, R>
  /** It works no more, so that nobody waits for it to succeed. */
  readonly ended: Effect.Effect<void>
}

const everyMillis = 60_000

/** An outage that follows another one as soon as this is taken for the same. */
const apartMillis = 10_000

/** @internal */
export const make = (): Outage => {
  const failing = new Set<symbol>()
  let isTold = false
  let quietUntil = 0

  const failed = Effect.fnUntraced(function*(worker: symbol, error: StorageFailed) {
    failing.add(worker)
    const now = yield* Clock.currentTimeMillis
    if (now < quietUntil) return
    isTold = true
    quietUntil = now + everyMillis
    yield* Effect.logWarning(`work waits for the database, StorageFailed ${error.kind}: ${error.message}`)
  })

  const worked = Effect.fnUntraced(function*(worker: symbol) {
    if (!failing.delete(worker) || failing.size > 0 || !isTold) return
    isTold = false
    quietUntil = Math.min(quietUntil, (yield* Clock.currentTimeMillis) + apartMillis)
    yield* Effect.logInfo("the database is back: work goes on")
  })

  return {
    worker: (instead) => {
      const worker = Symbol(instead)
      return {
        round: (effect) =>
          Effect.tap(effect, () => worked(worker)).pipe(Effect.catchCause((cause) => {
            const error = Cause.squash(cause)
            const said = error instanceof StorageFailed
              ? failed(worker, error)
              : Effect.logWarning(`${instead}: ${kindOf(cause)}`)
            return Effect.as(said, undefined)
          })),
        ended: Effect.sync(() => {
          if (failing.delete(worker) && failing.size === 0) isTold = false
        })
      }
    }
  }
}
