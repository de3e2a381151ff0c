/** The shop's webhook endpoint: a real HTTP server, and the proven events that came in. */
import { NodeHttpServer } from "@effect/platform-node"
import type { AccountId, InvoiceId } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import type { WebhookEvent } from "@gatefold/core/WebhookEvent"
import * as WebhookReceiver from "@gatefold/core/WebhookReceiver"
import { Context, Effect, Layer, PubSub, Stream } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { createServer } from "node:http"

export class Events extends Context.Service<Events, {
  readonly received: PubSub.PubSub<WebhookEvent>
  readonly origin: string
}>()("quickstart/Events") {}

/** Where the provider of an account has to send its webhooks. */
export const webhookUrl = (account: AccountId) => Effect.map(Events, ({ origin }) => `${origin}/webhooks/${account}`)

/** Waits for the event that ends an invoice. */
export const next = Effect.fnUntraced(function*(id: InvoiceId) {
  const { received } = yield* Events
  return yield* Stream.fromPubSub(received).pipe(
    Stream.filter(({ invoice }) => invoice.id === id && Invoice.isTerminal(invoice)),
    Stream.runHead,
    Effect.flatMap(Effect.fromOption)
  )
})

/** A free port of this machine, with the receiver at `/webhooks/{account}`. */
export const layer = Layer.unwrap(Effect.gen(function*() {
  // keeps what arrives before anybody waits for it
  const received = yield* PubSub.unbounded<WebhookEvent>({ replay: 100 })
  const receiver = WebhookReceiver.layer({ onEvent: (event) => Effect.asVoid(PubSub.publish(received, event)) })
  const events = Layer.effect(
    Events,
    Effect.map(HttpServer.HttpServer, ({ address }) => ({
      received,
      origin: HttpServer.formatAddress(address)
    }))
  )
  return Layer.merge(HttpRouter.serve(receiver, { disableLogger: true, disableListenLog: true }), events).pipe(
    Layer.provide(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
  )
}))
