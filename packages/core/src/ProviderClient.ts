/**
 * The HTTP pipeline that every adapter's calls go through.
 *
 * It adds base URL, authentication, JSON both ways, a timeout per try, a cap on the body, classification of failures,
 * retries, a span, metrics and secrecy. What may be repeated follows from the operation's declaration alone, so that an
 * adapter cannot repeat a write by accident.
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { memoize } from "effect/Function"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import type * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import { GatewayError, IntegrityMismatch, InvalidRequest, type Reason, Unavailable } from "./GatewayError.ts"
import type { AccountId, ProviderId } from "./Identifiers.ts"
import { attempt, type Dialect } from "./internal/attempt.ts"
import { isKeepable } from "./internal/keepable.ts"
import { type Failed, isHarmless, repeat, type TooLate } from "./internal/repeat.ts"
import { observer } from "./internal/telemetry.ts"
import * as Trouble from "./internal/trouble.ts"
import type { Operation } from "./Operation.ts"
import * as Present from "./Present.ts"
import type { Envelope, Refusal } from "./Refusal.ts"
import * as RetryPolicy from "./RetryPolicy.ts"

/** One request, as an adapter writes it. */
export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** Below the base URL; use `path` to build one with ids in it. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Sent as JSON. Amounts are text. */
  readonly body?: Schema.Json | undefined
}

/** How a request is signed in. */
export interface Authorization {
  readonly headers: Readonly<Record<string, Redacted.Redacted>>
  /**
   * Present if the credentials came from a cache: gets new ones and tells whether they differ. A 401 is then answered by
   * one more request; if there are none to be had, the call fails with that reason.
   */
  readonly renew?: Effect.Effect<boolean, GatewayError> | undefined
}

export interface Options {
  readonly provider: ProviderId
  readonly account: AccountId
  readonly baseUrl: string
  /** Asked before every request; nothing was sent if it fails. */
  readonly authorize: Effect.Effect<Authorization, GatewayError>
  /** Whatever may never be seen: a provider's text that holds one of them is dropped. */
  readonly secrets: ReadonlyArray<Redacted.Redacted>
  /** Reads the provider's documented error form. */
  readonly readEnvelope: (json: unknown) => Envelope | undefined
  /**
   * What a documented code means. Where it is `undefined`, the HTTP status decides, except for a read's 404 and 410, which
   * are `InvalidResponse` then: that an object is absent is for a documented code to say.
   */
  readonly reasonOf: (refusal: Refusal, operation: Operation) => Reason | undefined
  /** The account's policy; `RetryPolicy.Current` of a call goes before it. */
  readonly retry?: RetryPolicy.RetryPolicy | undefined
  /** For a rate limiter, a circuit breaker or a proxy. It must not repeat requests. */
  readonly transformClient?: ((client: HttpClient.HttpClient) => HttpClient.HttpClient) | undefined
}

export interface ProviderClient {
  /** Sends one request, as often as the operation allows, and decodes the answer. */
  readonly call: <S extends Schema.Decoder<unknown>>(
    operation: Operation,
    request: Request,
    answer: S
  ) => Effect.Effect<S["Type"], GatewayError>
  /** An error of this account. */
  readonly error: (operation: Operation, reason: Reason) => GatewayError
  /** Lets all calls of one operation together take no more time than the policy gives to a single one. */
  readonly limited: <A, E, R>(operation: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** The outcome of a check before anything is sent. */
  readonly checked: <A>(operation: Operation, result: Result.Result<A, Reason>) => Effect.Effect<A, GatewayError>
}

/** Builds a path out of fixed parts and ids: `` path`/invoices/${id}` ``. */
export const path = (parts: TemplateStringsArray, ...ids: ReadonlyArray<string>): string =>
  parts.map((part, index) => part + (index < ids.length ? encodeURIComponent(ids[index] ?? "") : "")).join("")

export const make = (options: Options): Effect.Effect<ProviderClient, never, HttpClient.HttpClient> =>
  Effect.map(HttpClient.HttpClient, (transport) => {
    const client = HttpClient.withScope((options.transformClient ?? ((same) => same))(transport))
    const { account, provider } = options
    const observed = observer(options)
    const dialectOf = memoize((authorization: Authorization) => withTokens(options, authorization))
    const baseUrl = options.baseUrl.replace(/\/+$/u, "")
    const error: ProviderClient["error"] = (operation, reason) =>
      new GatewayError({ provider, account, operation: operation.name, reason: withoutProse(options.secrets, reason) })

    const policy = Effect.map(RetryPolicy.Current, (current) => current ?? options.retry ?? RetryPolicy.standard)

    const call: ProviderClient["call"] = (operation, request, answer) => {
      const once = (timeLeft: Effect.Effect<Duration.Duration, TooLate>) => {
        const send = (authorization: Authorization) =>
          Effect.flatMap(
            Effect.mapError(timeLeft, () => Trouble.neverSent("no time left")),
            (timeout) =>
              attempt(
                { client, dialect: dialectOf(authorization), operation, timeout },
                toHttp(baseUrl, request, authorization),
                answer
              )
          ).pipe(Effect.updateService(Headers.CurrentRedactedNames, withNamesOf(authorization)))
        const failed = (trouble: Trouble.Trouble): Failed => {
          const failure = error(operation, Trouble.reason(operation, trouble))
          const wasSent = trouble._tag !== "NoEffect" || trouble.wasSent
          return { error: failure, mayRepeat: isHarmless(operation, failure, wasSent) }
        }
        return Effect.matchEffect(options.authorize, {
          // it has its own retries, and nothing of this call was sent
          onFailure: ({ reason }) =>
            Effect.fail<Failed>({ error: error(operation, notSent(reason)), mayRepeat: false }),
          onSuccess: (first) =>
            send(first).pipe(
              Effect.catchIf(wasRejected, (trouble) => again(first, options.authorize, send, trouble)),
              Effect.mapError(failed)
            )
        })
      }
      const refused = refusal(operation, request)
      const tries = refused !== undefined
        ? Effect.fail(error(operation, refused))
        : Effect.flatMap(policy, (policy) => repeat(policy, once))
      return tries.pipe(
        observed(operation),
        Effect.updateContext(discreet)
      )
    }
    return {
      call,
      error,
      limited: (operation) => Effect.flatMap(policy, ({ within }) => RetryPolicy.limit(within)(operation)),
      checked: (operation, result) => Effect.mapError(Effect.fromResult(result), (reason) => error(operation, reason))
    }
  })

/** What makes a request unfit to be sent. */
const refusal = ({ keyHeader }: Operation, { headers, path }: Request): Reason | undefined => {
  if (leadsElsewhere(path)) return new InvalidRequest({ field: "id", issue: "cannot stand in a path" })
  if (keyHeader === undefined) return undefined
  const key = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === keyHeader.toLowerCase())?.[1] ?? ""
  return key.trim() === ""
    ? new InvalidRequest({ field: keyHeader, issue: "a key is needed to repeat safely" })
    : undefined
}

/** A URL drops the parts `.` and `..`, encoded or not, so that a request with such an id would ask for something else. */
const leadsElsewhere = (path: string): boolean => /(^|\/)(\.|%2e){1,2}(\/|$)/iu.test(path)

/** A header's token is as secret as the credentials that it was got with. */
const withTokens = ({ readEnvelope, reasonOf, secrets }: Options, { headers }: Authorization): Dialect => ({
  readEnvelope,
  reasonOf,
  secrets: [...secrets, ...Object.values(headers)]
})

/** An unreadable answer to signing in is no answer to the call that was not sent. */
const notSent = (reason: Reason): Reason =>
  reason._tag === "InvalidResponse"
    ? new Unavailable({ evidence: "signing in was not answered as documented" })
    : reason

/** What a provider has instead of what was asked is its own text: it may be anything, and the invoice holds it too. */
const withoutProse = (secrets: Options["secrets"], reason: Reason): Reason =>
  reason._tag !== "IntegrityMismatch" || isKeepable(secrets, reason.got)
    ? reason
    : new IntegrityMismatch({ field: reason.field, asked: reason.asked, got: "something that cannot be shown" })

const wasRejected = (trouble: Trouble.Trouble): boolean =>
  trouble._tag === "NoEffect" && trouble.reason._tag === "Unauthenticated"

/** The one more try after a 401, and only with other credentials than the cached ones. */
const again = <A>(
  first: Authorization,
  authorize: Effect.Effect<Authorization, GatewayError>,
  send: (authorization: Authorization) => Effect.Effect<A, Trouble.Trouble>,
  rejected: Trouble.Trouble
): Effect.Effect<A, Trouble.Trouble> =>
  first.renew === undefined ? Effect.fail(rejected) : Effect.matchEffect(first.renew, {
    // that no new credentials could be had is an outage and no refusal
    onFailure: ({ reason }) => Effect.fail(Trouble.refused(notSent(reason))),
    onSuccess: (isNew) =>
      isNew
        ? Effect.matchEffect(authorize, { onFailure: () => Effect.fail(rejected), onSuccess: send })
        : Effect.fail(rejected)
  })

/** An application may log requests on their way. */
const withNamesOf = ({ headers }: Authorization) => (names: ReadonlyArray<string | RegExp>) => [
  ...names,
  ...Object.keys(headers).map((name) => name.toLowerCase())
]

/** What every request says of its sender; an encoded body could not be limited by its length. */
const common = { accept: "application/json", "accept-encoding": "identity", "user-agent": "gatefold" }

const toHttp = (baseUrl: string, { body, headers, method, path, query }: Request, authorization: Authorization) =>
  HttpClientRequest.make(method)(baseUrl + path, {
    headers: { ...common, ...headers, ...Record.map(authorization.headers, Redacted.value) },
    ...Present.only({
      urlParams: query === undefined ? undefined : Present.only(query),
      body: body === undefined ? undefined : HttpBody.jsonUnsafe(body)
    })
  })

/** What a transport and the client's own tracing must not do with a request. */
const discreet = <R>(context: Context.Context<R>): Context.Context<R> => {
  const init = Context.getOrUndefined(context, FetchHttpClient.RequestInit)
  return Context.merge(
    context,
    init === undefined ? silent : Context.add(silent, FetchHttpClient.RequestInit, { ...init, redirect: "manual" })
  )
}

const silent = Context.empty().pipe(
  Context.add(HttpClient.TracerPropagationEnabled, false),
  // a failed span of the client's own carries the request, headers and all
  Context.add(HttpClient.TracerDisabledWhen, () => true),
  // fetch would follow a redirect and take the credentials along
  Context.add(FetchHttpClient.RequestInit, { redirect: "manual" })
)
