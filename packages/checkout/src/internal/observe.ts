/**
 * What a provider says of an invoice becomes part of what is known of its attempt: whoever heard it, in any order and any
 * number of times.
 */
import type { AccountId } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import * as Money from "@gatefold/core/Money"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import type { CheckoutOptions } from "../CheckoutOptions.ts"
import type * as Fact from "../Fact.ts"
import * as Order from "../Order.ts"
import type { Journal } from "./journal.ts"
import type * as Orders from "./orders.ts"
import * as schedule from "./schedule.ts"

/** @internal */
export interface Options {
  readonly orders: Orders.Orders
  readonly journal: Journal
  readonly options: CheckoutOptions
}

/** @internal */
export const make = ({ journal, options, orders }: Options) => {
  /** Joins an observation with what is known of an attempt of a held order, and plans the next look. */
  const join = Effect.fnUntraced(function*(
    order: Orders.Loaded,
    one: Orders.Stored,
    invoice: Invoice.Invoice,
    source: Fact.Source
  ) {
    const now = yield* Clock.currentTimeMillis
    const known = one.attempt.invoice
    const merged = known === undefined ? invoice : Result.getOrElse(Invoice.merge(known, invoice), () => known)
    const observed = observationKey(invoice)
    const isNew = one.attempt.state !== "done" || observed !== one.lastObserved
    const endedAt = one.endedAt ?? (Invoice.isTerminal(merged) ? now : undefined)
    const { failure: _, staleAt: __, ...kept } = one.attempt
    const changed: Orders.Stored = {
      ...one,
      attempt: new Order.Attempt({ ...kept, state: "done", invoice: merged }),
      lastObserved: observed,
      endedAt,
      owner: undefined,
      leaseUntil: 0
    }
    const after = isNew ? yield* journal.commit(order, changed, { kind: "observed", source, invoice }) : order
    yield* plan(after, changed, now)
    return after
  })

  const plan = Effect.fnUntraced(function*(order: Orders.Loaded, { attempt, endedAt }: Orders.Stored, now: number) {
    if (attempt.invoice === undefined) return
    const known = { invoice: attempt.invoice, createdAt: attempt.createdAt.epochMilliseconds, endedAt }
    const next = schedule.next(known, options, now, yield* Random.next)
    yield* orders.plan(order.reference, attempt.number, next === "stale" ? undefined : next)
    const is = order.attempts.find((each) => each.attempt.number === attempt.number)
    if (next !== "stale" || is === undefined || is.attempt.staleAt !== undefined) return
    const stale = new Order.Attempt({ ...is.attempt, staleAt: yield* DateTime.now })
    yield* journal.commit(order, { ...is, attempt: stale }, { kind: "stale", source: "sweep" })
  })

  /**
   * Finds the attempt that an invoice belongs to and joins it there; `undefined` if it is nobody's. It is bound by its
   * account and id; by its reference only to an attempt that may have been sent, at the same price.
   */
  const observe = Effect.fnUntraced(function*(account: AccountId, invoice: Invoice.Invoice, source: Fact.Source) {
    const reference = (yield* orders.ofInvoice(account, invoice.id)) ??
      (invoice.reference === undefined ? undefined : yield* orders.ofProviderReference(account, invoice.reference))
    if (reference === undefined) return undefined
    return yield* orders.held(reference, (order) => {
      const one = order === undefined ? undefined : attemptOf(order, account, invoice)
      return order === undefined || one === undefined ? Effect.undefined : join(order, one, invoice, source)
    })
  })

  return { join, observe }
}

/** @internal */
export type Observing = ReturnType<typeof make>

/** Equal for two observations that say the same. */
const observationKey = (invoice: Invoice.Invoice): string =>
  JSON.stringify([Invoice.factKey(invoice), invoice.unrecognized])

const attemptOf = (order: Orders.Loaded, account: AccountId, invoice: Invoice.Invoice): Orders.Stored | undefined =>
  order.attempts.find(({ attempt }) => attempt.account === account && attempt.invoice?.id === invoice.id) ??
    order.attempts.find((one) => mayBecome(order, one, account, invoice))

const mayBecome = (order: Orders.Loaded, one: Orders.Stored, account: AccountId, invoice: Invoice.Invoice): boolean =>
  one.attempt.account === account &&
  one.attempt.invoice === undefined &&
  one.wasSent && (one.attempt.state === "sending" || one.attempt.state === "unknown") &&
  invoice.reference === one.attempt.providerReference &&
  invoice.price !== undefined && Money.equals(invoice.price, order.price)
