/**
 * How each fault looks on the wire.
 */
import type { EffectAtProvider, Fault } from "@gatefold/core/Simulator"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Http from "node:http"
import type { Answer } from "../Answer.ts"

interface Exchange {
  readonly fault: Fault | undefined
  /** What the route does and answers. */
  readonly handled: Effect.Effect<Answer>
  readonly unavailable: Answer
  readonly request: Http.IncomingMessage
  readonly response: Http.ServerResponse
}

/** @internal Answers one request, well or, if a fault is armed, in its way. */
export const run = (exchange: Exchange): Effect.Effect<void> => {
  const { fault, handled, request, response, unavailable } = exchange
  const applied = (effect: EffectAtProvider) => effect === "applied" ? Effect.asVoid(handled) : Effect.void
  const answer = (spoil: (good: Answer) => Answer) => Effect.flatMap(handled, (good) => write(response, spoil(good)))
  if (fault === undefined) {
    return Effect.flatMap(
      handled,
      ({ fault: own, ...good }) =>
        own === undefined ? write(response, good) : run({ ...exchange, fault: own, handled: Effect.succeed(good) })
    )
  }
  switch (fault._tag) {
    case "Refused":
      return Effect.void
    case "Reset":
      return Effect.andThen(applied(fault.effect), Effect.sync(() => request.socket.resetAndDestroy()))
    case "Hangup":
      return Effect.andThen(applied(fault.effect), Effect.sync(() => request.socket.destroy()))
    case "Timeout":
      return Effect.andThen(applied(fault.effect), Effect.never)
    case "Delay":
      return Effect.flatMap(handled, (good) => Effect.delay(write(response, good), fault.duration))
    case "RateLimited":
      return write(response, {
        status: 429,
        headers: { "retry-after": fault.retryAfter, "content-type": "text/plain" },
        body: "Too many requests"
      })
    case "Unavailable":
      return write(response, unavailable)
    case "ErrorPage":
      return Effect.andThen(
        applied(fault.effect),
        write(response, { status: 500, headers: { "content-type": "text/html" }, body: errorPage })
      )
    case "EmptyBody":
      return answer((good) => ({ ...good, body: "" }))
    case "Truncated":
      return answer((good) => ({ ...good, body: firstHalf(good.body) }))
    case "Oversized":
      return Effect.andThen(handled, writeEndless(response, fault.bytes))
    case "SlowDrip":
      return Effect.flatMap(handled, (good) => drip(response, good, fault.every))
    case "Redirect":
      return write(response, { status: 307, headers: { location: fault.to }, body: "" })
    case "Padded":
      return Effect.flatMap(handled, (good) => writePadded(response, good, fault.bytes))
    case "Stuck":
      return answer((good) => good)
    case "WrongContentType":
      return answer((good) => ({ ...good, headers: { ...good.headers, "content-type": "text/html" } }))
    case "Answer":
      return Effect.andThen(
        applied(fault.effect),
        write(response, {
          status: fault.status,
          headers: { "content-type": "application/json", ...fault.headers },
          body: fault.body
        })
      )
  }
}

const errorPage =
  "<!doctype html><html><head><title>500</title></head><body><h1>Internal Server Error</h1></body></html>"

/** @internal */
export const write = (response: Http.ServerResponse, answer: Answer): Effect.Effect<void> =>
  Effect.sync(() => {
    const body = Buffer.from(answer.body)
    writeHead(response, { ...answer, headers: { ...answer.headers, "content-length": String(body.length) } })
    response.end(body)
  })

/** One header per name, whatever its spelling: the last one given wins. */
const writeHead = (response: Http.ServerResponse, answer: Answer): void => {
  response.statusCode = answer.status
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value)
}

const firstHalf = (body: string | Uint8Array): Uint8Array => {
  const all = Buffer.from(body)
  return all.subarray(0, Math.floor(all.length / 2))
}

/** JSON that opens a string and does not end; chunked, so that no length gives it away. */
const writeEndless = Effect.fnUntraced(function*(response: Http.ServerResponse, bytes: number) {
  response.writeHead(200, { "content-type": "application/json" })
  response.write("{\"padding\":\"")
  yield* pour(response, "a", bytes)
  response.end("\"}")
})

/** The whole answer and then white space, which a reader of JSON does not mind; chunked for the same reason. */
const writePadded = Effect.fnUntraced(function*(response: Http.ServerResponse, answer: Answer, bytes: number) {
  writeHead(response, answer)
  yield* writeChunk(response, Buffer.from(answer.body))
  yield* pour(response, " ", bytes)
  response.end()
})

/** So many times this character, no faster than it is read and not after the client has gone. */
const pour = Effect.fnUntraced(function*(response: Http.ServerResponse, character: string, bytes: number) {
  const chunk = Buffer.alloc(65_536, character)
  for (let left = bytes; left > 0 && !response.destroyed; left -= chunk.length) {
    yield* writeChunk(response, left < chunk.length ? chunk.subarray(0, left) : chunk)
  }
})

const drip = Effect.fnUntraced(function*(response: Http.ServerResponse, answer: Answer, every: Duration.Input) {
  writeHead(response, answer)
  for (const byte of Buffer.from(answer.body)) {
    yield* writeChunk(response, Uint8Array.of(byte))
    yield* Effect.sleep(Duration.fromInputUnsafe(every))
  }
  response.end()
})

const writeChunk = (response: Http.ServerResponse, chunk: Uint8Array): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    response.write(chunk, () => resume(Effect.void))
  })
