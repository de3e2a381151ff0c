/**
 * One open file, and the way in which every call on it is made.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { SqlError } from "effect/sql/SqlError"
import { DatabaseSync } from "node:sqlite"
import { driverFailure, isBusy, sqliteFailure } from "./failure.ts"
import * as Statements from "./statements.ts"

export interface Database {
  readonly native: DatabaseSync
  readonly filename: string
  readonly statements: Statements.Statements
  /** Milliseconds. */
  readonly busyTimeout: number
}

export interface Options {
  readonly filename: string
  readonly readonly: boolean
  readonly disableWAL: boolean
  readonly busyTimeout: number
  readonly cacheSize: number
}

/** Opens a file, makes sure that it can be used, and closes it with the scope. */
export const open = (options: Options): Effect.Effect<Database, SqlError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.suspend(() => Effect.fromResult(opened(options))),
    ({ native }) => Effect.sync(() => native.close())
  ).pipe(
    Effect.tap((database) =>
      Effect.forEach(settings(options), (sql) => attempt(database, () => execute(database, sql)), { discard: true })
    )
  )

/**
 * The transaction at the end is a trial: a file that is of another kind or not writable fails here, at the start, and
 * not at the first payment. (BEGIN IMMEDIATE alone succeeds on a file that is not writable.)
 */
const settings = ({ disableWAL, readonly }: Options): ReadonlyArray<string> =>
  readonly
    ? ["PRAGMA foreign_keys = ON", "BEGIN", "SELECT 1 FROM sqlite_schema LIMIT 1", "ROLLBACK"]
    : [
      ...(disableWAL ? [] : ["PRAGMA journal_mode = WAL"]),
      "PRAGMA synchronous = FULL",
      "PRAGMA fullfsync = ON",
      "PRAGMA foreign_keys = ON",
      "BEGIN IMMEDIATE",
      "CREATE TABLE gatefold_can_write (trial)",
      "ROLLBACK"
    ]

/** `file://` is SQLite's own, and one letter is a drive. */
const isServer = (filename: string): boolean => /^(?!file:)[a-z][a-z0-9+.-]+:\/\//iu.test(filename.trim())

/** It may hold a password, and so is not repeated. */
const server = driverFailure(
  "INVALID_FILENAME",
  "The filename is the address of a server. SQLite takes the path of a file; an address of PostgreSQL belongs to " +
    "PgClient.layer of @effect/sql-pg, or to Database.layer of @gatefold/checkout.",
  "open"
)

const opened = ({ busyTimeout, cacheSize, filename, readonly }: Options): Result.Result<Database, SqlError> => {
  if (isServer(filename)) return Result.fail(server)
  try {
    // Locks are waited for in `attempt`, so SQLite itself must not wait.
    const native = new DatabaseSync(filename, { readOnly: readonly, timeout: 0 })
    return Result.succeed({
      native,
      filename,
      busyTimeout,
      statements: Statements.make(native, filename, cacheSize)
    })
  } catch (thrown) {
    return Result.fail(sqliteFailure(thrown, "open", filename))
  }
}

const execute = ({ filename, native }: Database, sql: string): Result.Result<void, SqlError> => {
  try {
    return Result.succeed(native.exec(sql))
  } catch (thrown) {
    return Result.fail(sqliteFailure(thrown, "open", filename))
  }
}

/**
 * Makes a call, again and again for `busyTimeout` while another connection holds the lock. SQLite's own waiting would
 * stop the whole process meanwhile, and with it the fiber that may be holding the lock.
 *
 * In a transaction there is nothing to wait for: the lock was taken at its begin, and one begun without would have to be
 * begun again. A COMMIT that was refused can be repeated.
 */
export const attempt = <A>(
  database: Database,
  call: () => Result.Result<A, SqlError>,
  isCommit = false
): Effect.Effect<A, SqlError> =>
  Effect.suspend(() => {
    const result = call()
    const mayWait = Result.isFailure(result) && isBusy(result.failure) && (isCommit || !database.native.isTransaction)
    return mayWait ? waiting(database, call, result.failure, 0, 1) : Effect.fromResult(result)
  })

const waiting = <A>(
  database: Database,
  call: () => Result.Result<A, SqlError>,
  refusal: SqlError,
  waited: number,
  delay: number
): Effect.Effect<A, SqlError> => {
  if (waited >= database.busyTimeout) return Effect.fail(refusal)
  const again = Effect.suspend(() => {
    const result = database.native.isOpen ? call() : Result.fail(closed)
    return Result.isFailure(result) && isBusy(result.failure)
      ? waiting(database, call, result.failure, waited + delay, Math.min(delay * 2, 25))
      : Effect.fromResult(result)
  })
  return Effect.andThen(pause(delay), again)
}

/** Real time, also where a test's clock stands still: another process holds the lock. */
const pause = (millis: number): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const timer = setTimeout(() => resume(Effect.void), millis)
    return Effect.sync(() => clearTimeout(timer))
  })

export const closed = driverFailure("CLOSED", "The database was closed: the scope of its client has ended.")
