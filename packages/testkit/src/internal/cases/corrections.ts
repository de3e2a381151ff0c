/**
 * I. What the provider corrects or takes back after an invoice was paid.
 */
import * as Invoice from "@gatefold/core/Invoice"
import * as Money from "@gatefold/core/Money"
import * as Effect from "effect/Effect"
import * as Case from "../../Case.ts"
import { show, unless } from "../../Violation.ts"
import type { World } from "../../World.ts"
import { lessThan, moneyOf } from "../price.ts"
import { opened } from "../webhook.ts"

const needs = ["invoices.create", "invoices.get"] as const

const why = "The shop delivers for money that it does not get."

/** @internal */
export const corrections = Case.group("I", [
  {
    id: "adjustment-to-an-unknown-amount-does-not-cover",
    name: "an invoice that was corrected to nobody knows how much does not cover its price",
    why,
    look:
      "State every correction: `isAdjusted`, even where its amount is not told. It may stand elsewhere than the status.",
    isCritical: true,
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { id } = yield* opened(world)
      yield* world.simulator.pay(id)
      yield* world.simulator.adjust(id)
      yield* unlessReviewed(yield* world.adapter.invoices.get({ id }), "adjusted", world)
    })
  },
  {
    id: "adjustment-to-less-does-not-cover",
    name: "an invoice that was corrected to less than its price does not cover it",
    why,
    look: "`adjustment.amount`: the corrected amount, where the provider tells it. The price stays what was asked for.",
    isCritical: true,
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { id } = yield* opened(world)
      const amount = lessThan(world.subject.order.price)
      yield* world.simulator.pay(id)
      yield* world.simulator.adjust(id, amount)
      const invoice = yield* world.adapter.invoices.get({ id })
      yield* unlessReviewed(invoice, "adjusted", world)
      yield* unlessTold(invoice, Money.makeUnsafe(amount, moneyOf(world.subject.order.price).currency))
    })
  },
  {
    id: "adjustment-covers-only-if-enough",
    name: "an invoice that was corrected covers its price only if it is known that enough is left",
    why,
    look: "An amount that is not told is absent, and not the price.",
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { id } = yield* opened(world)
      const price = moneyOf(world.subject.order.price)
      yield* world.simulator.pay(id)
      yield* world.simulator.adjust(id, Money.format(price))
      const invoice = yield* world.adapter.invoices.get({ id })
      const isTold = invoice.adjustment?.amount !== undefined
      yield* unlessTold(invoice, price)
      yield* unless(
        Invoice.covers(price, invoice) === isTold,
        `an invoice that was corrected to its price should ${isTold ? "" : "not "}cover it, as ${
          isTold ? "that is told" : "nothing is told of the amount"
        }`
      )
    })
  },
  {
    id: "reversal-does-not-cover",
    name: "an invoice whose payment was taken back does not cover its price",
    why,
    look: "A success that is taken back is `isReversed`, and never a lower status.",
    isCritical: true,
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { id } = yield* opened(world)
      yield* world.simulator.pay(id)
      const paid = yield* world.adapter.invoices.get({ id })
      yield* world.simulator.reverse(id)
      const reversed = yield* world.adapter.invoices.get({ id })
      yield* unlessReviewed(reversed, "reversed", world)
      yield* unless(
        paid.status === reversed.status,
        `a reversal should leave the status ${paid.status}, and made it ${reversed.status}`
      )
    })
  }
])

/** It is paid, something is unusual about it, and nothing may be delivered for it. */
const unlessReviewed = (invoice: Invoice.Invoice, condition: Invoice.Condition, { subject }: World) => {
  const conditions = Invoice.conditions(invoice)
  return Effect.andThen(
    unless(
      !Invoice.covers(moneyOf(subject.order.price), invoice),
      `an invoice that was ${condition} after it was paid should not cover its price, and does (${invoice.status}, ${invoice.providerStatus})`
    ),
    unless(
      conditions.includes(condition),
      `an invoice that was ${condition} should say so in its conditions, which are ${show(conditions)}`
    )
  )
}

/** Where an adjustment tells an amount, it is the right one. */
const unlessTold = ({ adjustment }: Invoice.Invoice, expected: Money.Money) =>
  unless(
    adjustment?.amount === undefined || Money.equals(adjustment.amount, expected),
    `an adjustment to ${expected} should not say ${adjustment?.amount}`
  )
