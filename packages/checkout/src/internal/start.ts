/**
 * Before anything runs: the tables are there and not newer than this program, and everything in flight has its account.
 */
import type { Accounts } from "@gatefold/core/Accounts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Migrator from "effect/sql/Migrator"
import * as SqlClient from "effect/sql/SqlClient"
import { SqlError } from "effect/sql/SqlError"
import { MissingAccounts, StorageFailed } from "../CheckoutError.ts"
import * as Migrations from "../Migrations.ts"
import { failed, first, rows, Whole } from "./storage.ts"

/** @internal Brings the tables up to date. Processes that start at once wait for each other. */
export const migrate = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const ran = Migrator.make({})({ loader: Migrations.loader, table: Migrations.table })
  yield* ran.pipe(
    Effect.mapError((error) => error instanceof SqlError ? failed(error) : ofMigration(error))
  )
  const newest = yield* first(Schema.Struct({ newest: Whole }))(
    sql`SELECT MAX(migration_id) AS newest FROM ${sql(Migrations.table)}`
  )
  if ((newest?.newest ?? 0) > Migrations.newest) return yield* new StorageFailed({ kind: "newerSchema" })
})

const ofMigration = (error: Migrator.MigrationError | StorageFailed): StorageFailed => {
  if (error instanceof StorageFailed) return error
  return error.cause instanceof SqlError ? failed(error.cause) : new StorageFailed({ kind: "other" })
}

/**
 * @internal What is in flight keeps its credentials: an account that was taken out of the settings stops the start, also
 * if what is open there is only woken by webhooks. An attempt that was never sent is nowhere and holds nobody up, nor does
 * one that is no longer asked about and that the shop has canceled.
 */
export const checkAccounts = Effect.fnUntraced(function*(store: string, { ids }: Accounts["Service"]) {
  const sql = yield* SqlClient.SqlClient
  const watched = yield* rows(Watched)(
    sql`SELECT account, COUNT(*) AS attempts, MIN(reference) AS "order" FROM gatefold_attempts
      WHERE store = ${store} AND ((state = 'done' AND due_at IS NOT NULL) OR state IN ('sending', 'unknown')
        OR (state = 'reserved' AND was_sent = 1 AND canceled_at IS NULL)
        OR (stale_at IS NOT NULL AND ended_at IS NULL AND canceled_at IS NULL)) GROUP BY account ORDER BY account`
  )
  const missing = watched.filter(({ account }) => !ids.some((id) => id === account))
  if (missing.length > 0) return yield* new MissingAccounts({ accounts: missing })
})

const Watched = Schema.Struct({ account: Schema.String, attempts: Whole, order: Schema.String })
