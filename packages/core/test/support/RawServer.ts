/**
 * A server that writes whatever it likes onto its sockets, for answers that no HTTP server would make, and for seeing
 * what becomes of a connection.
 */
import { Effect, type Scope } from "effect"
import * as Net from "node:net"

export interface RawServer {
  readonly url: string
  /** Every request in full, head and body. */
  readonly requests: ReadonlyArray<string>
  /** How many connections there were. */
  readonly connections: () => number
  /** How many of them are open. */
  readonly open: () => number
}

/** Starts a server that calls `answer` with the socket of every complete request. */
export const make = (answer: (socket: Net.Socket) => void): Effect.Effect<RawServer, never, Scope.Scope> =>
  Effect.gen(function*() {
    const requests: Array<string> = []
    const sockets = new Set<Net.Socket>()
    let connections = 0
    const server = Net.createServer((socket) => {
      connections += 1
      sockets.add(socket)
      let received = ""
      socket.on("close", () => sockets.delete(socket))
      socket.on("error", () => socket.destroy())
      socket.on("data", (chunk) => {
        received += chunk.toString("utf8")
        if (!isComplete(received)) return
        requests.push(received)
        received = ""
        answer(socket)
      })
    })
    const listen = Effect.callback<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    })
    const close = Effect.callback<void>((resume) => {
      for (const socket of sockets) socket.destroy()
      server.close(() => resume(Effect.void))
    })
    yield* Effect.acquireRelease(listen, () => close)
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return { url: `http://127.0.0.1:${port}`, requests, connections: () => connections, open: () => sockets.size }
  })

const isComplete = (received: string): boolean => {
  const [head = "", ...rest] = received.split("\r\n\r\n")
  if (rest.length === 0) return false
  const length = Number(/content-length: (\d+)/iu.exec(head)?.[1] ?? "0")
  return Buffer.byteLength(rest.join("\r\n\r\n")) >= length
}

/** An answer's head, with the lines given. */
export const head = (status: string, ...lines: ReadonlyArray<string>): string =>
  [`HTTP/1.1 ${status}`, ...lines, "", ""].join("\r\n")

/** Writes without an end, as fast as the other side takes it. */
export const writeForever = (socket: Net.Socket): void => {
  const chunk = Buffer.alloc(65_536, "a")
  const more = () => {
    while (!socket.destroyed && socket.write(chunk));
  }
  socket.on("drain", more)
  more()
}
