/**
 * H. Order does not matter.
 */
import * as Case from "../../Case.ts"

/** @internal */
export const ordering = Case.group("H", [])
