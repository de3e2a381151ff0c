/**
 * G. A webhook is a claim until it is proven.
 */
import * as Accounts from "@gatefold/core/Accounts"
import { Catalog } from "@gatefold/core/Catalog"
import { Gateway } from "@gatefold/core/Gateway"
import { Invoices } from "@gatefold/core/Invoices"
import { Payments } from "@gatefold/core/Payments"
import type { RawWebhook } from "@gatefold/core/RawWebhook"
import { WebhookDeliveries } from "@gatefold/core/WebhookDeliveries"
import * as WebhookEvent from "@gatefold/core/WebhookEvent"
import { WebhookEvents } from "@gatefold/core/WebhookEvents"
import * as WebhookReceiver from "@gatefold/core/WebhookReceiver"
import { maxBytes } from "@gatefold/core/Webhooks"
import { Withdrawals } from "@gatefold/core/Withdrawals"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as Case from "../../Case.ts"
import { show, unless, unlessEqual, Violation } from "../../Violation.ts"
import type { Adapter } from "../../World.ts"
import {
  acknowledged,
  authentic,
  believed,
  bytes,
  isReadBack,
  isSigned,
  isSuccess,
  notBelieved,
  paid,
  rejected,
  take,
  text,
  withBody
} from "../webhook.ts"
import { admissions } from "./admissions.ts"
import { webhookReads } from "./webhookReads.ts"
import { webhookSamples } from "./webhookSamples.ts"
import { webhookSignatures } from "./webhookSignatures.ts"
import { webhookTimes } from "./webhookTimes.ts"

const needs = ["invoices.create", "webhookEvents.receive"] as const

const events = Case.group("G", [
  {
    id: "webhook-becomes-an-event",
    name: "a genuine webhook is received as an event about its invoice, with the status that a read gives",
    why: "The shop would learn late, wrongly or never that an order is paid.",
    look: "`readClaim`, which finds the id in a body, and `observe`, which has to read as `Invoices.get` reads.",
    isCritical: true,
    needs: [...needs, "invoices.get"],
    run: Effect.fnUntraced(function*(world) {
      const { adapter } = world
      const { id, webhook } = yield* paid(world)
      const event = yield* believed(adapter, "a genuine webhook about a paid invoice", webhook)
      const read = yield* adapter.invoices.get({ id })
      yield* unless(WebhookEvent.isWebhookEvent(event), "what is received should be an event that core has proven")
      yield* unlessEqual("the invoice of the event", event.invoice.id, id)
      yield* unlessEqual("its account", event.snapshot.account, adapter.gateway.account)
      yield* unlessEqual("its provider", event.snapshot.provider, adapter.gateway.provider)
      yield* unlessEqual("its status", event.invoice.status, read.status)
    })
  },
  {
    id: "webhook-proof-is-as-declared",
    name: "webhooks are proven in the way that is declared, neither more nor less",
    why: "A merchant who believes that signatures are checked, where nothing is, does not look after the address.",
    look: "`proving` of `Webhooks.make`, and `webhooks` of the subject of this suite.",
    isCritical: true,
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { adapter, simulator, webhooks } = world
      const proof = webhooks?.proof
      if (proof === undefined) return yield* new Violation({ message: "the subject should declare `webhooks`" })
      const { webhook } = yield* paid(world)
      const admission = yield* adapter.webhookEvents.admit(webhook)
      yield* unlessEqual("the proof of an admission", admission.proof.mode, proof)
      const before = (yield* simulator.requests).length
      const { snapshot } = yield* adapter.webhookEvents.resolve(admission)
      const wasRead = (yield* simulator.requests).length > before
      yield* unlessEqual("the proof of an event", snapshot.proof.mode, proof)
      yield* unlessEqual(
        "whether the event names the secret that signed",
        snapshot.proof.secret !== undefined,
        isSigned(world)
      )
      yield* unlessEqual("whether the provider was asked", wasRead, isReadBack(world))
    })
  },
  {
    id: "unknown-event-is-acknowledged",
    name: "a webhook of a kind that no documentation names becomes no event, and is acknowledged if it is proven",
    why: "A provider that adds a kind of webhook would send each of them for days, and may switch the address off.",
    look:
      "`readClaim` has to fail for what is about no invoice; `Webhooks.make` makes `UnknownEvent` of what was signed.",
    needs,
    run: Effect.fnUntraced(function*(world) {
      const what = "a webhook of an unknown kind"
      const webhook = yield* world.simulator.unknownEvent
      yield* isSigned(world) ? acknowledged(world.adapter, what, webhook) : notBelieved(world.adapter, what, webhook)
    })
  },
  {
    id: "odd-webhook-has-a-typed-answer",
    name: "a body that is not what a webhook looks like is rejected, and nothing worse",
    why: "A body that makes the receiver die keeps genuine webhooks out.",
    look: "Parse with core's `Wire`, and let `readClaim` give a `Result` for whatever it is shown.",
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { adapter } = world
      const { webhook } = yield* paid(world)
      for (const [what, body] of oddBodies(webhook)) {
        const taken = yield* take(adapter, what, yield* authentic(world, webhook, body))
        yield* unless(taken._tag === "Rejected", `${what} should be rejected, and ended as ${taken._tag}`)
      }
      const marked = yield* authentic(world, webhook, new Uint8Array([0xef, 0xbb, 0xbf, ...webhook.body]))
      const charset = { ...marked, headers: { ...marked.headers, "content-type": "application/json; charset=utf-8" } }
      yield* take(adapter, "a body with a byte order mark", withBody(charset, marked.body))
    })
  },
  {
    id: "oversized-webhook-is-rejected",
    name: `a body of more than ${maxBytes} bytes is rejected before anything else is done with it`,
    why: "A few large posts could use up the memory of the shop's server.",
    look: "Check the size before the signature and before parsing; `Webhooks.make` does.",
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { webhook } = yield* paid(world)
      const padded = bytes(text(webhook).padEnd(maxBytes + 1))
      const { why } = yield* rejected(world.adapter, "an oversized body", yield* authentic(world, webhook, padded))
      yield* unlessEqual("why it was rejected", why, "TooLarge")
    })
  },
  {
    id: "redelivered-webhook-has-the-same-key",
    name: "a webhook that is sent again states the same fact, with the same key",
    why: "Every redelivery would count as news: an order delivered twice, a customer written to twice.",
    look: "The key is made of the invoice's facts: neither times, nor delivery ids, nor anything random belongs there.",
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { adapter, simulator } = world
      const { id, webhook } = yield* paid(world)
      const { key } = yield* believed(adapter, "a webhook", webhook)
      yield* TestClock.adjust("30 seconds")
      for (const again of [webhook, yield* simulator.webhook(id)]) {
        const event = yield* believed(adapter, "the same webhook, sent again", again)
        yield* unlessEqual("the key of a redelivery", event.key, key)
      }
    })
  },
  {
    id: "receiver-answers-as-the-adapter-judges",
    name:
      "over HTTP only what was taken or may be forgotten is answered with 2xx, and the bytes arrive as they were sent",
    why:
      "What is answered with 2xx is never sent again; what is answered with 4xx for ever may switch the address off.",
    look: "Mount core's `WebhookReceiver`; `httpStatus` of a `WebhookRejected` tells what to answer.",
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { adapter } = world
      const { webhook } = yield* paid(world)
      const spaced = yield* authentic(world, webhook, bytes(` ${text(webhook)}\n`))
      const garbage = yield* authentic(world, webhook, bytes("{"))
      const unsigned = withBody({ ...webhook, headers: { "content-type": "application/json" } }, webhook.body)
      for (const one of [webhook, spaced, garbage, unsigned, yield* world.simulator.unknownEvent]) {
        const expected = yield* take(adapter, "a webhook", one)
        const { events, status } = yield* post(adapter, one)
        const isFine = expected._tag === "Event" ||
          (expected._tag === "Rejected" && isSuccess(expected.rejected.httpStatus))
        yield* unlessEqual(`whether ${show(text(one))} is answered with 2xx`, isSuccess(status), isFine)
        yield* unlessEqual("the number of events that were handed on", events, expected._tag === "Event" ? 1 : 0)
      }
    })
  }
])

/** @internal */
export const webhooks = [
  ...events,
  ...webhookSamples,
  ...admissions,
  ...webhookSignatures,
  ...webhookTimes,
  ...webhookReads
]

const oddBodies = (webhook: RawWebhook): ReadonlyArray<readonly [string, Uint8Array]> => [
  ["an empty body", bytes("")],
  ["a blank body", bytes(" \n")],
  ["a body that is not JSON", bytes("id=1&status=paid")],
  ["a body that ends in the middle", webhook.body.slice(0, webhook.body.length / 2)],
  ["a list", bytes("[]")],
  ["null", bytes("null")],
  ["a number", bytes("1e999")],
  ["a text", bytes("\"paid\"")],
  ["an empty object", bytes("{}")],
  ["an object with a key of its prototype", bytes("{\"__proto__\":{\"id\":\"1\"},\"constructor\":null}")],
  ["lists in lists, 30,000 deep", bytes("[".repeat(30_000) + "]".repeat(30_000))],
  ["objects in objects, 5,000 deep", bytes("{\"data\":".repeat(5_000) + "1" + "}".repeat(5_000))],
  ["a body that is not UTF-8", new Uint8Array([0x22, 0xff, 0xfe, 0x80, 0x22])]
]

const servicesOf = (adapter: Adapter): Context.Context<Accounts.Services> =>
  Context.make(Gateway, adapter.gateway).pipe(
    Context.add(Invoices, adapter.invoices),
    Context.add(Payments, adapter.payments),
    Context.add(Withdrawals, adapter.withdrawals),
    Context.add(WebhookEvents, adapter.webhookEvents),
    Context.add(WebhookDeliveries, adapter.webhookDeliveries),
    Context.add(Catalog, adapter.catalog)
  )

/** Posts a webhook to a receiver of this account, and tells how it was answered. */
const post = Effect.fnUntraced(function*(adapter: Adapter, { body, headers, method }: RawWebhook) {
  const { account } = adapter.gateway
  let events = 0
  const onEvent = () =>
    Effect.sync(() => {
      events++
    })
  const handle = yield* WebhookReceiver.toWebHandler({ onEvent }).pipe(
    Effect.provideService(Accounts.Accounts, {
      chosen: account,
      ids: [account],
      get: () => Effect.succeed(servicesOf(adapter))
    })
  )
  const url = `https://shop.example/webhooks/${account}`
  const request = new Request(url, { method, headers: { ...headers }, body: Uint8Array.from(body) })
  const { status } = yield* Effect.promise(() => handle(request))
  return { status, events }
})
