/**
 * Where an address of PostgreSQL leads to, as libpq reads it, and which connections are silent.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer, type Server, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect as connectTls, createServer as createTlsServer } from "node:tls"
import * as Sockets from "../src/internal/sockets.ts"
import { eventually } from "./support/Eventually.ts"

const listening = (listen: (server: Server) => void) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = createServer((socket) => socket.end("here"))
      listen(server)
      await once(server, "listening")
      return server
    }),
    (server) => Effect.sync(() => server.close())
  )

/** What is said at the other end. */
const answer = (address: string) =>
  Effect.promise(async () => {
    const socket = Sockets.make(address).open()
    const [chunk] = await once(socket, "data")
    socket.destroy()
    return String(chunk)
  })

describe("a socket to PostgreSQL", () => {
  it.live("leads to the host and port of the address, or to those of its parameters", () =>
    Effect.gen(function*() {
      const server = yield* listening((made) => made.listen(0, "127.0.0.1"))
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      assert.strictEqual(yield* answer(`postgres://shop:secret@127.0.0.1:${port}/shop`), "here")
      assert.strictEqual(yield* answer(`postgres://shop@db.invalid:1/shop?host=127.0.0.1&port=${port}`), "here")
    }))

  it.live("leads to the local socket in a folder", () =>
    Effect.gen(function*() {
      const folder = yield* Effect.acquireRelease(
        Effect.promise(() => mkdtemp(join(tmpdir(), "gatefold-socket-"))),
        (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
      )
      yield* listening((made) => made.listen(join(folder, ".s.PGSQL.5432")))
      assert.strictEqual(yield* answer(`postgres://shop@localhost/shop?host=${folder}`), "here")
      assert.strictEqual(yield* answer(`postgres://shop@${encodeURIComponent(folder)}/shop`), "here")
    }))
})

const psk = { ciphers: "PSK", maxVersion: "TLSv1.2" } as const
const secret = Buffer.from("a secret that both ends know")

/** What stands between a socket and whoever reads it. */
const layers = {
  nothing: { serve: createServer, over: (socket: Socket) => socket },
  TLS: {
    serve: (take: (socket: Socket) => void) => createTlsServer({ ...psk, pskCallback: () => secret }, take),
    over: (socket: Socket) =>
      connectTls({
        ...psk,
        socket,
        pskCallback: () => ({ psk: secret, identity: "shop" }),
        checkServerIdentity: () => undefined
      })
  }
}

describe("sockets to PostgreSQL", () => {
  it.live.each(["nothing", "TLS"] as const)(
    "are ended if they are silent since a moment, below %s",
    (name) =>
      Effect.gen(function*() {
        const { over, serve } = layers[name]
        const served: Array<Socket> = []
        const server = yield* Effect.acquireRelease(
          Effect.sync(() => serve((socket) => served.push(socket.on("error", () => {}))).listen(0, "127.0.0.1")),
          (server) => Effect.sync(() => server.close())
        )
        yield* Effect.promise(() => once(server, "listening"))
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        const sockets = Sockets.make(`postgres://shop@127.0.0.1:${port}/shop`)
        const said = Effect.fnUntraced(function*(index: number, reader: Socket) {
          const heard = once(reader, "data")
          served[index]?.write("here")
          yield* Effect.promise(() => heard)
        })
        const opened = Effect.fnUntraced(function*(index: number) {
          const socket = sockets.open()
          const reader = over(socket).on("error", () => {})
          yield* eventually(Effect.sync(() => served.length), (count) => count > index)
          yield* said(index, reader)
          return { socket, reader }
        })
        const [silent, busy] = [yield* opened(0), yield* opened(1)]
        const since = sockets.now()
        yield* said(1, busy.reader)
        sockets.endSilent(since)
        assert.deepStrictEqual([silent.socket.destroyed, busy.socket.destroyed], [true, false])
        busy.reader.destroy()
      })
  )
})
