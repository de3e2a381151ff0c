/**
 * A provider that goes on saying what it said before.
 */
import { Fault, type Simulator } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"

/**
 * @internal Makes the provider answer everything that this read asks as it answers it now. `again` is the same read where
 * the first one may have learned what it need not ask twice.
 */
export const keepAnswering = Effect.fnUntraced(function*<A, E>(
  simulator: Simulator,
  read: Effect.Effect<A, E>,
  again: Effect.Effect<A, E> = read
) {
  const before = (yield* simulator.requests).length
  yield* read
  const asked = new Set((yield* simulator.requests).slice(before).map(({ operations }) => operations[0]))
  for (const operation of asked) {
    if (operation !== undefined) yield* simulator.arm(Fault.Stuck(), { operation, times: "always" })
  }
  yield* again
})
