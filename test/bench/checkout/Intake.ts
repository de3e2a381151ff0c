/**
 * Webhooks from the wire into the database: a shop on the checkout beside one on `node:http` and a single INSERT, in
 * turns, on the same kind of file or on the same server. Both answer when a webhook is stored; ours proves it before, and
 * reads it back afterwards.
 */
import type * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import { join } from "node:path"
import * as Database from "../../soak/Database.ts"
import * as Child from "../Child.ts"
import * as Race from "../Race.ts"
import * as Connections from "./Connections.ts"
import type * as plain from "./plain.ts"
import * as Sending from "./Sending.ts"
import * as World from "./World.ts"

export interface Options {
  readonly kind: Database.Kind
  readonly rounds: number
  /** How long each round sends, in milliseconds. */
  readonly millis: number
  /** How long webhooks are sent at half of the top rate, in milliseconds. */
  readonly halfMillis: number
}

export interface Side {
  /** Answers in each second, as fast as they come. */
  readonly rate: number
  /** How long each answer took at half of that rate, in milliseconds. */
  readonly waits: ReadonlyArray<number>
}

export interface Measured {
  readonly ours: Side
  readonly plain: Side
  /** How many stored webhooks were resolved in each second once no more came in. */
  readonly resolved: number
}

const atOnce = 64

/** How many invoices the webhooks are about. */
const invoices = 50

/** No server here takes more webhooks in a millisecond. */
const mostPerMilli = 8

type Webhooks = (count: number) => Effect.Effect<ReadonlyArray<Uint8Array>>

/** Makes signed webhooks about paid invoices, of which no two are ever the same. */
const makeWebhooks = Effect.fnUntraced(function*(ecca: EccaSimulator.Service, shop: Child.Child) {
  const references = Array.from({ length: invoices }, (_, index) => `intake-${index}`)
  const orders = yield* Effect.forEach(references, (reference) => World.opened(shop, reference), { concurrency: 8 })
  const ids = orders.flatMap(({ current }) => current?.invoice === undefined ? [] : [current.invoice.id])
  yield* Effect.forEach(ids, (id) => Effect.orDie(ecca.pay(id)), { discard: true })
  const genuine = yield* Effect.forEach(ids, (id) => Effect.orDie(ecca.webhook(id)))
  const payloads = genuine.map(({ body }): Record<string, unknown> => JSON.parse(new TextDecoder().decode(body)))
  let made = 0
  const one = Effect.suspend(() => {
    made += 1
    const event = { ...payloads[made % payloads.length], event_id: `event-${made}` }
    return Effect.orDie(ecca.sign(new TextEncoder().encode(JSON.stringify(event))))
  })
  const webhooks: Webhooks = (count) =>
    Effect.map(
      Effect.replicateEffect(one, count),
      (all) => all.map(({ body, headers }) => Connections.post("/webhooks/ecca", headers, body))
    )
  return webhooks
})

const unresolved = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ waiting: number | bigint }>`
    SELECT COUNT(*) AS waiting FROM gatefold_inbox WHERE result = 'admitted'`
  return Number(row?.waiting ?? 0)
})

/** Lets all that was stored be resolved, so that it does not disturb what comes next; tells how fast. */
const rest = Effect.gen(function*() {
  const began = performance.now()
  const waiting = yield* unresolved
  while ((yield* unresolved) > 0) yield* Effect.sleep("50 millis")
  return waiting / (performance.now() - began) * 1_000
})

const topRate = Effect.fnUntraced(function*(to: Child.Child, requests: ReadonlyArray<Uint8Array>, millis: number) {
  return yield* Sending.topRate(yield* Connections.open(to.said, atOnce), requests, millis)
}, Effect.scoped)

const atRate = Effect.fnUntraced(function*(to: Child.Child, requests: ReadonlyArray<Uint8Array>, rate: number) {
  return yield* Sending.atRate(yield* Connections.open(to.said, atOnce), requests, rate)
}, Effect.scoped)

interface Shops {
  readonly ours: Child.Child
  readonly plain: Child.Child
  readonly webhooks: Webhooks
}

/** Both take the same webhooks; ours comes last, since what it has taken keeps it busy for a while. */
const round = Effect.fnUntraced(function*({ ours, plain, webhooks }: Shops, millis: number) {
  const requests = yield* webhooks(millis * mostPerMilli)
  const theirs = yield* topRate(plain, requests, millis)
  return { plain: theirs, ours: yield* topRate(ours, requests, millis), resolved: yield* rest }
})

const atHalf = Effect.fnUntraced(function*({ webhooks }: Shops, to: Child.Child, top: number, millis: number) {
  return yield* atRate(to, yield* webhooks(Math.ceil(top / 2 * millis / 1_000)), top / 2)
})

const raced = Effect.fnUntraced(function*(shops: Shops, { halfMillis, millis, rounds }: Options) {
  // the first round warms up
  const [, ...counted] = yield* Effect.replicateEffect(round(shops, millis), rounds + 1)
  const median = (side: "ours" | "plain" | "resolved") => Race.median(counted.map(({ [side]: rate }) => rate))
  const [ours, plain] = [median("ours"), median("plain")]
  const measured: Measured = {
    plain: { rate: plain, waits: yield* atHalf(shops, shops.plain, plain, halfMillis) },
    ours: { rate: ours, waits: yield* atHalf(shops, shops.ours, ours, halfMillis) },
    resolved: median("resolved")
  }
  return measured
})

export const measure = Effect.fnUntraced(function*(options: Options) {
  const { kind } = options
  const { database, folder, providers: { ecca }, start } = yield* World.make({ kind, webhooks: "manual" })
  const ours = yield* start("ecca")
  const beside: plain.Setup = { database: kind === "sqlite" ? { kind, at: join(folder, "plain.db") } : database }
  const plain = yield* Child.start({ path: "checkout/plain.ts", setup: beside })
  const shops: Shops = { ours, plain, webhooks: yield* makeWebhooks(ecca, ours) }
  return yield* Effect.provide(raced(shops, options), Database.client(database))
}, Effect.scoped)
