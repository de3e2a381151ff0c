/**
 * Orders and the attempts to collect them, as a shop sees them.
 */
import { GatewayError } from "@gatefold/core/GatewayError"
import { AccountId, Reference } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import * as Money from "@gatefold/core/Money"
import type { NewInvoice } from "@gatefold/core/NewInvoice"
import * as Schema from "effect/Schema"

/**
 * What a shop wants to be paid. `metadata` travels with the order into every change.
 *
 * What the first `open` of a reference said is kept: a later one changes neither `metadata` nor what is asked of the
 * provider, also where it begins the next attempt.
 */
export interface NewOrder extends NewInvoice {
  /**
   * The shop's own id of the order: 1 to 120 letters, digits and `._~-`, not beginning with a dot or a tilde, and not
   * ending in a dot and a number, since `order-7.2` is the second attempt of `order-7`. Unique over all stores that share
   * an account. The same one at another price is a `PriceConflict`. To pay again, open the same one again.
   */
  readonly reference: string
  /** Goes before `webhooksAt` of the checkout, and is sent as it is. Let its path end in `/webhooks/{account}`. */
  readonly webhookUrl?: string | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/**
 * How far an attempt is.
 *
 * `reserved`: written down, nothing sent. `sending`: a create is under way. `done`: its invoice is known. `refused`: the
 * provider said no. `unknown`: nobody knows whether the provider has it. `abandoned`: given up, and never shown to
 * anybody.
 */
export const State = Schema.Literals(["reserved", "sending", "done", "refused", "unknown", "abandoned"])
export type State = typeof State.Type

/** The n-th try to collect an order, on one account for ever. */
export class Attempt extends Schema.Class<Attempt>("@gatefold/checkout/Attempt")({
  number: Schema.Int,
  account: AccountId,
  /** What the provider knows it by. */
  providerReference: Reference,
  state: State,
  /** Its invoice as it is known, everything that was ever observed merged. */
  invoice: Schema.optionalKey(Invoice.Invoice),
  /** How often what is known of the invoice has changed. */
  version: Schema.Int,
  /** Why it is `refused`, `unknown` or still `reserved`; of a `done` one, what contradicts its invoice. */
  failure: Schema.optionalKey(GatewayError),
  createdAt: Schema.DateTimeUtcFromString,
  /** The shop no longer wants it to be paid. It stays watched. */
  canceledAt: Schema.optionalKey(Schema.DateTimeUtcFromString),
  /** Open for so long that it is no longer asked about by itself; a webhook wakes it. */
  staleAt: Schema.optionalKey(Schema.DateTimeUtcFromString),
  /** A person has dealt with what was wrong with it. */
  settledAt: Schema.optionalKey(Schema.DateTimeUtcFromString)
}) {
  /** Whether the next attempt may be opened after this one. */
  get isOver(): boolean {
    return isOver(this)
  }
}

/** An order with all its attempts, oldest first. */
export class Order extends Schema.Class<Order>("@gatefold/checkout/Order")({
  store: Schema.String,
  reference: Reference,
  price: Money.Money,
  metadata: Schema.Record(Schema.String, Schema.String),
  createdAt: Schema.DateTimeUtcFromString,
  attempts: Schema.Array(Attempt)
}) {
  /** The newest attempt. */
  get current(): Attempt | undefined {
    return this.attempts.at(-1)
  }

  /** Whether it may be handed over: one of its attempts is paid, and nothing about it needs a person. */
  get isCovered(): boolean {
    return this.attempts.some((attempt) => covers(this.price, attempt))
  }

  /** Whether a customer may be shown how to pay the newest attempt. */
  get isPayable(): boolean {
    return this.current?.invoice !== undefined && isPayable(this, this.current)
  }

  /** Attempts that a person has to look at; `reviews` says why. */
  get needsReview(): ReadonlyArray<Attempt> {
    return this.attempts.filter((attempt) => reviewOf(this, attempt).length > 0)
  }

  /** Why a person has to look at those attempts, each by its number. */
  get reviews(): ReadonlyArray<{ readonly attempt: number; readonly why: ReadonlyArray<Review> }> {
    return this.needsReview.map((attempt) => ({ attempt: attempt.number, why: reviewOf(this, attempt) }))
  }

  /** Attempts whose money has to go back. */
  get refundDue(): ReadonlyArray<Attempt> {
    return this.attempts.filter((attempt) => reviewOf(this, attempt).includes("tooMuch"))
  }
}

/**
 * Why a person has to look at an attempt.
 *
 * `unknown`: nobody knows whether the provider has it. `contradicted`: the provider stated something that does not fit
 * its invoice. `reversed`: a success was taken back. `underpaid`: it ended, or was given up, with a part of the money.
 * `uncovered`: it is paid, and that is not the price of the order, as `Invoice.covers` tells. `tooMuch`: it is paid
 * although it was canceled, or although another one pays for the order.
 */
export type Review = "unknown" | "contradicted" | "reversed" | "underpaid" | "uncovered" | "tooMuch"

/** Why a person has to look at an attempt of an order; empty if nobody has to, or somebody did. */
export const reviewOf = (order: Order, attempt: Attempt): ReadonlyArray<Review> => {
  if (attempt.settledAt !== undefined) return []
  const { failure, invoice, state } = attempt
  const found: ReadonlyArray<readonly [Review, boolean]> = [
    // that it is sent again settles nothing yet
    ["unknown", state === "unknown" || (state === "sending" && failure !== undefined)],
    ["contradicted", state === "done" && failure !== undefined],
    ["reversed", invoice?.isReversed === true],
    ["underpaid", isUnderpaid(attempt)],
    ["uncovered", isPaid(attempt) && invoice !== undefined && !Invoice.covers(order.price, invoice)],
    ["tooMuch", isTooMuch(order, attempt)]
  ]
  return found.flatMap(([why, holds]) => holds ? [why] : [])
}

/** Whether an attempt pays for an order of this price. One that the shop gave up never does. */
export const covers = (price: Money.Money, { canceledAt, invoice }: Attempt): boolean =>
  canceledAt === undefined && invoice !== undefined && Invoice.covers(price, invoice)

/** Whether money came in for an attempt. */
export const isPaid = ({ invoice }: Attempt): boolean => invoice?.status === "paid" && !invoice.isReversed

/** Money came in, and no more of it is expected. */
const isUnderpaid = ({ canceledAt, invoice, staleAt }: Attempt): boolean =>
  invoice !== undefined && invoice.status !== "paid" && invoice.coverage !== "none" &&
  (canceledAt !== undefined || staleAt !== undefined || Invoice.isTerminal(invoice))

/** Paid although it was canceled, or although an earlier one that was paid stands for the order. */
const isTooMuch = (order: Order, attempt: Attempt): boolean =>
  isPaid(attempt) &&
  (attempt.canceledAt !== undefined ||
    order.attempts.some((other) => other.number !== attempt.number && isRather(order, other, attempt)))

/** Which of two paid attempts pays for the order: one that covers it, else the earlier one. */
const isRather = (order: Order, other: Attempt, attempt: Attempt): boolean => {
  if (!isPaid(other) || other.canceledAt !== undefined) return false
  const [otherCovers, covers_] = [covers(order.price, other), covers(order.price, attempt)]
  return otherCovers === covers_ ? other.number < attempt.number : otherCovers
}

/**
 * Whether the next attempt may be opened after this one: it came to nothing, as far as anybody can tell. Money for what
 * was canceled has to go back, and is none for the order. A success that was taken back stands until a person has settled
 * it.
 */
export const isOver = ({ canceledAt, invoice, settledAt, state }: Attempt): boolean => {
  if (state === "refused" || state === "abandoned") return true
  if (invoice === undefined) return canceledAt !== undefined && state === "reserved"
  if (canceledAt !== undefined) return true
  return invoice.status === "paid" ? invoice.isReversed && settledAt !== undefined : Invoice.isTerminal(invoice)
}

/**
 * Whether a customer may be shown how to pay an attempt: it is the newest, the shop wants it, its invoice has not ended,
 * and no other attempt is paid. Of all others no checkout is given out.
 */
export const isPayable = ({ attempts }: Pick<Order, "attempts">, { canceledAt, invoice, number }: Attempt): boolean =>
  canceledAt === undefined && attempts.at(-1)?.number === number &&
  (invoice === undefined || !Invoice.isTerminal(invoice)) &&
  !attempts.some((other) => other.number !== number && other.canceledAt === undefined && isPaid(other))

/** The id of an attempt in changes, logs and queues: `main/order-7/2`. */
export const attemptKey = (
  key: { readonly store: string; readonly reference: string; readonly number: number }
): string => `${key.store}/${key.reference}/${key.number}`
