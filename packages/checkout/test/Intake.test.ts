/**
 * One webhook that cannot be stored holds up none of the others.
 */
import { assert, describe, it } from "@effect/vitest"
import type { RawWebhook } from "@gatefold/core/RawWebhook"
import { Context, Deferred, Effect, Fiber, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { createHash } from "node:crypto"
import { databases } from "./support/Databases.ts"
import * as Endpoint from "./support/Endpoint.ts"
import { eventually } from "./support/Eventually.ts"
import * as Shop from "./support/Shop.ts"

const deaf = { polls: false, pollInterval: "50 millis" } as const

const digestOf = ({ body }: RawWebhook) => createHash("sha256").update(body).digest("hex")

const open = Effect.fnUntraced(function*({ make }: (typeof databases)[number]) {
  const database = yield* make
  const providers = yield* Shop.providers
  const start = Shop.start(providers, database, { options: deaf })
  const shop = yield* start
  const origin = yield* Endpoint.node(shop)
  /** Signed webhooks about as many orders, which are paid. */
  const webhooks = (count: number) =>
    Effect.forEach(
      Array.from({ length: count }, (_, index) => `o-${index}`),
      Effect.fnUntraced(function*(reference) {
        const id = (yield* shop.checkout.open(Shop.order(reference))).current?.invoice?.id ?? ""
        yield* providers.ecca.pay(id)
        return yield* providers.ecca.webhook(id)
      }),
      { concurrency: 4 }
    )
  const post = (webhook: RawWebhook) => Endpoint.post(origin, "ecca", webhook)
  return { database, shop, start, webhooks, post }
})

/** Makes the database refuse one webhook, as a damaged page or a constraint would. */
const refuse = ({ sql }: Shop.Shop, webhook: RawWebhook) => {
  const digest = sql.literal(`'${digestOf(webhook)}'`)
  return sql.onDialectOrElse({
    pg: () =>
      Effect.andThen(
        sql`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$`,
        sql`CREATE TRIGGER refuse BEFORE INSERT ON gatefold_inbox FOR EACH ROW WHEN (NEW.digest = ${digest})
          EXECUTE FUNCTION refuse()`
      ),
    orElse: () =>
      sql`CREATE TRIGGER refuse BEFORE INSERT ON gatefold_inbox WHEN NEW.digest = ${digest}
        BEGIN SELECT RAISE(ABORT, 'refused'); END`
  })
}

describe.each(databases)("the intake of webhooks on $name", (kind) => {
  it.live("gets a 2xx for all others of a batch in which the database refuses one", () =>
    Effect.gen(function*() {
      const { post, shop, webhooks } = yield* open(kind)
      const [bad, ...good] = yield* webhooks(7)
      if (bad === undefined) return assert.fail("there is none")
      yield* refuse(shop, bad)
      const senders = [...good.slice(0, 3), bad, ...good.slice(3)].map(post)
      const statuses = yield* Effect.all(senders, { concurrency: "unbounded" })
      assert.deepStrictEqual(statuses, [200, 200, 200, 503, 200, 200, 200])
    }))
})

const postgres = databases.filter(({ name }) => name === "Postgres")

describe.each(postgres)("the intake of several machines on $name", (kind) => {
  it.live("waits not long for a webhook that a machine was storing when it froze, and lets the others in", () =>
    Effect.gen(function*() {
      const { database, post, shop, webhooks } = yield* open(kind)
      const all = yield* webhooks(9)
      // neither the first nor the last of a batch
      const blocked = all[4]
      if (blocked === undefined) return assert.fail("there is none")
      const sql = Context.get(yield* Layer.build(Layer.fresh(database.client)), SqlClient.SqlClient)
      const held = yield* Deferred.make<void>()
      const thaw = yield* Deferred.make<void>()
      const row = { store: "main", account: "ecca", digest: digestOf(blocked), admitted: "{}", received_at: 1 }
      const frozen = yield* Effect.forkChild(
        Effect.exit(sql.withTransaction(Effect.gen(function*() {
          yield* sql`INSERT INTO gatefold_inbox ${sql.insert({ ...row, result: "admitted" })}`
          yield* Deferred.succeed(held, undefined)
          yield* Deferred.await(thaw)
          return yield* Effect.fail("the machine is gone")
        })))
      )
      yield* Deferred.await(held)
      const began = performance.now()
      const statuses = yield* Effect.forEach(all, post, { concurrency: "unbounded" })
      assert.deepStrictEqual(statuses, all.map((webhook) => webhook === blocked ? 503 : 200))
      // the providers' patience is some ten seconds
      assert.isBelow(performance.now() - began, 6_000)
      yield* Deferred.succeed(thaw, undefined)
      yield* Fiber.join(frozen)
      assert.strictEqual(yield* post(blocked), 200)
      const orders = Effect.forEach(all, (_, index) => shop.checkout.get(`o-${index}`))
      const seen = yield* eventually(orders, (now) => now.every(({ isCovered }) => isCovered))
      assert.deepStrictEqual(seen.filter(({ isCovered }) => !isCovered), [])
    }))

  it.live("stores in one order everywhere, so that two who have the same webhooks never wait for each other", () =>
    Effect.gen(function*() {
      const { shop, start, webhooks } = yield* open(kind)
      const other = yield* start
      const [fillA, fillB, x, y] = yield* webhooks(4)
      if (fillA === undefined || fillB === undefined || x === undefined || y === undefined) return assert.fail()
      const { sql } = shop
      // counts what is inserted, also what is taken back, and takes so long that both are at it together
      yield* sql`CREATE SEQUENCE inserts`
      yield* sql`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM nextval('inserts'); PERFORM pg_sleep(0.15); RETURN NEW; END $$`
      yield* sql`CREATE TRIGGER slow BEFORE INSERT ON gatefold_inbox FOR EACH ROW EXECUTE FUNCTION slow()`
      const receive = ({ checkout }: Shop.Shop) => (webhook: RawWebhook) => checkout.receive("ecca", webhook)
      const received = yield* Effect.all([
        ...[fillA, x, y].map(receive(shop)),
        ...[fillB, y, x].map(receive(other))
      ], { concurrency: "unbounded" })
      assert.deepStrictEqual(received.toSorted(), ["known", "known", "stored", "stored", "stored", "stored"])
      const [count] = yield* sql<{ last_value: bigint }>`SELECT last_value FROM inserts`
      assert.strictEqual(Number(count?.last_value), 6)
    }))
})
