/**
 * JSON as the simulated provider writes and reads it.
 *
 * Ids are integers of any length in JSON, so they are bigints here: `JSON.stringify` knows no way to write one.
 */
import type { Answer } from "@gatefold/simulator/Answer"
import type { ApiRequest } from "@gatefold/simulator/Route"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

export type Json = string | number | bigint | ReadonlyArray<Json> | { readonly [name: string]: Json }

export const write = (value: Json): string => {
  if (typeof value === "bigint") return value.toString()
  if (typeof value !== "object") return JSON.stringify(value)
  if (isList(value)) return `[${value.map(write).join(",")}]`
  return `{${Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}:${write(item)}`).join(",")}}`
}

const isList = (value: object): value is ReadonlyArray<Json> => Array.isArray(value)

export const answer = (value: Json, status = 200, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8", ...headers },
  body: write(value)
})

/** A refusal. The provider documents no error bodies. */
export const error = (status: number, message: string, headers?: Readonly<Record<string, string>>): Answer =>
  answer({ error: message }, status, headers)

/** The members of the object in a request's body; `undefined` if the body is no JSON object or is not said to be JSON. */
export const readBody = (request: ApiRequest): Readonly<Record<string, unknown>> | undefined =>
  /^application\/json\b/iu.test(request.headers["content-type"] ?? "")
    ? Option.getOrUndefined(decodeObject(request.body))
    : undefined

const decodeObject = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))
