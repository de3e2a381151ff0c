/**
 * The driver as the rest of Effect uses it: settings, streams, migrations, queues.
 */
import { assert, describe, it } from "@effect/vitest"
import { SqliteClient } from "@gatefold/sqlite"
import { Config, ConfigProvider, Effect, Layer, Ref, Schema, Stream } from "effect"
import { PersistedQueue } from "effect/persistence"
import { Migrator, SqlClient } from "effect/sql"
import { existsSync } from "node:fs"
import * as Files from "./support/Files.ts"

const pragma = (sql: SqlClient.SqlClient, name: string) =>
  Effect.map(sql.unsafe(`PRAGMA ${name}`).values, (rows) => rows[0]?.[0])

const numbers = (sql: SqlClient.SqlClient, count: number) =>
  sql<{ n: number }>`WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < ${count}) SELECT n FROM t`

describe("settings", () => {
  it.effect("what was answered is on the disk, and references are checked", () =>
    Effect.gen(function*() {
      const sql = yield* Files.fresh
      assert.strictEqual(yield* pragma(sql, "journal_mode"), "wal")
      assert.strictEqual(yield* pragma(sql, "synchronous"), 2)
      assert.strictEqual(yield* pragma(sql, "fullfsync"), 1)
      assert.strictEqual(yield* pragma(sql, "foreign_keys"), 1)
    }))

  it.effect("the journal mode is left alone where that is asked for", () =>
    Effect.gen(function*() {
      const sql = yield* Files.client(yield* Files.path, { disableWAL: true })
      assert.strictEqual(yield* pragma(sql, "journal_mode"), "delete")
      assert.strictEqual(yield* pragma(sql, "synchronous"), 2)
    }))

  it.effect("a database in memory starts empty each time", () =>
    Effect.gen(function*() {
      for (let time = 0; time < 2; time++) {
        const sql = yield* Files.client(":memory:")
        yield* sql`CREATE TABLE entry (id INTEGER PRIMARY KEY, note TEXT)`
        yield* sql.withTransaction(Files.insert(sql, 1))
        assert.deepStrictEqual(yield* Files.ids(sql), [1])
      }
    }))

  it.effect("the end of the scope closes the file, with everything in it", () =>
    Effect.gen(function*() {
      const path = yield* Files.path
      yield* Effect.scoped(Effect.gen(function*() {
        const sql = yield* Files.client(path)
        yield* sql`CREATE TABLE entry (id INTEGER PRIMARY KEY, note TEXT)`
        yield* Files.insert(sql, 1)
        assert.isTrue(existsSync(`${path}-wal`))
      }))
      assert.isFalse(existsSync(`${path}-wal`))
      assert.deepStrictEqual(yield* Files.ids(yield* Files.client(path)), [1])
    }))

  it.effect("they can be read from configuration", () =>
    Effect.gen(function*() {
      const DATABASE_FILE = yield* Files.path
      const client = yield* Effect.provide(
        SqliteClient.SqliteClient,
        SqliteClient.layerConfig({ filename: Config.String("DATABASE_FILE"), prepareCacheSize: Config.succeed(5) })
          .pipe(
            Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ DATABASE_FILE })))
          )
      )
      assert.strictEqual(client.config.filename, DATABASE_FILE)
      assert.strictEqual(client.driver, "sqlite-node")
    }))

  it.effect("names are transformed on their way in and out", () =>
    Effect.gen(function*() {
      const sql = yield* Files.client(yield* Files.path, {
        transformQueryNames: (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        transformResultNames: (name) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
      })
      yield* sql`CREATE TABLE entry (paid_at TEXT)`
      yield* sql`INSERT INTO entry ${sql.insert({ paidAt: "now" })}`
      assert.deepStrictEqual(yield* sql`SELECT * FROM entry`, [{ paidAt: "now" }])
      assert.deepStrictEqual(yield* sql.withoutTransforms()`SELECT * FROM entry`, [{ paid_at: "now" }])
    }))

  it.effect("more statements than are kept still work", () =>
    Effect.gen(function*() {
      const sql = yield* Files.client(yield* Files.path, { prepareCacheSize: 2 })
      for (const n of [1, 2, 3, 4, 1, 2, 3, 4]) {
        assert.deepStrictEqual(yield* sql.unsafe(`SELECT ${n} AS n`), [{ n }])
      }
    }))
})

describe("streams", () => {
  it.effect("give every row, once and in order", () =>
    Effect.gen(function*() {
      const sql = yield* Files.fresh
      const rows = yield* Stream.runCollect(numbers(sql, 1_000).stream)
      assert.deepStrictEqual(rows, Array.from({ length: 1_000 }, (_, index) => ({ n: index + 1 })))
      assert.deepStrictEqual(yield* Stream.runCollect(numbers(sql, 0).stream), [{ n: 1 }])
      assert.deepStrictEqual(yield* Stream.runCollect(sql`SELECT 1 AS n WHERE 0`.stream), [])
    }))

  it.effect("need not be read to the end, and hold nothing back after that", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      yield* sql`INSERT INTO entry (id) WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 2000)
        SELECT n FROM t`
      const firstTwo = Stream.runCollect(Stream.take(sql`SELECT id FROM entry`.stream, 2))
      assert.deepStrictEqual(yield* firstTwo, [{ id: 1 }, { id: 2 }])
      yield* Files.insert(sql, 2001)
      assert.deepStrictEqual(yield* sql`PRAGMA wal_checkpoint(TRUNCATE)`, [{ busy: 0, log: 0, checkpointed: 0 }])
    }))

  it.effect("are not disturbed by the same statement in the same transaction", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      const query = numbers(sql, 600)
      const counts = query.stream.pipe(
        Stream.mapEffect(({ n }) => n % 200 === 0 ? Effect.map(query, ({ length }) => length) : Effect.succeed(0)),
        Stream.filter((count) => count > 0),
        Stream.runCollect
      )
      assert.deepStrictEqual(yield* sql.withTransaction(counts), [600, 600, 600])
    }))

  it.effect("fail as a statement does, at the start and in between", () =>
    Effect.gen(function*() {
      const sql = yield* Files.fresh
      const unknown = yield* Effect.flip(Stream.runDrain(sql`SELECT * FROM nothing`.stream))
      assert.strictEqual(unknown.reason._tag, "SqlSyntaxError")
      const late = sql`WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 500)
        SELECT CASE WHEN n < 400 THEN n ELSE json('{') END AS n FROM t`.stream
      assert.strictEqual((yield* Effect.flip(Stream.runDrain(late)))._tag, "SqlError")
    }))
})

const migrations = Migrator.fromRecord({
  "0001_entry": Effect.flatMap(
    SqlClient.SqlClient,
    (sql) => sql`CREATE TABLE entry (id INTEGER PRIMARY KEY, note TEXT)`
  ),
  "0002_first": Effect.flatMap(SqlClient.SqlClient, (sql) => sql`INSERT INTO entry (id) VALUES (1)`)
})

describe("Effect's own parts", () => {
  it.effect("migrations run once, also where two start at the same time", () =>
    Effect.gen(function*() {
      const path = yield* Files.path
      const migrate = Effect.flatMap(Files.client(path), (sql) =>
        Effect.provideService(Migrator.make({})({ loader: migrations }), SqlClient.SqlClient, sql))
      const runs = yield* Effect.all([migrate, migrate], { concurrency: "unbounded" })
      assert.deepStrictEqual(runs.flat(), [[1, "entry"], [2, "first"]])
      assert.deepStrictEqual(yield* migrate, [])
      assert.deepStrictEqual(yield* Files.ids(yield* Files.client(path)), [1])
    }))

  it.effect("a migration that fails leaves nothing behind", () =>
    Effect.gen(function*() {
      const sql = yield* Files.fresh
      const loader = Migrator.fromRecord({
        "0001_entry": Effect.andThen(sql`CREATE TABLE entry (id)`, sql`INSERT INTO nothing VALUES (1)`)
      })
      const run = Effect.provideService(Migrator.make({})({ loader }), SqlClient.SqlClient, sql)
      assert.strictEqual((yield* Effect.flip(run))._tag, "MigrationError")
      assert.deepStrictEqual(yield* sql`SELECT name FROM sqlite_schema WHERE name = 'entry'`, [])
    }))

  it.live("a persisted queue hands on what was offered, once each, and survives a new client", () =>
    Effect.gen(function*() {
      const path = yield* Files.path
      const queue = PersistedQueue.make({ name: "inbox", schema: Schema.Struct({ n: Schema.Int }) })
      const store = PersistedQueue.layer.pipe(
        Layer.provide(PersistedQueue.layerStoreSql({ pollInterval: "10 millis" })),
        Layer.provide(Layer.fresh(SqliteClient.layer({ filename: path })))
      )
      yield* Effect.flatMap(
        queue,
        (queue) => Effect.forEach([1, 2, 3, 2], (n) => queue.offer({ n }, { id: String(n) }))
      ).pipe(Effect.provide(store))
      const taken = yield* Ref.make<Array<number>>([])
      yield* Effect.flatMap(queue, (queue) =>
        Effect.repeat(
          queue.take(({ n }) => Ref.update(taken, (taken) => [...taken, n])),
          { times: 2 }
        )).pipe(Effect.provide(store, { local: true }))
      assert.deepStrictEqual((yield* Ref.get(taken)).sort(), [1, 2, 3])
    }).pipe(Effect.scoped))
})
