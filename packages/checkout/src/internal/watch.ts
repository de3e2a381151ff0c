/**
 * Following an order for pages that show it: one stream for all viewers of this process, and one reader of quotes for all
 * processes.
 */
import type { AccountId, InvoiceId } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as RcMap from "effect/RcMap"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { type StorageFailed, UnknownReference } from "../CheckoutError.ts"
import type * as Order from "../Order.ts"
import * as Orders from "./orders.ts"
import type { Quoted } from "./quoted.ts"
import type { Quotes } from "./quotes.ts"
import type { Signal } from "./signal.ts"

/** How often a page learns what other processes wrote. */
const lookEvery = "1 second"

/** All that happens at once in this process makes a page look once. */
const gathered = "50 millis"

/** @internal */
export interface Options {
  readonly orders: Orders.Orders
  readonly quotes: Quotes
  readonly quoted: Quoted
  readonly signal: Signal
  /** Lets somebody look at an invoice soon. */
  readonly hint: (account: AccountId, invoice: InvoiceId) => Effect.Effect<unknown, StorageFailed>
}

type Failure = UnknownReference | StorageFailed

/** @internal */
export const make = Effect.fnUntraced(function*({ hint, orders, quoted, quotes, signal }: Options) {
  const load = Effect.fnUntraced(function*(reference: string) {
    const order = yield* orders.get(reference)
    return order === undefined ? yield* new UnknownReference({ reference }) : Orders.shown(order)
  })

  const look = (reference: string) => Effect.flatMap(load(reference), (order) => quoted(order))

  /** A page lives on through an outage of the database. */
  const lookOn = (reference: string) =>
    Effect.retry(look(reference), {
      while: (error) => error._tag === "StorageFailed" && error.isRetryable,
      schedule: Schedule.spaced(lookEvery)
    })

  /** Keeps the quote of the newest attempt alive while somebody looks, if no other process does. */
  const keepQuote = Effect.fnUntraced(function*(reference: string) {
    const { current } = yield* load(reference)
    const invoice = current?.invoice
    const payment = invoice?.payments[0]
    if (current === undefined || invoice === undefined || payment === undefined || Invoice.isTerminal(invoice)) return
    if (!(yield* quotes.hasQuotes(current.account))) return
    yield* quotes.follow(current.account, invoice.id, payment.id, ({ coverage, status }) => {
      const isNews = status !== payment.status || coverage !== payment.coverage
      // what it says of the state is no observation of the invoice: that is read, as after a hint
      return Effect.andThen(isNews ? hint(current.account, invoice.id) : Effect.void, signal.ring)
    })
  })

  /** Looks now, and again whenever something happened since the look before. */
  const looks = (reference: string) =>
    Stream.suspend(() => {
      let wait: ((atMost: Duration.Input) => Effect.Effect<void>) | undefined
      return Stream.fromEffectRepeat(Effect.gen(function*() {
        if (wait !== undefined) yield* Effect.andThen(wait(lookEvery), Effect.sleep(gathered))
        wait = yield* signal.next
        return yield* lookOn(reference)
      }))
    })

  const shared = yield* RcMap.make({
    lookup: (reference: string) =>
      Effect.gen(function*() {
        yield* keepQuote(reference).pipe(
          Effect.ignoreCause,
          Effect.repeat(Schedule.spaced(lookEvery)),
          Effect.forkScoped
        )
        return yield* looks(reference).pipe(
          Stream.changesWith(isSame),
          Stream.takeUntil(isOver),
          Stream.share({ capacity: 16, strategy: "sliding", replay: 1 })
        )
      })
  })

  const watch = (reference: string): Stream.Stream<Order.Order, Failure> =>
    Stream.unwrap(Effect.as(load(reference), Stream.scoped(Stream.unwrap(RcMap.get(shared, reference)))))

  /** Every invoice of the order that may still change is looked at now. */
  const refresh = Effect.fnUntraced(function*(reference: string) {
    const { attempts } = yield* load(reference)
    for (const { account, invoice } of attempts) {
      if (invoice !== undefined && !Invoice.isTerminal(invoice)) yield* hint(account, invoice.id)
    }
  })

  return { look, refresh, watch }
})

/** Whether a page has nothing more to wait for. */
const isOver = ({ current }: Order.Order): boolean =>
  current === undefined || (current.invoice !== undefined && Invoice.isTerminal(current.invoice)) ||
  current.state === "refused" || current.state === "abandoned"

const isSame = (a: Order.Order, b: Order.Order): boolean => keyOf(a) === keyOf(b)

const keyOf = ({ attempts }: Order.Order): string =>
  JSON.stringify(attempts.map(({ invoice, number, state, version }) => [
    number,
    state,
    version,
    invoice?.checkout
  ]))
