/**
 * A client of PostgreSQL that gives up on connections that are dead without a word, as behind a proxy that has forgotten
 * them: `PgClient` waits for their answer for ever, also in the BEGIN, COMMIT and ROLLBACK that nothing can interrupt.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import * as PgPool from "@effect/sql-pg/PgPool"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import { ConnectionError, SqlError, UnknownError } from "effect/sql/SqlError"
import { Patience } from "./patience.ts"
import * as Sockets from "./sockets.ts"

const silent = Effect.suspend(() => Effect.fail(failure(ConnectionError, "the server does not answer", "execute")))

/** How long a server that is there may take to cancel a statement. */
const cancelWithin = "1 second"

const startupParameters = {
  // where a connection dies behind a proxy the server does not learn of it, and would keep its locks for hours
  idle_in_transaction_session_timeout: "30000",
  // the queue's times are those of the wall clock, which is put back once a year
  TimeZone: "UTC"
}

/** @internal */
export const layer = (url: Redacted.Redacted): Layer.Layer<SqlClient.SqlClient, SqlError> =>
  Layer.effect(SqlClient.SqlClient, make(url)).pipe(Layer.provide(Reactivity.layer))

const make = Effect.fnUntraced(function*(
  url: Redacted.Redacted
): Effect.fn.Return<SqlClient.SqlClient, SqlError, Scope.Scope | Reactivity.Reactivity> {
  const sockets = Sockets.make(Redacted.value(url))
  const pool = yield* PgPool.make({ url, applicationName: "gatefold", stream: sockets.open, startupParameters })
  const connection = patient(sockets, yield* Scope.Scope)
  return yield* SqlClient.make({
    acquirer: Effect.map(pool.get, connection),
    borrower: (use) => pool.use((one) => use(connection(one))),
    transactionAcquirer: Effect.map(pool.reserve, connection),
    driver: "pg",
    compiler: PgClient.makeCompiler(),
    prepareTransactionControls: true,
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
    commit,
    spanAttributes: [["db.system.name", "postgresql"]]
  })
})

/** The server answers ROLLBACK to the COMMIT of a transaction that has failed. */
const commit = (connection: Connection): Effect.Effect<void, SqlError> =>
  Effect.flatMap(
    connection.executeRaw("COMMIT", []),
    (result) =>
      Predicate.hasProperty(result, "command") && result.command === "ROLLBACK"
        ? Effect.fail(failure(UnknownError, "the transaction had failed and was rolled back", "commit"))
        : Effect.void
  )

/** Makes connections whose statements have an end. */
const patient = (sockets: Sockets.Sockets, scope: Scope.Scope) => {
  /**
   * After its time the statement is canceled. If there is no answer to that either, its connection is dead, and whatever
   * has been silent for as long may be so too: all that ends.
   */
  const within = <A>(statement: Effect.Effect<A, SqlError>): Effect.Effect<A, SqlError> =>
    Effect.suspend(() => {
      const since = sockets.now()
      let isOver = false
      const over = Effect.sync(() => {
        isOver = true
      })
      const end = Effect.delay(Effect.sync(() => isOver || sockets.endSilent(since)), cancelWithin)
      return Effect.raceFirst(
        Effect.ensuring(statement, over),
        Effect.flatMap(
          Patience,
          (patience) => Effect.delay(Effect.andThen(Effect.forkIn(end, scope), silent), patience)
        )
      )
    })

  return (connection: PgConnection.PgConnection): Connection => {
    const objects = (prepare: boolean): Connection["execute"] => (sql, params, transform) =>
      Effect.map(within(connection.query(sql, params, prepare)), ({ rows }) => transform?.(rows) ?? rows)
    const values = (prepare: boolean): Connection["executeValues"] => (sql, params) =>
      within(connection.queryValues(sql, params, prepare))
    return {
      execute: objects(true),
      executeUnprepared: objects(false),
      executeRaw: (sql, params) => within(connection.query(sql, params)),
      executeValues: values(true),
      executeValuesUnprepared: values(false),
      // whoever reads may take its time
      executeStream: (sql, params) => connection.stream(sql, params)
    }
  }
}

const failure = (
  Reason: typeof ConnectionError | typeof UnknownError,
  message: string,
  operation: string
): SqlError => new SqlError({ reason: new Reason({ cause: new Error(message), message, operation }) })
