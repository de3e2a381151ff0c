/**
 * Receives webhooks over HTTP and answers as providers understand: 2xx only when an event was safely taken, 4xx for what
 * will never be, 503 for "send it again later".
 *
 * The raw bytes are kept, because a signature covers them: mount a receiver before any body parser.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Metric from "effect/Metric"
import * as Accounts from "./Accounts.ts"
import type { GatewayError } from "./GatewayError.ts"
import * as cappedBody from "./internal/cappedBody.ts"
import * as NodeExchange from "./internal/nodeExchange.ts"
import * as WebBytes from "./internal/webBytes.ts"
import * as WebhookReply from "./internal/webhookReply.ts"
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

/** For an application that stores webhooks before they are proven in full, as a durable checkout does. */
export interface Taking<E, R> {
  /**
   * Takes a webhook of a configured account as it came, nothing of it proven: let the account's
   * `WebhookEvents.admit` judge it first. Only after it succeeded is the webhook answered with 200. A `WebhookRejected`
   * is answered with its status, what else fails with 503.
   */
  readonly take: (
    account: string,
    webhook: RawWebhook.RawWebhook
  ) => Effect.Effect<unknown, E | WebhookRejected | GatewayError | Accounts.UnknownAccount, R>
  /** As in `Options`. */
  readonly statusOf?: Options<E, R>["statusOf"]
}

/** A request whose body was not read yet. */
export interface Incoming<E> extends cappedBody.Body<E> {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/** How a request is answered. */
export type Reply = WebhookReply.Reply

const { reply } = WebhookReply

/** How long the application may take for an event. Its sender does not wait longer, Ecca 15 s in all [WH]. */
const handledWithin = "10 seconds"

/** How long a sender may take for the body. */
const bodyWithin = "10 seconds"

/** How long the provider may take to confirm a webhook: it gives up waiting for us itself, Ecca after 15 s [WH]. */
const provenWithin = "10 seconds"

/** The same with what is no call to the provider: an ownership hook that hangs, a read that somebody else has begun. */
const answeredWithin = "12 seconds"

const received = Metric.counter("gatefold_webhooks", {
  description: "Webhooks, by account and outcome",
  incremental: true
})

/**
 * Receives one webhook for an account: checks account, method and content type, reads at most 64 KiB, proves it, hands
 * the event on, and says what to answer. Each webhook that is not taken leaves one line in the log, without body or
 * headers.
 */
export const receive = <E, R, E2>(
  account: string,
  incoming: Incoming<E2>,
  options: Options<E, R> | Taking<E, R>
): Effect.Effect<Reply, never, Accounts.Accounts | R> =>
  checkHead(account, incoming).pipe(
    Effect.andThen(readWebhook(incoming)),
    Effect.flatMap((webhook) =>
      "take" in options ? take(account, webhook, options) : handOn(account, webhook, options)
    ),
    Effect.catch((refused) => Effect.succeed(refused)),
    Effect.catchDefect((defect) =>
      Effect.succeed(reply(500, "internal error", { detail: WebhookReply.kindOf(defect) }))
    ),
    Effect.tap(noted(account))
  )

/** An account that is not configured is anybody's text: it is neither logged nor counted by name. */
const noted = (account: string) => ({ detail, outcome, status }: Reply) =>
  Effect.gen(function*() {
    const { ids } = yield* Accounts.Accounts
    const name = ids.find((id) => id === account) ?? "unknown"
    yield* Metric.update(Metric.withAttributes(received, { account: name, outcome }), 1)
    if (outcome === "taken") return
    const more = detail === undefined ? "" : ` (${detail})`
    yield* Effect.logWarning(`webhook for ${name} not taken: ${outcome}, answered ${status}${more}`)
  })

/** What can be refused before anything is read. */
const checkHead = (
  account: string,
  { headers, method }: Pick<Incoming<unknown>, "headers" | "method">
): Effect.Effect<void, Reply, Accounts.Accounts> =>
  Effect.flatMap(Accounts.Accounts, ({ ids }) => {
    if (!ids.some((id) => id === account)) return Effect.fail(WebhookReply.unknownAccount)
    if (method.toUpperCase() !== "POST") return Effect.fail(reply(405, "method", { headers: { allow: "POST" } }))
    const contentType = headers["content-type"] ?? "application/json"
    return /^application\/([a-z0-9.+-]+\+)?json\b/iu.test(contentType)
      ? Effect.void
      : Effect.fail(reply(415, "content type", { headers: { accept: "application/json" } }))
  })

/** The webhook with its exact bytes, or the reply to what is none. */
const readWebhook = <E>(incoming: Incoming<E>): Effect.Effect<RawWebhook.RawWebhook, Reply> =>
  cappedBody.read(incoming, maxBytes).pipe(
    Effect.mapError(unreadable),
    Effect.timeoutOrElse({ duration: bodyWithin, orElse: () => Effect.fail(reply(408, "slow body")) }),
    Effect.map((body) => RawWebhook.make({ ...incoming, body }))
  )

const unreadable = (error: unknown): Reply => {
  if (error instanceof cappedBody.BodyTooLarge) return reply(413, "TooLarge")
  return error instanceof WebBytes.BytesLost
    ? reply(500, "raw body lost", { detail: behindParser })
    : reply(400, "broken body")
}

const behindParser = "a body parser has read the webhook before its receiver could: mount the receiver first, " +
  "or let the parser keep the bytes as rawBody"

/** Proves the webhook here, and hands the event on. */
const handOn = <E, R>(
  account: string,
  webhook: RawWebhook.RawWebhook,
  { onEvent, statusOf }: Options<E, R>
): Effect.Effect<Reply, Reply, Accounts.Accounts | R> =>
  Accounts.on(account, Effect.flatMap(WebhookEvents, ({ receive }) => receive(webhook))).pipe(
    RetryPolicy.limit(provenWithin),
    Effect.mapError((error) => WebhookReply.toFailure(error, statusOf)),
    Effect.timeoutOrElse({ duration: answeredWithin, orElse: () => Effect.fail(reply(503, "timeout")) }),
    Effect.flatMap((event) => accepted(Effect.suspend(() => onEvent(event)), WebhookReply.toHandlerFailure))
  )

/** Leaves it to the application. */
const take = <E, R>(
  account: string,
  webhook: RawWebhook.RawWebhook,
  { statusOf, take }: Taking<E, R>
): Effect.Effect<Reply, never, R> =>
  accepted(Effect.suspend(() => take(account, webhook)), (error) => WebhookReply.toFailure(error, statusOf))

/** 200 after the application succeeded, and only then. */
const accepted = <E, R>(
  application: Effect.Effect<unknown, E, R>,
  toFailure: (error: unknown) => Reply
): Effect.Effect<Reply, never, R> =>
  Effect.matchCause(Effect.timeout(application, handledWithin), {
    onSuccess: () => reply(200, "taken"),
    onFailure: (cause) => toFailure(Cause.squash(cause))
  })

/** The path that a webhook of an account comes to: `/webhooks/{account}`. */
const mounted = "/webhooks/:account"

/** Adds `/webhooks/{account}` to an `HttpRouter`. */
export const layer = <E, R>(options: Options<E, R> | Taking<E, R>) =>
  HttpRouter.use(Effect.fnUntraced(function*(router) {
    const context = yield* Effect.context<Accounts.Accounts | R>()
    const route = Effect.gen(function*() {
      const { headers, method, source, stream, url } = yield* HttpServerRequest.HttpServerRequest
      const { account = "" } = yield* HttpRouter.params
      const replied = yield* Effect.provideContext(
        receive(account, { method, path: url, headers: { ...headers }, stream }, options),
        context
      )
      return HttpServerResponse.text(replied.outcome, {
        status: replied.status,
        headers: { ...replied.headers, ...NodeExchange.ending(source, replied.status) }
      })
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
 * `/webhooks/{account}`. A body that is not read to its end is left to the server.
 */
export const toWebHandler = <E, R>(
  options: Options<E, R> | Taking<E, R>
): Effect.Effect<(request: Request) => Promise<Response>, never, Accounts.Accounts | R> =>
  Effect.map(Effect.context<Accounts.Accounts | R>(), (context) => (request) => {
    const incoming = {
      method: request.method,
      path: request.url,
      headers: Object.fromEntries(request.headers),
      stream: WebBytes.of(request)
    }
    return Effect.runPromiseWith(context)(
      Effect.map(
        receive(accountOf(request.url), incoming, options),
        ({ headers, outcome, status }) => new Response(outcome, { status, headers: { ...headers } })
      ),
      { signal: request.signal }
    )
  })

/** What a Node server's request has, as far as it is needed here. */
export type NodeRequest = NodeExchange.Request

/** What a Node server's response has, as far as it is needed here. */
export type NodeResponse = NodeExchange.Response

/**
 * A handler for Node's `(request, response)`, which is also Express's. The path has to end in `/webhooks/{account}`.
 *
 * Mount it before any body parser. Behind one it takes the bytes of `rawBody`, or of a `body` that is still bytes; where
 * a parser has left only its own reading of them, it answers 500 and says so in the log, since nothing can be proven.
 */
export const toNodeHandler = <E, R>(
  options: Options<E, R> | Taking<E, R>
): Effect.Effect<(request: NodeRequest, response: NodeResponse) => Promise<void>, never, Accounts.Accounts | R> =>
  Effect.map(Effect.context<Accounts.Accounts | R>(), (context) => (request, response) => {
    const path = request.originalUrl ?? request.url ?? "/"
    const headers = NodeExchange.headers(request)
    const incoming = { method: request.method ?? "", path, headers, stream: NodeExchange.bytes(request) }
    return Effect.runPromiseWith(context)(Effect.flatMap(
      receive(accountOf(path), incoming, options),
      ({ headers, outcome, status }) => NodeExchange.answer(request, response, { status, headers, text: outcome })
    ))
  })
