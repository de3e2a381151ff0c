/**
 * I. The life of an invoice.
 */
import * as Case from "../../Case.ts"

/** @internal */
export const life = Case.group("I", [])
