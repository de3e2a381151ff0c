/**
 * Where our books and a provider's list differ.
 */
import { AccountId, Reference } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import * as Schema from "effect/Schema"

/** The provider has an invoice that belongs to no attempt of ours: another shop's, or one whose create was given up. */
export class Orphan extends Schema.TaggedClass<Orphan>("@gatefold/checkout/Difference/Orphan")("Orphan", {
  account: AccountId,
  invoice: Invoice.Invoice
}) {}

/**
 * The provider states something that we did not know. It was joined to what we know, so it is no difference any more.
 * Without `ours` it was not even known that the provider has it.
 */
export class Behind extends Schema.TaggedClass<Behind>("@gatefold/checkout/Difference/Behind")("Behind", {
  account: AccountId,
  reference: Reference,
  attempt: Schema.Int,
  ours: Schema.optionalKey(Invoice.Invoice),
  theirs: Invoice.Invoice
}) {}

/** We know of an invoice that the list does not have. No list is proof, so nothing follows by itself. */
export class NotListed extends Schema.TaggedClass<NotListed>("@gatefold/checkout/Difference/NotListed")("NotListed", {
  account: AccountId,
  reference: Reference,
  attempt: Schema.Int,
  ours: Invoice.Invoice
}) {}

export const Difference = Schema.Union([Orphan, Behind, NotListed])
export type Difference = typeof Difference.Type
