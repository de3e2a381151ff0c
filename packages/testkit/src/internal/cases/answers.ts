/**
 * C. What the provider's answers become.
 */
import * as Case from "../../Case.ts"

/** @internal */
export const answers = Case.group("C", [])
