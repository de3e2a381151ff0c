/**
 * D. Amounts keep their digits.
 */
import * as Case from "../../Case.ts"

/** @internal */
export const money = Case.group("D", [])
