/**
 * How an invoice stands by a read, beside what its provider has on its books.
 */
import * as Invoice from "@gatefold/core/Invoice"
import type { SimulatorError } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import { show, unless, unlessEqual } from "../Violation.ts"
import type { World } from "../World.ts"
import { inapplicable } from "./inapplicable.ts"
import { moneyOf } from "./price.ts"

/** @internal Reads the invoice, which has to cover its price or not; gives it. */
export const unlessCovers = Effect.fnUntraced(
  function*(world: World, id: Invoice.Invoice["id"], covers: boolean, what: string) {
    const invoice = yield* world.adapter.invoices.get({ id })
    const { coverage, providerStatus, status } = invoice
    yield* unless(
      Invoice.covers(moneyOf(world.subject.order.price), invoice) === covers,
      `${what} should ${
        covers ? "" : "not "
      }cover its price: it is ${status} (${providerStatus}), coverage ${coverage}, ` +
        `price ${invoice.price}, ${show(Invoice.conditions(invoice))}`
    )
    return invoice
  }
)

/** @internal The invoice has to be what the provider's books say, which is not paid. */
export const unlessBooked = Effect.fnUntraced(
  function*(world: World, id: Invoice.Invoice["id"], expected?: Invoice.Status) {
    const entry = (yield* world.simulator.books).find((one) => one.id === id)
    if (expected !== undefined) yield* unlessEqual("the status on the provider's books", entry?.status, expected)
    const invoice = yield* unlessCovers(world, id, false, `an invoice that is ${entry?.status} at the provider`)
    yield* unlessEqual(
      `the status of an invoice that is ${entry?.providerStatus} at the provider`,
      invoice.status,
      entry?.status
    )
  }
)

/** @internal All that is due was received, and that shows: as paid where the provider calls it so, else as something for a person. */
export const unlessSeen = Effect.fnUntraced(function*(world: World, id: Invoice.Invoice["id"], what: string) {
  const entry = (yield* world.simulator.books).find((one) => one.id === id)
  const invoice = yield* unlessCovers(world, id, entry?.status === "paid", what)
  yield* unlessEqual(`the status of ${what}`, invoice.status, entry?.status)
  yield* unless(
    invoice.coverage === "full" || invoice.coverage === "over",
    `the coverage of ${what} should be "full" or "over", and is ${show(invoice.coverage)}`
  )
  yield* unless(
    invoice.status === "paid" || Invoice.conditions(invoice).includes("late"),
    `${what} should be late, as it is not paid, and shows ${show(Invoice.conditions(invoice))}`
  )
})

/** @internal Not every provider takes money that comes late. */
export const late = (pay: Effect.Effect<void, SimulatorError>): Effect.Effect<void, SimulatorError> =>
  Effect.catchIf(
    pay,
    (error) => error.reason === "InvalidTransition",
    () => inapplicable("the provider takes no money after the expiry")
  )
