/**
 * What may be kept of somebody else's failure: its kind, never its text.
 */
import * as Cause from "effect/Cause"
import * as Predicate from "effect/Predicate"

/** @internal The tag or the class of what an effect failed with. */
export const kindOf = (cause: Cause.Cause<unknown>): string => {
  if (Cause.hasInterruptsOnly(cause)) return "Interrupted"
  const error = Cause.squash(cause)
  if (Predicate.hasProperty(error, "_tag") && Predicate.isString(error._tag)) return error._tag.slice(0, 120)
  return error instanceof Error ? error.name.slice(0, 120) : "defect"
}
