/**
 * The database that a setting names, as a `SqlClient`: a SQLite file unless something else is said.
 *
 * ```sh
 * GATEFOLD_DATABASE_URL=./gatefold.db                        # a path, also as file:... or sqlite:...
 * GATEFOLD_DATABASE_URL=postgres://user:password@host/name   # when one machine is not enough
 * ```
 *
 * Each needs a package of its own, which is loaded only then: `@gatefold/sqlite` or `@effect/sql-pg`. SQLite writes its
 * journal ahead (WAL) and synchronises with the disk at each commit (`synchronous=FULL`).
 *
 * On PostgreSQL a statement is canceled after 8 seconds, and a connection that does not answer that within another second
 * is dropped for a new one. `PgClient` by itself waits for a dead connection for as long as the network lets it.
 */
import * as Settings from "@gatefold/core/Settings"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { StorageFailed } from "./CheckoutError.ts"
import * as Drivers from "./internal/drivers.ts"
import { failed } from "./internal/storage.ts"

/** The variable that says where the database is. */
export const variable = "GATEFOLD_DATABASE_URL"

/** Where it is if nothing is said: a file in the working directory. */
export const standard = "./gatefold.db"

/** Why there is no client: the address is wrong or its driver is not installed, or the database cannot be used. */
export type DatabaseError = Settings.SettingsError | StorageFailed

/** A database's address, understood. */
type Place =
  | { readonly _tag: "File"; readonly filename: string }
  | { readonly _tag: "Server"; readonly url: Redacted.Redacted }

const wrong = (expected: string) => Result.fail(Settings.wrong(variable, expected))

const file = (filename: string): Result.Result<Place, Settings.Problem> =>
  filename === "" || /[?#\p{Cc}]/u.test(filename)
    ? wrong("a file's path without parameters")
    : Result.succeed({ _tag: "File", filename })

/** The rest of the address is the path as it stands: `sqlite:///data/shop.db` is `/data/shop.db`. */
const place = (address: Redacted.Redacted): Result.Result<Place, Settings.Problem> => {
  const text = Redacted.value(address).trim()
  // one letter before a colon is a drive
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]+):(.*)$/isu.exec(text) ?? []
  switch (scheme?.toLowerCase()) {
    case undefined:
      return file(text === "" ? standard : text)
    case "file":
    case "sqlite":
      return file(rest.replace(/^\/\//u, ""))
    case "postgres":
    case "postgresql":
      return URL.canParse(text)
        ? Result.succeed({ _tag: "Server", url: Redacted.make(text, { label: variable }) })
        : wrong("postgres://user:password@host:port/name, with signs in the password percent-encoded")
    default:
      return wrong("a file's path, or an address that begins with file:, sqlite: or postgres://")
  }
}

const client = (where: Place): Effect.Effect<Layer.Layer<SqlClient.SqlClient, SqlError>, Settings.Problem> =>
  where._tag === "File" ? Drivers.sqlite(where.filename) : Drivers.postgres(where.url)

const trial = Layer.effectDiscard(Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT 1 AS answer`))

/**
 * The database at an address. Fails with what is wrong with the address, by the variable's name and never its value, or
 * with a `StorageFailed` that says what to do: a folder that is missing, a file that is read-only or damaged, a password
 * that is refused, a server that is not there.
 */
export const layer = (address: Redacted.Redacted): Layer.Layer<SqlClient.SqlClient, DatabaseError> =>
  Layer.unwrap(Effect.gen(function*() {
    const found = yield* Effect.flatMap(Effect.fromResult(place(address)), client).pipe(
      Effect.mapError((problem) => new Settings.SettingsError({ problems: [problem] }))
    )
    return Layer.effectContext(Effect.mapError(Layer.build(Layer.provideMerge(trial, found)), failed))
  }))

/** The same, at the address that `GATEFOLD_DATABASE_URL` says. */
export const layerConfig: Layer.Layer<SqlClient.SqlClient, DatabaseError> = Layer.unwrap(
  Effect.gen(function*() {
    const address = Config.Redacted(variable).pipe(Config.withDefault(Redacted.make(standard)))
    const reading = yield* Settings.read<{ [variable]: Redacted.Redacted }>({ [variable]: address })
    if (Result.isFailure(reading)) return yield* new Settings.SettingsError({ problems: reading.failure })
    return layer(reading.success[variable])
  })
)
