/**
 * Receives webhooks over HTTP and answers as providers understand: 2xx only when an event was safely taken, 4xx for what
 * will never be, 503 for "send it again later".
 *
 * The raw bytes are kept, because a signature covers them: mount a receiver before any body parser.
 */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Metric from "effect/Metric"
import * as Accounts from "./Accounts.ts"
import type { GatewayError } from "./GatewayError.ts"
import * as cappedBody from "./internal/cappedBody.ts"
import * as RawWebhook from "./RawWebhook.ts"
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
  Effect.flatMap(
    readWebhook(incoming),
    (webhook) => "status" in webhook ? Effect.succeed(webhook) : prove(account, webhook, options)
  ).pipe(
    Effect.tap(({ outcome, status }) =>
      Effect.andThen(
        Metric.update(Metric.withAttributes(received, { outcome }), 1),
        status < 300 && outcome === "taken"
          ? Effect.void
          : Effect.logWarning(`webhook not taken: ${outcome}, answered ${status}`)
      )
    )
  )

const readWebhook = <E>(incoming: Incoming<E>): Effect.Effect<RawWebhook.RawWebhook | Reply> => {
  if (incoming.method.toUpperCase() !== "POST") return Effect.succeed(reply(405, "method"))
  const contentType = incoming.headers["content-type"] ?? "application/json"
  if (!/^application\/([a-z0-9.+-]+\+)?json\b/iu.test(contentType)) return Effect.succeed(reply(415, "content type"))
  return cappedBody.read(incoming, maxBytes).pipe(
    Effect.map((body): RawWebhook.RawWebhook | Reply => RawWebhook.make({ ...incoming, body })),
    Effect.timeoutOrElse({ duration: bodyWithin, orElse: () => Effect.succeed(reply(408, "slow body")) }),
    Effect.catch((error) =>
      Effect.succeed(error instanceof cappedBody.BodyTooLarge ? reply(413, "TooLarge") : reply(400, "broken body"))
    )
  )
}

const prove = <E, R>(
  account: string,
  webhook: RawWebhook.RawWebhook,
  options: Options<E, R>
): Effect.Effect<Reply, never, Accounts.Accounts | R> =>
  Accounts.on(account, Effect.flatMap(WebhookEvents, ({ receive }) => receive(webhook))).pipe(
    Effect.flatMap((event) =>
      Effect.matchCause(options.onEvent(event), {
        onSuccess: () => reply(200, "taken"),
        onFailure: () => reply(503, "handler failed")
      })
    ),
    Effect.catchTags({
      UnknownAccount: () => Effect.succeed(reply(404, "UnknownAccount")),
      WebhookRejected: (rejected) =>
        Effect.succeed(reply(options.statusOf?.(rejected) ?? rejected.httpStatus, rejected.why)),
      GatewayError: ({ reason }: GatewayError) => Effect.succeed(reply(503, reason._tag))
    })
  )

/**
 * Adds `/webhooks/{account}` to an `HttpRouter`.
 *
 * @param options.path - another path, which has to hold `:account`
 */
export const layer = <E, R>(options: Options<E, R> & { readonly path?: `/${string}:account${string}` }) =>
  HttpRouter.use(Effect.fnUntraced(function*(router) {
    const context = yield* Effect.context<Accounts.Accounts | R>()
    const route = Effect.gen(function*() {
      const request = yield* HttpServerRequest.HttpServerRequest
      const { account = "" } = yield* HttpRouter.params
      const { outcome, status } = yield* Effect.provideContext(
        receive(account, incoming(request), options),
        context
      )
      return HttpServerResponse.text(outcome, { status })
    })
    yield* router.add("*", options.path ?? "/webhooks/:account", route)
  }))

const incoming = ({ headers, method, stream, url }: HttpServerRequest.HttpServerRequest) => ({
  method,
  path: url,
  headers: { ...headers },
  stream
})
