/**
 * A shop's own server, with the checkout's receiver of webhooks on it, and posts to it.
 */
import { NodeHttpServer } from "@effect/platform-node"
import * as CheckoutWebhooks from "@gatefold/checkout/CheckoutWebhooks"
import type { RawWebhook } from "@gatefold/core/RawWebhook"
import { Context, Effect, Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { Shop } from "./Shop.ts"

const listen = (server: Server) =>
  Effect.acquireRelease(
    Effect.callback<string>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        resume(Effect.succeed(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`))
      })
    }),
    () =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  )

/** Node's own server. */
export const node = Effect.fnUntraced(function*({ context }: Shop) {
  const receiver = yield* Effect.provideContext(CheckoutWebhooks.toNodeHandler, context)
  return yield* listen(createServer(receiver))
})

/** A server of the web platform's requests. */
export const web = Effect.fnUntraced(function*({ context }: Shop) {
  const receiver = yield* Effect.provideContext(CheckoutWebhooks.toWebHandler, context)
  return yield* listen(createServer((incoming, outgoing) => void bridge(receiver, incoming, outgoing)))
})

const bridge = async (
  receiver: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse
) => {
  const bytes: Array<Uint8Array<ArrayBuffer>> = []
  for await (const chunk of incoming) bytes.push(new Uint8Array(chunk))
  const headers = Object.entries(incoming.headers).flatMap(([name, value]): Array<[string, string]> =>
    value === undefined ? [] : [[name, String(value)]]
  )
  const init = { method: incoming.method ?? "GET", headers, body: new Blob(bytes) }
  const response = await receiver(new Request(new URL(incoming.url ?? "/", "http://127.0.0.1"), init))
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.end(await response.text())
}

/** Effect's router. */
export const router = Effect.fnUntraced(function*({ context }: Shop) {
  const server = HttpRouter.serve(CheckoutWebhooks.layer, { disableLogger: true, disableListenLog: true })
  const listening = NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1", gracefulShutdownTimeout: 0 })
  const services = yield* Layer.build(Layer.provideMerge(server, listening)).pipe(Effect.provideContext(context))
  return HttpServer.formatAddress(Context.get(services, HttpServer.HttpServer).address)
})

export const all = [["node:http", node], ["a web-standard server", web], ["Effect's HttpRouter", router]] as const

/** Posts a webhook to an account's address, and tells the status of the answer. */
export const post = (origin: string, account: string, { body, headers }: Pick<RawWebhook, "body" | "headers">) =>
  Effect.promise(async () => {
    const { "content-length": _, connection: __, host: ___, ...rest } = headers
    const response = await fetch(`${origin}/webhooks/${account}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...rest },
      body: new Uint8Array(body)
    })
    await response.text()
    return response.status
  })
