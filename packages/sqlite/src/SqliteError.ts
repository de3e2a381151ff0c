/**
 * What SQLite said, as the cause of a `SqlError`.
 *
 * Effect's closed set of reasons has no word for a full disk or a damaged file, so the code stands here. Neither the
 * message nor anything else in it ever holds the value of a parameter.
 */
import * as Schema from "effect/Schema"
import { isSqlError, type SqlError } from "effect/sql/SqlError"

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html) as far as a statement can end in them. */
export const SqliteCode = Schema.Literals([
  "SQLITE_ERROR",
  "SQLITE_INTERNAL",
  "SQLITE_PERM",
  "SQLITE_ABORT",
  "SQLITE_BUSY",
  "SQLITE_LOCKED",
  "SQLITE_NOMEM",
  "SQLITE_READONLY",
  "SQLITE_INTERRUPT",
  "SQLITE_IOERR",
  "SQLITE_CORRUPT",
  "SQLITE_NOTFOUND",
  "SQLITE_FULL",
  "SQLITE_CANTOPEN",
  "SQLITE_PROTOCOL",
  "SQLITE_SCHEMA",
  "SQLITE_TOOBIG",
  "SQLITE_CONSTRAINT",
  "SQLITE_MISMATCH",
  "SQLITE_MISUSE",
  "SQLITE_AUTH",
  "SQLITE_RANGE",
  "SQLITE_NOTADB"
])
export type SqliteCode = typeof SqliteCode.Type

/**
 * What the driver itself refuses: a filename that is the address of a server, a parameter that SQLite cannot hold, a second statement after the first, a statement
 * in a transaction that SQLite has already rolled back, and the use of a client whose scope has ended.
 */
export const DriverCode = Schema.Literals([
  "INVALID_FILENAME",
  "INVALID_PARAMETER",
  "NOT_ONE_STATEMENT",
  "TRANSACTION_LOST",
  "CLOSED",
  "UNKNOWN"
])
export type DriverCode = typeof DriverCode.Type

/** One failure. `errno` is SQLite's extended result code, such as 2067 for a UNIQUE constraint. */
export class SqliteError extends Schema.TaggedError<SqliteError>("@gatefold/sqlite/SqliteError")("SqliteError", {
  code: Schema.Union([SqliteCode, DriverCode]),
  errno: Schema.optionalKey(Schema.Int),
  message: Schema.String
}) {}

/** What SQLite said when a statement failed; `undefined` if the error came from another driver. */
export const fromSqlError = ({ reason }: SqlError): SqliteError | undefined =>
  reason.cause instanceof SqliteError ? reason.cause : undefined

/** Whether a statement failed in this way: `Effect.catchIf(SqliteError.is("SQLITE_FULL"), ...)`. */
export const is = (code: SqliteCode | DriverCode) => (error: unknown): error is SqlError =>
  isSqlError(error) && fromSqlError(error)?.code === code
