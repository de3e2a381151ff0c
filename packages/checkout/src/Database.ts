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
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { stat } from "node:fs/promises"
import { resolve } from "node:path"
import { StorageFailed } from "./CheckoutError.ts"
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

/** Where an address leads, or what was expected in its place. */
type Found = Result.Result<Place, string>

const file = (filename: string): Found =>
  filename === "" || /[?#\p{Cc}]/u.test(filename)
    ? Result.fail("a file's path without parameters")
    : Result.succeed({ _tag: "File", filename })

/** The rest of the address is the path as it stands: `sqlite:///data/shop.db` is `/data/shop.db`. */
const place = (address: Redacted.Redacted, setting: string): Found => {
  const text = Redacted.value(address).trim()
  // one letter before a colon is a drive
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]+):(.*)$/isu.exec(text) ?? []
  switch (scheme?.toLowerCase()) {
    case undefined:
      return text === "" ? Result.fail("a file's path or postgres://..., and it is empty") : file(text)
    case "file":
    case "sqlite":
      return file(rest.replace(/^\/\//u, ""))
    case "postgres":
    case "postgresql":
      return URL.canParse(text)
        ? Result.succeed({ _tag: "Server", url: Redacted.make(text, { label: setting }) })
        : Result.fail("postgres://user:password@host:port/name, with signs in the password percent-encoded")
    default:
      return Result.fail("a file's path, or an address that begins with file:, sqlite: or postgres://")
  }
}

const client = (
  setting: string,
  where: Place
): Effect.Effect<Layer.Layer<SqlClient.SqlClient, SqlError>, Settings.Problem> =>
  where._tag === "File" ? Drivers.sqlite(setting, where.filename) : Drivers.postgres(setting, where.url)

const trial = Layer.effectDiscard(Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT 1 AS answer`))

/** What a person may read of it: never the user or the password, nor parameters. */
const nameOf = (where: Place): string | undefined => {
  if (where._tag === "File") return where.filename === ":memory:" ? where.filename : resolve(where.filename)
  const { hash, hostname, pathname, port, search, searchParams } = new URL(Redacted.value(where.url))
  // a password with a sign that is not encoded ends the host too early, and stands in what follows
  if (`${pathname}${search}${hash}`.includes("@")) return undefined
  const host = searchParams.get("host") ?? hostname
  return `${host === "" ? "localhost" : host}:${searchParams.get("port") ?? (port === "" ? "5432" : port)}${pathname}`
}

const refused = (problem: Settings.Problem) => new Settings.SettingsError({ problems: [problem] })

const isFolder = (path: string) => Effect.promise(() => stat(path).then((found) => found.isDirectory(), () => false))

/** SQLite does not tell a folder in its place from one that is missing. */
const unopened = Effect.fnUntraced(function*(setting: string, where: Place, error: SqlError) {
  const { code, kind } = failed(error)
  const at = nameOf(where)
  if (kind === "cannotOpen" && where._tag === "File" && (yield* isFolder(where.filename))) {
    return refused(Settings.wrong(setting, `a file's path, and ${at} is a folder`))
  }
  return new StorageFailed({ kind, ...(code === undefined ? {} : { code }), ...(at === undefined ? {} : { at }) })
})

const from = (address: Redacted.Redacted, setting: string): Layer.Layer<SqlClient.SqlClient, DatabaseError> =>
  Layer.unwrap(Effect.gen(function*() {
    const where = yield* Effect.mapError(
      Effect.fromResult(place(address, setting)),
      (expected) => refused(Settings.wrong(setting, expected))
    )
    const found = yield* Effect.mapError(client(setting, where), refused)
    return Layer.effectContext(Effect.catch(
      Layer.build(Layer.provideMerge(trial, found)),
      (error) => Effect.flatMap(unopened(setting, where, error), Effect.fail)
    ))
  }))

/**
 * The database at an address. Fails with what is wrong with the address, as the setting `database` and never its value, or
 * with a `StorageFailed` that says what to do and where: a folder that is missing, a file that is read-only or damaged, a
 * password that is refused, a server that is not there.
 */
export const layer = (address: Redacted.Redacted): Layer.Layer<SqlClient.SqlClient, DatabaseError> =>
  from(address, "database")

/**
 * Whether the variable is there and has nothing in it. A `ConfigProvider` gives an empty one as none, but lists its name:
 * one of the environment by the words of it, another one as a whole.
 */
const isEmpty = Effect.gen(function*() {
  const provider = yield* ConfigProvider.ConfigProvider
  for (const path of [variable.split("_"), [variable]]) {
    const parent = yield* provider.load(path.slice(0, -1))
    const isListed = parent?._tag === "Record" && parent.keys.has(path.at(-1) ?? "")
    if (isListed && (yield* provider.load(path)) === undefined) return true
  }
  return false
}).pipe(Effect.orElseSucceed(() => false))

/**
 * The same, at the address that `GATEFOLD_DATABASE_URL` says. One that is empty is refused: a secret that did not arrive
 * must not become a new file. Without the variable it is the standard file, whose path is logged.
 */
export const layerConfig: Layer.Layer<SqlClient.SqlClient, DatabaseError> = Layer.unwrap(
  Effect.gen(function*() {
    const address = Config.Redacted(variable).pipe(Config.withDefault(undefined))
    const reading = yield* Settings.read<{ [variable]: Redacted.Redacted | undefined }>({ [variable]: address })
    if (Result.isFailure(reading)) return yield* new Settings.SettingsError({ problems: reading.failure })
    const said = reading.success[variable]
    if (said !== undefined) return from(said, variable)
    if (yield* isEmpty) return from(Redacted.make(""), variable)
    yield* Effect.logInfo(`${variable} is not set: the books are in the file ${resolve(standard)}`)
    return from(Redacted.make(standard), variable)
  })
)
