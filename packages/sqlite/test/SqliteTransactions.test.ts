/**
 * A transaction happens as a whole or not at all, and nothing of anybody else's gets into it.
 */
import { assert, describe, it } from "@effect/vitest"
import { SqliteError } from "@gatefold/sqlite"
import { Deferred, Effect, Exit, Fiber } from "effect"
import type { SqlClient } from "effect/sql"
import * as Files from "./support/Files.ts"

const failing = <A, E>(effect: Effect.Effect<A, E>) => Effect.andThen(effect, Effect.fail("on purpose" as const))

describe("transactions", () => {
  it.effect("stores all statements of one that succeeds", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      yield* sql.withTransaction(Effect.andThen(Files.insert(sql, 1), Files.insert(sql, 2)))
      assert.deepStrictEqual(yield* Files.ids(sql), [1, 2])
    }))

  it.effect("stores none of one that fails", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      assert.strictEqual(yield* Effect.flip(sql.withTransaction(failing(Files.insert(sql, 1)))), "on purpose")
      assert.deepStrictEqual(yield* Files.ids(sql), [])
    }))

  it.effect("stores none of one that dies", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      const exit = yield* Effect.exit(sql.withTransaction(Effect.andThen(Files.insert(sql, 1), Effect.die("bug"))))
      assert.isTrue(Exit.hasDies(exit))
      assert.deepStrictEqual(yield* Files.ids(sql), [])
    }))

  it.effect("stores none of one that is interrupted, and goes on with the next", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      const inserted = yield* Deferred.make<void>()
      const fiber = yield* Files.insert(sql, 1).pipe(
        Effect.andThen(Deferred.succeed(inserted, undefined)),
        Effect.andThen(Effect.never),
        sql.withTransaction,
        Effect.forkChild
      )
      yield* Deferred.await(inserted)
      yield* Fiber.interrupt(fiber)
      yield* sql.withTransaction(Files.insert(sql, 2))
      assert.deepStrictEqual(yield* Files.ids(sql), [2])
    }))

  it.effect("stores none of one that a deferred foreign key refuses at its end", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      yield* sql`CREATE TABLE link (entry INTEGER REFERENCES entry DEFERRABLE INITIALLY DEFERRED)`
      const error = yield* Effect.flip(sql.withTransaction(sql`INSERT INTO link VALUES (99)`))
      assert.strictEqual(error.reason._tag, "ConstraintError")
      assert.deepStrictEqual(yield* sql`SELECT * FROM link`, [])
      yield* sql.withTransaction(Files.insert(sql, 1))
      assert.deepStrictEqual(yield* Files.ids(sql), [1])
    }))

  it.effect("takes back an inner one alone", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      yield* Files.insert(sql, 1).pipe(
        Effect.andThen(Effect.ignore(sql.withTransaction(failing(Files.insert(sql, 2))))),
        Effect.andThen(sql.withTransaction(Files.insert(sql, 3))),
        sql.withTransaction
      )
      assert.deepStrictEqual(yield* Files.ids(sql), [1, 3])
    }))

  it.effect("takes back inner ones with the outer one", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      yield* Effect.flip(sql.withTransaction(failing(sql.withTransaction(sql.withTransaction(Files.insert(sql, 1))))))
      assert.deepStrictEqual(yield* Files.ids(sql), [])
    }))

  it.effect("lets nothing of another fiber into a transaction that is rolled back", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      const open = yield* Deferred.make<void>()
      const rolledBack = failing(Effect.andThen(Deferred.succeed(open, undefined), Effect.yieldNow)).pipe(
        sql.withTransaction,
        Effect.ignore
      )
      const other = Effect.andThen(Deferred.await(open), Files.insert(sql, 1))
      yield* Effect.all([rolledBack, other], { concurrency: "unbounded" })
      assert.deepStrictEqual(yield* Files.ids(sql), [1])
    }))

  it.effect("runs those of many fibers one after the other", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      yield* Files.insert(sql, 1, "0")
      yield* Effect.forEach(Array.from({ length: 50 }), () => sql.withTransaction(increment(sql)), {
        concurrency: "unbounded",
        discard: true
      })
      assert.deepStrictEqual(yield* sql`SELECT note FROM entry`, [{ note: "50" }])
    }))

  it.effect("refuses to go on after SQLite itself rolled one back, and stores nothing of it", () =>
    Effect.gen(function*() {
      const sql = yield* smallDisk
      const error = yield* Effect.ignore(sql.withTransaction(tooMuch(sql))).pipe(
        Effect.andThen(Files.insert(sql, 3)),
        (rest) => Effect.andThen(Files.insert(sql, 2), rest),
        sql.withTransaction,
        Effect.flip
      )
      assert.strictEqual(SqliteError.fromSqlError(error)?.code, "TRANSACTION_LOST")
      assert.deepStrictEqual(yield* Files.ids(sql), [1])
      yield* sql.withTransaction(Files.insert(sql, 4))
      assert.deepStrictEqual(yield* Files.ids(sql), [1, 4])
    }))

  it.effect("does not report success of one that SQLite itself rolled back", () =>
    Effect.gen(function*() {
      const sql = yield* smallDisk
      const error = yield* Files.insert(sql, 2).pipe(
        Effect.andThen(Effect.ignore(tooMuch(sql))),
        sql.withTransaction,
        Effect.flip
      )
      assert.strictEqual(SqliteError.fromSqlError(error)?.code, "TRANSACTION_LOST")
      assert.deepStrictEqual(yield* Files.ids(sql), [1])
    }))

  it.effect("fails with what went wrong in an inner one, also if that rolled back the outer one with it", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      yield* Files.insert(sql, 1)
      const rollingBack = sql`INSERT OR ROLLBACK INTO entry (id) VALUES (1)`
      const exit = yield* Effect.exit(sql.withTransaction(
        Effect.andThen(Files.insert(sql, 2), sql.withTransaction(rollingBack))
      ))
      assert.isFalse(Exit.hasDies(exit))
      assert.strictEqual((yield* Effect.flip(exit)).reason._tag, "UniqueViolation")
      const inner = Effect.ignore(sql.withTransaction(rollingBack))
      const rest = yield* Effect.flip(sql.withTransaction(Effect.andThen(inner, sql.withTransaction(Effect.void))))
      assert.strictEqual(SqliteError.fromSqlError(rest)?.code, "TRANSACTION_LOST")
      assert.deepStrictEqual(yield* Files.ids(sql), [1])
    }))
})

/** Reads, gives way to others, and writes what it has read plus one. */
const increment = (sql: SqlClient.SqlClient) =>
  Effect.gen(function*() {
    const [row] = yield* sql<{ note: string }>`SELECT note FROM entry`
    yield* Effect.yieldNow
    yield* sql`UPDATE entry SET note = ${String(Number(row?.note) + 1)}`
  })

/** A database that holds entry 1 and may grow by a few pages only. */
const smallDisk = Effect.tap(Files.withEntries, (sql) =>
  Effect.gen(function*() {
    yield* Files.insert(sql, 1)
    yield* sql`PRAGMA max_page_count = 20`
  }))

const tooMuch = (sql: SqlClient.SqlClient) =>
  Effect.forEach(
    Array.from({ length: 30 }, (_, index) => 100 + index),
    (id) => Files.insert(sql, id, `${id}${"x".repeat(5_000)}`),
    { discard: true }
  )
