/**
 * Connections that are kept alive and carry one request at a time: as little work as possible for each, so that the
 * sender is not what is measured.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { once } from "node:events"
import { connect, type Socket } from "node:net"

export interface Connection {
  /** Sends a whole request and tells the status of its answer. */
  readonly send: (request: Uint8Array) => Promise<number>
}

/** One that has not been answered yet. */
interface Asked {
  readonly answered: (status: number) => void
  readonly failed: (error: Error) => void
}

const headEnd = "\r\n\r\n"
const lastChunk = "\r\n0\r\n\r\n"

interface Answer {
  readonly status: number
  /** Where it ends. */
  readonly end: number
}

/** The answer at the beginning of what was read, if it is there in full. */
const readAnswer = (read: Buffer): Answer | undefined => {
  const head = read.indexOf(headEnd)
  if (head < 0) return undefined
  const text = read.toString("latin1", 0, head)
  const end = /\r\ntransfer-encoding: *chunked/iu.test(text)
    ? endOfChunks(read, head)
    : head + headEnd.length + Number(/\r\ncontent-length: *(\d+)/iu.exec(text)?.[1] ?? 0)
  return end > read.length ? undefined : { status: Number(text.slice(9, 12)), end }
}

const endOfChunks = (read: Buffer, head: number): number => {
  const last = read.indexOf(lastChunk, head)
  return last < 0 ? Infinity : last + lastChunk.length
}

const over = (socket: Socket): Connection => {
  let asked: Asked | undefined
  let read: Buffer = Buffer.alloc(0)
  socket.setNoDelay(true)
  socket.on("data", (chunk: Buffer) => {
    read = read.length === 0 ? chunk : Buffer.concat([read, chunk])
    const answer = readAnswer(read)
    if (answer === undefined || asked === undefined) return
    const { answered } = asked
    asked = undefined
    read = read.subarray(answer.end)
    answered(answer.status)
  })
  const ended = (error?: Error) => asked?.failed(error ?? new Error("the connection was closed"))
  socket.on("error", ended)
  socket.on("close", () => ended())
  return {
    send: (request) =>
      new Promise((answered, failed) => {
        if (socket.destroyed) return failed(new Error("the connection was closed before"))
        asked = { answered, failed }
        socket.write(request)
      })
  }
}

/** So many connections to a server of this machine, until the scope ends. */
export const open = (origin: string, count: number): Effect.Effect<ReadonlyArray<Connection>, never, Scope.Scope> => {
  const { hostname, port } = new URL(origin)
  const one = Effect.acquireRelease(
    Effect.promise(async () => {
      const socket = connect(Number(port), hostname)
      await once(socket, "connect")
      return socket
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )
  return Effect.map(Effect.replicateEffect(one, count), (sockets) => sockets.map(over))
}

const ownOfEachConnection = new Set(["connection", "content-length", "content-type", "host"])

/** The bytes of a POST of JSON. */
export const post = (path: string, headers: Readonly<Record<string, string>>, body: Uint8Array): Uint8Array => {
  const lines = Object.entries(headers).filter(([name]) => !ownOfEachConnection.has(name))
    .map(([name, value]) => `${name}: ${value}`)
  const own = ["host: 127.0.0.1", "content-type: application/json", `content-length: ${body.length}`]
  const head = [`POST ${path} HTTP/1.1`, ...own, ...lines].join("\r\n")
  return Buffer.concat([Buffer.from(head + headEnd), body])
}
