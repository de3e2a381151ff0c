/**
 * What a provider says of an invoice becomes part of what is known of its attempt: whoever heard it, in any order and any
 * number of times.
 */
import type { GatewayError } from "@gatefold/core/GatewayError"
import type { AccountId, Reference } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import * as Money from "@gatefold/core/Money"
import * as Present from "@gatefold/core/Present"
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
    const isNew = one.attempt.state !== "done" || observed !== one.lastObserved ||
      (known?.checkout === undefined && merged.checkout !== undefined)
    const isSameEnd = known?.status === merged.status
    const endedAt = Invoice.isTerminal(merged) ? (isSameEnd ? one.endedAt : undefined) ?? now : undefined
    const changed: Orders.Stored = {
      ...one,
      attempt: new Order.Attempt({ ...told(one, merged, source), ...(yield* givenUpBefore(one, source)) }),
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
    if (next === "stale") yield* becomeStale(order, attempt.number)
  })

  const becomeStale = Effect.fnUntraced(function*(order: Orders.Loaded, number: number, failure?: GatewayError) {
    const is = order.attempts.find(({ attempt }) => attempt.number === number)
    if (is === undefined || is.attempt.staleAt !== undefined) return
    const stale = new Order.Attempt({ ...is.attempt, staleAt: yield* DateTime.now })
    yield* journal.commit(order, { ...is, attempt: stale }, { kind: "stale", source: "sweep", failure })
  })

  /**
   * Tells whether an invoice that cannot be read need not be asked about any more, as if it had been read and had not
   * changed.
   */
  const unreadable = (reference: Reference, number: number, failure: GatewayError) =>
    orders.held(
      reference,
      Effect.fnUntraced(function*(order) {
        const one = order?.attempts.find(({ attempt }) => attempt.number === number)
        if (order === undefined || one?.attempt.invoice === undefined) return false
        const { attempt: { createdAt, invoice }, endedAt } = one
        const known = { invoice, createdAt: createdAt.epochMilliseconds, endedAt }
        const next = schedule.next(known, options, yield* Clock.currentTimeMillis, yield* Random.next)
        if (next === "stale") yield* becomeStale(order, number, failure)
        return typeof next !== "number"
      })
    )

  /**
   * Finds the attempt that an invoice belongs to and joins it there; `undefined` if it is nobody's. It is bound by its
   * account and id; by its reference only to an attempt that may have been sent, at the same price.
   */
  const observe = Effect.fnUntraced(function*(account: AccountId, invoice: Invoice.Invoice, source: Fact.Source) {
    const owner = (yield* orders.ownerOf(account, invoice.id)) ??
      (invoice.reference === undefined ? undefined : yield* orders.namedBy(account, invoice.reference))
    if (owner === undefined || owner.store !== options.store) return undefined
    const { reference } = owner
    return yield* orders.held(reference, (order) => {
      const one = order === undefined ? undefined : attemptOf(order, account, invoice)
      return order === undefined || one === undefined ? Effect.undefined : join(order, one, invoice, source)
    })
  })

  return { join, observe, unreadable }
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
  one.wasSent &&
  invoice.reference === one.attempt.providerReference &&
  invoice.price !== undefined && Money.equals(invoice.price, order.price)

/** The attempt with what is known now. News of its invoice want another look of a person who has settled it. */
const told = ({ attempt }: Orders.Stored, merged: Invoice.Invoice, source: Fact.Source) => {
  const { failure, settledAt, staleAt: _, ...kept } = attempt
  const isSettled = attempt.invoice !== undefined && Invoice.factKey(attempt.invoice) === Invoice.factKey(merged)
  const isContradicted = attempt.state === "done" && source !== "person"
  return {
    ...kept,
    state: "done" as const,
    invoice: merged,
    ...Present.only({
      settledAt: isSettled ? settledAt : undefined,
      failure: isContradicted ? failure : undefined
    })
  }
}

/**
 * What was given up or refused and turns up all the same was shown to nobody, and the next attempt may be open: it is
 * watched like one that was canceled, so that money for it is noticed. Only a person can want it again.
 */
const givenUpBefore = ({ attempt: { canceledAt, state } }: Orders.Stored, source: Fact.Source) =>
  canceledAt === undefined && source !== "person" && (state === "abandoned" || state === "refused")
    ? Effect.map(DateTime.now, (canceledAt) => ({ canceledAt }))
    : Effect.succeed({})
