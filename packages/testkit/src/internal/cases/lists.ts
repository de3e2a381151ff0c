/**
 * K. Lists.
 */
import * as Case from "../../Case.ts"

/** @internal */
export const lists = Case.group("K", [])
