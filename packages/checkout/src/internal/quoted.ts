/**
 * What of a quote may be shown. By itself nobody knows whether it still holds: whoever reads the payment renews it.
 */
import * as Invoice from "@gatefold/core/Invoice"
import type * as Payment from "@gatefold/core/Payment"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { StorageFailed } from "../CheckoutError.ts"
import * as Order from "../Order.ts"
import type { Quotes } from "./quotes.ts"

/** @internal Shows an order with the quote that holds now, if somebody follows its payment, or if its invoice `isNew`. */
export const make = (quotes: Quotes) =>
  Effect.fnUntraced(function*(order: Order.Order, isNew = false): Effect.fn.Return<Order.Order, StorageFailed> {
    const { current } = order
    if (current?.invoice === undefined || !Order.isPayable(order, current)) return order
    const followed = yield* quotes.shown(current.account, current.invoice.id)
    const checkout = checkoutOf(current.invoice, followed, isNew)
    return withCheckout(
      order,
      current,
      checkout !== undefined && holds(checkout, yield* DateTime.now) ? checkout : undefined
    )
  })

/** @internal An order for whoever reads it at some other time: a quote may be over by then. */
export const lasting = (order: Order.Order): Order.Order => {
  const { current } = order
  const checkout = current?.invoice?.checkout
  return current !== undefined && checkout !== undefined && hasQuote(checkout)
    ? withCheckout(order, current, undefined)
    : order
}

/** @internal */
export type Quoted = ReturnType<typeof make>

type Action = NonNullable<Invoice.Invoice["checkout"]>

/** The quote that an invoice came with is not shown for long: whoever follows its payment may have renewed it since. */
const checkoutOf = (
  invoice: Invoice.Invoice,
  followed: Payment.Payment | undefined,
  isNew: boolean
): Action | undefined => {
  if (followed !== undefined) return asksForTheRest(invoice, followed) ? followed.checkout : undefined
  const { checkout } = invoice
  return checkout !== undefined && (isNew || !hasQuote(checkout)) ? checkout : undefined
}

const withCheckout = (order: Order.Order, attempt: Order.Attempt, checkout: Action | undefined): Order.Order => {
  if (attempt.invoice === undefined) return order
  const { checkout: _, ...rest } = attempt.invoice
  const invoice = new Invoice.Invoice({ ...rest, ...(checkout === undefined ? {} : { checkout }) })
  const changed = new Order.Attempt({ ...attempt, invoice })
  return new Order.Order({ ...order, attempts: order.attempts.map((each) => each === attempt ? changed : each) })
}

/** Once something came in, an amount that was due before it did would be too much. */
const asksForTheRest = ({ payments }: Invoice.Invoice, { coverage, id }: Payment.Payment): boolean =>
  payments.every((known) => known.id !== id || known.coverage === coverage)

const hasQuote = (action: Action): boolean => action._tag !== "Redirect" && action.quote !== undefined

const holds = (action: Action, now: DateTime.Utc): boolean =>
  action._tag === "Redirect" || action.quote === undefined || DateTime.isGreaterThan(action.quote.until, now)
