/**
 * Effect's `SqlClient` over Node's own SQLite (`node:sqlite`).
 *
 * It is here until `@effect/sql-sqlite-node` can be installed for Effect 4, and has its names (`SqliteClient`, `make`,
 * `layer`, `layerConfig`, the settings), so that going over to it means changing an import.
 *
 * What was answered is stored: the journal is written ahead (WAL) and synchronised with the disk at each commit
 * (`synchronous=FULL`), so it survives a killed process and a power cut. All statements share one connection and run one
 * after the other; a transaction has it to itself.
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Reactivity from "effect/reactivity/Reactivity"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Client from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import * as Connection from "./internal/connection.ts"
import * as Database from "./internal/database.ts"

export type TypeId = "~@gatefold/sqlite/SqliteClient"

/** Marks a client as one of this driver. */
export const TypeId: TypeId = "~@gatefold/sqlite/SqliteClient"

/** A `SqlClient` of this driver, with the settings that it was made with. */
export interface SqliteClient extends Client.SqlClient {
  readonly [TypeId]: TypeId
  readonly config: SqliteClientConfig
}

export const SqliteClient = Context.Service<SqliteClient>("@gatefold/sqlite/SqliteClient")

export interface SqliteClientConfig {
  /** Path of the file, made if there is none in an existing folder; `:memory:` for a database that nothing outlives. */
  readonly filename: string
  /** Opens an existing file without ever writing to it. */
  readonly readonly?: boolean | undefined
  /** How long to wait for a lock that another connection holds, before a `LockTimeoutError`. Default: 5 seconds. */
  readonly busyTimeout?: Duration.Input | undefined
  /** How many prepared statements are kept. Default: 200. */
  readonly prepareCacheSize?: number | undefined
  /** Keeps the journal mode that the file has: a file system that is shared by several machines cannot do WAL. */
  readonly disableWAL?: boolean | undefined
  readonly spanAttributes?: Record<string, unknown> | undefined
  /** From the name of a column to that of a property. */
  readonly transformResultNames?: ((name: string) => string) | undefined
  /** From the name of a property to that of a column. */
  readonly transformQueryNames?: ((name: string) => string) | undefined
}

/**
 * Opens the database, and closes it with the scope.
 *
 * Integers are numbers where no digit is lost, else `bigint`; always `bigint` under `SqlClient.SafeIntegers`. Errors have
 * a `SqliteError` as their cause, whose code tells a full disk from a damaged file.
 *
 * Fails if the file cannot be opened or written, or is not a database. Damage inside it shows when it is read.
 */
export const make = (
  options: SqliteClientConfig
): Effect.Effect<SqliteClient, SqlError, Scope.Scope | Reactivity.Reactivity> =>
  Effect.gen(function*() {
    const database = yield* Database.open({
      filename: options.filename,
      readonly: options.readonly ?? false,
      disableWAL: options.disableWAL ?? false,
      busyTimeout: Duration.toMillis(Duration.fromInputUnsafe(options.busyTimeout ?? "5 seconds")),
      cacheSize: options.prepareCacheSize ?? 200
    })
    const client = yield* Client.make({
      ...(yield* acquirers(database)),
      driver: "sqlite-node",
      compiler: Statement.makeCompilerSqlite(options.transformQueryNames),
      beginTransaction: options.readonly === true ? "BEGIN" : "BEGIN IMMEDIATE",
      prepareTransactionControls: true,
      releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
      spanAttributes: [...Object.entries(options.spanAttributes ?? {}), ["db.system.name", "sqlite"]],
      transformRows: options.transformResultNames === undefined
        ? undefined
        : Statement.defaultTransforms(options.transformResultNames).array
    })
    return Object.assign(client, { [TypeId]: TypeId, config: options })
  })

/** Statements and transactions take turns on the one connection. */
const acquirers = Effect.fnUntraced(function*(database: Database.Database) {
  const shared = Client.makeSqliteAcquirers({
    connection: Effect.succeed(Connection.make(database)),
    semaphore: yield* Semaphore.make(1),
    isTransaction: () => database.native.isOpen && database.native.isTransaction
  })
  return {
    ...shared,
    transactionAcquirer: Effect.map(shared.transactionAcquirer, () => Connection.make(database, { isOpen: false }))
  }
})

/** Provides `SqliteClient` and `SqlClient`; the settings may be read from configuration one by one. */
export const layerConfig = (
  config: Config.Wrap<SqliteClientConfig>
): Layer.Layer<SqliteClient | Client.SqlClient, Config.ConfigError | SqlError> =>
  layerFrom(Effect.flatMap(Config.unwrap(config), make))

/** Provides `SqliteClient` and `SqlClient`. */
export const layer = (config: SqliteClientConfig): Layer.Layer<SqliteClient | Client.SqlClient, SqlError> =>
  layerFrom(make(config))

const layerFrom = <E>(
  client: Effect.Effect<SqliteClient, E, Scope.Scope | Reactivity.Reactivity>
): Layer.Layer<SqliteClient | Client.SqlClient, E> =>
  Layer.effectContext(
    Effect.map(client, (client) => Context.make(SqliteClient, client).pipe(Context.add(Client.SqlClient, client)))
  ).pipe(
    Layer.provide(Reactivity.layer)
  )
