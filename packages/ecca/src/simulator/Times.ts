/**
 * Moments of the provider: milliseconds since 1970 inside, text with whole seconds on the wire.
 */
import * as DateTime from "effect/DateTime"

const toSeconds = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis)).slice(0, 19)

/** As the create answer and the webhook history write it: `2026-02-25T12:00:00Z` [R-CREATE-1][R-HIST]. */
export const zulu = (millis: number): string => `${toSeconds(millis)}Z`

/** As invoices and withdrawals write it: `2026-04-26T12:00:00+00:00` [R-LIST][WD]. */
export const offset = (millis: number): string => `${toSeconds(millis)}+00:00`

export const unixSeconds = (millis: number): number => Math.floor(millis / 1000)
