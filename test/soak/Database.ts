/**
 * The database that outlives the shop.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

export type Kind = "sqlite" | "postgres"

/** Where it is: the path of a file, or a connection string. */
export interface Location {
  readonly kind: Kind
  readonly at: string
}

/** A client of it. Loads only the driver that is needed: a shop that is killed 200 times has to start quickly. */
export const client = ({ at, kind }: Location): Layer.Layer<SqlClient, SqlError> =>
  Layer.unwrap(Effect.promise(async () => {
    if (kind === "sqlite") return (await import("@gatefold/sqlite/SqliteClient")).layer({ filename: at })
    return (await import("@effect/sql-pg/PgClient")).layer({ url: Redacted.make(at) })
  }))
