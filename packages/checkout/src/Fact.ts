/**
 * The append-only history of an order: why it is in the state that it is in.
 */
import { GatewayError } from "@gatefold/core/GatewayError"
import * as Invoice from "@gatefold/core/Invoice"
import * as Schema from "effect/Schema"

/** What happened to an attempt. */
export const Kind = Schema.Literals([
  "reserved",
  "sent",
  "observed",
  "refused",
  "unknown",
  "abandoned",
  "postponed",
  "canceled",
  "stale",
  "resolved",
  "settled"
])
export type Kind = typeof Kind.Type

/** Where it came from. */
export const Source = Schema.Literals(["shop", "create", "webhook", "poll", "sweep", "person"])
export type Source = typeof Source.Type

/** One thing that happened, in the order of `seq` for each attempt. */
export class Fact extends Schema.Class<Fact>("@gatefold/checkout/Fact")({
  attempt: Schema.Int,
  seq: Schema.Int,
  at: Schema.DateTimeUtcFromString,
  kind: Kind,
  source: Source,
  /** What the provider said, as it was said. */
  invoice: Schema.optionalKey(Invoice.Invoice),
  failure: Schema.optionalKey(GatewayError),
  note: Schema.optionalKey(Schema.String)
}) {}
