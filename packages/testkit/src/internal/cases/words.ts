/**
 * I. The provider's words for a state: those that are documented, and one that nobody has heard of.
 */
import * as Invoice from "@gatefold/core/Invoice"
import * as Effect from "effect/Effect"
import * as Case from "../../Case.ts"
import { show, unless, unlessEqual } from "../../Violation.ts"
import type { World } from "../../World.ts"
import { moneyOf } from "../price.ts"
import { opened, take } from "../webhook.ts"

const needs = ["invoices.create", "invoices.get"] as const

/** No provider's word for anything. */
const unheardOf = "zz_unheard_of_7"

const unlessAxes = ({ subject: { words } }: World): string | undefined =>
  Object.keys(words.axes ?? {}).length > 0 ? undefined : "its state is told by one field"

/** @internal */
export const words = Case.group("I", [
  {
    id: "unheard-of-word-is-neither-success-nor-failure",
    name: "a state that no documentation names is taken neither for paid nor for an end, and its word is kept",
    why: "Taken for paid, it delivers for nothing. Taken for a failure, it asks the customer to pay a second time.",
    look: "Map words by a table; what is not in it is `unknown`, with the word in `unrecognized`.",
    isCritical: true,
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { adapter, simulator } = world
      const { id } = yield* opened(world)
      yield* simulator.relabel(id, unheardOf)
      yield* unlessUndecided(world, yield* adapter.invoices.get({ id }), "an open invoice, relabelled,")
      const other = yield* opened(world)
      yield* simulator.pay(other.id)
      yield* simulator.relabel(other.id, unheardOf)
      yield* unlessUndecided(world, yield* adapter.invoices.get({ id: other.id }), "a paid invoice, relabelled,")
    })
  },
  {
    id: "unheard-of-word-in-a-webhook-is-neither-success-nor-failure",
    name: "a webhook about a state that no documentation names says neither paid nor an end",
    why: "Taken for paid, it delivers for nothing. Taken for a failure, it asks the customer to pay a second time.",
    look: "Map words by the same table wherever they come from.",
    isCritical: true,
    needs: [...needs, "webhookEvents.receive"],
    run: Effect.fnUntraced(function*(world) {
      const { id } = yield* opened(world)
      yield* world.simulator.pay(id)
      yield* world.simulator.relabel(id, unheardOf)
      const taken = yield* take(world.adapter, "a webhook with an unknown word", yield* world.simulator.webhook(id))
      if (taken._tag === "Event") {
        yield* unlessUndecided(world, taken.event.invoice, "an invoice of a webhook with an unknown word")
      }
      yield* unless(taken._tag !== "Failed", "a webhook with an unknown word should not be answered with a failure")
    })
  },
  {
    id: "documented-words-are-understood",
    name: "every word that the provider documents for an invoice's state is read as what it means",
    why: "An order would be stuck: paid, and never delivered.",
    look: "The table of the provider's words, and `words.invoice` of the subject.",
    needs,
    run: Effect.fnUntraced(function*(world) {
      const words = Object.entries(world.subject.words.invoice)
      yield* unless(words.length > 0, "the subject should list the provider's words for an invoice's state")
      for (const [word, status] of words) {
        const { id } = yield* opened(world)
        yield* world.simulator.relabel(id, word)
        const invoice = yield* world.adapter.invoices.get({ id })
        yield* unlessEqual(`the status of an invoice that the provider calls ${show(word)}`, invoice.status, status)
        yield* unlessEqual("the provider's own word for it", invoice.providerStatus, word)
        yield* unlessEqual("the words in it that nobody understood", invoice.unrecognized.includes(word), false)
      }
    })
  },
  {
    id: "unheard-of-word-beside-the-state-decides-nothing",
    name: "a word that no documentation names, in a field beside the state, leaves nothing decided, and is kept",
    why: "What the provider says there for the first time may be that the money went back: the order is delivered.",
    look: "Where two fields make a state: with one word that nobody knows, the status is `unknown`.",
    isCritical: true,
    needs,
    unless: unlessAxes,
    run: Effect.fnUntraced(function*(world) {
      for (const axis of Object.keys(world.subject.words.axes ?? {})) {
        const { id } = yield* opened(world)
        yield* world.simulator.pay(id)
        yield* world.simulator.relabel(id, unheardOf, axis)
        const what = `a paid invoice whose ${axis} nobody documents`
        yield* unlessUndecided(world, yield* world.adapter.invoices.get({ id }), what)
      }
    })
  },
  {
    id: "documented-words-beside-the-state-are-known",
    name: "every word that the provider documents for a field beside the state is known",
    why: "An order would be stuck: its invoice is `unknown` for a word that everybody could have read.",
    look: "The tables of the provider's words, and `words.axes` of the subject.",
    needs,
    unless: unlessAxes,
    run: Effect.fnUntraced(function*(world) {
      for (const [axis, words] of Object.entries(world.subject.words.axes ?? {})) {
        yield* unless(words.length > 0, `the subject should list the provider's words for ${axis}`)
        for (const word of words) {
          const { id } = yield* opened(world)
          yield* world.simulator.pay(id)
          yield* world.simulator.relabel(id, word, axis)
          const { unrecognized } = yield* world.adapter.invoices.get({ id })
          yield* unlessEqual(`the words that nobody understood where ${axis} is ${show(word)}`, unrecognized, [])
        }
      }
    })
  }
])

const unlessUndecided = Effect.fnUntraced(function*(world: World, invoice: Invoice.Invoice, what: string) {
  const { providerStatus, status, unrecognized } = invoice
  yield* unless(!Invoice.isTerminal(invoice), `${what} should be unknown or open, and is ${status}`)
  yield* unless(!Invoice.covers(moneyOf(world.subject.order.price), invoice), `${what} should not cover its price`)
  yield* unless(
    unrecognized.includes(unheardOf),
    `${what} should keep ${unheardOf} in \`unrecognized\`, which is ${show(unrecognized)} beside the status ${
      show(providerStatus)
    }`
  )
})
