/**
 * Each failure can be told from the others, says what to do, and gives away no value.
 */
import { assert, describe, it } from "@effect/vitest"
import { SqliteError } from "@gatefold/sqlite"
import { Cause, Effect } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { mkdirSync, writeFileSync } from "node:fs"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { inspect } from "node:util"
import * as Files from "./support/Files.ts"

const secret = "sk_live_4111111111111111"

const code = (error: SqlError) => SqliteError.fromSqlError(error)?.code

describe("errors", () => {
  it.effect("the address of a server in place of a file is refused, and not repeated", () =>
    Effect.gen(function*() {
      for (const scheme of ["postgres", "postgresql", "MySQL", "sqlite"]) {
        const error = yield* Effect.flip(Files.client(`${scheme}://shop:${secret}@db.example/shop`))
        assert.strictEqual(code(error), "INVALID_FILENAME")
        assert.include(error.message, "PgClient.layer of @effect/sql-pg")
        assert.notInclude(inspect(error, { depth: null }) + JSON.stringify(error) + error.message, secret)
      }
    }))

  it.effect("a file may be given as a URI, and be in memory", () =>
    Effect.gen(function*() {
      const path = yield* Files.path
      for (const filename of [`file:${path}`, `file://${path}`, ":memory:"]) {
        const sql = yield* Files.client(filename)
        assert.lengthOf(yield* sql`SELECT 1`, 1)
      }
    }))

  it.effect("a unique column that has the value already", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      yield* Files.insert(sql, 1, "a")
      const { reason } = yield* Effect.flip(Files.insert(sql, 2, "a"))
      assert.strictEqual(reason._tag, "UniqueViolation")
      assert.strictEqual("constraint" in reason && reason.constraint, "entry.note")
    }))

  it.effect("a primary key that exists already is a unique violation too", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      yield* sql`CREATE TABLE pair (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID`
      const twice = <A, E>(effect: Effect.Effect<A, E>) => Effect.andThen(effect, Effect.flip(effect))
      const byRowId = (yield* twice(Files.insert(sql, 1))).reason
      const byPair = (yield* twice(sql`INSERT INTO pair VALUES ('x', 'y')`)).reason
      assert.deepStrictEqual([byRowId._tag, "constraint" in byRowId && byRowId.constraint], [
        "UniqueViolation",
        "entry.id"
      ])
      assert.deepStrictEqual([byPair._tag, "constraint" in byPair && byPair.constraint], [
        "UniqueViolation",
        "pair.a, pair.b"
      ])
    }))

  it.effect("other constraints: a foreign key, NOT NULL, CHECK", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      yield* sql`CREATE TABLE child (entry INTEGER NOT NULL REFERENCES entry, n INTEGER CHECK (n > 0))`
      yield* Files.insert(sql, 1)
      const orphan = yield* Effect.flip(sql`INSERT INTO child VALUES (2, 1)`)
      const missing = yield* Effect.flip(sql`INSERT INTO child VALUES (NULL, 1)`)
      const negative = yield* Effect.flip(sql`INSERT INTO child VALUES (1, ${-7})`)
      assert.deepStrictEqual([orphan, missing, negative].map(({ reason }) => reason._tag), [
        "ConstraintError",
        "ConstraintError",
        "ConstraintError"
      ])
      assert.include(orphan.message, "FOREIGN KEY")
      assert.include(missing.message, "child.entry")
      assert.include(negative.message, "n > 0")
    }))

  it.effect("wrong SQL is quoted, since no value is in it", () =>
    Effect.gen(function*() {
      const sql = yield* Files.fresh
      const misspelt = yield* Effect.flip(sql`SELEC ${secret}`)
      const unknown = yield* Effect.flip(sql`SELECT * FROM absent WHERE a = ${secret}`)
      assert.deepStrictEqual([misspelt.reason._tag, unknown.reason._tag], ["SqlSyntaxError", "SqlSyntaxError"])
      assert.include(misspelt.message, "SELEC")
      assert.include(unknown.message, "no such table: absent")
    }))

  it.effect("a second statement is refused, not left out", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      const error = yield* Effect.flip(sql`INSERT INTO entry (id) VALUES (1); INSERT INTO entry (id) VALUES (2)`)
      assert.strictEqual(code(error), "NOT_ONE_STATEMENT")
      assert.strictEqual(code(yield* Effect.flip(sql`-- nothing`)), "NOT_ONE_STATEMENT")
      assert.deepStrictEqual(yield* Files.ids(sql), [])
      yield* sql`INSERT INTO entry (id) VALUES (3); -- the end`
      assert.deepStrictEqual(yield* Files.ids(sql), [3])
    }))

  it.effect("a folder that does not exist", () =>
    Effect.gen(function*() {
      const path = join(yield* Files.folder, "missing", "test.db")
      const error = yield* Effect.flip(Files.client(path))
      assert.deepStrictEqual([code(error), error.reason._tag], ["SQLITE_CANTOPEN", "ConnectionError"])
      assert.include(error.message, "folder must exist")
      assert.include(error.message, path)
    }))

  it.effect("a folder in place of a file", () =>
    Effect.gen(function*() {
      const path = yield* Files.path
      mkdirSync(path)
      assert.strictEqual(code(yield* Effect.flip(Files.client(path))), "SQLITE_CANTOPEN")
    }))

  it.effect("a file that is no database, at the start and untouched", () =>
    Effect.gen(function*() {
      const path = yield* Files.path
      const text = "These are not the payments that you are looking for. ".repeat(100)
      writeFileSync(path, text)
      for (const settings of [{}, { readonly: true }, { disableWAL: true }]) {
        const error = yield* Effect.flip(Files.client(path, settings))
        assert.strictEqual(code(error), "SQLITE_NOTADB")
        assert.include(error.message, path)
      }
      assert.strictEqual(yield* Effect.promise(() => readFile(path, "utf8")), text)
    }))

  it.effect("a damaged database", () =>
    Effect.gen(function*() {
      const path = yield* Files.path
      yield* Effect.scoped(Effect.gen(function*() {
        const sql = yield* Files.client(path)
        yield* sql`CREATE TABLE entry (id INTEGER PRIMARY KEY, note TEXT)`
        yield* Files.insert(sql, 1, "x".repeat(50_000))
      }))
      yield* Effect.promise(async () => {
        const bytes = await readFile(path)
        await writeFile(path, bytes.fill(0xa5, 4096, 8192))
      })
      const sql = yield* Files.client(path)
      const error = yield* Effect.flip(sql`SELECT * FROM entry`)
      assert.strictEqual(code(error), "SQLITE_CORRUPT")
      assert.include(error.message, "backup")
    }))

  it.effect("a write where only reading is allowed", () =>
    Effect.gen(function*() {
      const path = yield* Files.path
      yield* Effect.scoped(Effect.tap(Files.client(path), (sql) => sql`CREATE TABLE entry (id, note)`))
      const sql = yield* Files.client(path, { readonly: true })
      const error = yield* Effect.flip(Files.insert(sql, 1))
      assert.deepStrictEqual([code(error), error.reason._tag], ["SQLITE_READONLY", "AuthorizationError"])
      assert.deepStrictEqual(yield* sql.withTransaction(Files.ids(sql)), [])
    }))

  it.effect("a file that cannot be written, at the start", () =>
    Effect.gen(function*() {
      const path = yield* Files.path
      yield* Effect.scoped(Effect.tap(Files.client(path), (sql) => sql`CREATE TABLE entry (id, note)`))
      const error = yield* Effect.flip(Files.client(`file:${path}?mode=ro`))
      assert.strictEqual(code(error), "SQLITE_READONLY")
      assert.include(error.message, "writable for this process")
    }))

  it.effect("a full disk, after which it goes on when there is room", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      yield* sql`PRAGMA max_page_count = 10`
      const error = yield* Effect.flip(Files.insert(sql, 1, secret.repeat(3_000)))
      assert.strictEqual(code(error), "SQLITE_FULL")
      assert.isTrue(SqliteError.is("SQLITE_FULL")(error))
      assert.isFalse(SqliteError.is("SQLITE_BUSY")(error))
      assert.include(error.message, "Make room")
      yield* sql`PRAGMA max_page_count = 1000`
      yield* Files.insert(sql, 1, secret.repeat(3_000))
      assert.deepStrictEqual(yield* Files.ids(sql), [1])
    }))

  it.effect("a client whose scope has ended", () =>
    Effect.gen(function*() {
      const path = yield* Files.path
      const sql = yield* Effect.scoped(Files.client(path))
      const error = yield* Effect.flip(sql`SELECT 1`)
      assert.deepStrictEqual([code(error), error.reason._tag], ["CLOSED", "ConnectionError"])
    }))

  it.effect("no error has the value of a parameter in it, even where SQLite quotes it", () =>
    Effect.gen(function*() {
      const sql = yield* Files.withEntries
      yield* sql`CREATE TABLE strict_entry (id INTEGER CHECK (id <> 7)) STRICT`
      yield* sql`CREATE VIRTUAL TABLE text_index USING fts5(body)`
      yield* sql`CREATE TRIGGER refusing BEFORE INSERT ON entry WHEN NEW.id = 9
        BEGIN SELECT RAISE(ABORT, NEW.note); END`
      yield* Files.insert(sql, 1, secret)
      const errors = yield* Effect.forEach([
        Files.insert(sql, 2, secret),
        Files.insert(sql, 9, `${secret}!`),
        sql`SELECT json(${secret})`,
        sql`SELECT json_extract('{}', ${secret})`,
        sql`SELECT * FROM text_index WHERE text_index MATCH ${`"${secret}`}`,
        sql`INSERT INTO strict_entry VALUES (${secret})`,
        sql`SELECT ${{ secret }}`,
        sql`SELECT ${secret}; SELECT ${secret}`,
        sql`SELEC ${secret}`
      ], Effect.flip)
      for (const error of errors) {
        const shown = [inspect(error, { depth: 20 }), error.message, Cause.pretty(Cause.fail(error))]
        assert.notInclude(shown.join("\n"), secret)
      }
    }))
})
