/**
 * How an attempt becomes another, with the entry that says why.
 */
import { GatewayError, IntegrityMismatch } from "@gatefold/core/GatewayError"
import type * as Invoice from "@gatefold/core/Invoice"
import * as Money from "@gatefold/core/Money"
import * as Present from "@gatefold/core/Present"
import * as Order from "../Order.ts"
import type { Entry } from "./journal.ts"
import type { Loaded, Stored } from "./orders.ts"

/** @internal An attempt and the reason for what it has become. */
export interface Transition {
  readonly changed: Stored
  readonly entry: Entry
}

/** @internal Nobody works on it any more. A new failure wants another look of a person who has settled an earlier one. */
export const released = (one: Stored, state: Order.State, failure?: GatewayError): Stored => {
  const { failure: before, settledAt, ...kept } = one.attempt
  const isNew = failure !== undefined && failure !== before
  return {
    ...one,
    attempt: new Order.Attempt({
      ...kept,
      state,
      ...Present.only({ failure, settledAt: isNew ? undefined : settledAt })
    }),
    owner: undefined,
    leaseUntil: 0
  }
}

/** @internal Its outcome cannot be known, and nothing of it was shown to anybody: the next attempt may be opened. */
export const givenUp = (one: Stored, failure = one.attempt.failure): Transition => ({
  changed: released(one, "abandoned", failure),
  entry: {
    kind: "abandoned",
    source: "sweep",
    failure,
    note: "its outcome cannot be known, and nothing of it was shown to anybody"
  }
})

/** @internal Whoever sent it is gone. */
export const leftUnknown = (one: Stored): Transition => ({
  changed: released(one, "unknown", one.attempt.failure),
  entry: { kind: "unknown", source: "sweep", note: "the process that sent it is gone" }
})

/** @internal It was never sent, and new attempts go elsewhere today: the next one is begun there. */
export const movedAway = (one: Stored): Transition => ({
  changed: released(one, "abandoned", one.attempt.failure),
  entry: { kind: "abandoned", source: "shop", note: "it was never sent, and new attempts go to another account" }
})

/** @internal Why an invoice cannot be that of an attempt, if it cannot. */
export const mismatch = (
  { price }: Pick<Loaded, "price">,
  { account, providerReference }: Order.Attempt,
  invoice: Invoice.Invoice
): GatewayError | undefined => {
  const differs = (field: string, asked: string, got: string) =>
    contradiction(account, invoice, new IntegrityMismatch({ field, asked, got, invoice }))
  const { price: priced, reference } = invoice
  if (reference !== undefined && reference !== providerReference) {
    return differs("reference", providerReference, reference)
  }
  if (invoice.references.length > 1) return differs("reference", providerReference, invoice.references.join(", "))
  if (invoice.prices.length > 1) return differs("price", `${price}`, invoice.prices.join(", "))
  return priced === undefined || Money.equals(priced, price) ? undefined : differs("price", `${price}`, `${priced}`)
}

/** @internal Why it cannot: another one has it. */
export const ownedBy = (attempt: Order.Attempt, invoice: Invoice.Invoice, owner: string): GatewayError =>
  contradiction(
    attempt.account,
    invoice,
    new IntegrityMismatch({ field: "id", asked: attempt.providerReference, got: `an invoice of ${owner}`, invoice })
  )

const contradiction = (
  account: Order.Attempt["account"],
  { provider }: Invoice.Invoice,
  reason: IntegrityMismatch
): GatewayError => new GatewayError({ provider, account, operation: "invoices.create", reason })

/** @internal Whether nobody works on an attempt that may have been sent. */
export const isUnresolved = ({ attempt: { state }, leaseUntil }: Stored, now: number): boolean =>
  state === "unknown" || (state === "sending" && leaseUntil < now)
