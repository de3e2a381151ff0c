/**
 * JSON whose numbers keep the digits that were written, so that `250.00` and `250` are told apart, and neither is a text.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"

/** @internal A number, as it is written. */
export class Digits {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** @internal */
export type Json = null | boolean | string | Digits | ReadonlyArray<Json> | { readonly [key: string]: Json }

/** @internal */
export type JsonObject = { readonly [key: string]: Json }

/** @internal */
export const isArray = (json: Json): json is ReadonlyArray<Json> => Array.isArray(json)

/** @internal */
export const isObject = (json: Json): json is JsonObject =>
  Predicate.isObject(json) && !(json instanceof Digits) && !Array.isArray(json)

/** @internal `undefined` for what is no JSON. */
export const parse = (text: string): Json | undefined =>
  Result.getOrUndefined(Result.try((): Json => JSON.parse(text, keepDigits)))

/** The third argument is what a reviver gets since ES2026: the source text of a number. */
const keepDigits = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === "number" ? new Digits(context?.source ?? String(value)) : value

/** @internal */
export const write = (json: Json): string => {
  if (json instanceof Digits) return json.text
  if (isArray(json)) return `[${json.map(write).join(",")}]`
  if (!isObject(json)) return JSON.stringify(json)
  return `{${Object.entries(json).map(([key, value]) => `${JSON.stringify(key)}:${write(value)}`).join(",")}}`
}

/** @internal Changes every text in it, keys excepted. */
export const mapTexts = (json: Json, change: (text: string) => string): Json => {
  if (typeof json === "string") return change(json)
  if (isArray(json)) return json.map((item) => mapTexts(item, change))
  return isObject(json)
    ? Object.fromEntries(Object.entries(json).map(([key, value]) => [key, mapTexts(value, change)]))
    : json
}
