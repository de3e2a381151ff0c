/**
 * Reads an answer's body up to a limit, counting while it streams: no transport enforces one by itself.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"

/** @internal */
export class BodyRefused extends Data.TaggedError("BodyRefused")<{
  readonly issue: string
  readonly status: number
}> {}

/** @internal */
export const read = (
  response: HttpClientResponse.HttpClientResponse,
  limit: number
): Effect.Effect<Uint8Array, BodyRefused | HttpClientError.HttpClientError> =>
  Effect.suspend(() => {
    const tooLarge = Effect.fail(new BodyRefused({ issue: `larger than ${limit} bytes`, status: response.status }))
    if (Number(response.headers["content-length"]) > limit) return tooLarge
    const chunks: Array<Uint8Array> = []
    let size = 0
    return response.stream.pipe(
      Stream.runForEach((chunk) => {
        size += chunk.length
        if (size > limit) return tooLarge
        chunks.push(chunk)
        return Effect.void
      }),
      // fetch has no stream where there is no body
      Effect.catchReason("HttpClientError", "EmptyBodyError", () => Effect.void),
      Effect.map(() => concatenate(chunks, size))
    )
  })

const concatenate = (chunks: ReadonlyArray<Uint8Array>, size: number): Uint8Array => {
  const all = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    all.set(chunk, offset)
    offset += chunk.length
  }
  return all
}
