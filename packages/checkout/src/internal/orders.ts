/**
 * Orders and attempts in the database. Whoever changes an order holds its row: all changes of one order happen one after
 * the other, whichever process makes them.
 */
import { type AccountId, type InvoiceId, Reference } from "@gatefold/core/Identifiers"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import { AttemptRow, columns, encoded, type Loaded, moment, OrderRow, type Stored, stored } from "./orderRows.ts"
import { first, forUpdate, lockedAtMost, rows, run, transaction, Whole } from "./storage.ts"

export { type Loaded, type Request, shown, type Stored, withAttempt } from "./orderRows.ts"

/** Whoever holds an order has it for some milliseconds: if it takes longer, its machine may have stopped. */
const lockMillis = 3_000

/** @internal Statements about orders and attempts of one store. */
export const make = Effect.fnUntraced(function*(store: string) {
  const sql = yield* SqlClient.SqlClient
  const oneOrder = first(OrderRow)
  const manyAttempts = rows(AttemptRow)

  /** In a transaction that waits for nobody for long. */
  const brief = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    transaction(sql)(Effect.andThen(lockedAtMost(sql, lockMillis), effect))

  const load = Effect.fnUntraced(function*(reference: string, lock: boolean) {
    const row = yield* oneOrder(
      sql`SELECT * FROM gatefold_orders WHERE store = ${store} AND reference = ${reference}${
        lock ? forUpdate(sql) : sql.literal("")
      }`
    )
    if (row === undefined) return undefined
    const attempts = yield* manyAttempts(
      sql`SELECT * FROM gatefold_attempts WHERE store = ${store} AND reference = ${reference} ORDER BY number`
    )
    const loaded: Loaded = {
      store,
      reference: row.reference,
      price: row.price,
      request: row.request,
      metadata: row.metadata,
      createdAt: row.created_at,
      attempts: attempts.map(stored)
    }
    return loaded
  })

  /** Writes the order down unless it exists. */
  const insert = Effect.fnUntraced(function*(order: Omit<Loaded, "attempts" | "store">) {
    const values = {
      store,
      reference: order.reference,
      price: yield* encoded.price(order.price),
      request: yield* encoded.request(order.request),
      metadata: yield* encoded.metadata(order.metadata),
      created_at: moment(order.createdAt)
    }
    yield* run(sql`INSERT INTO gatefold_orders ${sql.insert(values)} ON CONFLICT (store, reference) DO NOTHING`)
  })

  /** Writes anew what is to be paid; the order is held. */
  const restate = Effect.fnUntraced(function*(order: Loaded, as: Pick<Loaded, "price" | "request" | "metadata">) {
    const { metadata, price, request } = as
    const values = {
      price: yield* encoded.price(price),
      request: yield* encoded.request(request),
      metadata: yield* encoded.metadata(metadata)
    }
    yield* run(
      sql`UPDATE gatefold_orders SET ${sql.update(values)} WHERE store = ${store} AND reference = ${order.reference}`
    )
    return { ...order, price, request, metadata }
  })

  /** Writes a new attempt down; its order is held. */
  const insertAttempt = Effect.fnUntraced(function*(reference: Reference, one: Stored) {
    const values = {
      store,
      reference,
      number: one.attempt.number,
      account: one.attempt.account,
      provider_reference: one.attempt.providerReference,
      created_at: moment(one.attempt.createdAt),
      ...yield* columns(one),
      due_at: null,
      failed_polls: 0,
      poll_until: 0,
      polled_at: 0,
      is_woken: 0
    }
    yield* run(sql`INSERT INTO gatefold_attempts ${sql.insert(values)}`)
  })

  /**
   * When to ask about an attempt next; `undefined` for not by itself. A hint that came meanwhile goes before it. Its order
   * is held.
   */
  const plan = Effect.fnUntraced(function*(reference: Reference, number: number, dueAt: number | undefined) {
    const now = yield* Clock.currentTimeMillis
    yield* run(
      sql`UPDATE gatefold_attempts SET due_at = CASE WHEN is_woken = 1 THEN ${now} ELSE ${dueAt ?? null} END
        WHERE store = ${store} AND reference = ${reference} AND number = ${number}`
    )
  })

  /** When to look at an attempt that is not settled next. */
  const postpone = (reference: Reference, number: number, dueAt: number) =>
    brief(run(
      sql`UPDATE gatefold_attempts SET due_at = ${Math.round(dueAt)}
        WHERE store = ${store} AND reference = ${reference} AND number = ${number}`
    ))

  /** Writes a changed attempt down; its order is held. */
  const update = Effect.fnUntraced(function*(reference: Reference, one: Stored) {
    yield* run(
      sql`UPDATE gatefold_attempts SET ${sql.update(yield* columns(one))}
        WHERE store = ${store} AND reference = ${reference} AND number = ${one.attempt.number}`
    )
  })

  const owner = first(Schema.Struct({ store: Schema.String, reference: Reference, number: Whole }))

  /** The attempt that has this invoice, of whichever store. */
  const ownerOf = (account: AccountId, id: InvoiceId) =>
    owner(
      sql`SELECT store, reference, number FROM gatefold_attempts WHERE account = ${account} AND invoice_id = ${id}`
    )

  /** The attempt that goes by this reference at the provider, of whichever store. */
  const namedBy = (account: AccountId, reference: Reference) =>
    owner(
      sql`SELECT store, reference, number FROM gatefold_attempts
        WHERE account = ${account} AND provider_reference = ${reference}`
    )

  /** Runs an effect while this process holds the order; all that it writes is written at once or not at all. */
  const held = <A, E, R>(reference: string, use: (order: Loaded | undefined) => Effect.Effect<A, E, R>) =>
    brief(Effect.flatMap(load(reference, true), use))

  return {
    get: (reference: string) => load(reference, false),
    restate,
    insertAttempt,
    update,
    plan,
    postpone,
    ownerOf,
    namedBy,
    held,
    /** The same for an order that is written down first, unless it exists. */
    begun: <A, E, R>(
      order: Parameters<typeof insert>[0],
      use: (order: Loaded | undefined) => Effect.Effect<A, E, R>
    ) => brief(Effect.andThen(insert(order), held(order.reference, use))),
    /** The order of this store whose attempt has this invoice. */
    ofInvoice: (account: AccountId, id: InvoiceId) =>
      Effect.map(ownerOf(account, id), (found) => found?.store === store ? found.reference : undefined)
  }
})

/** @internal */
export type Orders = Effect.Success<ReturnType<typeof make>>
