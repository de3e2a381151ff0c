/**
 * A merchant's server of every kind, mounted as the README of core shows it. Each listens on a free port of this machine.
 */
import { NodeHttpServer } from "@effect/platform-node"
import type { Accounts } from "@gatefold/core/Accounts"
import * as WebhookReceiver from "@gatefold/core/WebhookReceiver"
import { Context, Effect, Layer, type Scope } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import express from "express"
import fastify from "fastify"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"

type Options = WebhookReceiver.Options<unknown, never>

/** Starts a server and tells its origin. */
export type Start = (options: Options) => Effect.Effect<string, unknown, Accounts | Scope.Scope>

/** Effect's router. */
export const effect = Effect.fnUntraced(function*(options: Options) {
  const routes = WebhookReceiver.layer(options)
  const server = HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true })
  const listening = NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1", gracefulShutdownTimeout: 0 })
  const services = yield* Layer.build(Layer.provideMerge(server, listening))
  return HttpServer.formatAddress(Context.get(services, HttpServer.HttpServer).address)
})

/** Node's own server. */
export const plain = Effect.fnUntraced(function*(options: Options) {
  const receiver = yield* WebhookReceiver.toNodeHandler(options)
  const server = createServer(receiver)
  return yield* listen(server)
})

/** Express, with the receiver before the parser. */
export const expressFirst = Effect.fnUntraced(function*(options: Options) {
  const receiver = yield* WebhookReceiver.toNodeHandler(options)
  const app = express()
  app.all("/webhooks/:account", receiver)
  app.use(express.json())
  return yield* listen(createServer(app))
})

/** Express, where a parser for all routes keeps the bytes. */
export const expressVerify = Effect.fnUntraced(function*(options: Options) {
  const receiver = yield* WebhookReceiver.toNodeHandler(options)
  const app = express()
  const keepBytes = (request: IncomingMessage, _response: ServerResponse, bytes: Buffer) => {
    Object.assign(request, { rawBody: bytes })
  }
  app.use(express.json({ verify: keepBytes }))
  app.all("/webhooks/:account", receiver)
  return yield* listen(createServer(app))
})

/** Express, with a parser of the route's own that leaves the bytes as they are. */
export const expressRaw = Effect.fnUntraced(function*(options: Options) {
  const receiver = yield* WebhookReceiver.toNodeHandler(options)
  const app = express()
  app.all("/webhooks/:account", express.raw({ type: "*/*" }), receiver)
  app.use(express.json())
  return yield* listen(createServer(app))
})

/** Express, mounted wrongly: behind a parser that throws the bytes away. */
export const expressBehindParser = Effect.fnUntraced(function*(options: Options) {
  const receiver = yield* WebhookReceiver.toNodeHandler(options)
  const app = express()
  app.use(express.json())
  app.all("/webhooks/:account", receiver)
  return yield* listen(createServer(app))
})

/** Fastify, with its parser of JSON on: the hook comes before it. */
export const fastifyHook = Effect.fnUntraced(function*(options: Options) {
  const receiver = yield* WebhookReceiver.toNodeHandler(options)
  const app = fastify()
  app.all("/webhooks/:account", {
    onRequest: (request, reply) => {
      reply.hijack()
      return receiver(request.raw, reply.raw)
    }
  }, () => {})
  yield* Effect.promise(async () => app.ready())
  return yield* listen(app.server)
})

/** A server of the web platform's requests: here a small bridge from Node's. */
export const web = Effect.fnUntraced(function*(options: Options) {
  const webReceiver = yield* WebhookReceiver.toWebHandler(options)
  return yield* listen(createServer((incoming, outgoing) => void bridge(webReceiver, incoming, outgoing)))
})

const bridge = async (
  webReceiver: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse
) => {
  const init = {
    method: incoming.method ?? "GET",
    headers: Object.entries(incoming.headersDistinct).flatMap(([name, values]) =>
      (values ?? []).map((value): [string, string] => [name, value])
    ),
    body: incoming.method === "GET" ? null : bodyOf(incoming),
    duplex: "half"
  }
  const request = new Request(new URL(incoming.url ?? "/", "http://127.0.0.1"), init)
  const response = await webReceiver(request)
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.end(await response.text(), () => {
    if (incoming.complete) return
    incoming.socket.end()
    setTimeout(() => incoming.socket.destroy(), 200)
  })
}

/** Nothing is read that nobody asks for. */
const bodyOf = (incoming: IncomingMessage): ReadableStream<Uint8Array> => {
  const chunks = incoming.iterator({ destroyOnReturn: false })
  const pull = async (body: ReadableStreamDefaultController<Uint8Array>) => {
    const next = await chunks.next()
    if (next.done === true) body.close()
    else body.enqueue(next.value)
  }
  // as with Node's own `Readable.toWeb`, whoever cancels the body loses the connection
  return new ReadableStream({ pull, cancel: () => void incoming.destroy() }, { highWaterMark: 0 })
}

/** Listens on a free port of this machine, and tells the origin. */
export const listen = (server: Server) =>
  Effect.acquireRelease(
    Effect.callback<string>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        resume(Effect.succeed(`http://127.0.0.1:${port}`))
      })
    }),
    () =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  )

/** Every way to mount a receiver that is right. */
export const all: ReadonlyArray<readonly [name: string, start: Start]> = [
  ["Effect's HttpRouter", effect],
  ["node:http", plain],
  ["Express, before express.json()", expressFirst],
  ["Express, behind express.json({ verify })", expressVerify],
  ["Express, with express.raw()", expressRaw],
  ["Fastify, with its JSON parser on", fastifyHook],
  ["a web-standard server", web]
]

/** Those of them in which the receiver itself reads the body. */
export const reading = all.filter(([, start]) => start !== expressVerify && start !== expressRaw)
