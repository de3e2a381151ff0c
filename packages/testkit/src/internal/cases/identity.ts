/**
 * A. Who the adapter is, and what its settings say when they are wrong.
 */
import * as Case from "../../Case.ts"

/** @internal */
export const identity = Case.group("A", [])
