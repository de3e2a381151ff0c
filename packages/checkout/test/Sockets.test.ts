/**
 * Where an address of PostgreSQL leads to, as libpq reads it.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Sockets from "../src/internal/sockets.ts"

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
