/**
 * A small shop: its routes, its webhook endpoint and what it does about changes. This is what a merchant would copy. It
 * names no account: which provider a new order goes to is the setting `GATEFOLD_PROVIDER`.
 */
import type { Change } from "@gatefold/checkout/Change"
import * as Checkout from "@gatefold/checkout/Checkout"
import * as CheckoutWebhooks from "@gatefold/checkout/CheckoutWebhooks"
import * as Database from "@gatefold/checkout/Database"
import * as Gateway from "@gatefold/core/Gateway"
import * as Money from "@gatefold/core/Money"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as Ecryptopay from "@gatefold/ecryptopay/Ecryptopay"
import { Config, DateTime, Effect, Layer, Schema, Stream } from "effect"
import * as Sse from "effect/encoding/Sse"
import { HttpRouter, HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import { randomUUID } from "node:crypto"
import * as Pages from "./Pages.ts"

/** The price is the shop's to say, never the form's. */
const product = { description: "A pound of tea", price: Money.makeUnsafe("250.00", "MXN") }

/** The reference is made with the form: whoever sends it twice has one order, and sending it later pays again. */
const offer = Effect.sync(() => HttpServerResponse.html(Pages.offer(product.description, product.price, randomUUID())))

const order = Effect.fnUntraced(function*(origin: string) {
  const { open } = yield* Checkout.Checkout
  const { reference } = yield* HttpServerRequest.schemaBodyUrlParams(Schema.Struct({ reference: Schema.String }))
  const page = `${origin}/orders/${encodeURIComponent(reference)}`
  yield* open({ ...product, reference, successUrl: page, failureUrl: page }).pipe(
    // it is written down: its page tells how it stands, and lets the customer try again
    Effect.catchTag(["NotOpened", "OpenUnknown"], ({ message }) => Effect.logWarning(message))
  )
  return HttpServerResponse.redirect(page, { status: 303 })
})

const reference = Effect.map(HttpRouter.params, ({ reference = "" }) => reference)

/** The customer's return comes here, too, and proves nothing: the provider is asked soon, and `live` shows what it says. */
const orderPage = Effect.gen(function*() {
  const { get, refresh } = yield* Checkout.Checkout
  yield* refresh(yield* reference)
  return HttpServerResponse.html(Pages.order(yield* get(yield* reference)))
})

/** The inner part of the page, again whenever it changes. All who look at an order share one `watch`. */
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
    const [status, text] = noOrder.includes(_tag) ? [404, "There is no such order."] : [503, "Please try again later."]
    const page = HttpServerResponse.setStatus(HttpServerResponse.html(Pages.message(text)), status)
    return Effect.as(Effect.logWarning(`answered ${status}: ${message}`), page)
  })

const noOrder = ["UnknownReference", "InvalidOrder", "PriceConflict", "SchemaError"]

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
    Layer.provide([accounts, Database.layerConfig])
  )
}))
