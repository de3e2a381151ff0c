/**
 * One row of the table: a program that measures in a process of its own, so that no row heats or fills another's.
 */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Figure } from "./Figure.ts"

/** How much is measured: enough for a figure to keep, or a glance. */
export interface Size {
  readonly isQuick: boolean
  /** Rounds of which the median is taken. */
  readonly rounds: number
  /** How long one contender runs in one round, in milliseconds. */
  readonly millis: number
  /** How long it runs before it counts, in milliseconds: until its code is compiled. */
  readonly warmUp: number
}

export const full: Size = { isQuick: false, rounds: 7, millis: 400, warmUp: 2_000 }
export const quick: Size = { isQuick: true, rounds: 3, millis: 150, warmUp: 1_300 }

/** What a file in `rows` exports as `row`. */
export interface Row {
  readonly measure: (size: Size) => Effect.Effect<ReadonlyArray<Figure>, unknown, Scope.Scope>
}
