/**
 * How the provider might write a time: it does not say.
 */
import * as DateTime from "effect/DateTime"

/**
 * `iso`: `2026-11-20T10:00:00.000Z`; `spaced`: `2026-11-20 10:00:00 UTC`; `offset`: `2026-11-20 04:00:00 -0600`, the
 * time of Mexico City.
 */
export type TimestampFormat = "iso" | "spaced" | "offset"

/** Writes epoch milliseconds. All but `iso` drop the fraction of a second. */
export const write = (millis: number, format: TimestampFormat): string => {
  switch (format) {
    case "iso":
      return iso(millis)
    case "spaced":
      return `${wallClock(millis)} UTC`
    case "offset":
      return `${wallClock(millis - mexicoCityIsBehindMillis)} -0600`
  }
}

const mexicoCityIsBehindMillis = 6 * 3_600_000

const iso = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis))

const wallClock = (millis: number): string => iso(millis).slice(0, 19).replace("T", " ")
