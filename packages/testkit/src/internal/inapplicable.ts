/**
 * A case that only turns out while it runs not to be about this provider.
 */
import { SimulatorError } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"

/** @internal Ends the case as one that does not apply, with the reason. */
export const inapplicable = (reason: string): Effect.Effect<never, SimulatorError> =>
  Effect.fail(new SimulatorError({ reason: "NotOffered", message: reason }))
