/**
 * Reads a body up to a limit, counting while it streams: no transport enforces one by itself.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** @internal */
export class BodyTooLarge extends Data.TaggedError("BodyTooLarge")<{ readonly limit: number }> {}

/** @internal What is read has `stream` and, if its sender told a length, that header. */
export interface Body<E> {
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly stream: Stream.Stream<Uint8Array, E>
}

/** @internal */
export const read = <E>({ headers, stream }: Body<E>, limit: number): Effect.Effect<Uint8Array, BodyTooLarge | E> =>
  Effect.suspend(() => {
    const tooLarge = Effect.suspend(() => Effect.fail(new BodyTooLarge({ limit })))
    if (Number(headers["content-length"]) > limit) return tooLarge
    const chunks: Array<Uint8Array> = []
    let size = 0
    return stream.pipe(
      Stream.runForEachArray((several) => {
        for (const chunk of several) {
          size += chunk.length
          if (size > limit) return tooLarge
          chunks.push(chunk)
        }
        return Effect.void
      }),
      Effect.map(() => concatenate(chunks, size))
    )
  })

/** @internal What is read at once where its length is known. */
export interface Answer<E> extends Body<E> {
  readonly arrayBuffer: Effect.Effect<ArrayBuffer, E>
}

/**
 * @internal The same for an answer: one whose announced length is within the limit is read at once, which costs half as
 * much. HTTP ends it there, unless it is encoded or in chunks.
 */
export const readAnswer = <E>(answer: Answer<E>, limit: number): Effect.Effect<Uint8Array, BodyTooLarge | E> => {
  const { headers } = answer
  const isKnown = Number(headers["content-length"]) <= limit &&
    headers["content-encoding"] === undefined && headers["transfer-encoding"] === undefined
  if (!isKnown) return read({ headers, stream: answer.stream }, limit)
  return Effect.flatMap(
    answer.arrayBuffer,
    (buffer) =>
      buffer.byteLength > limit ? Effect.fail(new BodyTooLarge({ limit })) : Effect.succeed(new Uint8Array(buffer))
  )
}

const concatenate = (chunks: ReadonlyArray<Uint8Array>, size: number): Uint8Array => {
  const [only] = chunks
  if (only !== undefined && chunks.length === 1) return only
  const all = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    all.set(chunk, offset)
    offset += chunk.length
  }
  return all
}
