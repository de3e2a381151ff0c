/**
 * Connections to PostgreSQL that are dead without a word, as behind a proxy that has forgotten them, and ones that are cut
 * in the middle of something.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Database from "@gatefold/checkout/Database"
import { Context, Effect, Exit, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { Patience } from "../src/internal/patience.ts"
import { run, transaction } from "../src/internal/storage.ts"
import { databases } from "./support/Databases.ts"
import * as Endpoint from "./support/Endpoint.ts"
import { eventually } from "./support/Eventually.ts"
import * as Proxy from "./support/Proxy.ts"
import * as Shop from "./support/Shop.ts"

const postgres = databases.find(({ name }) => name === "Postgres")

const behindProxy = Effect.gen(function*() {
  if (postgres === undefined) return yield* Effect.die("there is no PostgreSQL")
  const { location } = yield* postgres.make
  const url = new URL(location)
  const proxy = yield* Proxy.make(Number(url.port))
  url.port = String(proxy.port)
  return { freeze: proxy.freeze, client: Layer.orDie(Database.layer(Redacted.make(url.href))) }
})

describe("connections to PostgreSQL that are dead without a word", () => {
  it.live("get no webhook a 2xx, are given up and replaced, and lose nothing", () =>
    Effect.gen(function*() {
      const database = yield* behindProxy
      const providers = yield* Shop.providers
      const shop = yield* Shop.start(providers, database, { options: { polls: false, pollInterval: "50 millis" } })
      const origin = yield* Endpoint.node(shop)
      const id = (yield* shop.checkout.open(Shop.order("o-1"))).current?.invoice?.id ?? ""
      yield* providers.ecca.pay(id)
      const webhook = yield* providers.ecca.webhook(id)
      // as after a busy hour: there are many connections, and most are idle
      const [pid] = yield* Effect.all(
        Array.from({ length: 8 }, () => shop.sql<{ pid: number }>`SELECT pg_backend_pid() AS pid, pg_sleep(0.1)`),
        { concurrency: "unbounded" }
      )
      assert.isDefined(pid)
      yield* database.freeze
      const began = performance.now()
      assert.strictEqual(yield* Endpoint.post(origin, "ecca", webhook), 503)
      const again = eventually(Endpoint.post(origin, "ecca", webhook), (status) => status === 200, 4_000)
      assert.strictEqual(yield* again, 200)
      // a fifth of a second of patience and one more for the answer to the cancel, once for all connections
      assert.isBelow(performance.now() - began, 4_000)
      const { isCovered } = yield* eventually(shop.checkout.get("o-1"), ({ isCovered }) => isCovered)
      assert.isTrue(isCovered)
      assert.isTrue(Exit.isSuccess(yield* Effect.exit(shop.checkout.open(Shop.order("o-2")))))
    }).pipe(Effect.provideService(Patience, "200 millis")), 30_000)
})

describe("a session of PostgreSQL", () => {
  it.effect("keeps no locks when its client has gone without a word, and its times are those of no local clock", () =>
    Effect.gen(function*() {
      const { client } = yield* behindProxy
      const elsewhere = Effect.flatMap(SqlClient.SqlClient, (sql) =>
        sql.unsafe(`DO $$ BEGIN
          EXECUTE format('ALTER DATABASE %I SET TimeZone TO %L', current_database(), 'Asia/Kolkata');
        END $$`))
      yield* Effect.provide(elsewhere, Layer.fresh(client))
      const settings = Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const [found] = yield* sql`SELECT current_setting('idle_in_transaction_session_timeout') AS idle,
          current_setting('TimeZone') AS zone`
        return found
      })
      assert.deepStrictEqual(yield* Effect.provide(settings, Layer.fresh(client)), { idle: "30s", zone: "UTC" })
    }))
})

describe("a statement of PostgreSQL that takes too long", () => {
  it.live("is given up alone: the server cancels it, and a transaction that is idle meanwhile goes on", () =>
    Effect.gen(function*() {
      const { client } = yield* behindProxy
      const sql = Context.get(yield* Layer.build(client), SqlClient.SqlClient)
      const idle = sql.withTransaction(Effect.gen(function*() {
        yield* sql`CREATE TEMPORARY TABLE mine AS SELECT 1 AS answer`
        yield* Effect.sleep("1600 millis")
        return yield* sql`SELECT answer FROM mine`
      }))
      const slow = Effect.delay(Effect.exit(sql`SELECT pg_sleep(20)`), "100 millis")
      const [rows, exit] = yield* Effect.all([idle, slow], { concurrency: "unbounded" })
      assert.deepStrictEqual(rows, [{ answer: 1 }])
      assert.isTrue(Exit.isFailure(exit))
      const left = yield* sql`SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND state = 'active'
        AND pid <> pg_backend_pid()`
      assert.deepStrictEqual(left, [])
    }).pipe(Effect.provideService(Patience, "200 millis")))
})

describe("a connection to PostgreSQL that is cut inside a transaction", () => {
  it.live("is a failure that says so, and not a defect", () =>
    Effect.gen(function*() {
      const { client } = yield* behindProxy
      const sql = Context.get(yield* Layer.build(client), SqlClient.SqlClient)
      const cut = Effect.gen(function*() {
        yield* Effect.ignore(sql`SELECT pg_terminate_backend(pg_backend_pid())`)
        yield* run(sql`SELECT 1`)
      })
      const exit = yield* Effect.exit(transaction(sql)(cut))
      assert.include(Exit.isFailure(exit) ? exit.cause.reasons[0] : undefined, { _tag: "Fail" })
      assert.strictEqual(yield* Effect.flip(transaction(sql)(cut)).pipe(Effect.map(({ kind }) => kind)), "unreachable")
    }))
})
