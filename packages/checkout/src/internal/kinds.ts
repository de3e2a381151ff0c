/**
 * What a change of one attempt means to a shop: a pure comparison of the order before and after.
 */
import * as Invoice from "@gatefold/core/Invoice"
import type { Kind } from "../Change.ts"
import * as Order from "../Order.ts"

/** @internal In a fixed order; empty if nothing happened that a shop would want to know. */
export const between = (before: Order.Order, after: Order.Order, number: number): ReadonlyArray<Kind> => {
  const was = before.attempts.find((attempt) => attempt.number === number)
  const is = after.attempts.find((attempt) => attempt.number === number)
  if (is === undefined) return []
  const found: ReadonlyArray<readonly [Kind, boolean]> = [
    ["opened", is.invoice !== undefined && was?.invoice === undefined],
    [statusKind(is), statusOf(is) !== statusOf(was)],
    ["paid", after.isCovered && !before.isCovered],
    ["paidTwice", isNewlyPaid(was, is) && is.canceledAt === undefined && othersPaid(after, is)],
    ["paidAfterCancel", isNewlyPaid(was, is) && is.canceledAt !== undefined],
    ["refundDue", grew(before.refundDue, after.refundDue)],
    ["needsReview", after.attempts.some((attempt) => isForAnotherReason(before, after, attempt))],
    ["stale", is.staleAt !== undefined && was?.staleAt === undefined]
  ]
  const kinds = [...new Set(found.flatMap(([kind, holds]) => holds ? [kind] : []))]
  if (kinds.length > 0) return kinds.length > 1 ? kinds.filter((kind) => kind !== "updated") : kinds
  const isDealtWith = grew(after.needsReview, before.needsReview) || grew(after.refundDue, before.refundDue)
  return isDealtWith || isNews(was, is) ? ["updated"] : []
}

/** Whether there is something to look at about an attempt that there was not before. */
const isForAnotherReason = (before: Order.Order, after: Order.Order, is: Order.Attempt): boolean => {
  const was = before.attempts.find(({ number }) => number === is.number)
  const known = was === undefined ? [] : Order.reviewOf(before, was)
  return Order.reviewOf(after, is).some((why) => !known.includes(why))
}

const statusOf = (attempt: Order.Attempt | undefined) => attempt?.invoice?.status

const statusKind = (attempt: Order.Attempt): Kind => {
  const status = statusOf(attempt)
  switch (status) {
    case "processing":
    case "expired":
    case "failed":
    case "canceled":
      return status
    default:
      return "updated"
  }
}

const isNewlyPaid = (was: Order.Attempt | undefined, is: Order.Attempt): boolean =>
  Order.isPaid(is) && (was === undefined || !Order.isPaid(was))

const othersPaid = ({ attempts }: Order.Order, is: Order.Attempt): boolean =>
  attempts.some((other) => other.number !== is.number && Order.isPaid(other) && other.canceledAt === undefined)

/** Whether there is an attempt in one list whose number is not in the other. */
const grew = (before: ReadonlyArray<Order.Attempt>, after: ReadonlyArray<Order.Attempt>): boolean =>
  after.some(({ number }) => !before.some((known) => known.number === number))

/** The design's rule: a change is what changes the fact or the words that nobody understood. */
const isNews = (was: Order.Attempt | undefined, is: Order.Attempt): boolean => newsKey(was) !== newsKey(is)

const newsKey = (attempt: Order.Attempt | undefined): string =>
  attempt?.invoice === undefined
    ? ""
    : JSON.stringify([Invoice.factKey(attempt.invoice), attempt.invoice.unrecognized])
