/**
 * What the application is told when something about an order changed.
 */
import { AccountId } from "@gatefold/core/Identifiers"
import * as Schema from "effect/Schema"
import * as Order from "./Order.ts"

/**
 * What a change means to a shop. One change may be several of them.
 *
 * `opened`: the attempt has its invoice, which is shown to the customer if the shop still wants it. `paid`: the attempt
 * covers the order now, hand it over. `needsReview`: money came that does not cover it, a success was
 * taken back, or an outcome is not known; a person has to look. `processing`, `expired`, `failed`, `canceled`: what the
 * invoice became. `paidTwice`, `paidAfterCancel`: money came that the order did not need. `refundDue`: it has to go back.
 * `stale`: open for so long that it is no longer asked about. `updated`: anything else.
 */
export const Kind = Schema.Literals([
  "opened",
  "processing",
  "paid",
  "needsReview",
  "expired",
  "failed",
  "canceled",
  "paidTwice",
  "paidAfterCancel",
  "refundDue",
  "stale",
  "updated"
])
export type Kind = typeof Kind.Type

/**
 * A change of one attempt, with the whole order as it was right after it.
 *
 * `id` is the same however often the change is delivered. Changes of one attempt come in the order of `version`, and
 * those of different attempts in any. What there is to pay may be a page, and never a quote, which would be over by the time
 * that the change is read: `watch` shows one that holds.
 */
export class Change extends Schema.Class<Change>("@gatefold/checkout/Change")({
  id: Schema.String,
  account: AccountId,
  attempt: Schema.Int,
  version: Schema.Int,
  kinds: Schema.NonEmptyArray(Kind),
  at: Schema.DateTimeUtcFromString,
  order: Order.Order
}) {}
