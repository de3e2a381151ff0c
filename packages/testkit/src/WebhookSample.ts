/**
 * Samples of webhooks: a body as the provider documents it, and what has to become of it, one in a JSON file.
 *
 * ```json
 * {
 *   "source": "https://docs.example/webhooks",
 *   "invoice": "i-1",
 *   "becomes": "event",
 *   "body": { "type": "invoice.paid", "shop": "{EXAMPLE_SHOP}", "invoice_id": "i-1" }
 * }
 * ```
 *
 * Copy the body word for word. The contract puts the id of an invoice at the simulator wherever the one in `invoice`
 * stands. A text such as `{EXAMPLE_SHOP}` stands for the setting of that name.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readFile } from "node:fs/promises"
import { explain, GoldenError } from "./Golden.ts"
import * as ExactJson from "./internal/exactJson.ts"

const isJson = (value: unknown): value is ExactJson.Json => value !== undefined

const Sample = Schema.Struct({
  /** What it shows, for people. */
  about: Schema.optionalKey(Schema.String),
  /** The page or pages that say so. */
  source: Schema.NonEmptyString,
  /** The id in the body that is the invoice's; absent where it is about none. */
  invoice: Schema.optionalKey(Schema.NonEmptyString),
  /** An event about that invoice, or nothing but an acknowledgement. */
  becomes: Schema.Literals(["event", "nothing"]),
  body: Schema.Unknown.pipe(Schema.refine(isJson))
}).check(
  Schema.makeFilter(({ becomes, body, invoice }) =>
    invoice === undefined
      ? becomes === "nothing" || "Expected an invoice, as it becomes an event"
      : ExactJson.write(body).includes(invoice) || "Expected a body with the id of its invoice"
  )
)

/** One data file. */
export type WebhookSample = typeof Sample.Type

const decode = Schema.decodeUnknownResult(Sample, { onExcessProperty: "error" })

/** Reads a sample out of the text of a file. */
export const parse = Effect.fnUntraced(function*(file: string, text: string) {
  const json = ExactJson.parse(text)
  if (json === undefined) return yield* new GoldenError({ file, path: "file", issue: "not JSON" })
  return yield* Effect.mapError(Effect.fromResult(decode(json)), (error) => explain(file, error))
})

/** Reads the sample of a file. */
export const read = (file: URL): Effect.Effect<WebhookSample, GoldenError> =>
  Effect.tryPromise({
    try: () => readFile(file, "utf8"),
    catch: () => new GoldenError({ file: file.pathname, path: "file", issue: "cannot be read" })
  }).pipe(Effect.flatMap((text) => parse(file.pathname, text)))

/** Its body about an invoice of this id. `fill` puts settings in. */
export const bodyFor = ({ body, invoice }: WebhookSample, id: string, fill: (text: string) => string): string => {
  const text = ExactJson.write(ExactJson.mapTexts(body, fill))
  return invoice === undefined ? text : text.replaceAll(invoice, id)
}
