/**
 * The shop's HTTP: orders for its pages, webhooks for the providers.
 */
import type * as Checkout from "@gatefold/checkout/Checkout"
import * as Order from "@gatefold/checkout/Order"
import * as RawWebhook from "@gatefold/core/RawWebhook"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { IncomingMessage } from "node:http"

/** What is answered. */
export interface Answer {
  readonly status: number
  readonly body: string
}

const orderJson = Schema.fromJsonString(Schema.toCodecJson(Order.Order))
const encodeOrder = Schema.encodeEffect(orderJson)

/** Reads an order as the shop has answered it. */
export const decodeOrder = Schema.decodeUnknownEffect(orderJson)

/** Answers a request: 2xx only for what is stored. */
export const answer = (checkout: Checkout.Service, request: IncomingMessage): Effect.Effect<Answer> =>
  Effect.flatMap(Effect.promise(() => bytesOf(request)), (body) => route(checkout, request, body)).pipe(
    Effect.catchCause((cause) => Effect.as(Effect.logFatal(cause), { status: 500, body: "\"defect\"" }))
  )

const route = (checkout: Checkout.Service, request: IncomingMessage, body: Buffer): Effect.Effect<Answer> => {
  const { method, url = "/" } = request
  const [, resource = "", id = "", action] = url.split("/")
  if (resource === "webhooks") return webhook(checkout, id, request, body)
  if (method === "GET") return shown(checkout.get(id))
  return action === "cancel" ? shown(checkout.cancel(id)) : shown(checkout.open({
    reference: id,
    price: { amount: "250.00", currency: "MXN" },
    successUrl: "https://shop.example/thanks",
    failureUrl: "https://shop.example/sorry"
  }))
}

const shown = (asked: Effect.Effect<Order.Order, { readonly _tag: string }>): Effect.Effect<Answer> =>
  asked.pipe(
    Effect.flatMap((order) => Effect.orDie(encodeOrder(order))),
    Effect.map((text) => ({ status: 200, body: text })),
    Effect.catch(({ _tag }) => Effect.succeed({ status: 503, body: JSON.stringify(_tag) }))
  )

const webhook = (
  checkout: Checkout.Service,
  account: string,
  { headers, url = "/" }: IncomingMessage,
  body: Buffer
) => {
  const texts = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : []
  )
  const raw = RawWebhook.make({ path: url, headers: Object.fromEntries(texts), body })
  return checkout.receive(account, raw).pipe(
    Effect.map((received) => ({ status: 200, body: JSON.stringify(received) })),
    Effect.catchTag(
      "WebhookRejected",
      ({ httpStatus, why }) => Effect.succeed({ status: httpStatus, body: JSON.stringify(why) })
    ),
    Effect.catch((error) => Effect.succeed({ status: 503, body: JSON.stringify(error._tag) }))
  )
}

const bytesOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}
