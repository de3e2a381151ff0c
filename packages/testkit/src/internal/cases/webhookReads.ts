/**
 * G. What a webhook makes the adapter read, and what it believes of the answer.
 */
import { Fault, type Simulator } from "@gatefold/core/Simulator"
import * as WebhookOwnership from "@gatefold/core/WebhookOwnership"
import * as Effect from "effect/Effect"
import * as Case from "../../Case.ts"
import { unless, unlessEqual } from "../../Violation.ts"
import { withoutPauses } from "../../World.ts"
import { keepAnswering } from "../repeated.ts"
import {
  acknowledged,
  authentic,
  believed,
  bytes,
  isSigned,
  opened,
  paid,
  postponed,
  rejected,
  strangerTo,
  take,
  text,
  unlessReadBack,
  withBody
} from "../webhook.ts"

const needs = ["invoices.create", "invoices.get", "webhookEvents.receive"] as const

const look = "Build `WebhookEvents` with core's `Webhooks.make`, whose `observe` reads as `Invoices.get` reads."

const troubles = {
  "is not available": Fault.Unavailable(),
  "resets the connection": Fault.Reset({ effect: "none" }),
  "hangs up": Fault.Hangup({ effect: "none" })
}

/** @internal */
export const webhookReads = Case.group("G", [
  {
    id: "forged-webhook-changes-nothing",
    name: "where the provider is asked, an event says what the provider says, whatever the webhook said",
    why: "Whoever knows the address of the webhook could have an order delivered that nobody paid.",
    look: `${look} Take nothing but the id from a body.`,
    isCritical: true,
    needs,
    unless: unlessReadBack,
    run: Effect.fnUntraced(function*(world) {
      const { adapter, simulator } = world
      const { id } = yield* opened(world)
      const forged = yield* simulator.forge(id)
      const lies = [forged, yield* authentic(world, forged, forged.body)]
      for (const lie of lies) {
        const taken = yield* take(adapter, "a webhook that says paid of an open invoice", lie)
        if (taken._tag === "Event") {
          yield* unlessEqual("the status of the event about an open invoice", taken.event.invoice.status, "open")
        }
      }
      yield* unlessEqual("the status of the invoice", (yield* adapter.invoices.get({ id })).status, "open")
    })
  },
  {
    id: "webhook-is-about-its-own-invoice",
    name: "what the provider says of another invoice is not taken for an answer",
    why: "One customer's payment would have another customer's order delivered.",
    look: "Compare the id in each answer with the one that was asked for, and fail with `IntegrityMismatch`.",
    isCritical: true,
    needs,
    unless: unlessReadBack,
    run: Effect.fnUntraced(function*(world) {
      const { adapter, simulator } = world
      const other = yield* paid(world)
      yield* keepAnswering(simulator, adapter.invoices.get({ id: other.id }))
      const { id } = yield* opened(world)
      const body = bytes(text(other.webhook).replaceAll(other.id, id))
      const taken = yield* take(adapter, "a webhook", yield* authentic(world, other.webhook, body))
      yield* simulator.disarm
      if (taken._tag !== "Event") return
      const { invoice } = taken.event
      yield* unlessEqual("the id of the invoice that an event is about", invoice.id, id)
      yield* unlessEqual("the status of an open invoice after another one was read", invoice.status, "open")
    })
  },
  {
    id: "webhook-of-unknown-object-is-acknowledged",
    name: "a webhook about an object that the provider does not know is dropped, and acknowledged",
    why: "Otherwise it is sent again for days, or believed of an order that is not there.",
    look: "`observe` has to fail with `NotFound` where the provider says so; `Webhooks.make` does the rest.",
    needs,
    unless: unlessReadBack,
    run: Effect.fnUntraced(function*(world) {
      const { id, webhook } = yield* paid(world)
      const body = bytes(text(webhook).replaceAll(id, strangerTo(id)))
      yield* acknowledged(world.adapter, "a webhook about an unknown object", yield* authentic(world, webhook, body))
    })
  },
  {
    id: "webhook-during-outage-is-retryable",
    name: "a webhook that cannot be read back for now is neither an event nor rejected, and is taken later",
    why:
      "The provider sends a webhook again that failed, and never one that was rejected: the payment would stay unseen.",
    look: "Let the `GatewayError` of the read through: a receiver answers it with 503.",
    isCritical: true,
    needs,
    unless: unlessReadBack,
    run: Effect.fnUntraced(function*(world) {
      const { adapter, simulator } = world
      const { id, webhook } = yield* paid(world)
      for (const [trouble, fault] of Object.entries(troubles)) {
        yield* simulator.arm(fault, { times: "always" })
        yield* withoutPauses(postponed(adapter, `a webhook while the provider ${trouble}`, webhook))
        yield* simulator.disarm
      }
      const { invoice } = yield* believed(adapter, "the same webhook after the outage", webhook)
      yield* unlessEqual("the invoice of its event", [invoice.id, invoice.status], [id, "paid"])
    })
  },
  {
    id: "webhook-of-foreign-object-is-not-read",
    name: "the ownership hook is asked before the provider is, and its no ends the matter",
    why: "Anybody can post to the address of a webhook: each post would cost a request of the account's budget.",
    look: "`WebhookOwnership.Current` is to be asked first, of the call and of the layer; `Webhooks.make` does.",
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { adapter, simulator } = world
      const { id, webhook } = yield* paid(world)
      const before = (yield* simulator.requests).length
      const asked: Array<string> = []
      const owns: WebhookOwnership.Owns = (_account, invoice) => Effect.sync(() => asked.push(invoice) < 0)
      yield* acknowledged(adapter, "a webhook about an invoice that the application does not own", webhook).pipe(
        Effect.provideService(WebhookOwnership.Current, owns)
      )
      yield* unless(asked.includes(id), `the ownership hook should be asked about ${id}, and was not`)
      yield* unlessEqual("the number of requests for it", (yield* simulator.requests).length - before, 0)
    })
  },
  {
    id: "forged-webhooks-cost-little",
    name: "a flood of forged webhooks does not become a flood of requests",
    why: "A stranger could use up what the account may ask the provider, so that no customer can pay any more.",
    look:
      "Ids that do not exist are to be remembered for a while; `Webhooks.make` does. A bad signature costs no read.",
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { adapter, simulator } = world
      const { id } = yield* opened(world)
      const forged = yield* simulator.forge(id)
      const strange = withBody(forged, text(forged).replaceAll(id, strangerTo(id)))
      const first = yield* requestsOf(simulator, take(adapter, "a forged webhook", strange))
      const flood = Effect.forEach(Array.from({ length: 20 }), () => take(adapter, "a forged webhook", strange))
      const more = yield* requestsOf(simulator, flood)
      yield* unless(
        more <= first,
        `20 forged webhooks about one unknown object should cost no more than the first, ${first} requests, and cost ${more}`
      )
      if (isSigned(world)) {
        yield* rejected(adapter, "a forged webhook", forged)
        yield* unlessEqual("the number of requests for a forged signature", first + more, 0)
      }
    })
  },
  {
    id: "webhook-flood-shares-reads",
    name: "many webhooks about one invoice at the same time share their reads",
    why: "A provider that sends again what it has sent, all at once after an outage, would use up its own limits.",
    look: "One read at a time for each id, shared by who waits; `Webhooks.make` does.",
    needs,
    unless: unlessReadBack,
    run: Effect.fnUntraced(function*(world) {
      const { adapter, simulator } = world
      const { webhook } = yield* paid(world)
      const one = yield* requestsOf(simulator, believed(adapter, "a genuine webhook", webhook))
      const all = Effect.forEach(Array.from({ length: 30 }), () => believed(adapter, "a webhook of many", webhook), {
        concurrency: "unbounded"
      })
      const many = yield* requestsOf(simulator, all)
      yield* unless(
        many <= 4 * one,
        `30 webhooks at once should cost little more than one, which costs ${one} requests, and cost ${many}`
      )
    })
  }
])

/** How many requests reached the provider meanwhile. */
const requestsOf = <A, E>({ requests }: Simulator, act: Effect.Effect<A, E>) =>
  Effect.gen(function*() {
    const before = (yield* requests).length
    yield* act
    return (yield* requests).length - before
  })
