/**
 * Receives webhooks over HTTP and answers as providers understand: 2xx only when an event was safely taken, 4xx for what
 * will never be, 503 for "send it again later".
 *
 * The raw bytes are kept, because a signature covers them: mount a receiver before any body parser.
 */
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Metric from "effect/Metric"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import * as Accounts from "./Accounts.ts"
import type { GatewayError } from "./GatewayError.ts"
import * as cappedBody from "./internal/cappedBody.ts"
import * as RawWebhook from "./RawWebhook.ts"
import * as RetryPolicy from "./RetryPolicy.ts"
import type { WebhookEvent } from "./WebhookEvent.ts"
import { WebhookEvents } from "./WebhookEvents.ts"
import type { WebhookRejected } from "./WebhookRejected.ts"
import { maxBytes } from "./Webhooks.ts"

export interface Options<E, R> {
  /**
   * Takes a proven event. Only after it succeeded is the webhook answered with 200; if it fails, with 503. It may be
   * called more than once with the same fact: deduplicate by `event.key`, or merge.
   */
  readonly onEvent: (event: WebhookEvent) => Effect.Effect<void, E, R>
  /** Another status for a rejected webhook than `rejected.httpStatus`, where a provider needs one. */
  readonly statusOf?: ((rejected: WebhookRejected) => number | undefined) | undefined
}

/** A request whose body was not read yet. */
export interface Incoming<E> extends cappedBody.Body<E> {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/** How a request is answered. `outcome` is a word for people and metrics, without anything of the request. */
export interface Reply {
  readonly status: number
  readonly outcome: string
}

/** The name of what a handler failed with: its message may say anything. */
const kindOf = (error: unknown): string =>
  Predicate.hasProperty(error, "_tag") && Predicate.isString(error._tag) ? error._tag : "defect"

/** How long the provider may take to confirm a webhook: it gives up waiting for us itself, Ecca after 15 s [WH]. */
const provenWithin = "10 seconds"

/** How long a sender may take for the body. */
const bodyWithin = "10 seconds"

const received = Metric.counter("gatefold_webhooks", {
  description: "Webhooks, by account and outcome",
  incremental: true
})

const reply = (status: number, outcome: string): Reply => ({ status, outcome })

/**
 * Receives one webhook for an account: checks method and content type, reads at most 64 KiB, proves it, hands the event
 * on, and says what to answer. Each webhook that is not taken leaves one line in the log, without body or headers.
 */
export const receive = <E, R, E2>(
  account: string,
  incoming: Incoming<E2>,
  options: Options<E, R>
): Effect.Effect<Reply, never, Accounts.Accounts | R> =>
  readWebhook(incoming).pipe(
    Effect.flatMap((webhook) => prove(account, webhook, options)),
    Effect.catch((refused) => Effect.succeed(refused)),
    Effect.tap(noted(account))
  )

/** An account that is not configured is anybody's text: it is neither logged nor counted by name. */
const noted = (account: string) => ({ outcome, status }: Reply) =>
  Effect.gen(function*() {
    const { ids } = yield* Accounts.Accounts
    const name = ids.find((id) => id === account) ?? "unknown"
    yield* Metric.update(Metric.withAttributes(received, { account: name, outcome }), 1)
    if (outcome !== "taken") yield* Effect.logWarning(`webhook for ${name} not taken: ${outcome}, answered ${status}`)
  })

/** The webhook with its exact bytes, or the reply to what is none. */
const readWebhook = <E>(incoming: Incoming<E>): Effect.Effect<RawWebhook.RawWebhook, Reply> => {
  if (incoming.method.toUpperCase() !== "POST") return Effect.fail(reply(405, "method"))
  const contentType = incoming.headers["content-type"] ?? "application/json"
  if (!/^application\/([a-z0-9.+-]+\+)?json\b/iu.test(contentType)) return Effect.fail(reply(415, "content type"))
  return cappedBody.read(incoming, maxBytes).pipe(
    Effect.mapError((error) =>
      error instanceof cappedBody.BodyTooLarge ? reply(413, "TooLarge") : reply(400, "broken body")
    ),
    Effect.timeoutOrElse({ duration: bodyWithin, orElse: () => Effect.fail(reply(408, "slow body")) }),
    Effect.map((body) => RawWebhook.make({ ...incoming, body }))
  )
}

const prove = <E, R>(
  account: string,
  webhook: RawWebhook.RawWebhook,
  options: Options<E, R>
): Effect.Effect<Reply, never, Accounts.Accounts | R> =>
  Accounts.on(account, Effect.flatMap(WebhookEvents, ({ receive }) => receive(webhook))).pipe(
    RetryPolicy.limit(provenWithin),
    Effect.flatMap((event) =>
      Effect.matchCause(options.onEvent(event), {
        onSuccess: () => reply(200, "taken"),
        onFailure: (cause) => reply(503, `handler failed: ${kindOf(Cause.squash(cause))}`)
      })
    ),
    Effect.catchTags({
      UnknownAccount: () => Effect.succeed(reply(404, "UnknownAccount")),
      WebhookRejected: (rejected) =>
        Effect.succeed(reply(options.statusOf?.(rejected) ?? rejected.httpStatus, rejected.why)),
      GatewayError: ({ reason }: GatewayError) => Effect.succeed(reply(503, reason._tag))
    })
  )

/** The path that a webhook of an account comes to: `/webhooks/{account}`. */
const mounted = "/webhooks/:account"

/** Adds `/webhooks/{account}` to an `HttpRouter`. */
export const layer = <E, R>(options: Options<E, R>) =>
  HttpRouter.use(Effect.fnUntraced(function*(router) {
    const context = yield* Effect.context<Accounts.Accounts | R>()
    const route = Effect.gen(function*() {
      const { headers, method, stream, url } = yield* HttpServerRequest.HttpServerRequest
      const { account = "" } = yield* HttpRouter.params
      const { outcome, status } = yield* Effect.provideContext(
        receive(account, { method, path: url, headers: { ...headers }, stream }, options),
        context
      )
      return HttpServerResponse.text(outcome, { status })
    })
    yield* router.add("*", mounted, route)
  }))

/** The account of a path that ends in `/webhooks/{account}`. */
const accountOf = (url: string): string => {
  const [, account = ""] = /\/webhooks\/([^/?#]+)\/?(?:[?#].*)?$/u.exec(url) ?? []
  return account
}

/**
 * A handler of the web platform's requests, for servers that hand those out. The path has to end in
 * `/webhooks/{account}`.
 */
export const toWebHandler = <E, R>(
  options: Options<E, R>
): Effect.Effect<(request: Request) => Promise<Response>, never, Accounts.Accounts | R> =>
  Effect.map(Effect.context<Accounts.Accounts | R>(), (context) => (request) => {
    const incoming = {
      method: request.method,
      path: request.url,
      headers: Object.fromEntries(request.headers),
      stream: bytesOf(request.body)
    }
    return Effect.runPromiseWith(context)(
      Effect.map(
        receive(accountOf(request.url), incoming, options),
        ({ outcome, status }) => new Response(outcome, { status })
      ),
      { signal: request.signal }
    )
  })

/** What a Node server's request has, as far as it is needed here. */
export interface NodeRequest extends AsyncIterable<Uint8Array> {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly originalUrl?: string | undefined
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly readableDidRead?: boolean
  /** Where a body parser that keeps the bytes leaves them. */
  readonly rawBody?: unknown
  readonly body?: unknown
}

/** What a Node server's response has, as far as it is needed here. */
export interface NodeResponse {
  statusCode: number
  readonly setHeader: (name: string, value: string) => unknown
  readonly end: (text: string) => unknown
}

/**
 * A handler for Node's `(request, response)`, which is also Express's. The path has to end in `/webhooks/{account}`.
 *
 * Mount it before any body parser. Behind one it takes the bytes of `rawBody`, or of a `body` that is still bytes; where
 * a parser has left only its own reading of them, it answers 500 and says so in the log, since nothing can be proven.
 */
export const toNodeHandler = <E, R>(
  options: Options<E, R>
): Effect.Effect<(request: NodeRequest, response: NodeResponse) => Promise<void>, never, Accounts.Accounts | R> =>
  Effect.map(Effect.context<Accounts.Accounts | R>(), (context) => (request, response) => {
    const url = request.originalUrl ?? request.url ?? "/"
    const stream = bytesOfNode(request)
    const handled = stream === undefined
      ? Effect.as(Effect.logError(behindParser), reply(500, "raw body lost"))
      : receive(
        accountOf(url),
        { method: request.method ?? "", path: url, headers: flat(request.headers), stream },
        options
      )
    return Effect.runPromiseWith(context)(Effect.map(handled, ({ outcome, status }) => {
      response.statusCode = status
      response.setHeader("content-type", "text/plain")
      response.end(outcome)
    }))
  })

const behindParser = "a body parser has read the webhook before its receiver could: mount the receiver first, " +
  "or let the parser keep the bytes as rawBody"

class BrokenBody extends Data.TaggedError("BrokenBody") {}

const bytesOf = (body: ReadableStream<Uint8Array> | null): Stream.Stream<Uint8Array, BrokenBody> =>
  body === null
    ? Stream.empty
    : Stream.fromReadableStream({ evaluate: () => body, onError: () => new BrokenBody() })

/** Where the bytes of a Node request still are; `undefined` if nowhere. */
const bytesOfNode = (request: NodeRequest): Stream.Stream<Uint8Array, BrokenBody> | undefined => {
  for (const kept of [request.rawBody, request.body]) {
    if (kept instanceof Uint8Array) return Stream.succeed(kept)
  }
  return request.readableDidRead === true ? undefined : Stream.fromAsyncIterable(request, () => new BrokenBody())
}

const flat = (headers: NodeRequest["headers"]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === "string" ? value : value.join(", ")]]
    )
  )
