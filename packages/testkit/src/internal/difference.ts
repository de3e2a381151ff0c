/**
 * Where two JSON values differ, in words.
 */
import * as ExactJson from "./exactJson.ts"

type Json = ExactJson.Json

/** @internal Every difference of a value from what was expected of it, fields that are not named excepted. */
export const fromPart = (expected: Json, actual: Json | undefined, path: string): ReadonlyArray<string> => {
  if (actual === undefined) return [`${path} should be ${shown(expected)}, and is absent`]
  if (ExactJson.isArray(expected) && ExactJson.isArray(actual) && expected.length === actual.length) {
    return expected.flatMap((item, index) => fromPart(item, actual[index], `${path}.${index}`))
  }
  if (ExactJson.isObject(expected) && ExactJson.isObject(actual)) {
    return Object.entries(expected).flatMap(([key, value]) => fromPart(value, fieldOf(actual, key), `${path}.${key}`))
  }
  return ExactJson.write(expected) === ExactJson.write(actual)
    ? []
    : [`${path} should be ${shown(expected)}, and is ${shown(actual)}`]
}

/** @internal The same, where a field that was not expected is a difference too. */
export const fromWhole = (expected: Json, actual: Json | undefined, path: string): ReadonlyArray<string> => [
  ...fromPart(expected, actual, path),
  ...actual === undefined ? [] : beyond(expected, actual, path)
]

const beyond = (expected: Json, actual: Json, path: string): ReadonlyArray<string> => {
  if (ExactJson.isArray(expected) && ExactJson.isArray(actual) && expected.length === actual.length) {
    return expected.flatMap((item, index) => beyond(item, actual[index] ?? null, `${path}.${index}`))
  }
  if (!ExactJson.isObject(expected) || !ExactJson.isObject(actual)) return []
  return Object.entries(actual).flatMap(([key, value]) => {
    const known = fieldOf(expected, key)
    return known === undefined
      ? [`${path}.${key} is ${shown(value)}, and should not be there`]
      : beyond(known, value, `${path}.${key}`)
  })
}

const fieldOf = (object: ExactJson.JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined

const shown = (json: Json): string => {
  const text = ExactJson.write(json)
  return text.length > 300 ? `${text.slice(0, 300)}...` : text
}
