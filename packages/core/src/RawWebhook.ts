/**
 * A webhook as it came off the wire, before anything in it is believed.
 */
import * as Schema from "effect/Schema"

/**
 * Method, path, headers and the exact bytes of a request that claims to be a webhook.
 *
 * The bytes are what a signature covers, so a receiver must hand over what it read and never a parsed body that was
 * written out again. Header names are lower case; a header that was sent more than once holds its values joined by
 * `", "`, as Node and the web platform do it.
 */
export class RawWebhook extends Schema.Class<RawWebhook>("@gatefold/core/RawWebhook")({
  method: Schema.String,
  path: Schema.String,
  headers: Schema.Record(Schema.String, Schema.String),
  body: Schema.Uint8ArrayFromBase64
}) {
  /** The value of a header, by any spelling of its name. */
  header(name: string): string | undefined {
    const key = name.toLowerCase()
    return Object.hasOwn(this.headers, key) ? this.headers[key] : undefined
  }
}

/**
 * Builds a `RawWebhook` from what servers hand out: header names in any case, and a body as bytes or as text.
 */
export const make = (options: {
  readonly method?: string | undefined
  readonly path?: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | string
}): RawWebhook =>
  new RawWebhook({
    method: (options.method ?? "POST").toUpperCase(),
    path: options.path ?? "/",
    headers: lowerCaseNames(options.headers),
    body: typeof options.body === "string" ? new TextEncoder().encode(options.body) : options.body
  })

const lowerCaseNames = (headers: Readonly<Record<string, string>>): Record<string, string> => {
  const named: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase()
    named[key] = Object.hasOwn(named, key) ? `${named[key]}, ${value}` : value
  }
  return named
}
