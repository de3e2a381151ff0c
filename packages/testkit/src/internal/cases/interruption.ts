/**
 * L. Concurrency and interruption.
 */
import * as Case from "../../Case.ts"

/** @internal */
export const interruption = Case.group("L", [])
