/**
 * Golden exchanges: what an operation sends and what becomes of the answer, as documented, one conversation in a JSON
 * file.
 *
 * ```json
 * {
 *   "source": "https://docs.example/invoices",
 *   "operation": "invoices.get",
 *   "input": { "id": "i-1" },
 *   "exchanges": [{
 *     "request": { "method": "GET", "path": "/v1/invoices/i-1", "headers": { "x-api-key": "{EXAMPLE_API_KEY}" } },
 *     "response": { "status": 200, "json": { "id": "i-1", "status": "new", "amount": "12.30" } }
 *   }],
 *   "outcome": { "success": { "id": "i-1", "status": "open" } }
 * }
 * ```
 *
 * A text such as `{EXAMPLE_API_KEY}` stands for the setting of that name. Digits count as they are written.
 */
import type * as Capability from "@gatefold/core/Capability"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { readdir, readFile } from "node:fs/promises"
import * as ExactJson from "./internal/exactJson.ts"
import { calls } from "./internal/operationCalls.ts"
import { Whole } from "./internal/wholeNumber.ts"

/** A data file that cannot be used. `path` is where in it, such as `exchanges.0.response.status`. */
export class GoldenError extends Data.TaggedError("GoldenError")<{
  readonly file: string
  readonly path: string
  readonly issue: string
}> {
  override get message(): string {
    return `${this.file}: ${this.path}: ${this.issue}`
  }
}

const isPath = (text: string): text is Capability.Path => Object.hasOwn(calls, text)

const Path = Schema.String.pipe(Schema.refine(isPath, { message: "Expected an operation such as invoices.get" }))

const isJson = (value: unknown): value is ExactJson.Json => value !== undefined

const Json = Schema.Unknown.pipe(Schema.refine(isJson))

const headers = Schema.Record(Schema.String, Schema.String).pipe(Schema.withDecodingDefaultKey(Effect.succeed({})))

const body = { json: Schema.optionalKey(Json), text: Schema.optionalKey(Schema.String) }

const oneBody = Schema.makeFilter((given: { readonly json?: unknown; readonly text?: unknown }) =>
  given.json === undefined || given.text === undefined || "Expected either json or text"
)

/** A request as it has to be: exactly this body and query, at least these headers, and none of the headers `without`. */
const Request = Schema.Struct({
  method: Schema.Literals(["GET", "POST", "PUT", "PATCH", "DELETE"]),
  /** Path and query, as they stand behind the provider's host. */
  path: Schema.String.check(Schema.isPattern(/^\//u, { message: "Expected a path that begins with /" })),
  headers,
  without: Schema.Array(Schema.String).pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
  ...body
}).check(oneBody)

const Response = Schema.Struct({ status: Whole, headers, ...body }).check(oneBody)

const Exchange = Schema.Struct({ request: Request, response: Response })

/** A request and its answer. */
export type Exchange = typeof Exchange.Type

const Outcome = Schema.Struct({
  /** The JSON that the model encodes to, or a part of it; of a list as many items. */
  success: Schema.optionalKey(Json),
  /** The reason's tag as `reason`, and those of its fields that matter. */
  failure: Schema.optionalKey(Schema.Record(Schema.String, Json))
}).check(
  Schema.makeFilter(({ failure, success }) =>
    (failure === undefined) !== (success === undefined) || "Expected either success or failure"
  )
)

const Conversation = Schema.Struct({
  /** What it shows, for people. */
  about: Schema.optionalKey(Schema.String),
  /** The page or pages that say so. */
  source: Schema.NonEmptyString,
  operation: Path,
  /** Settings that differ from the subject's. */
  settings: headers,
  /** The input of the call; streams take as many items as `first` says, or all. */
  input: Json,
  exchanges: Schema.Array(Exchange),
  outcome: Outcome
})

/** One data file. */
export interface Golden {
  /** Its name in the folder. */
  readonly file: string
  readonly conversation: typeof Conversation.Type
}

const decodeConversation = Schema.decodeUnknownResult(Conversation, { onExcessProperty: "error" })

const format = SchemaIssue.makeFormatterStandardSchemaV1()

const pathOf = (path: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }>, within: ReadonlyArray<string>) =>
  [...within, ...path.map((part) => String(typeof part === "object" ? part.key : part))].join(".") || "file"

/** @internal The first thing that is wrong with a data file. */
export const explain = (file: string, { issue }: Schema.SchemaError, ...within: ReadonlyArray<string>): GoldenError => {
  const [first] = format(issue).issues
  return new GoldenError({
    file,
    path: pathOf(first?.path ?? [], within),
    issue: first?.message ?? "not a golden exchange"
  })
}

/** Reads one conversation out of the text of a file. */
export const parse = Effect.fnUntraced(function*(file: string, text: string) {
  const json = ExactJson.parse(text)
  if (json === undefined) return yield* new GoldenError({ file, path: "file", issue: "not JSON" })
  const conversation = yield* Effect.mapError(
    Effect.fromResult(decodeConversation(json)),
    (error) => explain(file, error)
  )
  const { input, operation } = conversation
  yield* Effect.mapError(calls[operation](input), (error) => explain(file, error, "input"))
  const golden: Golden = { file, conversation }
  return golden
})

/** Reads every `.json` file of a folder, by name. Fails at the first that cannot be used. */
export const read = Effect.fnUntraced(function*(folder: URL) {
  const names = yield* inFolder(folder, () => readdir(folder))
  return yield* Effect.forEach(
    names.filter((name) => name.endsWith(".json")).toSorted(),
    (name) =>
      Effect.flatMap(inFolder(folder, () => readFile(new URL(name, folder), "utf8")), (text) => parse(name, text))
  )
})

const inFolder = <A>(folder: URL, act: () => Promise<A>): Effect.Effect<A, GoldenError> =>
  Effect.tryPromise({
    try: act,
    catch: () => new GoldenError({ file: folder.pathname, path: "file", issue: "cannot be read" })
  })
