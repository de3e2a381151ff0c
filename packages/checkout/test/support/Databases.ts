/**
 * The databases on which everything has to work: tests loop over them.
 *
 * ```ts
 * describe.each(databases)("on $name", ({ layer, make }) => { ... })
 * ```
 */
import { PgClient } from "@effect/sql-pg"
import { SqliteClient } from "@gatefold/sqlite"
import { Effect, Layer, Redacted, type Scope } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Postgres from "./Postgres.ts"

/** One empty database. Clients of it may come and go, as after a restart, or be there together, as of two processes. */
export interface Database {
  readonly client: Layer.Layer<SqlClient, SqlError>
  /** What another process needs to make a client: a connection string, or the path of a file. */
  readonly location: string
  /** From here on every write fails: the server is gone, or somebody holds the lock. */
  readonly stop: Effect.Effect<void>
  /** Brings it back as it was. */
  readonly start: Effect.Effect<void>
}

export interface Kind {
  readonly name: "SQLite" | "Postgres"
  /** A new database. */
  readonly make: Effect.Effect<Database, SqlError, Scope.Scope>
  /** A client of a new database: another one for each build of the layer. */
  readonly layer: Layer.Layer<SqlClient, SqlError>
}

const kind = (name: Kind["name"], make: Kind["make"]): Kind => ({
  name,
  make,
  layer: Layer.unwrap(Effect.map(make, ({ client }) => client))
})

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "gatefold-checkout-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

/** A client of a file; a lock is waited for less long than elsewhere, since a test waits in real time. */
export const sqliteClient = (filename: string) => SqliteClient.layer({ filename, busyTimeout: "250 millis" })

/** A client of a server's database. */
export const postgresClient = (url: string) => PgClient.layer({ url: Redacted.make(url), maxConnections: 10 })

export const sqlite = kind(
  "SQLite",
  Effect.gen(function*() {
    const location = join(yield* folder, "checkout.db")
    const held = yield* holder(location)
    return { client: sqliteClient(location), location, ...held }
  })
)

/** Somebody else who takes the lock and does not let go. */
const holder = (filename: string) =>
  Effect.gen(function*() {
    let holding: DatabaseSync | undefined
    const stop = Effect.sync(() => {
      if (holding !== undefined) return
      holding = new DatabaseSync(filename, { timeout: 5_000 })
      holding.exec("BEGIN IMMEDIATE")
    })
    const start = Effect.sync(() => {
      holding?.close()
      holding = undefined
    })
    yield* Effect.addFinalizer(() => start)
    return { stop, start }
  })

const postgres = kind(
  "Postgres",
  Effect.gen(function*() {
    const server = yield* Postgres.shared
    const location = yield* server.createDatabase
    yield* Effect.addFinalizer(() => server.start)
    return { client: postgresClient(location), location, stop: server.stop, start: server.start }
  })
)

export const databases: ReadonlyArray<Kind> = [sqlite, postgres]
