/**
 * The bytes of a web-standard request.
 */
import * as Data from "effect/Data"
import * as Stream from "effect/Stream"

/** @internal The sender went away, or sent what is no HTTP. */
export class BrokenBody extends Data.TaggedError("BrokenBody") {}

/** @internal Somebody else has read the body and kept only a reading of it. */
export class BytesLost extends Data.TaggedError("BytesLost") {}

/** @internal */
export const of = ({ body, bodyUsed }: Request): Stream.Stream<Uint8Array, BrokenBody | BytesLost> => {
  if (bodyUsed) return Stream.fail(new BytesLost())
  return body === null
    ? Stream.empty
    : Stream.fromReadableStream({
      evaluate: () => body,
      onError: () => new BrokenBody(),
      // to cancel it would make some servers drop the connection before they answered
      releaseLockOnEnd: true
    })
}
