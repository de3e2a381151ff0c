/**
 * The account's invoices, and the only place where one changes.
 */
import { SimulatorError } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Invoice from "./Invoice.ts"

export interface Ledger {
  /** `undefined` if there is one of this reference: Template Pay refuses a second. */
  readonly create: (order: Invoice.Order) => Effect.Effect<Invoice.Invoice | undefined>
  /** Oldest first. */
  readonly all: Effect.Effect<ReadonlyArray<Invoice.Invoice>>
  readonly get: (id: string) => Effect.Effect<Invoice.Invoice, SimulatorError>
  readonly change: (id: string, change: Invoice.Change) => Effect.Effect<void, SimulatorError>
}

export const make = (now: Effect.Effect<number>): Ledger => {
  const invoices = new Map<string, Invoice.Invoice>()

  /** Whatever is asked, what has run out by now has expired. */
  const settled = Effect.map(now, (millis) => {
    for (const invoice of invoices.values()) {
      if (invoice.status === "open" && millis >= invoice.expiresAt) {
        invoices.set(invoice.id, { ...invoice, status: "expired" })
      }
    }
    return millis
  })

  const find = (id: string): Result.Result<Invoice.Invoice, SimulatorError> =>
    Result.fromNullishOr(
      invoices.get(id),
      () => new SimulatorError({ reason: "NotFound", message: `There is no invoice ${id}.` })
    )

  return {
    create: (order) =>
      Effect.map(settled, (millis) => {
        if ([...invoices.values()].some(({ reference }) => reference === order.reference)) return undefined
        const invoice = Invoice.open(`inv_${invoices.size + 1}`, order, millis)
        invoices.set(invoice.id, invoice)
        return invoice
      }),
    all: Effect.map(settled, () => [...invoices.values()]),
    get: (id) => Effect.flatMap(settled, () => Effect.fromResult(find(id))),
    change: (id, change) =>
      Effect.flatMap(settled, (millis) => {
        const changed = Result.flatMap(find(id), (invoice) => change({ ...invoice, label: undefined }, millis))
        return Effect.map(Effect.fromResult(changed), (invoice) => {
          invoices.set(id, invoice)
        })
      })
  }
}
