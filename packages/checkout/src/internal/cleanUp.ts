/**
 * Removes old rows that nothing depends on any more, few at a time: a database that is busy with one statement answers
 * nobody else.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import type { StorageFailed } from "../CheckoutError.ts"
import { rows, Whole } from "./storage.ts"

const atOnce = 500

/** @internal What the inbox forgets. */
export interface Forgetful {
  readonly forget: (before: number, atMost: number) => Effect.Effect<number, StorageFailed>
  readonly cleanQueue: (keep: Duration.Duration) => Effect.Effect<void, StorageFailed>
}

/** @internal Makes the operation that removes what was settled or delivered longer ago, and tells how much it was. */
export const make = Effect.fnUntraced(function*(store: string, { cleanQueue, forget }: Forgetful) {
  const sql = yield* SqlClient.SqlClient
  const gone = rows(Schema.Struct({ gone: Whole }))

  /** What is parked is undelivered, and so are those behind it: they are kept for their replay. */
  const forgetChanges = (before: number) =>
    Effect.map(
      gone(
        sql`DELETE FROM gatefold_changes WHERE (store, reference, number, version) IN (
            SELECT change.store, change.reference, change.number, change.version FROM gatefold_changes AS change
            JOIN gatefold_change_heads AS head ON head.store = change.store AND head.reference = change.reference
              AND head.number = change.number AND head.delivered_version >= change.version
            WHERE change.store = ${store} AND change.created_at < ${before} LIMIT ${atOnce})
          RETURNING version AS gone`
      ),
      ({ length }) => length
    )

  /** What a process left behind that was killed while a customer looked at a quote. */
  const forgetQuotes = (before: number) =>
    Effect.map(
      gone(
        sql`DELETE FROM gatefold_quotes WHERE (account, invoice_id) IN (
            SELECT account, invoice_id FROM gatefold_quotes WHERE lease_until < ${before} LIMIT ${atOnce})
          RETURNING lease_until AS gone`
      ),
      ({ length }) => length
    )

  const untilDone = Effect.fnUntraced(function*(some: Effect.Effect<number, StorageFailed>) {
    let removed = 0
    for (let last = atOnce; last === atOnce; removed += last) {
      last = yield* some
      yield* Effect.yieldNow
    }
    return removed
  })

  return Effect.fnUntraced(function*(keep: Duration.Input) {
    const kept = Duration.fromInputUnsafe(keep)
    const before = (yield* Clock.currentTimeMillis) - Duration.toMillis(kept)
    const webhooks = yield* untilDone(forget(before, atOnce))
    const changes = yield* untilDone(forgetChanges(before))
    const quotes = yield* untilDone(forgetQuotes(before))
    yield* cleanQueue(kept)
    return webhooks + changes + quotes
  })
})
