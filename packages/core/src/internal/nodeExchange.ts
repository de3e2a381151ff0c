/**
 * The bytes of a Node server's request wherever they are by now, and its answer.
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import { BrokenBody, BytesLost } from "./webBytes.ts"

/** @internal What a Node server's request has, as far as it is needed here. */
export interface Request extends AsyncIterable<Uint8Array> {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly originalUrl?: string | undefined
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly httpVersionMajor?: number
  readonly readableDidRead?: boolean
  readonly complete?: boolean
  readonly iterator?: (options: { readonly destroyOnReturn: boolean }) => AsyncIterator<Uint8Array>
  readonly socket?: Socket
  /** Where a body parser that keeps the bytes leaves them. */
  readonly rawBody?: unknown
  readonly body?: unknown
}

interface Socket {
  readonly end: () => unknown
  readonly destroy: () => unknown
  readonly once: (event: "close", listener: () => void) => unknown
}

/** @internal What a Node server's response has, as far as it is needed here. */
export interface Response {
  statusCode: number
  readonly setHeader: (name: string, value: string) => unknown
  readonly end: (text: string, whenSent: () => void) => unknown
}

/** @internal */
export const bytes = (request: Request): Stream.Stream<Uint8Array, BrokenBody | BytesLost> => {
  for (const kept of [request.rawBody, request.body]) {
    if (kept instanceof Uint8Array) return Stream.succeed(kept)
  }
  return request.readableDidRead === true
    ? Stream.fail(new BytesLost())
    : Stream.fromAsyncIterable(leftOpen(request), () => new BrokenBody())
}

/** A request's own iterator destroys the connection when a body is too large, and nobody would hear why. */
const leftOpen = (request: Request): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]: () => request.iterator?.({ destroyOnReturn: false }) ?? request[Symbol.asyncIterator]()
})

/** @internal */
export const headers = (request: Request): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === "string" ? value : value.join(", ")]]
    )
  )

/** @internal Sends the answer, and ends the connection if the request was not read to its end. */
export const answer = (
  request: Request,
  response: Response,
  { headers, status, text }: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly text: string
  }
): Effect.Effect<void> =>
  Effect.sync(() => {
    response.statusCode = status
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    response.setHeader("content-type", "text/plain; charset=utf-8")
    response.end(text, () => {
      if (request.complete === false) leave(request)
    })
  })

/** How long a sender that is still writing may take to read the answer. */
const readWithinMillis = 1000

/** Closing at once would reset the connection, and the sender might never see the answer. */
const leave = ({ httpVersionMajor, socket }: Request): void => {
  if (socket === undefined || httpVersionMajor !== 1) return
  socket.end()
  const timer = setTimeout(() => socket.destroy(), readWithinMillis)
  socket.once("close", () => clearTimeout(timer))
}

/** @internal What tells a server of HTTP/1 to end the connection of a sender that is not listened to any longer. */
export const ending = (source: object, status: number): Readonly<Record<string, string>> =>
  (status === 408 || status === 413) && Predicate.hasProperty(source, "httpVersionMajor") &&
    source.httpVersionMajor === 1
    ? { connection: "close" }
    : {}
