/**
 * Effect's `SqlConnection` over one open file.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import type { SqlError } from "effect/sql/SqlError"
import * as Stream from "effect/Stream"
import type { SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite"
import { attempt, closed, type Database } from "./database.ts"
import { driverFailure, sqliteFailure } from "./failure.ts"
import { bindable, integerOf, rowOf, valuesOf } from "./values.ts"

/** What a transaction knows of itself: whether it has begun. Statements outside of transactions have none. */
export interface Lease {
  isOpen: boolean
}

/** A statement that is ready to run: its text, its form in SQLite, what to bind and how to give integers. */
interface Call {
  readonly statement: StatementSync
  readonly params: Array<SQLInputValue>
  readonly safeIntegers: boolean
}

type Prepare = (sql: string) => Result.Result<StatementSync, SqlError>

type Transform = (<A extends object>(rows: ReadonlyArray<A>) => ReadonlyArray<A>) | undefined

export const make = (database: Database, lease?: Lease): Connection => {
  const { cached, fresh } = database.statements
  const run = <A>(prepare: Prepare, sql: string, params: ReadonlyArray<unknown>, use: (call: Call) => A) =>
    Effect.flatMap(
      SqlClient.SafeIntegers,
      (safeIntegers) =>
        attempt(
          database,
          () =>
            Result.flatMap(
              ready(database, lease, prepare, sql, params, safeIntegers),
              (call) => used(database, lease, call, use)
            ),
          /^\s*commit\b/i.test(sql)
        )
    )
  const rows = (prepare: Prepare) => (sql: string, params: ReadonlyArray<unknown>, transform: Transform) =>
    isOver(database, lease) && /^release\b/i.test(sql)
      ? Effect.succeed([])
      : Effect.map(run(prepare, sql, params, allRows), (rows) => transform === undefined ? rows : transform(rows))
  return {
    execute: rows(cached),
    executeUnprepared: rows(fresh),
    executeRaw: (sql, params) => run(cached, sql, params, raw),
    executeValues: (sql, params) => run(cached, sql, params, allValues),
    executeValuesUnprepared: (sql, params) => run(fresh, sql, params, allValues),
    executeStream: (sql, params, transform) =>
      Stream.scoped(Stream.unwrap(
        Effect.map(
          Effect.acquireRelease(
            run(fresh, sql, params, iterating),
            ({ iterator }) => Effect.sync(() => database.native.isOpen && iterator.return?.())
          ),
          (cursor) => pages(database, cursor, transform)
        )
      ))
  }
}

const ready = (
  database: Database,
  lease: Lease | undefined,
  prepare: Prepare,
  sql: string,
  params: ReadonlyArray<unknown>,
  safeIntegers: boolean
): Result.Result<Call, SqlError> => {
  if (!database.native.isOpen) return Result.fail(closed)
  if (isOver(database, lease)) return Result.fail(lost)
  return Result.flatMap(
    prepare(sql),
    (statement) => Result.map(bindable(params), (params) => ({ statement, params, safeIntegers }))
  )
}

const used = <A>(
  { filename, native }: Database,
  lease: Lease | undefined,
  call: Call,
  use: (call: Call) => A
): Result.Result<A, SqlError> => {
  try {
    const result = use(call)
    if (lease !== undefined) lease.isOpen = native.isTransaction
    return Result.succeed(result)
  } catch (thrown) {
    return Result.fail(sqliteFailure(thrown, "execute", filename))
  }
}

/**
 * A full disk or a failed write makes SQLite roll the whole transaction back by itself. Statements after that would be
 * committed one by one.
 */
const isOver = ({ native }: Database, lease: Lease | undefined): boolean =>
  lease !== undefined && lease.isOpen && native.isOpen && !native.isTransaction

const lost = driverFailure(
  "TRANSACTION_LOST",
  "SQLite rolled this transaction back after an earlier error. Nothing of it is stored: run it again as a whole."
)

const allRows = ({ params, safeIntegers, statement }: Call) => {
  statement.setReturnArrays(false)
  return statement.all(...params).map((row) => rowOf(row, safeIntegers))
}

const allValues = ({ params, safeIntegers, statement }: Call): Array<Array<SQLOutputValue>> => {
  statement.setReturnArrays(true)
  return statement.all(...params).map((row) => valuesOf(Object.values(row), safeIntegers))
}

/** The rows of a statement that has columns, else what it changed. */
const raw = (call: Call) => {
  const { params, safeIntegers, statement } = call
  if (statement.columns().length > 0) return allRows(call)
  const { changes, lastInsertRowid } = statement.run(...params)
  return {
    changes: integerOf(BigInt(changes), safeIntegers),
    lastInsertRowid: integerOf(BigInt(lastInsertRowid), safeIntegers)
  }
}

interface Cursor {
  readonly iterator: Iterator<Record<string, SQLOutputValue>>
  readonly safeIntegers: boolean
  /** Read already, because only the first step shows whether the statement can run. */
  readonly first: IteratorResult<Record<string, SQLOutputValue>>
}

const iterating = ({ params, safeIntegers, statement }: Call): Cursor => {
  const iterator = statement.iterate(...params)
  return { iterator, safeIntegers, first: iterator.next() }
}

const pageSize = 256

const pages = (database: Database, cursor: Cursor, transform: Transform) =>
  Stream.paginate(cursor.first, (first) =>
    Effect.suspend(() => {
      if (!database.native.isOpen) return Effect.fail(closed)
      try {
        const { next, rows } = page(cursor, first)
        const state = next.done === true ? Option.none() : Option.some(next)
        return Effect.succeed([transform === undefined ? rows : transform(rows), state] as const)
      } catch (thrown) {
        return Effect.fail(sqliteFailure(thrown, "execute", database.filename))
      }
    }))

const page = ({ iterator, safeIntegers }: Cursor, first: IteratorResult<Record<string, SQLOutputValue>>) => {
  const rows: Array<Record<string, SQLOutputValue>> = []
  let next = first
  while (next.done !== true && rows.length < pageSize) {
    rows.push(rowOf(next.value, safeIntegers))
    next = iterator.next()
  }
  return { rows, next }
}
