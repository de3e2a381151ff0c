/**
 * J. Money that leaves.
 */
import * as Case from "../../Case.ts"

/** @internal */
export const withdrawals = Case.group("J", [])
