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
  const attemptOf = Effect.fnUntraced(function*(reference: string, order: Orders.Loaded | undefined, number: number) {
    if (order === undefined) return yield* new UnknownReference({ reference })
    const one = order.attempts.find(({ attempt }) => attempt.number === number)
    if (one === undefined) return yield* new InvalidTransition({ reference, issue: `there is no attempt ${number}` })
    return { order, one }
  })

  /** Cancels all that may still bring money, and tells which attempts those are. */
  const markCanceled = (reference: string) =>
    orders.held(
      reference,
      Effect.fnUntraced(function*(held) {
        if (held === undefined) return yield* new UnknownReference({ reference })
        const open = held.attempts.filter(({ attempt }) => mayBringMoney(attempt))
        const isPaid = held.attempts.some(({ attempt }) => attempt.canceledAt === undefined && Order.isPaid(attempt))
        if (isPaid && open.every(({ attempt }) => Order.isOver(attempt))) {
          return yield* new InvalidTransition({ reference, issue: "it is paid: send the money back instead" })
        }
        const canceledAt = yield* DateTime.now
        let order = held
        for (const one of open) {
          const attempt = new Order.Attempt({ ...one.attempt, canceledAt })
          order = yield* journal.commit(order, { ...one, attempt }, { kind: "canceled", source: "shop" })
        }
        return held.attempts.map(({ attempt }) => attempt)
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
    yield* Effect.forEach(yield* markCanceled(reference), cancelThere, { discard: true })
    const order = yield* orders.get(reference)
    return order === undefined ? yield* new UnknownReference({ reference }) : Orders.shown(order)
  })

  const settle = (reference: string, number: number, note: string) =>
    orders.held(
      reference,
      Effect.fnUntraced(function*(held) {
        const { one, order } = yield* attemptOf(reference, held, number)
        if (Order.reviewOf(Orders.shown(order), one.attempt).length === 0) {
          return yield* new InvalidTransition({ reference, issue: `nothing about attempt ${number} asks for a person` })
        }
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
    return yield* orders.held(
      reference,
      Effect.fnUntraced(function*(held) {
        const { one, order } = yield* attemptOf(reference, held, number)
        const refuse = (issue: string) => new InvalidTransition({ reference, issue })
        const owner = yield* orders.ownerOf(one.attempt.account, id)
        if (owner !== undefined) return yield* refuse(`invoice ${id} belongs to order ${owner.reference}`)
        if (!adoptable.has(one.attempt.state)) {
          return yield* refuse(`attempt ${number} is ${one.attempt.state} and cannot be given an invoice`)
        }
        if (invoice.price === undefined || !Money.equals(invoice.price, order.price)) {
          return yield* refuse(`invoice ${id} is of another price than ${order.price}`)
        }
        const { providerReference } = one.attempt
        if (invoice.references.some((stated) => stated !== providerReference)) {
          return yield* refuse(`invoice ${id} has another reference than ${providerReference}`)
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
    // what nobody is named for is not audited
    if (who.trim() === "") return Effect.fail(new InvalidTransition({ reference, issue: "say who decides" }))
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

const mayBringMoney = (attempt: Order.Attempt): boolean =>
  attempt.canceledAt === undefined && !Order.isPaid(attempt) &&
  attempt.state !== "refused" && attempt.state !== "abandoned"

/** States in which a person may know better. */
const adoptable: ReadonlySet<Order.State> = new Set(["unknown", "abandoned", "refused"])
