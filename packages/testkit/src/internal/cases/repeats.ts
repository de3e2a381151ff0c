/**
 * F. Nothing twice.
 */
import * as Case from "../../Case.ts"

/** @internal */
export const repeats = Case.group("F", [])
