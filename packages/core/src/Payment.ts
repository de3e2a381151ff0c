/**
 * One try of the customer to pay an invoice.
 */
import * as Schema from "effect/Schema"
import { CheckoutAction } from "./CheckoutAction.ts"
import { PaymentId } from "./Identifiers.ts"
import * as facts from "./internal/facts.ts"
import * as Join from "./internal/join.ts"
import * as Money from "./Money.ts"
import * as Present from "./Present.ts"
import * as Quote from "./Quote.ts"

/** Life cycle of a payment. `unknown` means that nothing understood was ever seen. */
export const Status = facts.paymentStatus
export type Status = typeof Status.Type

/** How much of what is due has been received, by the provider's word or by comparing amounts of one currency. */
export const Coverage = Schema.Literals(facts.coverages)
export type Coverage = typeof Coverage.Type

/** How the customer chose to pay. */
export class Method extends Schema.Class<Method>("@gatefold/core/Payment/Method")({
  code: Schema.String,
  name: Schema.optionalKey(Schema.String)
}) {}

/**
 * A payment as a provider stated it.
 *
 * `due` is what the customer has to send, in the payment's own currency; it is not the invoice's price. `due`, `quote`,
 * `checkout` and `method` describe the moment of the statement: they take no part in `merge` and in the fact's key.
 */
export class Payment extends Schema.Class<Payment>("@gatefold/core/Payment")({
  id: PaymentId,
  status: Status,
  ...facts.fields,
  method: Schema.optionalKey(Method),
  due: Schema.optionalKey(Money.Money),
  quote: Schema.optionalKey(Quote.Quote),
  checkout: Schema.optionalKey(CheckoutAction)
}) {}

/** A payment's fields; all but the id may be left out. */
export interface Input extends facts.Input<Status> {
  readonly id: PaymentId
  readonly method?: Method | undefined
  readonly due?: Money.Money | undefined
  readonly quote?: Quote.Quote | undefined
  readonly checkout?: CheckoutAction | undefined
}

/** Makes a payment with its lists in their one order. What is left out is absent, `pending`, `none` or empty. */
export const make = (input: Input): Payment =>
  new Payment({
    id: input.id,
    ...Present.only({
      ...facts.canonical<Status>(input, "pending"),
      method: input.method,
      due: input.due,
      quote: input.quote,
      checkout: input.checkout
    })
  })

/** Whether nothing more is expected to happen. A late payment may still turn `expired` or `failed` into `paid`. */
export const isTerminal = ({ status }: { readonly status: Status }): boolean => facts.isTerminal(status)

/**
 * Joins two statements about the same payment; the caller has made sure that it is the same one. What takes no part in
 * the join is taken from `b`, or from `a` where `b` lacks it.
 */
export const merge = (a: Payment, b: Payment): Payment =>
  make({
    id: a.id,
    ...facts.join(a, b),
    method: b.method ?? a.method,
    due: b.due ?? a.due,
    quote: b.quote ?? a.quote,
    checkout: b.checkout ?? a.checkout
  })

/** @internal */
export const mergeAll: Join.Join<ReadonlyArray<Payment>> = Join.byKey((payment: Payment) => payment.id, merge)
