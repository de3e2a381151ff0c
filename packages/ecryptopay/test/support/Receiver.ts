/**
 * A merchant's webhook endpoint on a real socket.
 */
import { Effect, type Scope } from "effect"
import * as Http from "node:http"

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: Http.IncomingHttpHeaders
  readonly body: string
}

export interface Receiver {
  readonly url: string
  /** Everything that came, oldest first. */
  readonly received: Effect.Effect<ReadonlyArray<Received>>
  /** The status of its answers from now on; 200 at first. */
  readonly answerWith: (status: number) => Effect.Effect<void>
}

export const make: Effect.Effect<Receiver, never, Scope.Scope> = Effect.gen(function*() {
  const received: Array<Received> = []
  let status = 200
  const server = Http.createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.once("end", () => {
      const body = Buffer.concat(chunks).toString("utf8")
      received.push({ method: request.method ?? "", path: request.url ?? "", headers: request.headers, body })
      response.writeHead(status).end()
    })
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  )
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/hooks/ecryptopay?shop=1`,
    received: Effect.sync(() => [...received]),
    answerWith: (next) =>
      Effect.sync(() => {
        status = next
      })
  }
})
