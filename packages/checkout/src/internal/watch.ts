/**
 * Following an order for pages that show it: one stream for all viewers of this process, and one reader of quotes for all
 * processes.
 */
import * as Invoice from "@gatefold/core/Invoice"
import type * as Payment from "@gatefold/core/Payment"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as RcMap from "effect/RcMap"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { StorageFailed, UnknownReference } from "../CheckoutError.ts"
import * as Order from "../Order.ts"
import * as Orders from "./orders.ts"
import type { Quotes } from "./quotes.ts"
import type { Signal } from "./signal.ts"

/** How often a page learns what other processes wrote. */
const lookEvery = "1 second"

/** @internal */
export interface Options {
  readonly orders: Orders.Orders
  readonly quotes: Quotes
  readonly signal: Signal
}

type Failure = UnknownReference | StorageFailed

/** @internal */
export const make = Effect.fnUntraced(function*({ orders, quotes, signal }: Options) {
  const load = Effect.fnUntraced(function*(reference: string) {
    const order = yield* orders.get(reference)
    return order === undefined ? yield* new UnknownReference({ reference }) : Orders.shown(order)
  })

  /** The payment that a customer looks at, as whoever follows it sees it. */
  const shownPayment = (attempt: Order.Attempt) =>
    attempt.invoice === undefined ? Effect.undefined : quotes.ofOthers(attempt.account, attempt.invoice.id)

  const look = Effect.fnUntraced(function*(reference: string) {
    const order = yield* load(reference)
    const { current } = order
    if (current === undefined) return order
    return withPayment(order, current, yield* shownPayment(current), yield* DateTime.now)
  })

  /** Keeps the quote of the newest attempt alive while somebody looks, if no other process does. */
  const keepQuote = Effect.fnUntraced(function*(reference: string) {
    const { current } = yield* load(reference)
    const invoice = current?.invoice
    const payment = invoice?.payments[0]
    if (current === undefined || invoice === undefined || payment === undefined || Invoice.isTerminal(invoice)) return
    if (!(yield* quotes.hasQuotes(current.account))) return
    if (!(yield* quotes.claim(current.account, invoice.id))) return
    yield* quotes.follow(current.account, invoice.id, payment.id).pipe(
      Stream.runForEach(() => signal.ring),
      Effect.ensuring(Effect.ignore(quotes.release(current.account, invoice.id)))
    )
  })

  const shared = yield* RcMap.make({
    lookup: (reference: string) =>
      Effect.gen(function*() {
        yield* keepQuote(reference).pipe(
          Effect.ignore,
          Effect.repeat(Schedule.spaced(lookEvery)),
          Effect.forkScoped
        )
        const ticks = Stream.fromEffectRepeat(Effect.flatMap(signal.next, (wait) => wait(lookEvery)))
        return yield* Stream.concat(Stream.succeed(undefined), ticks).pipe(
          Stream.mapEffect(() => look(reference)),
          Stream.changesWith(isSame),
          Stream.takeUntil(isOver),
          Stream.share({ capacity: 16, strategy: "sliding", replay: 1 })
        )
      })
  })

  return (reference: string): Stream.Stream<Order.Order, Failure> =>
    Stream.unwrap(Effect.as(load(reference), Stream.scoped(Stream.unwrap(RcMap.get(shared, reference)))))
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

/** The order with the quote that holds now; one whose time is over is not shown. */
const withPayment = (
  order: Order.Order,
  attempt: Order.Attempt,
  payment: Payment.Payment | undefined,
  now: DateTime.Utc
): Order.Order => {
  const { invoice } = attempt
  if (invoice === undefined) return order
  const { checkout: stated, ...rest } = invoice
  const checkout = [payment?.checkout, stated].find((action) => action !== undefined && holds(action, now))
  const shown = new Invoice.Invoice({ ...rest, ...(checkout === undefined ? {} : { checkout }) })
  const changed = new Order.Attempt({ ...attempt, invoice: shown })
  return new Order.Order({ ...order, attempts: order.attempts.map((each) => each === attempt ? changed : each) })
}

const holds = (action: NonNullable<Invoice.Invoice["checkout"]>, now: DateTime.Utc): boolean =>
  action._tag === "Redirect" || action.quote === undefined || DateTime.isGreaterThan(action.quote.until, now)
