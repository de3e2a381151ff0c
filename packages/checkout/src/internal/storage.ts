/**
 * What every statement shares: rows are decoded, and failures of the database become `StorageFailed`.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import type * as SqlClient from "effect/sql/SqlClient"
import { SqlError } from "effect/sql/SqlError"
import type * as Statement from "effect/sql/Statement"
import { StorageFailed } from "../CheckoutError.ts"

/** @internal A whole number of a column: PostgreSQL's driver gives a bigint where SQLite's gives a number. */
export const Whole = Schema.Union([Schema.Finite, Schema.BigInt]).pipe(
  Schema.decodeTo(
    Schema.Int,
    SchemaTransformation.transform({ decode: (given) => Number(given), encode: (whole): number | bigint => whole })
  )
)

/** @internal A moment of a column, in milliseconds of the epoch. */
export const Moment = Whole.pipe(
  Schema.decodeTo(Schema.DateTimeUtcFromMillis)
)

/** @internal Runs a statement and decodes its rows. A row that cannot be read means a damaged database. */
export const rows = <S extends Schema.Decoder<unknown>>(schema: S) => {
  const decode = Schema.decodeUnknownEffect(Schema.Array(schema))
  return <A extends object>(
    statement: Statement.Statement<A>
  ): Effect.Effect<ReadonlyArray<S["Type"]>, StorageFailed> =>
    Effect.flatMap(
      Effect.mapError(statement, failed),
      (found) => Effect.mapError(decode(found), () => new StorageFailed({ kind: "corrupt" }))
    )
}

/** @internal The first row, if there is one. */
export const first = <S extends Schema.Decoder<unknown>>(schema: S) => {
  const read = rows(schema)
  return <A extends object>(statement: Statement.Statement<A>): Effect.Effect<S["Type"] | undefined, StorageFailed> =>
    Effect.map(read(statement), ([row]) => row)
}

/** @internal Runs a statement for what it does. */
export const run = <A extends object>(statement: Statement.Statement<A>): Effect.Effect<void, StorageFailed> =>
  Effect.asVoid(Effect.mapError(statement, failed))

/** @internal Runs an effect in a transaction. */
export const transaction =
  (sql: SqlClient.SqlClient) => <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | StorageFailed, R> =>
    sql.withTransaction(effect).pipe(
      Effect.catchIf(
        (error): error is Extract<E | SqlError, SqlError> => error instanceof SqlError,
        (error) => Effect.fail(failed(error))
      ),
      Effect.catchCause((cause) => {
        const lost = lostIn(cause)
        if (lost === undefined) return Effect.failCause(cause)
        return Cause.hasInterrupts(cause) ? Effect.interrupt : Effect.fail(failed(lost))
      })
    )

/** Where the connection was lost the rollback fails too, and the client makes defects of that and of what was before. */
const lostIn = (cause: Cause.Cause<unknown>): SqlError | undefined => {
  for (const reason of cause.reasons) {
    if (Cause.isDieReason(reason) && reason.defect instanceof SqlError) return reason.defect
  }
  return undefined
}

/** @internal A transaction waits for rows that somebody else has no longer than this, where the database locks rows. */
export const lockedAtMost = (sql: SqlClient.SqlClient, millis: number): Effect.Effect<void, StorageFailed> =>
  sql.onDialectOrElse({
    pg: () => run(sql`SET LOCAL lock_timeout = ${sql.literal(String(millis))}`),
    orElse: () => Effect.void
  })

/**
 * @internal Leaves out what cannot be worked on now, since somebody else holds it or its row cannot be read: it holds up no
 * other. Gives `undefined` then.
 */
export const alone = <A, E, R>(what: string, effect: Effect.Effect<A, E | StorageFailed, R>) =>
  Effect.catchIf(
    effect,
    (error): error is Extract<E | StorageFailed, StorageFailed> =>
      error instanceof StorageFailed && (error.kind === "busy" || error.kind === "corrupt"),
    ({ kind }) => Effect.as(Effect.logWarning(`${what} cannot be looked after now: ${kind}`), undefined)
  )

/** @internal `FOR UPDATE` where the database locks rows; SQLite's writers wait for each other anyway. */
export const forUpdate = (sql: SqlClient.SqlClient) =>
  sql.onDialectOrElse({ pg: () => sql.literal(" FOR UPDATE"), orElse: () => sql.literal("") })

/** @internal The same for work that is shared: rows that somebody else has are left to them. */
export const skipLocked = (sql: SqlClient.SqlClient) =>
  sql.onDialectOrElse({ pg: () => sql.literal(" FOR UPDATE SKIP LOCKED"), orElse: () => sql.literal("") })

/** @internal The same for a failure that a library has wrapped, as a cause or as a defect. */
export const failedWith = (wrapped: unknown): StorageFailed => {
  const found = Cause.isCause(wrapped) ? Cause.squash(wrapped) : wrapped
  if (found instanceof SqlError) return failed(found)
  return Predicate.hasProperty(found, "cause") && found.cause !== undefined
    ? failedWith(found.cause)
    : new StorageFailed({ kind: "other" })
}

/** @internal What a failure of the database means to whoever runs it. Nothing of the statement is kept. */
export const failed = (error: SqlError): StorageFailed => {
  const code = codeOf(error.reason.cause)
  return new StorageFailed({ kind: kindOf(error), ...(code === undefined ? {} : { code }) })
}

/** A word in capitals or a number, which is not what anybody would put a value or a statement into. */
const codeOf = (cause: unknown): string | undefined =>
  Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code) && /^[A-Z0-9_]{1,40}$/u.test(cause.code)
    ? cause.code
    : undefined

const sqliteKinds: Readonly<Record<string, StorageFailed["kind"]>> = {
  SQLITE_PERM: "missingPermission",
  SQLITE_READONLY: "readOnly",
  SQLITE_CORRUPT: "corrupt",
  SQLITE_NOTADB: "corrupt",
  SQLITE_FULL: "full",
  SQLITE_CANTOPEN: "cannotOpen"
}

/** The same by SQLite's result codes, which are all that node:sqlite itself gives. */
const sqliteNumbers: Readonly<Record<number, StorageFailed["kind"]>> = {
  3: "missingPermission",
  8: "readOnly",
  11: "corrupt",
  13: "full",
  14: "cannotOpen",
  26: "corrupt"
}

const postgresKinds: Readonly<Record<string, StorageFailed["kind"]>> = {
  "53100": "full",
  "3F000": "schema",
  "42701": "schema",
  "42703": "schema",
  "42804": "schema",
  "42883": "schema",
  "42P01": "schema",
  "42P07": "schema",
  "42P10": "schema",
  "25006": "readOnly",
  "42501": "missingPermission",
  "28000": "wrongCredentials",
  "28P01": "wrongCredentials",
  "3D000": "noDatabase",
  XX001: "corrupt",
  XX002: "corrupt"
}

/** Classes of PostgreSQL's codes that pass: connections (08), resources (53), an operator's intervention (57). */
const passing = /^(?:08|53|57)/u

/** All that `@effect/sql-pg` says of a server that answers no to TLS. */
const refusedTls = "PgConnection: Server refused TLS"

const kindOf = ({ reason }: SqlError): StorageFailed["kind"] => {
  const { cause } = reason
  const known = ofCode(cause) ?? ofNumber(cause)
  if (known !== undefined) return known
  switch (reason._tag) {
    case "SqlSyntaxError":
      // our statements are right, so that what SQLite cannot prepare does not fit the tables
      return codeOf(cause) === "SQLITE_ERROR" ? "schema" : "other"
    case "ConnectionError":
      return reason.message === refusedTls ? "noTls" : "unreachable"
    case "AuthenticationError":
      return "wrongCredentials"
    case "LockTimeoutError":
    case "DeadlockError":
    case "SerializationError":
      return "busy"
    default:
      return reason.isRetryable ? "unreachable" : "other"
  }
}

const ofCode = (cause: unknown): StorageFailed["kind"] | undefined => {
  if (!Predicate.hasProperty(cause, "code") || !Predicate.isString(cause.code)) return undefined
  const { code } = cause
  return sqliteKinds[code] ?? postgresKinds[code] ?? (passing.test(code) ? "unreachable" : undefined)
}

const ofNumber = (cause: unknown): StorageFailed["kind"] | undefined => {
  if (!Predicate.hasProperty(cause, "errcode") || !Predicate.isNumber(cause.errcode)) return undefined
  return sqliteNumbers[cause.errcode & 0xff]
}
