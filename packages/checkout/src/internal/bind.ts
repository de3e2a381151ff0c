/**
 * What the answer to a create makes of its attempt. A success is knowledge, whoever holds the attempt by then: it is
 * never dropped, only not shown if the attempt was given up meanwhile.
 */
import type { GatewayError } from "@gatefold/core/GatewayError"
import type { Reference } from "@gatefold/core/Identifiers"
import type * as Invoice from "@gatefold/core/Invoice"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { OpenUnknown, type StorageFailed, UnknownReference } from "../CheckoutError.ts"
import * as Order from "../Order.ts"
import type { Journal } from "./journal.ts"
import type { Observing } from "./observe.ts"
import type * as Orders from "./orders.ts"
import { failure, opened, over, type Sent } from "./sent.ts"
import { mismatch, ownedBy, released } from "./transitions.ts"

/** @internal */
export interface Options {
  readonly orders: Orders.Orders
  readonly journal: Journal
  readonly observing: Observing
}

/** How long an answer is held when the database is gone: shorter than the claim of whoever sent it. */
const holds = { times: 40, schedule: Schedule.spaced("500 millis") } as const

/** @internal */
export const make = ({ journal, observing, orders }: Options) => {
  /** Why this invoice cannot be that of the attempt. */
  const objection = Effect.fnUntraced(function*(
    order: Orders.Loaded,
    { attempt }: Orders.Stored,
    invoice: Invoice.Invoice
  ) {
    const owner = yield* orders.ownerOf(attempt.account, invoice.id)
    const isOurs = owner?.store === order.store && owner.reference === order.reference &&
      owner.number === attempt.number
    return owner === undefined || isOurs
      ? mismatch(order, attempt, invoice)
      : ownedBy(attempt, invoice, Order.attemptKey(owner))
  })

  /** The attempt has an invoice, and here is another one: only the first is ever shown. */
  const contradicted = (order: Orders.Loaded, one: Orders.Stored, invoice: Invoice.Invoice, error: GatewayError) =>
    Effect.map(
      journal.commit(order, released(one, one.attempt.state, error), {
        kind: "observed",
        source: "create",
        invoice,
        failure: error,
        note: "another invoice than the one that is known"
      }),
      opened
    )

  /** It is not the attempt's: `refusal` says so, or else nobody knows what became of the attempt. */
  const refused = Effect.fnUntraced(function*(
    order: Orders.Loaded,
    one: Orders.Stored,
    invoice: Invoice.Invoice,
    error: GatewayError,
    refusal: GatewayError | undefined
  ) {
    const { number, state } = one.attempt
    const isGone = state === "abandoned" || state === "refused"
    const as = isGone ? state : refusal === undefined ? "unknown" : "refused"
    // an invoice that is known not to be ours must not be taken for ours when a webhook brings it
    const changed = { ...released(one, as, error), wasSent: one.wasSent && as !== "refused" }
    yield* journal.commit(order, changed, {
      kind: as === "unknown" ? "unknown" : "refused",
      source: "create",
      invoice,
      failure: error
    })
    return as === "unknown"
      ? failure(new OpenUnknown({ reference: order.reference, attempt: number, reason: error }))
      : over(number, refusal ?? error)
  })

  const bindOnce = (reference: Reference, number: number, invoice: Invoice.Invoice, refusal?: GatewayError) =>
    orders.held(
      reference,
      Effect.fnUntraced(function*(order) {
        const one = order?.attempts.find(({ attempt }) => attempt.number === number)
        if (order === undefined || one === undefined) return yield* new UnknownReference({ reference })
        const { attempt } = one
        if (attempt.invoice !== undefined && attempt.invoice.id !== invoice.id) {
          return yield* contradicted(order, one, invoice, ownedBy(attempt, invoice, "the same attempt"))
        }
        const error = yield* objection(order, one, invoice)
        if (error !== undefined && attempt.invoice === undefined) {
          return yield* refused(order, one, invoice, error, refusal)
        }
        return opened(yield* observing.join(order, one, invoice, "create"))
      })
    )

  /** Gives an attempt its invoice. `refusal`: the create failed, and this is the invoice because of which. */
  return (
    reference: Reference,
    number: number,
    invoice: Invoice.Invoice,
    refusal?: GatewayError
  ): Effect.Effect<Sent, UnknownReference | StorageFailed> =>
    bindOnce(reference, number, invoice, refusal).pipe(
      // the unique index has the last word where two attempts are given one invoice at once: the second look sees it
      Effect.retry({ times: 1, while: isStorage("other") }),
      Effect.retry({ ...holds, while: isStorage("unreachable", "busy") })
    )
}

const isStorage =
  (...kinds: ReadonlyArray<StorageFailed["kind"]>) => (error: UnknownReference | StorageFailed): boolean =>
    error._tag === "StorageFailed" && kinds.includes(error.kind)
