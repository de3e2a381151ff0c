/**
 * What the shop and its people decide: to cancel an attempt, or to settle one that the program cannot.
 */
import * as Accounts from "@gatefold/core/Accounts"
import { Gateway } from "@gatefold/core/Gateway"
import * as Invoice from "@gatefold/core/Invoice"
import { Invoices } from "@gatefold/core/Invoices"
import * as Money from "@gatefold/core/Money"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { InvalidTransition, UnknownReference } from "../CheckoutError.ts"
import type { Decision } from "../Decision.ts"
import * as Order from "../Order.ts"
import type { Journal } from "./journal.ts"
import type { Observing } from "./observe.ts"
import * as Orders from "./orders.ts"
import { released } from "./transitions.ts"

/** @internal */
export interface Options {
  readonly orders: Orders.Orders
  readonly journal: Journal
  readonly observing: Observing
}

/** @internal */
export const make = ({ journal, observing, orders }: Options) => {
  const attemptOf = Effect.fnUntraced(function*(reference: string, order: Orders.Loaded | undefined, number?: number) {
    if (order === undefined) return yield* new UnknownReference({ reference })
    const one = number === undefined
      ? order.attempts.at(-1)
      : order.attempts.find(({ attempt }) => attempt.number === number)
    if (one === undefined) return yield* new InvalidTransition({ reference, issue: "has no such attempt" })
    return { order, one }
  })

  const markCanceled = (reference: string) =>
    orders.held(
      reference,
      Effect.fnUntraced(function*(held) {
        const { one, order } = yield* attemptOf(reference, held)
        const { attempt } = one
        if (attempt.canceledAt !== undefined) return { order, attempt }
        if (Order.isPaid(attempt)) {
          return yield* new InvalidTransition({ reference, issue: "is paid: send the money back instead" })
        }
        const canceled = new Order.Attempt({ ...attempt, canceledAt: yield* DateTime.now })
        const after = yield* journal.commit(order, { ...one, attempt: canceled }, { kind: "canceled", source: "shop" })
        return { order: after, attempt: canceled }
      })
    )

  /** Where the provider can cancel it is asked to; if it does not, the attempt stays watched. */
  const cancelThere = Effect.fnUntraced(function*({ account, invoice }: Order.Attempt) {
    if (invoice === undefined || Invoice.isTerminal(invoice)) return
    const canceled = yield* Accounts.on(
      account,
      Effect.gen(function*() {
        const { capabilities } = yield* Gateway
        if (!capabilities.has("invoices.cancel")) return undefined
        const invoices = yield* Invoices
        return yield* invoices.cancel(invoice.id)
      })
    ).pipe(Effect.option)
    const known = Option.getOrUndefined(canceled)
    if (known !== undefined) yield* observing.observe(account, known, "shop")
  })

  const cancel = Effect.fnUntraced(function*(reference: string) {
    const { attempt } = yield* markCanceled(reference)
    yield* cancelThere(attempt)
    const order = yield* orders.get(reference)
    return order === undefined ? yield* new UnknownReference({ reference }) : Orders.shown(order)
  })

  const settle = (reference: string, number: number, note: string) =>
    orders.held(
      reference,
      Effect.fnUntraced(function*(held) {
        const { one, order } = yield* attemptOf(reference, held, number)
        const settled = new Order.Attempt({ ...one.attempt, settledAt: yield* DateTime.now })
        return yield* journal.commit(order, { ...one, attempt: settled }, { kind: "settled", source: "person", note })
      })
    )

  /** A create that is under way may still give it an invoice: its lease has to run out first. */
  const abandon = (reference: string, number: number, who: string) =>
    orders.held(
      reference,
      Effect.fnUntraced(function*(held) {
        const { one, order } = yield* attemptOf(reference, held, number)
        const { state } = one.attempt
        if (state !== "unknown" && state !== "reserved") {
          return yield* new InvalidTransition({
            reference,
            issue: `attempt ${number} is ${state} and cannot be abandoned`
          })
        }
        return yield* journal.commit(order, released(one, "abandoned", one.attempt.failure), {
          kind: "resolved",
          source: "person",
          note: `abandoned by ${who}`
        })
      })
    )

  const adopt = Effect.fnUntraced(function*(reference: string, number: number, id: Invoice.Invoice["id"], who: string) {
    const { one } = yield* attemptOf(reference, yield* orders.get(reference), number)
    const invoice = yield* Accounts.on(one.attempt.account, Effect.flatMap(Invoices, ({ get }) => get({ id })))
    const owner = yield* orders.ofInvoice(one.attempt.account, id)
    return yield* orders.held(
      reference,
      Effect.fnUntraced(function*(held) {
        const { one, order } = yield* attemptOf(reference, held, number)
        const refuse = (issue: string) => new InvalidTransition({ reference, issue })
        if (owner !== undefined) return yield* refuse(`invoice ${id} belongs to order ${owner}`)
        if (one.attempt.state !== "unknown" && one.attempt.state !== "abandoned") {
          return yield* refuse(`attempt ${number} is ${one.attempt.state} and cannot be given an invoice`)
        }
        if (invoice.price === undefined || !Money.equals(invoice.price, order.price)) {
          return yield* refuse(`invoice ${id} is of another price than ${order.price}`)
        }
        const after = yield* journal.commit(order, one, {
          kind: "resolved",
          source: "person",
          note: `adopted by ${who}`
        })
        const is = after.attempts.find(({ attempt }) => attempt.number === number) ?? one
        return yield* observing.join(after, is, invoice, "person")
      })
    )
  })

  const resolve = (reference: string, number: number, decision: Decision, who: string) => {
    switch (decision._tag) {
      case "Adopt":
        return Effect.map(adopt(reference, number, decision.invoice, who), Orders.shown)
      case "Abandon":
        return Effect.map(abandon(reference, number, who), Orders.shown)
      case "Settle":
        return Effect.map(settle(reference, number, `${who}: ${decision.note}`), Orders.shown)
    }
  }

  return { cancel, resolve }
}
