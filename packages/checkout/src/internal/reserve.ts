/**
 * Writing an attempt down before anything is sent. The same insert chooses its account, for ever: a switch, a second
 * process or a routing rule can never give one attempt two accounts.
 */
import type { AccountId, Reference } from "@gatefold/core/Identifiers"
import * as Money from "@gatefold/core/Money"
import * as NewInvoice from "@gatefold/core/NewInvoice"
import * as Present from "@gatefold/core/Present"
import * as AttemptReference from "@gatefold/core/Reference"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { InvalidOrder, PriceConflict, UnknownReference } from "../CheckoutError.ts"
import * as Order from "../Order.ts"
import type { Journal } from "./journal.ts"
import type * as Orders from "./orders.ts"

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
}

/**
 * @internal The order with the attempt that stands for it: the one that is open or paid, or a new one on `account` if
 * there is none or the newest came to nothing.
 */
export const make = ({ journal, orders }: Options) => {
  const begin = Effect.fnUntraced(function*(order: Orders.Loaded, account: AccountId) {
    const number = (order.attempts.at(-1)?.attempt.number ?? 0) + 1
    const providerReference = AttemptReference.ofAttempt(order.reference, number)
    if (providerReference === undefined) {
      return yield* new InvalidOrder({ field: "reference", issue: "too long for another attempt" })
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
    yield* journal.commit(order, one, { kind: "reserved", source: "shop" })
    return attempt
  })

  return Effect.fnUntraced(function*(checked: Checked, account: AccountId) {
    const { price, reference } = checked
    yield* orders.insert({ ...checked, createdAt: yield* DateTime.now })
    return yield* orders.held(
      reference,
      Effect.fnUntraced(function*(order) {
        if (order === undefined) return yield* new UnknownReference({ reference })
        if (!Money.equals(order.price, price)) {
          return yield* new PriceConflict({ reference, known: order.price, asked: price })
        }
        return standing(order) ?? (yield* begin(order, account))
      })
    )
  })
}

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
const standing = ({ attempts }: Orders.Loaded): Order.Attempt | undefined => {
  const paid = attempts.find(({ attempt }) => Order.isPaid(attempt) && attempt.canceledAt === undefined)?.attempt
  const newest = attempts.at(-1)?.attempt
  return paid ?? (newest === undefined || Order.isOver(newest) ? undefined : newest)
}
