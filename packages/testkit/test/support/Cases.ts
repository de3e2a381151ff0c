/** What the tests of the suite's own frame share. */
import type * as Case from "@gatefold/testkit/Case"
import { plain, runCase } from "@gatefold/testkit/Check"
import type * as Report from "@gatefold/testkit/Report"
import type { Subject } from "@gatefold/testkit/Subject"
import { Effect } from "effect"
import { subject as ecryptopay } from "../../../ecryptopay/test/contract.ts"

/** An adapter and its simulator, to run cases on that are about neither. */
export const subject: Subject = ecryptopay

/** A case that passes, but for what is said. */
export const caseOf = (changes: Partial<Case.Case> = {}): Case.Case => ({
  id: "a-case",
  group: "A",
  name: "it does what it should",
  why: "People lose money.",
  look: "In the adapter.",
  isCritical: false,
  needs: [],
  run: () => Effect.void,
  ...changes
})

/** How a case ends. */
export const outcomeOf = (changes: Partial<Case.Case>, of: Partial<Subject> = {}) =>
  runCase({ ...subject, ...of }, plain, caseOf(changes))

/** The result of a case that was run. */
export const resultOf = (outcome: Report.Result["outcome"], changes: Partial<Case.Case> = {}): Report.Result => ({
  case: caseOf(changes),
  variant: "default",
  outcome
})
