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
  /** The same for what need not be tried twice. */
  readonly where: string
  readonly golden: Golden
}

/** @internal The JSON of an answer. */
export const answerOf = ({ response }: Exchange): Json | undefined => ExactJson.parse(bodyOf(response))

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

/** Answers to the same request are read by the same code; so are the items of a list. */
const whereOf = ({ operation }: Golden["conversation"], { request }: Exchange, path: Path, what: string): string => {
  const [service = ""] = operation.split(".")
  const inItems = path.map((key) => /^\d+$/u.test(key) ? "*" : key)
  return JSON.stringify([service, request.method, request.path.split("?")[0], inItems, what])
}

/** @internal One copy for each value to which it applies, with the change there. */
export const each = (
  { conversation, file }: Golden,
  what: string,
  applies: (value: Json) => boolean,
  change: (value: Json) => Json | undefined
): ReadonlyArray<Spoilt> =>
  conversation.exchanges.flatMap((exchange, index) =>
    valuesOf(answerOf(exchange) ?? null).filter(([, value]) => applies(value)).map(([path]) => ({
      what: `${path.join(".")} ${what}`,
      where: whereOf(conversation, exchange, path, what),
      golden: withAnswers(
        { conversation, file },
        (json, at) => at === index ? ExactJson.write(changeAt(json, path, change)) : undefined
      )
    }))
  )

/** @internal One copy, if anything is to be changed, with the change at every value to which it applies. */
export const all = (
  golden: Golden,
  what: string,
  applies: (value: Json) => boolean,
  change: (value: Json) => Json | undefined
): ReadonlyArray<Spoilt> => {
  let count = 0
  const changed = withAnswers(golden, (json) => {
    const paths = valuesOf(json).flatMap(([path, value]) => applies(value) ? [path] : [])
    count += paths.length
    // from the end, so that what is taken out of a list does not move the rest
    return ExactJson.write(paths.reduceRight((spoilt, path) => changeAt(spoilt, path, change), json))
  })
  return count === 0 ? [] : [{ what, where: `${golden.file} ${what}`, golden: changed }]
}

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
  return { what, where: `${golden.file} ${what}`, golden: withAnswers(golden, written) }
}
