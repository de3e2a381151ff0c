/**
 * Prepared statements, a bounded number of them kept for the next use.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import type { SqlError } from "effect/sql/SqlError"
import type { DatabaseSync, StatementSync } from "node:sqlite"
import { driverFailure, sqliteFailure } from "./failure.ts"

export interface Statements {
  /** One that is used at once and kept. */
  readonly cached: (sql: string) => Result.Result<StatementSync, SqlError>
  /** One of its own, for text that does not come again or rows that are read while other statements run. */
  readonly fresh: (sql: string) => Result.Result<StatementSync, SqlError>
}

export const make = (database: DatabaseSync, filename: string, capacity: number): Statements => {
  const kept = new Map<string, StatementSync>()
  const fresh = (sql: string) => prepare(database, filename, sql)
  return {
    fresh,
    cached: (sql) => {
      const known = kept.get(sql)
      const statement = known === undefined ? fresh(sql) : Result.succeed(known)
      if (Result.isSuccess(statement)) keep(kept, capacity, sql, statement.success)
      return statement
    }
  }
}

/** The least recently used is forgotten first: a Map gives its keys in the order in which they were put in. */
const keep = (kept: Map<string, StatementSync>, capacity: number, sql: string, statement: StatementSync) => {
  kept.delete(sql)
  kept.set(sql, statement)
  for (const oldest of kept.keys()) {
    if (kept.size <= capacity) return
    kept.delete(oldest)
  }
}

const prepare = (database: DatabaseSync, filename: string, sql: string): Result.Result<StatementSync, SqlError> => {
  try {
    const statement = database.prepare(sql)
    statement.setReadBigInts(true)
    return holdsStatement(database, sql.slice(statement.sourceSQL.length))
      ? Result.fail(driverFailure("NOT_ONE_STATEMENT", "SQLite runs one statement at a time: send them one by one."))
      : Result.succeed(statement)
  } catch (thrown) {
    return Result.fail(isEmptyText(thrown) ? empty : sqliteFailure(thrown, "prepare", filename))
  }
}

/** SQLite prepares the first statement of a text and would leave out the rest without a word. */
const holdsStatement = (database: DatabaseSync, rest: string): boolean => {
  if (/^[\s;]*$/.test(rest)) return false
  try {
    database.prepare(rest)
    return true
  } catch (thrown) {
    return !isEmptyText(thrown)
  }
}

const empty = driverFailure("NOT_ONE_STATEMENT", "There is no statement in this text.", "prepare")

/** node:sqlite's answer to a text of blanks and comments. */
const isEmptyText = (thrown: unknown): boolean =>
  Predicate.hasProperty(thrown, "code") && thrown.code === "ERR_INVALID_ARG_VALUE"
