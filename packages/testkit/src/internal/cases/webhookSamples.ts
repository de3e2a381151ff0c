/**
 * G. The webhooks that the provider documents, as its pages show them.
 */
import * as Effect from "effect/Effect"
import * as Case from "../../Case.ts"
import { unlessEqual } from "../../Violation.ts"
import * as WebhookSample from "../../WebhookSample.ts"
import type { World } from "../../World.ts"
import { inapplicable } from "../inapplicable.ts"
import { filler } from "../play.ts"
import { acknowledged, authentic, believed, bytes, notBelieved, paid, unlessSigned } from "../webhook.ts"

const needs = ["invoices.create", "webhookEvents.receive"] as const

/** A genuine webhook with the body of a sample, about an invoice that there is. */
const sent = Effect.fnUntraced(function*(world: World, sample: WebhookSample.WebhookSample) {
  const { id, webhook } = yield* paid(world)
  const body = WebhookSample.bodyFor(sample, id, filler(world.settings))
  return { id, webhook: yield* authentic(world, webhook, bytes(body)) }
})

/** @internal */
export const webhookSamples = Case.group("G", [
  {
    id: "documented-webhooks-are-understood",
    name: "a webhook of each type that is documented becomes an event about its invoice, or is acknowledged as of none",
    why: "A type that was forgotten is acknowledged and lost: the shop learns late, or never, that an order is paid.",
    look: "`readClaim`, where it tells the types apart, and the samples in `webhooks.events` of the subject.",
    needs,
    lacks: ({ webhooks }) =>
      webhooks?.events === undefined
        ? "it needs a sample of each documented type: `webhooks.events` of the subject"
        : undefined,
    run: Effect.fnUntraced(function*(world) {
      const samples = Object.entries(world.webhooks?.events ?? {})
      if (samples.length === 0) return yield* inapplicable("its documented samples do not hold under these settings")
      for (const [type, file] of samples) {
        const sample = yield* WebhookSample.read(file)
        const { id, webhook } = yield* sent(world, sample)
        const what = `the documented webhook ${type}`
        if (sample.becomes === "nothing") {
          yield* acknowledged(world.adapter, what, webhook)
        } else {
          const { invoice } = yield* believed(world.adapter, what, webhook)
          yield* unlessEqual(`the invoice of ${what}`, invoice.id, id)
        }
      }
    })
  },
  {
    id: "webhook-of-another-account-is-not-believed",
    name: "a webhook that says that it is of another account is not believed, though it is signed",
    why: "Shops that share a secret would have each other's orders delivered.",
    look: "`readClaim` compares the store, shop or merchant in a body with the one in the settings.",
    isCritical: true,
    needs,
    unless: (world) =>
      world.webhooks?.foreign === undefined ? "no webhook that is documented says whose it is" : unlessSigned(world),
    run: Effect.fnUntraced(function*(world) {
      const file = world.webhooks?.foreign
      if (file === undefined) return
      const { webhook } = yield* sent(world, yield* WebhookSample.read(file))
      yield* notBelieved(world.adapter, "a signed webhook of another account", webhook)
    })
  }
])
