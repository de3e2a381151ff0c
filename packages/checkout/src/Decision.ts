/**
 * What a person decides about an attempt that the program cannot settle.
 */
import { InvoiceId } from "@gatefold/core/Identifiers"
import * as Schema from "effect/Schema"

/**
 * The provider has it: this is its invoice. It is read before it is believed, and has to be of the order's price.
 *
 * Its id is the one that the provider shows: `new Adopt({ invoice: InvoiceId.make("...") })` with `InvoiceId` of
 * `@gatefold/core`'s `Identifiers`, and as a promise `{ _tag: "Adopt", invoice: "..." }`.
 */
export class Adopt extends Schema.TaggedClass<Adopt>("@gatefold/checkout/Decision/Adopt")("Adopt", {
  invoice: InvoiceId
}) {}

/** It came to nothing, or is given up: the next attempt may be opened. */
export class Abandon extends Schema.TaggedClass<Abandon>("@gatefold/checkout/Decision/Abandon")("Abandon", {}) {}

/** What was wrong is dealt with, such as money that was sent back: it no longer asks for a person. */
export class Settle extends Schema.TaggedClass<Settle>("@gatefold/checkout/Decision/Settle")("Settle", {
  note: Schema.NonEmptyString
}) {}

export const Decision = Schema.Union([Adopt, Abandon, Settle])
export type Decision = typeof Decision.Type
