/**
 * The store's webhooks: posts of what happened to an invoice, signed with HMAC-SHA256 over the body, with no time in it.
 */
import * as RawWebhook from "@gatefold/core/RawWebhook"
import { type Delivery, type Mangle, SimulatorError } from "@gatefold/core/Simulator"
import * as WebhookSender from "@gatefold/simulator/WebhookSender"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { createHmac } from "node:crypto"
import * as EventJson from "./EventJson.ts"
import * as Ids from "./Ids.ts"
import type { Invoice } from "./Invoice.ts"
import type { News } from "./News.ts"

/** `auto`: each event is posted, in the background and one after another. `manual`: only what `deliver` is asked to. */
export type WebhookMode = "auto" | "manual"

export interface Webhooks {
  /** Where they go from now on. */
  readonly register: (url: string | undefined) => Effect.Effect<void>
  /** Takes note of an event, and posts it in `auto` mode. */
  readonly announce: (invoice: Invoice, news: News) => Effect.Effect<void>
  /** The newest webhook about an invoice, as it was sent last or would be sent. */
  readonly newest: (invoiceId: string) => Effect.Effect<RawWebhook.RawWebhook, SimulatorError>
  /** Posts the newest webhook, as a redelivery if it was posted before, and waits for the answer. */
  readonly deliver: (invoiceId: string, mangle: Mangle) => Effect.Effect<Delivery, SimulatorError>
  /** These bytes, signed with the webhook's secret or with another one. */
  readonly sign: (body: Uint8Array | string, secret?: string) => Effect.Effect<RawWebhook.RawWebhook>
  /** An authentic webhook of a kind that no documentation names, about no invoice. */
  readonly unknownEvent: Effect.Effect<RawWebhook.RawWebhook>
  /** A webhook that says "settled" of this id, signed with a secret that is not the webhook's. */
  readonly forge: (invoiceId: string) => Effect.Effect<RawWebhook.RawWebhook>
  /** Waits until no webhook is under way. */
  readonly quiet: Effect.Effect<void>
}

export interface Options {
  readonly mode: WebhookMode
  readonly secret: string
  readonly storeId: string
  /** Epoch milliseconds. */
  readonly now: Effect.Effect<number>
}

interface Event {
  readonly content: ReturnType<typeof EventJson.content>
  delivery: EventJson.Delivery
  isSent: boolean
}

export const make = ({ mode, now, secret, storeId }: Options): Effect.Effect<Webhooks, never, Scope.Scope> =>
  Effect.gen(function*() {
    const webhookId = Ids.make()
    const underWay = yield* FiberSet.make<void>()
    const oneByOne = yield* Semaphore.make(1)
    const events = new Map<string, Event>()
    let target: string | undefined

    const signed = (body: Uint8Array | string, key = secret): RawWebhook.RawWebhook =>
      RawWebhook.make({
        path: pathOf(target),
        headers: {
          "content-type": "application/json; charset=utf-8",
          "btcpay-sig": `sha256=${createHmac("sha256", key).update(body).digest("hex")}`
        },
        body
      })

    const envelope = (delivery: EventJson.Delivery) => EventJson.envelope(delivery, storeId, webhookId)

    const raw = ({ content, delivery }: Event) => signed(JSON.stringify({ ...envelope(delivery), ...content }))

    const find = (invoiceId: string): Effect.Effect<Event, SimulatorError> =>
      Effect.suspend(() => {
        const event = events.get(invoiceId)
        return event === undefined ? Effect.fail(nothingOf(invoiceId)) : Effect.succeed(event)
      })

    const send = (event: Event): Effect.Effect<void> =>
      Effect.suspend(() => {
        if (target === undefined) return Effect.void
        event.isSent = true
        return Effect.asVoid(WebhookSender.send(target, raw(event)))
      })

    return {
      register: (url) =>
        Effect.sync(() => {
          target = url
        }),
      announce: Effect.fnUntraced(function*(invoice, news) {
        const delivery = EventJson.first(yield* now)
        const event = { content: EventJson.content(invoice, news), delivery, isSent: false }
        events.set(invoice.id, event)
        if (mode === "auto") yield* FiberSet.run(underWay, oneByOne.withPermit(send(event)))
      }),
      newest: (invoiceId) => Effect.map(find(invoiceId), raw),
      deliver: Effect.fnUntraced(function*(invoiceId, mangle) {
        const event = yield* find(invoiceId)
        const url = target
        if (url === undefined) return yield* noTarget
        if (event.isSent) event.delivery = EventJson.again(event.delivery, yield* now)
        event.isSent = true
        return yield* WebhookSender.send(url, mangle(raw(event)))
      }),
      sign: (body, key) => Effect.sync(() => signed(body, key)),
      unknownEvent: Effect.map(now, (at) =>
        signed(JSON.stringify({
          ...envelope(EventJson.first(at)),
          type: "StoreWeathervaneTurned",
          weathervane: "north-northwest"
        }))),
      forge: (invoiceId) =>
        Effect.map(now, (at) =>
          signed(
            JSON.stringify({
              ...envelope(EventJson.first(at)),
              type: "InvoiceSettled",
              invoiceId,
              metadata: {},
              manuallyMarked: false,
              overPaid: false
            }),
            Ids.make()
          )),
      quiet: FiberSet.awaitEmpty(underWay)
    }
  })

const pathOf = (url: string | undefined): string => {
  if (url === undefined || !URL.canParse(url)) return "/"
  const { pathname, search } = new URL(url)
  return pathname + search
}

const noTarget = new SimulatorError({ reason: "InvalidTransition", message: "No webhook URL is registered." })

const nothingOf = (invoiceId: string) =>
  new SimulatorError({ reason: "NotFound", message: `There is no webhook about an invoice ${invoiceId}.` })
