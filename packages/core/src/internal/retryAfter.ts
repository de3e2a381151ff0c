/**
 * The `Retry-After` header: seconds, or an HTTP date.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

/** @internal The wait that the header asks for at `now`, never negative; `undefined` for what is neither form. */
export const parse = (header: string | undefined, now: DateTime.Utc): Duration.Duration | undefined => {
  if (header === undefined) return undefined
  const text = header.trim()
  if (/^\d{1,9}$/u.test(text)) return Duration.seconds(Number(text))
  if (!/^[A-Z][a-z]{2,8},? /u.test(text)) return undefined
  return Option.match(DateTime.make(text), {
    onNone: () => undefined,
    onSome: (at) => Duration.millis(Math.max(0, DateTime.toEpochMillis(at) - DateTime.toEpochMillis(now)))
  })
}
