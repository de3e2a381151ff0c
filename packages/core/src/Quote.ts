/**
 * An amount due with the moment until which it holds.
 */
import * as Schema from "effect/Schema"
import * as Money from "./Money.ts"

/** What the customer has to send if the provider receives it before `until`. Afterwards another amount is due. */
export class Quote extends Schema.Class<Quote>("@gatefold/core/Quote")({
  due: Money.Money,
  until: Schema.DateTimeUtcFromString
}) {}
