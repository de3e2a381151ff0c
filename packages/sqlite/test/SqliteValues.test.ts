/**
 * What goes into SQLite comes out of it.
 */
import { assert, describe, it } from "@effect/vitest"
import { SqliteError } from "@gatefold/sqlite"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Files from "./support/Files.ts"

const maxInteger = 2n ** 63n - 1n

const roundTrip = Effect.fnUntraced(function*(value: unknown) {
  const sql = yield* Files.fresh
  yield* sql`CREATE TABLE kept (value)`
  yield* sql`INSERT INTO kept VALUES (${value})`
  const [row] = yield* sql<{ value: unknown; type: string }>`SELECT value, typeof(value) AS type FROM kept`
  return row
})

describe("values", () => {
  for (
    const [name, value, type] of [
      ["text", "Zażółć 🎉 \u0000 'quoted' \"twice\"", "text"],
      ["empty text", "", "text"],
      ["bytes", new Uint8Array([0, 255, 10, 39]), "blob"],
      ["no bytes", new Uint8Array([]), "blob"],
      ["null", null, "null"],
      ["an integer", -42, "integer"],
      ["the greatest safe integer", Number.MAX_SAFE_INTEGER, "integer"],
      ["an integer beyond", 2n ** 53n + 1n, "integer"],
      ["the greatest integer", maxInteger, "integer"],
      ["the least integer", -maxInteger - 1n, "integer"],
      ["a fraction", 0.1, "real"],
      ["infinity", Infinity, "real"]
    ] as const
  ) {
    it.effect(`keeps ${name}`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* roundTrip(value), { value, type })
      }))
  }

  it.effect("keeps a view of bytes without its neighbours", () =>
    Effect.gen(function*() {
      const bytes = new Uint8Array([1, 2, 3, 4])
      assert.deepStrictEqual((yield* roundTrip(new DataView(bytes.buffer, 1, 2)))?.value, new Uint8Array([2, 3]))
    }))

  it.effect("takes true for 1, and what is not given for null", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* roundTrip(true))?.value, 1)
      assert.strictEqual((yield* roundTrip(false))?.value, 0)
      assert.strictEqual((yield* roundTrip(undefined))?.value, null)
    }))

  it.effect("writes a whole number without a decimal point where it becomes text", () =>
    Effect.gen(function*() {
      const sql = yield* Files.fresh
      yield* sql`CREATE TABLE kept (value TEXT)`
      yield* sql`INSERT INTO kept VALUES (${5})`
      assert.deepStrictEqual(yield* sql`SELECT value, 'ref.' || ${2} AS name FROM kept`, [{
        value: "5",
        name: "ref.2"
      }])
    }))

  for (
    const [name, value] of [
      ["an object", { secret: "4111" }],
      ["a date", new Date(0)],
      ["what is not a number", NaN],
      ["an integer of more than 64 bits", maxInteger + 1n],
      ["a function", () => "4111"],
      ["an array", ["4111"]]
    ] as const
  ) {
    it.effect(`refuses ${name} instead of storing something else`, () =>
      Effect.gen(function*() {
        const sql = yield* Files.fresh
        yield* sql`CREATE TABLE kept (other, value)`
        const error = yield* Effect.flip(sql.unsafe("INSERT INTO kept VALUES (?, ?)", [value, 1]))
        assert.strictEqual(SqliteError.fromSqlError(error)?.code, "INVALID_PARAMETER")
        assert.include(error.message, "Parameter 1")
        assert.notInclude(error.message, "4111")
        assert.deepStrictEqual(yield* sql`SELECT * FROM kept`, [])
      }))
  }

  it.effect("gives every integer as a bigint where that is asked for", () =>
    Effect.gen(function*() {
      const sql = yield* Files.fresh
      const rows = yield* Effect.provideService(sql`SELECT 1 AS a, 0.5 AS b`, SqlClient.SafeIntegers, true)
      assert.deepStrictEqual(rows, [{ a: 1n, b: 0.5 }])
      assert.deepStrictEqual(yield* sql`SELECT 1 AS a, 0.5 AS b`, [{ a: 1, b: 0.5 }])
    }))

  it.effect("loses no digit of a great integer, and still does what returns it", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      assert.deepStrictEqual(
        yield* sql`INSERT INTO entry (id) VALUES (${maxInteger}) RETURNING id`,
        [{ id: maxInteger }]
      )
      assert.deepStrictEqual(yield* sql`SELECT id FROM entry`.values, [[maxInteger]])
    }))

  it.effect("gives rows as plain objects, values as arrays, and what was changed as a count", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      const inserted = yield* sql`INSERT INTO entry (id, note) VALUES (7, 'a'), (8, 'b')`.raw
      assert.deepStrictEqual(inserted, { changes: 2, lastInsertRowid: 8 })
      const rows = yield* sql`SELECT * FROM entry`
      assert.deepStrictEqual(rows, [{ id: 7, note: "a" }, { id: 8, note: "b" }])
      assert.strictEqual(Object.getPrototypeOf(rows[0]), Object.prototype)
      assert.deepStrictEqual(yield* sql`SELECT id, id, note FROM entry WHERE id = 7`.values, [[7, 7, "a"]])
      assert.deepStrictEqual(yield* sql`SELECT id FROM entry`.unprepared, [{ id: 7 }, { id: 8 }])
      assert.deepStrictEqual(yield* sql`SELECT id FROM entry WHERE id = 8`.raw, [{ id: 8 }])
    }))

  it.effect("sees a new column in a statement that was prepared before", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      yield* Files.insert(sql, 1)
      const all = sql`SELECT * FROM entry`
      assert.deepStrictEqual(yield* all, [{ id: 1, note: null }])
      yield* sql`ALTER TABLE entry ADD COLUMN extra DEFAULT 'x'`
      assert.deepStrictEqual(yield* all, [{ id: 1, note: null, extra: "x" }])
    }))
})
