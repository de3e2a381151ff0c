/**
 * What a run of the contract found, as data and as a page for people.
 */
import type * as Case from "./Case.ts"
import type { Outcome } from "./Check.ts"

/** One case in one variant. */
export interface Result {
  readonly case: Case.Case
  /** `default`, or the variant's name. */
  readonly variant: string
  readonly outcome: Outcome
}
