/**
 * Golden answers with something wrong in them.
 */
import type { Exchange, Golden } from "../Golden.ts"
import * as ExactJson from "./exactJson.ts"
import { bodyOf } from "./play.ts"

type Json = ExactJson.Json
type Path = ReadonlyArray<string>

/** @internal A golden exchange of which one answer was changed. */
export interface Spoilt {
  readonly what: string
  readonly golden: Golden
}

/** @internal The JSON of an answer. */
export const answerOf = ({ response }: Exchange): Json | undefined => response.json ?? ExactJson.parse(bodyOf(response))

/** @internal The same with other answers; `undefined` leaves one as it is. */
export const withAnswers = (
  { conversation, file }: Golden,
  change: (json: Json, index: number) => string | undefined
): Golden => ({
  file,
  conversation: {
    ...conversation,
    exchanges: conversation.exchanges.map((exchange, index) => {
      const json = answerOf(exchange)
      const text = json === undefined ? undefined : change(json, index)
      const { headers, status } = exchange.response
      return text === undefined ? exchange : { request: exchange.request, response: { headers, status, text } }
    })
  }
})

/** @internal Every value below the root, with its path. */
export const valuesOf = (json: Json, path: Path = []): ReadonlyArray<readonly [Path, Json]> => {
  const children = ExactJson.isArray(json) || ExactJson.isObject(json) ? Object.entries(json) : []
  return children.flatMap(([key, value]) => {
    const at = [...path, key]
    return [[at, value] as const, ...valuesOf(value, at)]
  })
}

/** @internal Changes the value at a path, or takes it away. */
export const changeAt = (json: Json, path: Path, change: (value: Json) => Json | undefined): Json => {
  const [key, ...rest] = path
  if (key === undefined) return change(json) ?? null
  const inner = (value: Json): Json | undefined => rest.length === 0 ? change(value) : changeAt(value, rest, change)
  if (ExactJson.isArray(json)) return json.flatMap((item, index) => String(index) === key ? inner(item) ?? [] : [item])
  if (!ExactJson.isObject(json)) return json
  return Object.fromEntries(
    Object.entries(json).flatMap(([name, value]) => {
      const changed = name === key ? inner(value) : value
      return changed === undefined ? [] : [[name, changed]]
    })
  )
}

/** @internal A value somewhere in one of the answers. */
export interface Field {
  readonly exchange: number
  readonly path: Path
  readonly value: Json
  /** The same for what is read by the same code: the items of a list, and one object in several files. */
  readonly key: string
  /** The same for one field of objects with the same fields, whichever operation they are an answer to. */
  readonly like: string
}

/** @internal Every value of every answer. */
export const fieldsOf = ({ conversation: { exchanges, operation } }: Golden): ReadonlyArray<Field> =>
  exchanges.flatMap((exchange, index) => {
    const answer = answerOf(exchange) ?? null
    const parents = new Map(valuesOf(answer).map(([path, value]) => [JSON.stringify(path), value]))
    return valuesOf(answer).map(([path, value]) => ({
      exchange: index,
      path,
      value,
      like: JSON.stringify([
        namesOf(path.length === 1 ? answer : parents.get(JSON.stringify(path.slice(0, -1)))),
        isIndex(path.at(-1) ?? "") ? path : path.at(-1)
      ]),
      key: JSON.stringify([
        operation.split(".")[0],
        exchange.request.method,
        ...path.some(isIndex) ? [path.map((key) => isIndex(key) ? "*" : key)] : [path, ExactJson.write(value)]
      ])
    }))
  })

const namesOf = (json: Json | undefined): ReadonlyArray<string> =>
  json !== undefined && ExactJson.isObject(json) ? Object.keys(json).toSorted() : []

const isIndex = (key: string): boolean => /^\d+$/u.test(key)

/** @internal The same with a change at each of these values. */
export const at = (
  golden: Golden,
  fields: ReadonlyArray<Field>,
  change: (value: Json) => Json | undefined
): Golden =>
  withAnswers(golden, (json, index) =>
    ExactJson.write(
      // from the end, so that what is taken out of a list does not move the rest
      fields.filter(({ exchange }) => exchange === index).reduceRight(
        (spoilt, { path }) => changeAt(spoilt, path, change),
        json
      )
    ))

/** @internal A copy in which every object of every answer has other fields, each with its value as text. */
export const everyObject = (
  golden: Golden,
  what: string,
  change: (fields: ReadonlyArray<readonly [string, string]>) => ReadonlyArray<readonly [string, string]>
): Spoilt => {
  const written = (json: Json): string => {
    if (ExactJson.isArray(json)) return `[${json.map(written).join(",")}]`
    if (!ExactJson.isObject(json)) return ExactJson.write(json)
    const fields = Object.entries(json).map(([key, value]) => [key, written(value)] as const)
    return `{${change(fields).map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(",")}}`
  }
  return { what, golden: withAnswers(golden, written) }
}
