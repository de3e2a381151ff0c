/**
 * Packages that only some applications have, loaded when they are needed.
 */
import * as Settings from "@gatefold/core/Settings"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import type * as Redacted from "effect/Redacted"
import type * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

type Client = Effect.Effect<Layer.Layer<SqlClient.SqlClient, SqlError>, Settings.Problem>

/** @internal Loads a package that the value of a setting asks for. */
export const load = <A>(
  variable: string,
  name: string,
  importing: () => Promise<A>
): Effect.Effect<A, Settings.Problem> =>
  Effect.tryPromise({
    try: importing,
    catch: (error) => {
      const code = Predicate.hasProperty(error, "code") && Predicate.isString(error.code) ? ` (${error.code})` : ""
      return new Settings.Problem({ variable, issue: `needs the package ${name}: install it${code}` })
    }
  })

/** @internal */
export const sqlite = (setting: string, filename: string): Client =>
  Effect.map(
    load(setting, "@gatefold/sqlite", () => import("@gatefold/sqlite/SqliteClient")),
    (SqliteClient) => SqliteClient.layer({ filename })
  )

/** @internal */
export const postgres = (setting: string, url: Redacted.Redacted): Client =>
  Effect.map(
    load(setting, "@effect/sql-pg", () => import("./postgres.ts")),
    (Postgres) => Postgres.layer(url)
  )
