/**
 * N. Spans and metrics.
 */
import * as Case from "../../Case.ts"

/** @internal */
export const observability = Case.group("N", [])
