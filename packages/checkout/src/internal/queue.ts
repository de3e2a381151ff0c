/**
 * The queue of what was stored and has to be resolved. It never loses an item: what fails or is left behind by a killed
 * process is taken again.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as PersistedQueue from "effect/persistence/PersistedQueue"
import { MinimumLogLevel } from "effect/References"
import * as Schedule from "effect/Schedule"
import type * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type * as SqlClient from "effect/sql/SqlClient"
import type { StorageFailed } from "../CheckoutError.ts"
import { failed, failedWith } from "./storage.ts"

/** @internal */
export interface Queue<A> {
  /** Is part of the transaction that it is called in. */
  readonly offer: (id: string, value: A) => Effect.Effect<void, StorageFailed>
  /** Takes one, and keeps it for later if `use` fails. Fails with whatever went wrong, also of the queue itself. */
  readonly take: <E, R>(use: (value: A) => Effect.Effect<void, E, R>) => Effect.Effect<void, unknown, R>
  /** Forgets what was done with longer ago. */
  readonly cleanUp: (keep: Duration.Duration) => Effect.Effect<void, StorageFailed>
}

/** It would print the whole cause of an outage twice a second; `Outage` tells of it. */
const silently = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provideService(effect, MinimumLogLevel, "Error")

/** @internal A queue by this name, in a table that all queues of the database share. */
export const make = Effect.fnUntraced(function*<A>(
  name: string,
  schema: Schema.Codec<A, unknown>,
  takeOverAfter: Duration.Input
): Effect.fn.Return<Queue<A>, StorageFailed, SqlClient.SqlClient | Scope.Scope> {
  const store = yield* PersistedQueue.makeStoreSql({
    tableName: "gatefold_queue",
    pollInterval: "50 millis",
    lockExpiration: takeOverAfter,
    lockRefreshInterval: Duration.toMillis(takeOverAfter) / 3
  }).pipe(
    silently,
    Effect.mapError(failed),
    // it takes failed migrations of its own for defects
    Effect.catchDefect((defect) => Effect.fail(failedWith(defect)))
  )
  const factory = yield* Effect.provideService(PersistedQueue.makeFactory, PersistedQueue.PersistedQueueStore, store)
  const queue = yield* factory.make({
    name,
    schema,
    // outages and kills use up attempts too: what is stored is tried until it is settled
    maxAttempts: 1_000_000,
    retrySchedule: Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("1 minute")])
  })
  return {
    offer: (id, value) => Effect.asVoid(Effect.mapError(queue.offer(value, { id }), failedWith)),
    take: (use) =>
      Effect.flatMap(
        MinimumLogLevel,
        (level) => silently(queue.take((value) => Effect.provideService(use(value), MinimumLogLevel, level)))
      ),
    cleanUp: (keep) => Effect.mapError(store.cleanup({ timeToLive: keep, failedTimeToLive: undefined }), failedWith)
  }
})
