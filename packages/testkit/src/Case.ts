/**
 * One case of the contract: what an adapter has to do, why it matters, and where to look if it does not.
 */
import type * as Capability from "@gatefold/core/Capability"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { World } from "./World.ts"

/** The groups of cases. */
export const groups = {
  A: "Identity and settings",
  B: "Requests",
  C: "Answers",
  D: "Money",
  E: "Outcomes",
  F: "Nothing twice",
  G: "Webhooks",
  H: "Order does not matter",
  I: "Life of an invoice",
  J: "Withdrawals",
  K: "Lists",
  L: "Concurrency and interruption",
  M: "Secrecy",
  N: "Observability"
} as const

export type Group = keyof typeof groups

export interface Case {
  /** Stable, for waivers and reports: `write-answer-lost`. */
  readonly id: string
  readonly group: Group
  /** What holds, as a sentence about the adapter. */
  readonly name: string
  /** What happens to people and their money where it does not hold. */
  readonly why: string
  /** Where the mistake usually sits. */
  readonly look: string
  /** Cases about security, forgery and double spending cannot be waived. */
  readonly isCritical: boolean
  /** The operations that it uses; where one of them is absent the case does not apply. */
  readonly needs: ReadonlyArray<Capability.Path>
  /** Why it does not apply here, beyond what it needs. */
  readonly unless?: ((world: World) => string | undefined) | undefined
  /** What the author would have to supply so that it can be run: it does apply, and is unproven without. */
  readonly lacks?: ((world: World) => string | undefined) | undefined
  /** Whether it brings its own provider: it needs no simulator, and runs without the settings of variants. */
  readonly isScripted?: boolean | undefined
  /** Whether it may run against a provider's sandbox: it needs no simulator and moves no money. */
  readonly isLive?: boolean | undefined
  readonly run: (world: World) => Effect.Effect<void, unknown, Scope.Scope>
}

/** A group of cases. */
export const group = (
  letter: Group,
  cases: ReadonlyArray<Omit<Case, "group" | "isCritical"> & { readonly isCritical?: boolean }>
): ReadonlyArray<Case> => cases.map((one) => ({ isCritical: false, ...one, group: letter }))
