/**
 * From what node:sqlite throws to an error that a person can act on.
 */
import * as Predicate from "effect/Predicate"
import {
  AuthorizationError,
  classifySqliteError,
  ConnectionError,
  SqlError,
  type SqlErrorReason,
  SqlSyntaxError,
  UniqueViolation
} from "effect/sql/SqlError"
import { type DriverCode, type SqliteCode, SqliteError } from "../SqliteError.ts"

/**
 * What was going on. SQLite's own words may quote a bound value (a path of `json_extract`, a full-text query), but not
 * before the statement runs: until then they are about the text of the statement alone.
 */
export type Operation = "open" | "prepare" | "execute"

export const sqliteFailure = (thrown: unknown, operation: Operation, filename: string): SqlError => {
  if (thrown instanceof SqlError) return thrown
  const errno = numberOf(thrown, "errcode")
  const code = errno === undefined ? undefined : codes.get(errno % 256)
  if (errno === undefined || code === undefined) return unknownFailure(thrown, operation)
  const message = [advice[code] ?? `SQLite failed (${code}).`, detail(thrown, errno, operation)]
  if (aboutTheFile.has(code)) message.push(`The file is ${filename}.`)
  const cause = new SqliteError({ code, errno, message: message.filter((part) => part !== "").join(" ") })
  return new SqlError({ reason: reasonOf(cause, errno, operation) })
}

/** What the driver refuses by itself. */
export const driverFailure = (code: DriverCode, message: string, operation: Operation = "execute"): SqlError => {
  const props = { cause: new SqliteError({ code, message }), message, operation }
  return new SqlError({
    reason: code === "CLOSED" || code === "INVALID_FILENAME"
      ? new ConnectionError(props)
      : classifySqliteError(props.cause, props)
  })
}

export const isBusy = (error: SqlError): boolean => error.reason._tag === "LockTimeoutError"

const reasonOf = (cause: SqliteError, errno: number, operation: Operation): SqlErrorReason => {
  const { code, message } = cause
  const props = { cause, message, operation }
  if (unique.has(errno)) return new UniqueViolation({ ...props, constraint: constraintOf(message) })
  if (code === "SQLITE_READONLY") return new AuthorizationError(props)
  if (code === "SQLITE_ERROR" && operation === "prepare") return new SqlSyntaxError(props)
  return classifySqliteError(cause, props)
}

/** A primary key is unique too, and so is a rowid (SQLITE_CONSTRAINT_PRIMARYKEY, _UNIQUE, _ROWID). */
const unique = new Set([1555, 2067, 2579])

/** Constraints whose text a trigger, a virtual table or a function may have put together from values. */
const wordedByCode = new Set([1043, 1811, 2323])

const uniqueFailed = "UNIQUE constraint failed: "

const constraintOf = (message: string): string => {
  const at = message.indexOf(uniqueFailed)
  return at === -1 ? "unknown" : message.slice(at + uniqueFailed.length)
}

const detail = (thrown: unknown, errno: number, operation: Operation): string => {
  const isSafe = operation === "prepare" || (errno % 256 === 19 && !wordedByCode.has(errno))
  return isSafe ? textOf(thrown, "message") : textOf(thrown, "errstr")
}

const unknownFailure = (thrown: unknown, operation: Operation): SqlError =>
  driverFailure("UNKNOWN", `node:sqlite failed (${textOf(thrown, "code") || "no code"}).`, operation)

const numberOf = (thrown: unknown, key: string): number | undefined =>
  Predicate.hasProperty(thrown, key) && typeof thrown[key] === "number" ? thrown[key] : undefined

const textOf = (thrown: unknown, key: string): string =>
  Predicate.hasProperty(thrown, key) && typeof thrown[key] === "string" ? thrown[key] : ""

const codes: ReadonlyMap<number, SqliteCode> = new Map([
  [1, "SQLITE_ERROR"],
  [2, "SQLITE_INTERNAL"],
  [3, "SQLITE_PERM"],
  [4, "SQLITE_ABORT"],
  [5, "SQLITE_BUSY"],
  [6, "SQLITE_LOCKED"],
  [7, "SQLITE_NOMEM"],
  [8, "SQLITE_READONLY"],
  [9, "SQLITE_INTERRUPT"],
  [10, "SQLITE_IOERR"],
  [11, "SQLITE_CORRUPT"],
  [12, "SQLITE_NOTFOUND"],
  [13, "SQLITE_FULL"],
  [14, "SQLITE_CANTOPEN"],
  [15, "SQLITE_PROTOCOL"],
  [17, "SQLITE_SCHEMA"],
  [18, "SQLITE_TOOBIG"],
  [19, "SQLITE_CONSTRAINT"],
  [20, "SQLITE_MISMATCH"],
  [21, "SQLITE_MISUSE"],
  [23, "SQLITE_AUTH"],
  [25, "SQLITE_RANGE"],
  [26, "SQLITE_NOTADB"]
])

const aboutTheFile: ReadonlySet<SqliteCode> = new Set([
  "SQLITE_BUSY",
  "SQLITE_READONLY",
  "SQLITE_IOERR",
  "SQLITE_CORRUPT",
  "SQLITE_FULL",
  "SQLITE_CANTOPEN",
  "SQLITE_NOTADB"
])

const advice: { readonly [Code in SqliteCode]?: string } = {
  SQLITE_BUSY:
    "Another connection has held the lock for longer than busyTimeout. Try again; keep transactions short, or raise it.",
  SQLITE_CANTOPEN: "The database cannot be opened. Its folder must exist, and this process must be allowed to use it.",
  SQLITE_CONSTRAINT: "A constraint refused the statement.",
  SQLITE_CORRUPT: "The database is damaged. Stop writing to it and restore it from a backup.",
  SQLITE_ERROR: "SQLite refused the statement.",
  SQLITE_FULL: "The disk, or the database's own page limit, is full. Make room and try again.",
  SQLITE_IOERR: "The operating system failed to read or write the database. Check the disk and its free space.",
  SQLITE_NOTADB: "The file is not a SQLite database. Check the filename; if it is right, restore it from a backup.",
  SQLITE_READONLY:
    "The database cannot be written. The file and its folder must be writable for this process, and readonly not set."
}
