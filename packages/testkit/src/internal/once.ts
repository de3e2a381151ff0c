/**
 * Calls that are not repeated.
 */
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import * as Effect from "effect/Effect"

/** @internal One try, so that what is seen is what the first answer meant. */
export const once = Effect.provideService(RetryPolicy.Current, RetryPolicy.once)
