/**
 * Two processes, or two clients in one, on the same file.
 */
import { assert, describe, it } from "@effect/vitest"
import { SqliteError } from "@gatefold/sqlite"
import { Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as Files from "./support/Files.ts"
import * as OtherProcess from "./support/OtherProcess.ts"

const shared = Effect.fnUntraced(function*(busyTimeout: string) {
  const path = yield* Files.path
  const sql = yield* Files.client(path, { busyTimeout: busyTimeout === "short" ? "60 millis" : "5 seconds" })
  yield* sql`CREATE TABLE entry (id INTEGER PRIMARY KEY, note TEXT)`
  return { sql, path, other: yield* OtherProcess.make(path) }
})

const aWhile = TestClock.withLive(Effect.sleep("40 millis"))

describe("two processes on one file", () => {
  it.effect("a writer waits for the other process, and others go on meanwhile", () =>
    Effect.gen(function*() {
      const { other, sql } = yield* shared("long")
      yield* other.exec("BEGIN IMMEDIATE; INSERT INTO entry (id) VALUES (1)")
      const fiber = yield* Effect.forkChild(sql.withTransaction(Files.insert(sql, 2)), { startImmediately: true })
      yield* aWhile
      assert.strictEqual(fiber.pollUnsafe(), undefined)
      yield* other.exec("COMMIT")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(yield* Files.ids(sql), [1, 2])
    }))

  it.effect("a reader does not wait for a writer", () =>
    Effect.gen(function*() {
      const { other, sql } = yield* shared("short")
      yield* Files.insert(sql, 1)
      yield* other.exec("BEGIN IMMEDIATE; INSERT INTO entry (id) VALUES (2)")
      assert.deepStrictEqual(yield* Files.ids(sql), [1])
    }))

  it.effect("a lock that is held too long is a lock timeout, of a statement and of a transaction", () =>
    Effect.gen(function*() {
      const { other, sql } = yield* shared("short")
      yield* other.exec("BEGIN IMMEDIATE")
      const errors = [
        yield* Effect.flip(Files.insert(sql, 1)),
        yield* Effect.flip(sql.withTransaction(Files.insert(sql, 2)))
      ]
      for (const error of errors) {
        assert.strictEqual(error.reason._tag, "LockTimeoutError")
        assert.isTrue(error.isRetryable)
        assert.isTrue(SqliteError.is("SQLITE_BUSY")(error))
        assert.include(error.message, "busyTimeout")
      }
      yield* other.exec("COMMIT")
      yield* sql.withTransaction(Files.insert(sql, 3))
      assert.deepStrictEqual(yield* Files.ids(sql), [3])
    }))

  it.effect("what a killed process did not commit is gone, and its lock with it", () =>
    Effect.gen(function*() {
      const { other, sql } = yield* shared("long")
      yield* other.exec("INSERT INTO entry (id) VALUES (1)")
      yield* other.exec("BEGIN IMMEDIATE; INSERT INTO entry (id) VALUES (2)")
      yield* other.kill
      yield* Files.insert(sql, 3)
      assert.deepStrictEqual(yield* Files.ids(sql), [1, 3])
    }))

  it.effect("a client waits for another one in its own process, which can end its transaction", () =>
    Effect.gen(function*() {
      const { path, sql } = yield* shared("long")
      const second = yield* Files.client(path)
      const open = yield* Deferred.make<void>()
      const end = yield* Deferred.make<void>()
      const holder = yield* Files.insert(sql, 1).pipe(
        Effect.andThen(Deferred.succeed(open, undefined)),
        Effect.andThen(Deferred.await(end)),
        sql.withTransaction,
        Effect.forkChild
      )
      yield* Deferred.await(open)
      const waiter = yield* Effect.forkChild(second.withTransaction(Files.insert(second, 2)), {
        startImmediately: true
      })
      yield* Deferred.succeed(end, undefined)
      yield* Fiber.join(holder)
      yield* Fiber.join(waiter)
      assert.deepStrictEqual(yield* Files.ids(sql), [1, 2])
    }))

  it.effect("a file can be opened while another process is writing", () =>
    Effect.gen(function*() {
      const { other, path } = yield* shared("long")
      yield* other.exec("BEGIN IMMEDIATE")
      const opening = yield* Effect.forkChild(Files.client(path), { startImmediately: true })
      yield* aWhile
      yield* other.exec("COMMIT")
      yield* Fiber.join(opening)
    }))
})
