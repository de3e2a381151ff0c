/**
 * Stands between the providers and the shop: passes webhooks on and remembers which of them the shop has taken.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { Evidence } from "./Evidence.ts"

/** Starts it and tells its address. */
export const start = ({ acknowledged }: Evidence, shop: string): Effect.Effect<string, never, Scope.Scope> =>
  Effect.gen(function*() {
    const pass = async (request: IncomingMessage, response: ServerResponse) => {
      const { headers, url = "/" } = request
      const chunks: Array<Buffer> = []
      for await (const chunk of request) chunks.push(chunk)
      const body = Buffer.concat(chunks)
      const texts = Object.entries(headers).flatMap(([name, value]) =>
        typeof value === "string" && !ownOfEachConnection.has(name) ? [[name, value] as const] : []
      )
      const answered = await fetch(`${shop}${url}`, { method: "POST", headers: Object.fromEntries(texts), body })
      if (answered.ok) {
        const digest = createHash("sha256").update(body).digest("hex")
        acknowledged.push({ account: url.split("/").at(-1) ?? "", digest })
      }
      response.writeHead(answered.status).end(await answered.text())
    }
    const server = createServer((request, response) => {
      // the shop is down, or was killed before it had answered
      pass(request, response).catch(() => response.writeHead(502).end())
    })
    yield* Effect.acquireRelease(
      Effect.promise(() => once(server.listen(0, "127.0.0.1"), "listening")),
      () =>
        Effect.sync(() => {
          server.close()
          server.closeAllConnections()
        })
    )
    const address = server.address()
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
  })

const ownOfEachConnection = new Set(["connection", "content-length", "host", "keep-alive", "transfer-encoding"])
