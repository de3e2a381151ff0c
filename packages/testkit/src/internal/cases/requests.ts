/**
 * B. What is sent.
 */
import * as Case from "../../Case.ts"

/** @internal */
export const requests = Case.group("B", [])
