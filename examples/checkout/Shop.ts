/**
 * A small shop: its routes, its webhook endpoint and what it does about changes. This is what a merchant would copy: it
 * names no account, and which provider a new order goes to is the setting `GATEFOLD_PROVIDER`.
 */
import type { Change } from "@gatefold/checkout/Change"
import * as Checkout from "@gatefold/checkout/Checkout"
import * as CheckoutWebhooks from "@gatefold/checkout/CheckoutWebhooks"
import * as Gateway from "@gatefold/core/Gateway"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as Ecryptopay from "@gatefold/ecryptopay/Ecryptopay"
import * as SqliteClient from "@gatefold/sqlite/SqliteClient"
import { Config, DateTime, Effect, Layer, Schema, Stream } from "effect"
import * as Sse from "effect/encoding/Sse"
import { HttpRouter, HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import { randomUUID } from "node:crypto"
import * as Pages from "./Pages.ts"

/** The price is the shop's to say, never the form's. */
const product = { description: "A pound of tea", price: { amount: "250.00", currency: "MXN" } } as const

/** The reference is made with the form: whoever sends it twice has one order, and sending it later pays again. */
const offer = Effect.sync(() => HttpServerResponse.html(Pages.offer(product, randomUUID())))

const Form = Schema.Struct({ reference: Schema.String })

const order = (origin: string) =>
  Effect.gen(function*() {
    const { open } = yield* Checkout.Checkout
    const { reference } = yield* HttpServerRequest.schemaBodyUrlParams(Form)
    const page = `${origin}/orders/${encodeURIComponent(reference)}`
    yield* open({ ...product, reference, successUrl: page, failureUrl: page }).pipe(
      // it is written down: its page tells how it stands, and lets the customer try again
      Effect.catchTag(["NotOpened", "OpenUnknown"], ({ message }) => Effect.logWarning(message))
    )
    return HttpServerResponse.redirect(page, { status: 303 })
  })

const reference = Effect.map(HttpRouter.params, ({ reference = "" }) => reference)

/** The customer's return comes here, too, and proves nothing: the page tells what the providers stated. */
const orderPage = Effect.gen(function*() {
  const { get } = yield* Checkout.Checkout
  return HttpServerResponse.html(Pages.order(yield* Effect.flatMap(reference, get), yield* DateTime.now))
})

/** The inner part of the page, again whenever it changes. All viewers of an order share one `watch`. */
const live = Effect.gen(function*() {
  const { watch } = yield* Checkout.Checkout
  const events = Stream.mapEffect(
    watch(yield* reference),
    (order) =>
      Effect.map(
        DateTime.now,
        (now) => Sse.encoder.write({ _tag: "Event", event: "message", id: undefined, data: Pages.state(order, now) })
      )
  )
  const headers = { "cache-control": "no-store" }
  return HttpServerResponse.stream(Stream.encodeText(events), { contentType: "text/event-stream", headers })
})

/** Customers are told what they can do; what went wrong is for the log. */
const answered = <E extends { readonly _tag: string; readonly message: string }, R>(
  route: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
) =>
  Effect.catch(route, ({ _tag, message }) => {
    const status = statuses[_tag] ?? 503
    const text = status < 500 ? "There is no such order." : "Something does not work at the moment. Please try again."
    const page = HttpServerResponse.setStatus(HttpServerResponse.html(Pages.message(text)), status)
    return Effect.as(Effect.logWarning(`answered ${status}: ${message}`), page)
  })

const statuses: Readonly<Record<string, number>> = {
  UnknownReference: 404,
  InvalidOrder: 400,
  PriceConflict: 400,
  SchemaError: 400
}

/** What the shop does. A change may be delivered twice, then with the same `id`: do each thing once per `id`. */
const fulfil = ({ id, kinds, order: { reference } }: Change) =>
  Effect.forEach(kinds, (kind) => Effect.log(`order ${reference}: ${duties[kind] ?? kind} (${id})`), { discard: true })

const duties: { readonly [kind in Change["kinds"][number]]?: string } = {
  paid: "paid, hand over the tea",
  refundDue: "money has to go back to the customer",
  needsReview: "somebody has to look at what was paid",
  expired: "expired, the tea goes back on the shelf"
}

const accounts = Gateway.layerConfig({ providers: [Ecca.provider, Ecryptopay.provider] })

const database = SqliteClient.layerConfig({
  filename: Config.String("GATEFOLD_DATABASE_URL").pipe(Config.withDefault("./gatefold.db"))
})

/** The shop on an HTTP server. Behind a proxy, `SHOP_URL` is the address under which customers and providers find it. */
export const layer = Layer.unwrap(Effect.gen(function*() {
  const { address } = yield* HttpServer.HttpServer
  const origin = yield* Config.String("SHOP_URL").pipe(Config.withDefault(HttpServer.formatAddress(address)))
  const routes = Layer.mergeAll(
    HttpRouter.add("GET", "/", offer),
    HttpRouter.add("POST", "/orders", answered(order(origin))),
    HttpRouter.add("GET", "/orders/:reference", answered(orderPage)),
    HttpRouter.add("GET", "/orders/:reference/live", answered(live)),
    CheckoutWebhooks.layer
  )
  const fulfilment = Layer.effectDiscard(Effect.flatMap(Checkout.Checkout, ({ changes }) => changes(fulfil)))
  return Layer.merge(HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }), fulfilment).pipe(
    Layer.provide(Checkout.layer({ webhooksAt: origin })),
    Layer.provide([accounts, database])
  )
}))
