/**
 * M. Secrets stay secret.
 */
import * as Case from "../../Case.ts"

/** @internal */
export const secrecy = Case.group("M", [])
