/**
 * Both databases are real, empty at first, and behave alike.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Migrator, SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { databases } from "./support/Databases.ts"

const migrations = Migrator.fromRecord({
  "0001_entry": Effect.flatMap(SqlClient.SqlClient, (sql) => sql`CREATE TABLE entry (id TEXT PRIMARY KEY)`)
})

const migrated = Layer.effectDiscard(Migrator.make({})({ loader: migrations }))

const insert = (id: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => sql`INSERT INTO entry ${sql.insert({ id })}`)

const ids = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => Effect.map(sql<{ id: string }>`SELECT id FROM entry ORDER BY id`, (rows) => rows.map(({ id }) => id))
)

/** The same with real time between the tries: a server that was just started, or a lock that was just left. */
const eventually = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.retry(effect, { times: 100, while: () => Effect.as(TestClock.withLive(Effect.sleep("20 millis")), true) })

describe.each(databases)("$name", ({ layer, make, name }) => {
  it.effect("answers a query", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const dialect = sql.onDialectOrElse({ pg: () => "Postgres", sqlite: () => "SQLite", orElse: () => "another" })
      assert.strictEqual(dialect, name)
      assert.deepStrictEqual(yield* sql`SELECT ${"text"} AS answer`, [{ answer: "text" }])
    }).pipe(Effect.provide(layer)))

  it.effect("is empty at each use", () =>
    Effect.gen(function*() {
      for (let use = 0; use < 2; use++) {
        const seen = yield* insert("a").pipe(
          Effect.andThen(ids),
          Effect.provide(migrated.pipe(Layer.provideMerge(layer)), { local: true })
        )
        assert.deepStrictEqual(seen, ["a"])
      }
    }))

  it.effect("refuses what is there already, and takes back a transaction that fails", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* insert("a")
      assert.strictEqual((yield* Effect.flip(insert("a"))).reason._tag, "UniqueViolation")
      yield* Effect.ignore(sql.withTransaction(Effect.andThen(insert("b"), Effect.fail("on purpose"))))
      assert.deepStrictEqual(yield* ids, ["a"])
    }).pipe(Effect.provide(migrated.pipe(Layer.provideMerge(layer)))))

  it.effect("has for the next client what the one before stored", () =>
    Effect.gen(function*() {
      const { client } = yield* make
      yield* Effect.provide(insert("a"), migrated.pipe(Layer.provideMerge(client)), { local: true })
      const seen = yield* Effect.provide(ids, migrated.pipe(Layer.provideMerge(client)), { local: true })
      assert.deepStrictEqual(seen, ["a"])
    }))

  it.effect("refuses writes while it is gone, and then goes on for the same client with all that it had", () =>
    Effect.gen(function*() {
      const { client, start, stop } = yield* make
      yield* Effect.gen(function*() {
        yield* insert("a")
        yield* stop
        const error = yield* Effect.flip(insert("b"))
        assert.strictEqual(error._tag, "SqlError")
        assert.isTrue(error.isRetryable)
        yield* start
        yield* eventually(insert("c"))
        assert.deepStrictEqual(yield* ids, ["a", "c"])
      }).pipe(Effect.provide(migrated.pipe(Layer.provideMerge(client))))
    }))
})
