/**
 * What comes from a provider, read without losing a digit.
 *
 * JSON numbers arrive as the text of their digits, so that an amount or an id may be a string or a number and no float
 * exists in between: `0.1000`, a 20-digit id and `1e-7` come through exact. In wire schemas every number is therefore
 * text; use `Amount`, `Id` and `Integer`.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"
import * as Currencies from "./Currency.ts"
import { withoutExponent } from "./internal/decimalText.ts"
import * as Money from "./Money.ts"

/** Why bytes are no answer that can be read. `issue` never quotes them. */
export class Unreadable extends Schema.TaggedError<Unreadable>("@gatefold/core/Wire/Unreadable")("Unreadable", {
  path: Schema.String,
  issue: Schema.String
}) {
  override get message(): string {
    return `${this.path}: ${this.issue}`
  }
}

const unreadable = (issue: string, path = "body") => Result.fail(new Unreadable({ path, issue }))

/**
 * Parses UTF-8 JSON (a byte order mark is tolerated) with every number as the text of its digits. `conceal` may replace
 * the texts in it; it leaves alone what is part of a text that it leaves alone.
 */
export const parseJson = (
  bytes: Uint8Array,
  conceal?: (text: string) => string
): Result.Result<unknown, Unreadable> =>
  Result.flatMap(decodeUtf8(bytes), (text) => {
    if (text.trim() === "") return unreadable("empty")
    return Result.mapError(
      Result.try(() => parse(text, conceal)),
      () => new Unreadable({ path: "body", issue: "not JSON" })
    )
  })

/**
 * A reviver takes five times as long, and so is left out where there is nothing for it to do. It also refuses what is
 * nested without end, which is then not there.
 */
const parse = (text: string, conceal: ((text: string) => string) | undefined): unknown =>
  !mayHaveNumber(text) && hasNothingToConceal(text, conceal) && isShallow(text)
    ? JSON.parse(text)
    : JSON.parse(text, reviver(conceal))

const number = /[:,[]\s*-?\d[\d.eE+-]*\s*[,\]}]/u

const isNumber = /^\s*-?\d/u

const mayHaveNumber = (text: string): boolean => number.test(text) || isNumber.test(text)

/** Without an escape every text in JSON stands there letter by letter. */
const hasNothingToConceal = (text: string, conceal: ((text: string) => string) | undefined): boolean =>
  conceal === undefined || (!text.includes("\\") && conceal(text) === text)

const surelyShallow = 1_000

const isShallow = (text: string): boolean => {
  let opened = 0
  for (const bracket of ["[", "{"]) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (++opened > surelyShallow) return false
    }
  }
  return true
}

const decodeUtf8 = (bytes: Uint8Array) =>
  Result.mapError(
    Result.try(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes)),
    () => new Unreadable({ path: "body", issue: "not UTF-8" })
  )

/** The third argument is what a reviver gets since ES2026: the source text of a number. */
const reviver =
  (conceal: (text: string) => string = (text) => text) =>
  (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
    if (typeof value === "string") return conceal(value)
    return typeof value === "number" && context?.source !== undefined ? withoutExponent(context.source) : value
  }

const firstIssue = SchemaIssue.makeFormatterStandardSchemaV1()

/** Decodes parsed JSON. Unknown fields are tolerated; the error names a path and what was expected there, no value. */
export const decode = <S extends Schema.Decoder<unknown>>(schema: S) => {
  const decodeUnknown = Schema.decodeUnknownResult(schema)
  return (json: unknown): Result.Result<S["Type"], Unreadable> =>
    Result.mapError(decodeUnknown(json), ({ issue }) => {
      const [first] = firstIssue(issue).issues
      const path = (first?.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".")
      return new Unreadable({ path: path === "" ? "body" : path, issue: first?.message ?? "not as documented" })
    })
}

/** An amount in plain digits. */
export const Amount = Money.Amount

/** An id, whether it was a string or a number: up to 200 printable characters. */
export const Id = Schema.String.check(Schema.isPattern(/^[\x21-\x7e]{1,200}$/u))

/** A whole number of up to 15 digits, whether it was a string or a number. */
export const Integer = Schema.String.check(Schema.isPattern(/^-?\d{1,15}$/u)).pipe(
  Schema.decodeTo(
    Schema.Int,
    SchemaTransformation.transform({ decode: (text: string) => Number(text), encode: (value: number) => String(value) })
  )
)

/** The code of a currency, in any case and with or without a network. */
export const Currency = Schema.String.pipe(
  Schema.decodeTo(
    Schema.toType(Currencies.Currency),
    SchemaTransformation.transformEffect({
      decode: (text: string) => {
        const currency = Currencies.parse(text)
        return currency === undefined
          ? Effect.fail(new SchemaIssue.InvalidValue({ message: "Expected the code of a currency" }))
          : Effect.succeed(currency)
      },
      encode: (currency: Currencies.Currency) => Effect.succeed(currency.toString())
    })
  )
)

/** A field that may be `null`, left out or have one of the texts that say nothing; all of them come out as left out. */
export const nullish = <S extends Schema.Constraint>(schema: S, ...empty: ReadonlyArray<string>) =>
  Schema.optionalKey(Schema.Unknown).pipe(
    Schema.decodeTo(Schema.optionalKey(schema), {
      decode: SchemaGetter.transformOptional(
        Option.filter((value: unknown) => Predicate.isNotNullish(value) && !empty.some((text) => text === value))
      ),
      encode: SchemaGetter.passthrough()
    })
  )

const timestamp = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?$/u

/** JavaScript takes February 30th for March 2nd. */
const isInCalendar = (date: string): boolean => {
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number)
  if (day >= 1 && day <= 28) return month >= 1 && month <= 12
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
  return month >= 1 && month <= 12 && day >= 1 && day <= days
}

/**
 * Reads a timestamp: ISO 8601, also with a space between date and time, and with an offset written `Z`, `UTC`, `+00:00`
 * or `-0600`. Without an offset it is taken for UTC. Fractions are cut to milliseconds; a day that does not exist is
 * refused.
 */
export const parseTimestamp = (text: string): Option.Option<DateTime.Utc> => {
  const [, date, time, offset = "Z"] = timestamp.exec(text.trim()) ?? []
  if (date === undefined || time === undefined || !isInCalendar(date)) return Option.none()
  const zone = /^[+-]\d{4}$/u.test(offset) ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset
  return Option.map(DateTime.make(`${date}T${time}${/^[A-Z]+$/u.test(zone) ? "Z" : zone}`), DateTime.toUtc)
}

/** A timestamp in one of the forms that `parseTimestamp` reads. */
export const Timestamp = Schema.String.pipe(
  Schema.decodeTo(
    Schema.DateTimeUtc,
    SchemaTransformation.transformEffect({
      decode: (text: string) =>
        Effect.fromOption(
          parseTimestamp(text),
          () => new SchemaIssue.InvalidValue({ message: "Expected a timestamp" })
        ),
      encode: (at: DateTime.Utc) => Effect.succeed(DateTime.formatIso(at))
    })
  )
)

/** The first second of the year 10000, where the calendar of ISO 8601 ends. */
const endOfTime = 253_402_300_800

/** A moment as whole seconds since 1970, whether it was a string or a number: `1592312018`. */
export const UnixSeconds = Integer.check(
  Schema.makeFilter((seconds: number) => (seconds >= 0 && seconds < endOfTime) || "Expected seconds since 1970")
).pipe(
  Schema.decodeTo(
    Schema.DateTimeUtc,
    SchemaTransformation.transform({
      decode: (seconds: number) => DateTime.makeUnsafe(seconds * 1000),
      encode: (at: DateTime.Utc) => Math.floor(DateTime.toEpochMillis(at) / 1000)
    })
  )
)
