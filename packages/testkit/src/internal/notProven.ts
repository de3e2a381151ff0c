/**
 * A case that applies, and of which it only turns out while it runs that the author's data cannot prove it.
 */
import * as Data from "effect/Data"

/** @internal Ends the case as unproven, with what is missing. */
export class NotProven extends Data.TaggedError("NotProven")<{ readonly reason: string }> {}
