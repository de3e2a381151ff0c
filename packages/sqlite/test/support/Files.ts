/**
 * Databases in files of their own, which go away with the test.
 */
import { SqliteClient } from "@gatefold/sqlite"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

export const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "gatefold-sqlite-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

/** The path of a file that does not exist yet. */
export const path = Effect.map(folder, (folder) => join(folder, "test.db"))

/** A client of the file, open until the test ends. */
export const client = Effect.fnUntraced(function*(
  filename: string,
  settings: Omit<SqliteClient.SqliteClientConfig, "filename"> = {}
) {
  const context = yield* Layer.build(SqliteClient.layer({ filename, ...settings }))
  return yield* Effect.provide(SqlClient.SqlClient, context)
})

/** A client of a new file. */
export const fresh = Effect.flatMap(path, (filename) => client(filename))

/** A new file with the table `entry(id, note)`. */
export const withEntries = Effect.tap(
  fresh,
  (sql) => sql`CREATE TABLE entry (id INTEGER PRIMARY KEY, note TEXT UNIQUE)`
)

export const insert = (sql: SqlClient.SqlClient, id: number, note: string | null = null) =>
  sql`INSERT INTO entry ${sql.insert({ id, note })}`

/** The ids that are stored, in order. */
export const ids = (sql: SqlClient.SqlClient) =>
  Effect.map(sql<{ id: number }>`SELECT id FROM entry ORDER BY id`, (rows) => rows.map(({ id }) => id))
