/**
 * G. A webhook is a claim until it is proven.
 */
import * as Case from "../../Case.ts"

/** @internal */
export const webhooks = Case.group("G", [])
