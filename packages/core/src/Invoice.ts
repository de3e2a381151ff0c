/**
 * What the provider asks a customer to pay for one attempt, as the provider stated it.
 *
 * An invoice's state is a fold of observations: `merge` joins any two in any order, any number of times, and ends in
 * the same state. `covers` is the only test for fulfilment.
 */
import * as BigDecimal from "effect/BigDecimal"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { CheckoutAction } from "./CheckoutAction.ts"
import * as Currency from "./Currency.ts"
import { AccountId, InvoiceId, ProviderId, Reference } from "./Identifiers.ts"
import * as facts from "./internal/facts.ts"
import * as Join from "./internal/join.ts"
import * as Money from "./Money.ts"
import * as Payment from "./Payment.ts"
import * as Present from "./Present.ts"
import type { Adjustment } from "./Settlement.ts"

/** Life cycle of an invoice. `unknown` means that nothing understood was ever seen. */
export const Status = facts.invoiceStatus
export type Status = typeof Status.Type

/**
 * An observation of an invoice, or several merged.
 *
 * `references` and `prices` hold each distinct value that was ever stated: normally one, none where the provider does
 * not echo it. `providerStatus` is the provider's own word beside `status`. `checkout`, `updatedAt` and `observedAt`
 * describe the moment of the statement: they take no part in `merge` and in the fact's key.
 */
export class Invoice extends Schema.Class<Invoice>("@gatefold/core/Invoice")({
  provider: ProviderId,
  account: AccountId,
  id: InvoiceId,
  references: Schema.Array(Reference),
  prices: Schema.Array(Money.Money),
  status: Status,
  ...facts.fields,
  payments: Schema.Array(Payment.Payment),
  checkout: Schema.optionalKey(CheckoutAction),
  updatedAt: Schema.optionalKey(Schema.DateTimeUtcFromString),
  observedAt: Schema.optionalKey(Schema.DateTimeUtcFromString)
}) {
  /** The merchant's reference, if exactly one was stated. */
  get reference(): Reference | undefined {
    return this.references.length === 1 ? this.references[0] : undefined
  }

  /** The price, if exactly one was stated. */
  get price(): Money.Money | undefined {
    return this.prices.length === 1 ? this.prices[0] : undefined
  }
}

/** An invoice's fields; all but the ids may be left out. */
export interface Input extends facts.Input<Status> {
  readonly provider: ProviderId
  readonly account: AccountId
  readonly id: InvoiceId
  readonly references?: ReadonlyArray<Reference> | undefined
  readonly prices?: ReadonlyArray<Money.Money> | undefined
  readonly payments?: ReadonlyArray<Payment.Payment> | undefined
  readonly checkout?: CheckoutAction | undefined
  readonly updatedAt?: DateTime.Utc | undefined
  readonly observedAt?: DateTime.Utc | undefined
}

const references = Join.union((reference: Reference) => reference)
const prices = Join.byKey(Money.canonical, facts.finest)

/** Makes an observation with its lists in their one order. What is left out is absent, `open`, `none` or empty. */
export const make = (input: Input): Invoice =>
  new Invoice({
    provider: input.provider,
    account: input.account,
    id: input.id,
    references: references(input.references ?? [], []),
    prices: prices(input.prices ?? [], []),
    payments: Payment.mergeAll(input.payments ?? [], []),
    ...Present.only({
      ...facts.canonical<Status>(input, "open"),
      checkout: input.checkout,
      updatedAt: input.updatedAt,
      observedAt: input.observedAt
    })
  })

/** Two observations that were to be merged are of different invoices. */
export class MergeMismatch extends Schema.TaggedError<MergeMismatch>("@gatefold/core/MergeMismatch")("MergeMismatch", {
  left: Schema.String,
  right: Schema.String
}) {
  override get message(): string {
    return `These are two invoices, not two observations of one: ${this.left} and ${this.right}`
  }
}

const identity = (invoice: Invoice) => `${invoice.account}/${invoice.id}`

/**
 * Joins two observations of one (account, invoice id): associative, commutative and idempotent over everything that
 * the fact's key is made of. What takes no part in the join is taken from `b`, or from `a` where `b` lacks it.
 */
export const merge = (a: Invoice, b: Invoice): Result.Result<Invoice, MergeMismatch> =>
  a.account === b.account && a.id === b.id
    ? Result.succeed(make({
      provider: a.provider,
      account: a.account,
      id: a.id,
      ...facts.join(a, b),
      references: references(a.references, b.references),
      prices: prices(a.prices, b.prices),
      payments: Payment.mergeAll(a.payments, b.payments),
      checkout: b.checkout ?? a.checkout,
      updatedAt: b.updatedAt ?? a.updatedAt,
      observedAt: b.observedAt ?? a.observedAt
    }))
    : Result.fail(new MergeMismatch({ left: identity(a), right: identity(b) }))

/** Whether nothing more is expected to happen. A late payment may still turn `expired` or `failed` into `paid`. */
export const isTerminal = ({ status }: { readonly status: Status }): boolean => facts.isTerminal(status)

/** What is unusual about an invoice. */
export type Condition = "underpaid" | "overpaid" | "late" | "adjusted" | "inconsistent" | "reversed" | "unrecognized"

/** The unusual that an invoice shows, in a fixed order. A view of the state: never stored or merged as truth. */
export const conditions = (invoice: Invoice): ReadonlyArray<Condition> => {
  const shown: ReadonlyArray<readonly [Condition, boolean]> = [
    ["underpaid", invoice.coverage === "partial"],
    ["overpaid", invoice.coverage === "over"],
    ["late", isLate(invoice)],
    ["adjusted", isAdjusted(invoice)],
    ["inconsistent", isInconsistent(invoice)],
    ["reversed", invoice.isReversed],
    ["unrecognized", invoice.unrecognized.length > 0]
  ]
  return shown.flatMap(([condition, holds]) => holds ? [condition] : [])
}

const isLate = (invoice: Invoice): boolean => {
  if (invoice.isLate) return true
  if (invoice.status !== "paid" || invoice.paidAt === undefined) return false
  const lastExpiry = invoice.payments.reduce((last, { expiresAt }) => Join.latest(last, expiresAt), invoice.expiresAt)
  return lastExpiry !== undefined && DateTime.isGreaterThan(invoice.paidAt, lastExpiry)
}

const isAdjusted = (invoice: Invoice): boolean =>
  invoice.isAdjusted || invoice.adjustment !== undefined || invoice.prices.length > 1

const isInconsistent = (invoice: Invoice): boolean =>
  invoice.references.length > 1 || new Set(invoice.prices.map(({ currency }) => currency.toString())).size > 1

/**
 * The only test for fulfilment: whether the order of this price may be handed over.
 *
 * It holds if the invoice is paid, not in part, not reversed and not inconsistent, its price is exactly this price, and
 * it was not adjusted, or to at least this price. What is paid without being covered needs a person's review.
 */
export const covers = (price: Money.Money, invoice: Invoice): boolean =>
  invoice.status === "paid" &&
  invoice.coverage !== "partial" &&
  !invoice.isReversed &&
  !isInconsistent(invoice) &&
  invoice.price !== undefined && Money.equals(invoice.price, price) &&
  (!isAdjusted(invoice) || isAdjustedToAtLeast(price, invoice))

const isAdjustedToAtLeast = (price: Money.Money, { adjustment }: Invoice): boolean =>
  adjustment?.amount !== undefined &&
  Currency.equals(adjustment.amount.currency, price.currency) &&
  BigDecimal.isGreaterThanOrEqualTo(adjustment.amount.amount, price.amount)

/**
 * The key of the fact that an observation states: equal for a webhook and a poll that saw the same, whenever and
 * however they came, and for any two folds of the same observations. It covers account, id, status, coverage, flags,
 * adjustment, prices, references and received amounts.
 */
export const factKey = (invoice: Invoice): string =>
  JSON.stringify([
    invoice.account,
    invoice.id,
    invoice.status,
    invoice.coverage,
    [invoice.isLate, invoice.isReversed, invoice.isAdjusted],
    invoice.adjustment === undefined ? null : adjustedTo(invoice.adjustment),
    invoice.prices.map(Money.canonical),
    invoice.references,
    invoice.received.map(Money.canonical)
  ])

const adjustedTo = ({ amount }: Adjustment): string => amount === undefined ? "unknown" : Money.canonical(amount)
