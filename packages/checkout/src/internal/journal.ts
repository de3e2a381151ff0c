/**
 * Every change of an attempt goes through here: the fact that led to it, the attempt itself, and the change for the
 * application are written in one transaction, or none of them.
 */
import type { GatewayError } from "@gatefold/core/GatewayError"
import type * as Invoice from "@gatefold/core/Invoice"
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import * as Change from "../Change.ts"
import type { StorageFailed } from "../CheckoutError.ts"
import type * as Fact from "../Fact.ts"
import * as Order from "../Order.ts"
import { text } from "./jsonText.ts"
import * as kinds from "./kinds.ts"
import { encoded } from "./orderRows.ts"
import * as Orders from "./orders.ts"
import { lasting } from "./quoted.ts"
import { run } from "./storage.ts"

/** @internal What happened, for the history. */
export interface Entry {
  readonly kind: Fact.Kind
  readonly source: Fact.Source
  readonly invoice?: Invoice.Invoice | undefined
  readonly failure?: GatewayError | undefined
  /** Who decided, or a word about why. */
  readonly note?: string | undefined
}

const encodeChange = text(Change.Change)

/** @internal */
export const make = Effect.fnUntraced(function*(orders: Orders.Orders, wake: Effect.Effect<void>) {
  const sql = yield* SqlClient.SqlClient

  const writeFact = Effect.fnUntraced(function*(order: Orders.Loaded, one: Orders.Stored, entry: Entry, now: number) {
    yield* run(sql`INSERT INTO gatefold_facts ${
      sql.insert({
        store: order.store,
        reference: order.reference,
        number: one.attempt.number,
        seq: one.facts,
        at: now,
        kind: entry.kind,
        source: entry.source,
        invoice: entry.invoice === undefined ? null : yield* encoded.invoice(entry.invoice),
        failure: entry.failure === undefined ? null : yield* encoded.failure(entry.failure),
        note: entry.note ?? null
      })
    }`)
  })

  const writeChange = Effect.fnUntraced(function*(order: Order.Order, change: Change.Change, now: number) {
    const key = { store: order.store, reference: order.reference, number: change.attempt }
    yield* run(
      sql`INSERT INTO gatefold_changes ${
        sql.insert({ ...key, version: change.version, change: yield* encodeChange(change), created_at: now })
      }`
    )
    const head = { ...key, last_version: change.version, delivered_version: 0, due_at: now, lease_until: 0, tries: 0 }
    // a parked head stays parked: its due time is set by a replay alone
    yield* run(sql`INSERT INTO gatefold_change_heads ${sql.insert(head)}
      ON CONFLICT (store, reference, number) DO UPDATE SET
        last_version = ${change.version},
        due_at = CASE WHEN gatefold_change_heads.parked_at IS NULL
          THEN COALESCE(gatefold_change_heads.due_at, ${now}) ELSE NULL END`)
  })

  /**
   * Writes down that an attempt of a held order has become `changed`, because of `entry`, and tells the application if
   * that is news to it. Returns the order as it is now.
   */
  const commit = Effect.fnUntraced(function*(
    before: Orders.Loaded,
    changed: Orders.Stored,
    entry: Entry
  ): Effect.fn.Return<Orders.Loaded, StorageFailed> {
    const now = yield* Clock.currentTimeMillis
    const counted: Orders.Stored = { ...changed, facts: changed.facts + 1 }
    yield* writeFact(before, counted, entry, now)
    const news = kinds.between(
      Orders.shown(before),
      Orders.shown(Orders.withAttempt(before, counted)),
      changed.attempt.number
    )
    const next = Arr.isReadonlyArrayNonEmpty(news) ? nextVersion(counted) : counted
    const after = Orders.withAttempt(before, next)
    yield* orders.update(before.reference, next)
    if (!Arr.isReadonlyArrayNonEmpty(news)) return after
    const { account, number, version } = next.attempt
    const change = new Change.Change({
      id: `${Order.attemptKey({ store: before.store, reference: before.reference, number })}/${version}`,
      account,
      attempt: number,
      version,
      kinds: news,
      at: DateTime.makeUnsafe(now),
      order: lasting(Orders.shown(after))
    })
    yield* writeChange(change.order, change, now)
    yield* sql.afterCommit(wake)
    return after
  })

  return { commit }
})

/** @internal */
export type Journal = Effect.Success<ReturnType<typeof make>>

const nextVersion = (one: Orders.Stored): Orders.Stored => ({
  ...one,
  attempt: new Order.Attempt({ ...one.attempt, version: one.attempt.version + 1 })
})
