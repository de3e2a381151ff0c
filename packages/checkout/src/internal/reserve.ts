/**
 * Writing an attempt down before anything is sent. The same insert chooses its account, for ever: a switch, a second
 * process or a routing rule can never give one attempt two accounts.
 */
import type * as Accounts from "@gatefold/core/Accounts"
import type { AccountId, Reference } from "@gatefold/core/Identifiers"
import * as Money from "@gatefold/core/Money"
import * as NewInvoice from "@gatefold/core/NewInvoice"
import * as Present from "@gatefold/core/Present"
import * as AttemptReference from "@gatefold/core/Reference"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { AccountPaused, InvalidOrder, PriceConflict, type StorageFailed, UnknownReference } from "../CheckoutError.ts"
import * as Order from "../Order.ts"
import type { Paused } from "./accounts.ts"
import type { Journal } from "./journal.ts"
import type * as Orders from "./orders.ts"
import { movedAway } from "./transitions.ts"

/** @internal An order that can be written down. */
export interface Checked {
  readonly reference: Reference
  readonly price: Money.Money
  readonly request: Orders.Request
  readonly metadata: Readonly<Record<string, string>>
}

/** @internal Checks what can be checked before a provider is known. */
export const check = (order: Order.NewOrder): Effect.Effect<Checked, InvalidOrder> =>
  Effect.gen(function*() {
    const invalid = (field: string, issue: string) => new InvalidOrder({ field, issue })
    const reference = AttemptReference.ofAttempt(order.reference, 1)
    if (reference === undefined) {
      return yield* invalid(
        "reference",
        "1 to 120 letters, digits and ._~-, not beginning with a dot or a tilde, and not ending in a dot and a number"
      )
    }
    const price = Result.flatMap(Money.fromInput(order.price), Money.positive)
    if (Result.isFailure(price)) return yield* invalid("price", price.failure.detail)
    const payWith = yield* Effect.mapError(
      Effect.fromResult(NewInvoice.checkAsset(order.payWith)),
      ({ field, issue }) => invalid(field, issue)
    )
    const { customer, description, failureUrl, metadata, successUrl, webhookUrl } = order
    return {
      reference,
      price: price.success,
      metadata: { ...metadata },
      request: Present.only({
        customer,
        description,
        successUrl,
        failureUrl,
        webhookUrl,
        payWith: payWith === undefined ? undefined : payWith.toString()
      })
    }
  })

/** @internal */
export interface Options {
  readonly orders: Orders.Orders
  readonly journal: Journal
  readonly accounts: Paused
}

/**
 * @internal The attempt that stands for the order: the one that is open or paid, or a new one on the chosen account if
 * there is none or the newest came to nothing.
 */
export const make = ({ accounts, journal, orders }: Options) => {
  const begin = Effect.fnUntraced(function*(order: Orders.Loaded, account: AccountId, note?: string) {
    const number = (order.attempts.at(-1)?.attempt.number ?? 0) + 1
    const providerReference = AttemptReference.ofAttempt(order.reference, number)
    if (providerReference === undefined) {
      return yield* new InvalidOrder({ field: "reference", issue: "too long for another attempt" })
    }
    const other = yield* orders.namedBy(account, providerReference)
    if (other !== undefined) {
      const issue = `is in use by ${
        Order.attemptKey(other)
      } on account ${account}: stores that share an account need different references`
      return yield* new InvalidOrder({ field: "reference", issue })
    }
    const createdAt = yield* DateTime.now
    const attempt = new Order.Attempt({
      number,
      account,
      providerReference,
      state: "reserved",
      version: 0,
      createdAt
    })
    const one: Orders.Stored = { attempt, ...unsent }
    yield* orders.insertAttempt(order.reference, one)
    yield* journal.commit(order, one, { kind: "reserved", source: "shop", note })
    return attempt
  })

  /**
   * Whether an attempt that was never sent waits for an account that takes none: nothing of it is anywhere, so the next
   * one may go where new attempts go today.
   */
  const isStuck = Effect.fnUntraced(function*({ attempt, wasSent }: Orders.Stored, { chosen, ids }: Accounts.Service) {
    const { account, failure, state } = attempt
    if (state !== "reserved" || wasSent || account === chosen) return false
    return failure !== undefined || !ids.includes(account) || (yield* accounts.isPaused(account))
  })

  const once = Effect.fnUntraced(function*(checked: Checked, configured: Accounts.Service) {
    const { price, reference } = checked
    const { chosen } = configured
    return yield* orders.begun(
      { ...checked, createdAt: yield* DateTime.now },
      Effect.fnUntraced(function*(known) {
        if (known === undefined) return yield* new UnknownReference({ reference })
        const order = isUnfit(known) ? yield* orders.restate(known, checked) : known
        if (!Money.equals(order.price, price)) {
          return yield* new PriceConflict({ reference, known: order.price, asked: price })
        }
        const stands = standing(order)
        if (stands !== undefined && !(yield* isStuck(stands, configured))) return stands.attempt
        if (yield* accounts.isPaused(chosen)) return yield* new AccountPaused({ account: chosen })
        if (stands === undefined) return yield* begin(order, chosen, repriced(known, order))
        const { changed, entry } = movedAway(stands)
        return yield* begin(yield* journal.commit(order, changed, entry), chosen)
      })
    )
  })

  return (checked: Checked, configured: Accounts.Service) =>
    // a unique index has the last word where two stores take one reference at once: the second look sees who has it
    Effect.retry(once(checked, configured), { times: 1, while: isViolation })
}

/** For whoever reads the history: the facts before this one are about another price. */
const repriced = (before: Orders.Loaded, { price }: Orders.Loaded): string | undefined =>
  Money.equals(before.price, price) ? undefined : `the order is ${price} now, it was ${before.price}`

/**
 * Whether all that was asked for so far was found unfit to be asked for, so that it is nowhere: what was wrong with it must
 * not stay for ever.
 */
const isUnfit = ({ attempts }: Orders.Loaded): boolean =>
  attempts.length > 0 &&
  attempts.every(({ attempt: { failure, state } }) =>
    state === "refused" && (failure?.reason._tag === "InvalidRequest" || failure?.reason._tag === "Unsupported")
  )

const isViolation = (error: { readonly _tag: string } | StorageFailed): boolean =>
  error._tag === "StorageFailed" && "kind" in error && error.kind === "other"

const unsent = {
  lastObserved: undefined,
  facts: 0,
  wasSent: false,
  owner: undefined,
  fence: 0,
  leaseUntil: 0,
  endedAt: undefined
}

/** The attempt that stands for the order: one that is paid, else the newest, unless it came to nothing. */
const standing = ({ attempts }: Orders.Loaded): Orders.Stored | undefined => {
  const paid = attempts.find(({ attempt }) => Order.isPaid(attempt) && attempt.canceledAt === undefined)
  const newest = attempts.at(-1)
  return paid ?? (newest === undefined || Order.isOver(newest.attempt) ? undefined : newest)
}
