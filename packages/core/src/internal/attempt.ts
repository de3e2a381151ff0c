/**
 * One request to a provider, and what its answer or the lack of one means.
 */
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type { HttpClientError } from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import type * as GatewayError from "../GatewayError.ts"
import type { Operation } from "../Operation.ts"
import * as Present from "../Present.ts"
import { type Envelope, reasonFromStatus, type Refusal } from "../Refusal.ts"
import * as Wire from "../Wire.ts"
import * as cappedBody from "./cappedBody.ts"
import { conceal, isKeepable } from "./keepable.ts"
import * as neverSent from "./neverSent.ts"
import * as retryAfter from "./retryAfter.ts"
import * as Trouble from "./trouble.ts"

/** @internal How a provider says no. */
export interface Dialect {
  readonly secrets: ReadonlyArray<Redacted.Redacted>
  readonly readEnvelope: (json: unknown) => Envelope | undefined
  readonly reasonOf: (refusal: Refusal, operation: Operation) => GatewayError.Reason | undefined
}

interface Exchange {
  /** One whose requests last as long as their scope. */
  readonly client: HttpClient.HttpClient.With<HttpClientError, Scope.Scope>
  readonly dialect: Dialect
  readonly operation: Operation
  /** For the request and the whole answer. */
  readonly timeout: Duration.Duration
}

const deepestCause = 5

/** @internal Sends one request and judges what comes back. A defect of the transport is a failure like any other. */
export const attempt = <S extends Schema.Decoder<unknown>>(
  { client, dialect, operation, timeout }: Exchange,
  request: HttpClientRequest.HttpClientRequest,
  answer: S
): Effect.Effect<S["Type"], Trouble.Trouble> =>
  releasedUnlessRead((onRead) =>
    Effect.flatMap(
      client.execute(request),
      (response) => receive(dialect, operation, request, response, answer, onRead)
    )
  ).pipe(
    Effect.catchTag("HttpClientError", (error) =>
      Effect.fail(onTheWay(neverSent.evidence(error), neverSent.trouble(error)))),
    // some transports throw on a header that they cannot write
    Effect.catchDefect((defect) =>
      Effect.fail(onTheWay(neverSent.fromCause(defect, deepestCause), "defect of the transport"))
    ),
    Effect.timeoutOrElse({
      duration: timeout,
      orElse: () =>
        Effect.fail(Trouble.lost("timeout"))
    })
  )

/**
 * An answer that is not read to its end holds its connection until the scope closes, which aborts the request. One that
 * is read to its end holds nothing, and to abort it all the same costs more than to decode it.
 */
const releasedUnlessRead = <A, E, R>(use: (onRead: () => void) => Effect.Effect<A, E, R | Scope.Scope>) =>
  Effect.suspend(() => {
    const scope = Scope.makeUnsafe()
    let isRead = false
    const used = use(() => {
      isRead = true
    })
    return Effect.onExit(
      Effect.provideService(used, Scope.Scope, scope),
      (exit) => isRead ? Effect.void : Scope.close(scope, exit)
    )
  })

const onTheWay = (evidence: string | undefined, what: string): Trouble.Trouble =>
  evidence === undefined ? Trouble.lost(what) : Trouble.neverSent(evidence)

const receive = <S extends Schema.Decoder<unknown>>(
  dialect: Dialect,
  operation: Operation,
  request: HttpClientRequest.HttpClientRequest,
  response: HttpClientResponse.HttpClientResponse,
  answer: S,
  onRead: () => void
) => {
  const { status } = response
  if (wasRedirected(request, response)) {
    return Effect.fail(Trouble.unreadable("status", "a redirect, which is not followed", status))
  }
  return Effect.flatMap(readBody(response, operation.maxBody), (body) => {
    onRead()
    if (status < 200 || status >= 300) {
      return Effect.flatMap(DateTime.now, (now) => Effect.fail(refusal(dialect, operation, response, body, now)))
    }
    const decoded = Result.flatMap(Wire.parseJson(body, conceal(dialect.secrets)), Wire.decode(answer))
    return Result.isSuccess(decoded)
      ? Effect.succeed(decoded.success)
      : Effect.fail(Trouble.unreadable(decoded.failure.path, decoded.failure.issue, status))
  })
}

const readBody = (response: HttpClientResponse.HttpClientResponse, limit: number) =>
  cappedBody.readAnswer(response, limit).pipe(
    Effect.catchTag(
      "BodyTooLarge",
      () => Effect.fail(Trouble.unreadable("body", `larger than ${limit} bytes`, response.status))
    ),
    // fetch has no stream where there is no body
    Effect.catchReason("HttpClientError", "EmptyBodyError", () => Effect.succeed(new Uint8Array()))
  )

/** An application may have put a client that follows redirects below us. */
const wasRedirected = (
  request: HttpClientRequest.HttpClientRequest,
  response: HttpClientResponse.HttpClientResponse
): boolean =>
  (response.status >= 300 && response.status < 400) ||
  !(isBelow(response.url, request.url) || URL.parse(response.url)?.origin === URL.parse(request.url)?.origin)

/** The same address, its query aside. A host cannot go on behind a question mark, so nothing has to be parsed. */
const isBelow = (answered: string, asked: string): boolean => answered === asked || answered.startsWith(`${asked}?`)

const refusal = (
  dialect: Dialect,
  operation: Operation,
  response: HttpClientResponse.HttpClientResponse,
  body: Uint8Array,
  now: DateTime.Utc
): Trouble.Trouble => {
  const { status } = response
  const json = Result.getOrElse(Wire.parseJson(body), () => undefined)
  const envelope = dialect.readEnvelope(json)
  const refused: Refusal = {
    status,
    code: envelope?.code,
    detail: { httpStatus: status, ...Present.only(keepable(dialect.secrets, envelope)) },
    retryAfter: retryAfter.parse(response.headers["retry-after"], now),
    json
  }
  const reason = dialect.reasonOf(refused, operation) ?? reasonFromStatus(refused, operation)
  if (reason?._tag === "InvalidResponse") return { _tag: "Unreadable", answer: reason }
  if (reason !== undefined) return Trouble.refused(reason)
  return { _tag: "Lost", what: `HTTP ${status}`, detail: refused.detail, retryAfter: refused.retryAfter }
}

/** Code and request id, unless they are no short words or hold a secret. */
const keepable = (secrets: ReadonlyArray<Redacted.Redacted>, envelope: Envelope | undefined) => {
  const keep = (word: string | undefined) =>
    word !== undefined && /^\S{1,120}$/u.test(word) && isKeepable(secrets, word) ? word : undefined
  return { code: keep(envelope?.code), requestId: keep(envelope?.requestId) }
}
