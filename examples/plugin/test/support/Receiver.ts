/**
 * A merchant's webhook endpoint on a real socket.
 */
import { Effect, type Scope } from "effect"
import * as Http from "node:http"

export interface Received {
  readonly headers: Http.IncomingHttpHeaders
  readonly body: string
}

export interface Receiver {
  readonly url: string
  /** Everything that came, oldest first. */
  readonly received: Effect.Effect<ReadonlyArray<Received>>
  /** The most that ever waited for an answer at the same time. Each waits for some milliseconds. */
  readonly mostAtOnce: Effect.Effect<number>
}

export const make: Effect.Effect<Receiver, never, Scope.Scope> = Effect.gen(function*() {
  const received: Array<Received> = []
  let waiting = 0
  let mostAtOnce = 0
  const server = Http.createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.once("end", () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString("utf8") })
      waiting += 1
      mostAtOnce = Math.max(mostAtOnce, waiting)
      setTimeout(() => {
        waiting -= 1
        response.writeHead(200).end()
      }, 5)
    })
  })
  const listening = Effect.callback<void>((resume) => {
    server.listen(0, "127.0.0.1", () => resume(Effect.void))
  })
  yield* Effect.acquireRelease(listening, () =>
    Effect.sync(() => {
      server.close()
      server.closeAllConnections()
    }))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/webhooks/btcpay`,
    received: Effect.sync(() => [...received]),
    mostAtOnce: Effect.sync(() => mostAtOnce)
  }
})
