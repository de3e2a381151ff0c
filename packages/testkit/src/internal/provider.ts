/**
 * What the provider saw.
 */
import type { Simulator } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"

/** @internal How many requests served this operation so far. */
export const requestsFor = ({ requests }: Simulator, operation: string): Effect.Effect<number> =>
  Effect.map(requests, (all) => all.filter(({ operations }) => operations.includes(operation)).length)
