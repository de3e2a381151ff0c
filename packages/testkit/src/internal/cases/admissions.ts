/**
 * G. What was admitted lies in a queue until it is resolved: nothing may be added to it on the way.
 */
import * as Invoice from "@gatefold/core/Invoice"
import * as WebhookEvent from "@gatefold/core/WebhookEvent"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Case from "../../Case.ts"
import { unless, unlessEqual, Violation } from "../../Violation.ts"
import type { Adapter } from "../../World.ts"
import { inapplicable } from "../inapplicable.ts"
import { isSigned, paid, text } from "../webhook.ts"

const needs = ["invoices.create", "webhookEvents.receive"] as const

const storable = Schema.fromJsonString(WebhookEvent.Admitted)

/** @internal */
export const admissions = Case.group("G", [
  {
    id: "admission-can-be-stored",
    name: "what was admitted survives JSON, holds nothing of an unproven body, and can be resolved later",
    why: "A receiver stores first and asks later: what it cannot store is lost when the process ends.",
    look: "`admit` gives core's `Admitted`, in which an unsigned body leaves only the id.",
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { admit, resolve } = world.adapter.webhookEvents
      const { id, webhook } = yield* paid(world)
      const stored = yield* Schema.encodeEffect(storable)(yield* admit(webhook))
      const body = text(webhook)
      const forms = [body, JSON.stringify(body).slice(1, -1), btoa(body), Buffer.from(webhook.body).toString("hex")]
      yield* unless(!forms.some((form) => stored.includes(form)), "an admission should hold no body, and does")
      const admission = yield* Schema.decodeEffect(storable)(stored)
      if (!isSigned(world)) {
        const { eventId, eventType, signedAt, statement } = admission
        yield* unlessEqual("what an admission keeps of an unsigned body beside the id", {
          eventId,
          eventType,
          signedAt,
          statement
        }, {
          eventId: undefined,
          eventType: undefined,
          signedAt: undefined,
          statement: undefined
        })
      }
      const { invoice } = yield* resolve(admission)
      yield* unlessEqual("the event of an admission that was stored", [invoice.id, invoice.status], [id, "paid"])
    })
  },
  {
    id: "admission-of-another-account-is-refused",
    name: "what one account admitted is nothing to another",
    why: "Whoever has one account's secret could have another account's orders delivered.",
    look: "`resolve` compares the account of the admission with its own; `Webhooks.make` does.",
    isCritical: true,
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { adapter, connect, subject } = world
      const variable = `${subject.provider.id.toUpperCase().replaceAll("-", "_")}_ACCOUNT`
      const other = yield* connect({ settings: { [variable]: "another-shop" } })
      if (other.gateway.account === adapter.gateway.account) {
        return yield* inapplicable(`The account cannot be named by ${variable}.`)
      }
      const { webhook } = yield* paid(world)
      const admission = yield* other.webhookEvents.admit(webhook)
      yield* mustNotResolve(adapter, "an admission of another account", admission)
    })
  },
  {
    id: "changed-admission-is-not-believed",
    name: "an admission that was changed while it was stored does not become an event that says so",
    why: "Whoever can write to the queue of webhooks could have any order delivered.",
    look: "In `signature` mode the statement is sealed; where the provider is asked, it is not used at all.",
    isCritical: true,
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { adapter, order, simulator } = world
      const { id } = yield* adapter.invoices.create(order())
      yield* simulator.expire(id)
      const admission = yield* adapter.webhookEvents.admit(yield* simulator.webhook(id))
      const { account, invoice, provider } = admission
      const statement = Invoice.make({ provider, account, id: invoice, status: "paid", coverage: "full" })
      const changed = new WebhookEvent.Admitted({ ...admission, statement })
      const status = yield* adapter.webhookEvents.resolve(changed).pipe(
        Effect.map((event) => event.invoice.status),
        Effect.catchTag("WebhookRejected", () => Effect.succeed("rejected"))
      )
      yield* unless(status !== "paid", "an admission that was changed to say paid should not be believed, and was")
    })
  }
])

const mustNotResolve = (adapter: Adapter, what: string, admission: WebhookEvent.Admitted) =>
  adapter.webhookEvents.resolve(admission).pipe(
    Effect.flatMap(() => new Violation({ message: `${what} should be refused, and became an event` })),
    Effect.catchTag("WebhookRejected", () => Effect.void)
  )
