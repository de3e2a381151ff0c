/**
 * Everything that is known at the end: the shop's orders, what it was told and what it stored, and the providers' books.
 */
import type * as Order from "@gatefold/checkout/Order"
import type { BookEntry, Simulator } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import { readFile } from "node:fs/promises"
import type { Evidence } from "./Evidence.ts"
import * as Http from "./Http.ts"

const Delivered = Schema.fromJsonString(Schema.Struct({
  id: Schema.String,
  reference: Schema.String,
  attempt: Schema.Int,
  version: Schema.Int,
  kinds: Schema.Array(Schema.String),
  status: Schema.optionalKey(Schema.String)
}))

/** A change as the shop has written it down when it was told. */
export type Delivered = typeof Delivered.Type

export interface Books {
  readonly evidence: Evidence
  readonly orders: ReadonlyArray<Order.Order>
  readonly delivered: ReadonlyArray<Delivered>
  /** What became of each stored webhook, by account and digest. */
  readonly inbox: ReadonlyMap<string, string>
  readonly parked: number
  readonly providers: Readonly<Record<string, ReadonlyArray<BookEntry>>>
}

/** Lines that a kill has cut off were never acknowledged. */
const readDeliveries = Effect.fnUntraced(function*(file: string) {
  const lines = (yield* Effect.promise(() => readFile(file, "utf8").catch(() => ""))).split("\n")
  const read = yield* Effect.forEach(lines, (line) => Effect.option(Schema.decodeEffect(Delivered)(line)))
  return read.flatMap((one) => one._tag === "Some" ? [one.value] : [])
})

export interface Sources {
  readonly evidence: Evidence
  readonly shop: string
  readonly deliveries: string
  readonly providers: Readonly<Record<string, Simulator>>
}

/** Reads them all. The shop has to run. */
export const read = Effect.fnUntraced(function*({ deliveries, evidence, providers, shop }: Sources) {
  const sql = yield* SqlClient.SqlClient
  const inbox = yield* sql<{ account: string; digest: string; result: string }>`
    SELECT account, digest, result FROM gatefold_inbox`
  const parked = yield* sql`SELECT reference FROM gatefold_change_heads WHERE parked_at IS NOT NULL`
  const stored = yield* sql<{ reference: string }>`SELECT reference FROM gatefold_orders ORDER BY reference`
  const orders = yield* Effect.forEach(stored, ({ reference }) =>
    Effect.flatMap(
      Effect.promise(() => fetch(`${shop}/orders/${reference}`).then((answered) => answered.text())),
      (text) => Effect.orDie(Http.decodeOrder(text))
    ), { concurrency: 8 })
  const books: Books = {
    evidence,
    orders,
    delivered: yield* readDeliveries(deliveries),
    inbox: new Map(inbox.map(({ account, digest, result }) => [`${account}/${digest}`, result])),
    parked: parked.length,
    providers: yield* Effect.all(Object.fromEntries(Object.entries(providers).map(([id, { books }]) => [id, books])))
  }
  return books
})

/** How many things the shop has still to do, as its own tables say. */
export const unfinished = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const waiting = yield* sql`SELECT 1 FROM gatefold_change_heads
    WHERE last_version > delivered_version AND parked_at IS NULL
    UNION ALL SELECT 1 FROM gatefold_inbox WHERE result = 'admitted'
    UNION ALL SELECT 1 FROM gatefold_attempts WHERE state IN ('reserved', 'sending', 'unknown')`
  return waiting.length
})
