/**
 * Where the database is, is one setting. What is wrong with it is said at the start, in words and without the password.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Database from "@gatefold/checkout/Database"
import { ConfigProvider, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { execFile } from "node:child_process"
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { databases } from "./support/Databases.ts"
import * as Postgres from "./support/Postgres.ts"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "gatefold-database-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

const configured = (env: Readonly<Record<string, string>>) =>
  Layer.fresh(Database.layerConfig).pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ ...env }))))

const at = (address: string) => configured({ GATEFOLD_DATABASE_URL: address })

const dialect = Effect.map(
  SqlClient.SqlClient,
  (sql) => sql.onDialectOrElse({ pg: () => "Postgres", sqlite: () => "SQLite", orElse: () => "another" })
)

const pragma = (name: "journal_mode" | "synchronous") =>
  Effect.flatMap(
    SqlClient.SqlClient,
    (sql) => Effect.map(sql.unsafe<Readonly<Record<string, unknown>>>(`PRAGMA ${name}`), ([row]) => row?.[name])
  )

/** Why a layer does not come up. */
const refusalOf = (layer: ReturnType<typeof Database.layer>) => Effect.flip(Effect.scoped(Layer.build(layer)))

const refusal = (address: string) => refusalOf(at(address))

const kind = (address: string) =>
  Effect.map(refusal(address), (error) => error._tag === "StorageFailed" ? error.kind : error.message)

describe("the address of the database", () => {
  it.effect("is that of a file, written ahead and synchronised at each commit", () =>
    Effect.gen(function*() {
      const path = join(yield* folder, "shop.db")
      for (const address of [path, `file:${path}`, `file://${path}`, `sqlite:${path}`, `sqlite://${path}`]) {
        yield* Effect.gen(function*() {
          assert.strictEqual(yield* dialect, "SQLite")
          assert.strictEqual(yield* pragma("journal_mode"), "wal")
          assert.strictEqual(yield* pragma("synchronous"), 2)
        }).pipe(Effect.provide(at(address), { local: true }))
      }
      assert.isTrue((yield* Effect.promise(() => stat(path))).isFile())
    }))

  it.effect("is that of a PostgreSQL", () =>
    Effect.gen(function*() {
      const server = yield* Postgres.shared
      const address = yield* server.createDatabase
      for (const url of [address, address.replace("postgres:", "postgresql:")]) {
        assert.strictEqual(yield* Effect.provide(dialect, at(url), { local: true }), "Postgres")
      }
    }))

  it.effect("is refused by the name of its variable if it is of no kind that is known, and never shown", () =>
    Effect.gen(function*() {
      const wrong = ["mysql://shop:hunter2@db/shop", "https://hunter2.example", "file:hunter2.db?mode=ro", "sqlite:"]
      for (const address of [...wrong, "postgres://shop:hunter2@db:port/shop"]) {
        const error = yield* refusal(address)
        assert.strictEqual(error._tag, "SettingsError")
        assert.include(error.message, "GATEFOLD_DATABASE_URL is wrong")
        assert.notInclude(JSON.stringify(error) + error.stack, "hunter2")
      }
    }))
})

describe("an address that did not arrive", () => {
  it.effect("is refused by the name of its setting, and is not the standard file", () =>
    Effect.gen(function*() {
      for (const nothing of ["", "  ", "\n"]) {
        const record = ConfigProvider.layer(ConfigProvider.fromUnknown({ GATEFOLD_DATABASE_URL: nothing }))
        for (const read of [at(nothing), Layer.provide(Layer.fresh(Database.layerConfig), record)]) {
          const configured = yield* refusalOf(read)
          assert.strictEqual(configured._tag, "SettingsError")
          assert.include(configured.message, "GATEFOLD_DATABASE_URL is wrong")
          assert.include(configured.message, "empty")
        }
        const given = yield* refusalOf(Database.layer(Redacted.make(nothing)))
        assert.include(given.message, "database is wrong")
        assert.notInclude(given.message, "GATEFOLD_DATABASE_URL")
      }
    }))

  it.live("is the standard file if there is no such variable, and the log says where that is", () =>
    Effect.gen(function*() {
      const path = yield* folder
      const { stdout } = yield* Effect.promise(() =>
        promisify(execFile)(process.execPath, [program], { cwd: path, env: { GATEFOLD_DATABASE_URL_OF_ANOTHER: "" } })
      )
      const lines = stdout.trim().split("\n")
      assert.lengthOf(lines.filter((line) => line.includes(join(path, "gatefold.db"))), 1)
      assert.match(lines[0] ?? "", /INFO.*GATEFOLD_DATABASE_URL is not set/u)
      assert.strictEqual(lines.at(-1), "started")
      assert.include(yield* Effect.promise(() => readdir(path)), "gatefold.db")
    }))
})

describe("a file that cannot be used", () => {
  it.effect("is a folder", () =>
    Effect.gen(function*() {
      const path = yield* folder
      const error = yield* refusal(path)
      assert.strictEqual(error._tag, "SettingsError")
      assert.include(error.message, `GATEFOLD_DATABASE_URL is wrong: Expected a file's path, and ${path} is a folder`)
    }))

  it.effect("is in a folder that is not there", () =>
    Effect.gen(function*() {
      const path = join(yield* folder, "missing/shop.db")
      const error = yield* refusal(path)
      assert.include(error, { _tag: "StorageFailed", kind: "cannotOpen" })
      assert.include(error.message, "make its folder")
      assert.include(error.message, `at ${path}, code SQLITE_CANTOPEN`)
    }))

  it.effect("is damaged, or of another kind", () =>
    Effect.gen(function*() {
      const path = join(yield* folder, "shop.db")
      yield* Effect.promise(() => writeFile(path, "no database, but long enough to be looked at".repeat(100)))
      assert.strictEqual(yield* kind(path), "corrupt")
    }))

  it.live("may not be written by this process", () =>
    Effect.gen(function*() {
      const path = join(yield* folder, "shop.db")
      yield* Effect.provide(dialect, at(path))
      assert.strictEqual(yield* Effect.promise(() => startedWithoutRights(path)), "readOnly")
    }))
})

describe("a server that cannot be used", () => {
  it.effect("refuses the password, does not have the database, or is not there", () =>
    Effect.gen(function*() {
      const server = yield* Postgres.shared
      const url = new URL(server.url("postgres"))
      url.password = "hunter2"
      const refused = yield* refusal(url.href)
      assert.include(refused, { _tag: "StorageFailed", kind: "wrongCredentials" })
      assert.include(refused.message, "refuses this user or password")
      assert.include(refused.message, `at ${url.host}/postgres, code 28P01`)
      assert.notInclude(JSON.stringify(refused) + refused.stack, "hunter2")
      assert.strictEqual(yield* kind(server.url("no_such_database")), "noDatabase")
      const port = yield* freePort
      assert.strictEqual(yield* kind(`postgres://shop:hunter2@127.0.0.1:${port}/shop`), "unreachable")
    }))

  it.effect("speaks no TLS, which its address asks for", () =>
    Effect.gen(function*() {
      const server = yield* Postgres.shared
      const url = new URL(server.url("postgres"))
      const error = yield* refusal(`${url.href}?sslmode=require`)
      assert.include(error, { _tag: "StorageFailed", kind: "noTls" })
      assert.include(error.message, "TLS")
      assert.notInclude(error.message, url.password)
    }))

  it.effect("is named without user and password, also where a sign in the password is not encoded", () =>
    Effect.gen(function*() {
      const port = yield* freePort
      const here = `127.0.0.1:${port}`
      const wrong = [`shop:hunter2@${here}/shop`, `hunter2@${here}/shop?password=hunter2`, `${here}/hunter2@db/shop`]
      const messages: Array<string> = []
      for (const address of [...wrong, `${here}?hunter2@db/shop`, `${here}#hunter2@db/shop`]) {
        const error = yield* refusal(`postgres://${address}`)
        assert.notInclude(JSON.stringify(error) + error.stack + error.message, "hunter2")
        messages.push(error.message)
      }
      assert.deepStrictEqual(messages.map((message) => message.includes(here)), [true, true, false, false, false])
      assert.include(messages[0], `at ${here}/shop, code ECONNREFUSED`)
    }))
})

describe.each(databases)("the package for $name", ({ name }) => {
  const installed = name === "SQLite" ? "@gatefold/sqlite" : "@effect/sql-pg"

  it.live("is named if it is needed and not installed", () =>
    Effect.gen(function*() {
      const address = name === "SQLite" ? ":memory:" : "postgres://shop@127.0.0.1:1/shop"
      const output = yield* Effect.promise(() => startedWithout(installed, address))
      assert.include(output, `GATEFOLD_DATABASE_URL needs the package ${installed}: install it`)
    }))

  it.live("is not needed for the other one", () =>
    Effect.gen(function*() {
      const address = name === "SQLite" ? "postgres://shop@127.0.0.1:1/shop" : ":memory:"
      const output = yield* Effect.promise(() => startedWithout(installed, address))
      assert.strictEqual(output, name === "SQLite" ? "unreachable" : "started")
    }))
})

const freePort = Effect.promise(() =>
  new Promise<number>((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })
)

const program = new URL("./support/StartDatabase.ts", import.meta.url).pathname

const run = async (args: ReadonlyArray<string>, address: string, more: Readonly<Record<string, string>> = {}) => {
  const env = { GATEFOLD_DATABASE_URL: address, ...more }
  const { stdout } = await promisify(execFile)(process.execPath, [...args, program], { env })
  return stdout.trim()
}

/** A process in which a package cannot be found. */
const startedWithout = (name: string, address: string) => {
  const hook = `import { registerHooks } from "node:module"
    registerHooks({ resolve: (specifier, context, next) => specifier.startsWith("${name}")
      ? next("file:///not/installed.js", context) : next(specifier, context) })`
  return run(["--import", `data:text/javascript,${encodeURIComponent(hook)}`], address)
}

/** A process that may read the file and no more. */
const startedWithoutRights = async (path: string) => {
  await chmod(path, 0o444)
  await chmod(join(path, ".."), 0o555)
  return run([], path, { WITHOUT_RIGHTS: "1" })
}
