/**
 * How long a statement is waited for on a connection that may be dead.
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"

/** @internal Nothing of a checkout takes that long but the changes of its tables. */
export const Patience = Context.Reference<Duration.Input>("@gatefold/checkout/internal/Patience", {
  defaultValue: () => "8 seconds"
})
