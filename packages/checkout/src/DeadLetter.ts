/**
 * Changes that wait because their handler failed too often.
 */
import { Reference } from "@gatefold/core/Identifiers"
import * as Schema from "effect/Schema"

/** The changes of one attempt, none of which is delivered until it is replayed. Other attempts are not held up. */
export class DeadLetter extends Schema.Class<DeadLetter>("@gatefold/checkout/DeadLetter")({
  reference: Reference,
  attempt: Schema.Int,
  /** The first change that could not be delivered; those after it wait behind it. */
  version: Schema.Int,
  lastVersion: Schema.Int,
  parkedAt: Schema.DateTimeUtcFromString,
  /** The kind of failure (its tag or class), never its text. */
  failure: Schema.String
}) {}
