/**
 * A. What the author took out.
 */
import type * as Case from "../Case.ts"
import { unlessEqual } from "../Violation.ts"

/** @internal A waiver of a case that does not exist waives nothing, or what its author did not mean. */
export const waivers = (cases: ReadonlyArray<Case.Case>): Case.Case => ({
  id: "waivers-name-cases",
  group: "A",
  name: "each waiver names a case that there is, and says why",
  why: "A case that was renamed is run again; a reason that is blank tells the report's reader nothing.",
  look: "`waived` of the subject: the ids stand in the report and behind each failure.",
  isCritical: true,
  isScripted: true,
  needs: [],
  run: ({ subject: { waived = {} } }) => {
    const ids = new Set(cases.map(({ id }) => id))
    const wrong = Object.entries(waived).flatMap(([id, reason]) => ids.has(id) && reason.trim() !== "" ? [] : [id])
    return unlessEqual("waivers of no case, or without a reason", wrong, [])
  }
})
