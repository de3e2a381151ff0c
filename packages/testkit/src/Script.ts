/**
 * Scripted providers: a conversation as data, answered over real sockets, for an author who has no simulator yet.
 *
 * ```ts
 * const provider = yield* Script.serve(
 *   Script.on("POST", "/v1/invoices", "invoices.create").answer(Script.json({ id: "i-1" }, 201)),
 *   Script.on("GET", "/v1/invoices/:id", "invoices.get").delay("200 millis").answer(Script.json({ id: "i-1" })).always()
 * )
 * ```
 *
 * The first step that fits a request answers it, once unless it is said to answer `always`. A request that no step fits
 * is answered with a 500, and `verify` names it.
 */
import type { RecordedRequest } from "@gatefold/core/Simulator"
import type * as Answer from "@gatefold/simulator/Answer"
import type * as Route from "@gatefold/simulator/Route"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { isDeepStrictEqual } from "node:util"
import type * as Conversation from "./internal/conversation.ts"
import * as ExactJson from "./internal/exactJson.ts"
import * as ScriptedServer from "./internal/scriptedServer.ts"
import type { Violation } from "./Violation.ts"

export { json } from "@gatefold/simulator/Answer"

/** An answer with exactly this body. */
export const text = (
  body: string,
  status = 200,
  headers: Readonly<Record<string, string>> = { "content-type": "application/json" }
): Answer.Answer => ({ status, headers, body })

/** An answer without a body. */
export const empty = (status = 204, headers: Readonly<Record<string, string>> = {}): Answer.Answer => ({
  status,
  headers,
  body: ""
})

/** What a step answers, or how it makes its answer out of the request. */
export type Reply = Answer.Answer | ((request: Route.ApiRequest) => Answer.Answer)

/** One request that is expected, and how it is answered. Each method gives a changed copy. */
export interface Step extends ScriptedServer.Replying {
  /** Only requests with this JSON body, whatever its spacing and the order of its fields; digits count as written. */
  readonly withJson: (body: Schema.Json) => Step
  /** Only requests with exactly this query, in any order. */
  readonly withQuery: (query: Readonly<Record<string, string>>) => Step
  /** Only requests for which this holds. */
  readonly when: (holds: (request: Route.ApiRequest) => boolean) => Step
  /** Default: 204 without a body. */
  readonly answer: (reply: Reply) => Step
  /** Spoils the answer on the wire. */
  readonly fault: (fault: Answer.Spoiling) => Step
  /** Waits before it answers, by the clock of the program. */
  readonly delay: (duration: Duration.Input) => Step
  /** Answers for ever, and need not be asked at all. */
  readonly always: () => Step
}

/** Steps that are answered in this order and no other. */
export interface InOrder {
  readonly inOrder: ReadonlyArray<Step>
}

interface State extends Conversation.Matcher {
  readonly made: (request: Route.ApiRequest) => Answer.Answer
  readonly spoiling: Answer.Spoiling | undefined
  readonly pause: Duration.Input
}

/**
 * Expects a request. A path may have parts such as `:id`; `operations` are named as in spans, and stand in
 * `requests`.
 */
export const on = (method: string, path: string, ...operations: ReadonlyArray<string>): Step =>
  step({
    method,
    path,
    operations: operations.length === 0 ? [`${method} ${path}`] : operations,
    isAlways: false,
    fits: () => true,
    made: () => empty(),
    spoiling: undefined,
    pause: 0
  })

/** Expects these requests in this order. */
export const inOrder = (...steps: ReadonlyArray<Step>): InOrder => ({ inOrder: steps })

const step = (state: State): Step => {
  const { fits, isAlways, made, method, operations, path, pause, spoiling } = state
  const when = (holds: (request: Route.ApiRequest) => boolean) =>
    step({ ...state, fits: (request) => fits(request) && holds(request) })
  return {
    method,
    path,
    operations,
    isAlways,
    fits,
    when,
    withJson: (body) => when((request) => isDeepStrictEqual(ExactJson.parse(request.body), exactly(body))),
    withQuery: (query) => when((request) => isDeepStrictEqual(sorted(request.query), sorted(Object.entries(query)))),
    answer: (reply) => step({ ...state, made: typeof reply === "function" ? reply : () => reply }),
    fault: (fault) => step({ ...state, spoiling: fault }),
    delay: (duration) => step({ ...state, pause: duration }),
    always: () => step({ ...state, isAlways: true }),
    reply: (request) => Effect.delay(Effect.sync(() => ({ ...made(request), fault: spoiling })), pause)
  }
}

const exactly = (body: Schema.Json) => ExactJson.parse(JSON.stringify(body))

const sorted = (query: Iterable<readonly [string, string]>): ReadonlyArray<string> =>
  [...query].map(([name, value]) => JSON.stringify([name, value])).toSorted()

/** A provider that follows a script. */
export interface ScriptedProvider {
  /** The origin it listens on, `http://127.0.0.1:PORT`. */
  readonly url: string
  /** Every request so far, oldest first, those that were not expected included. */
  readonly requests: Effect.Effect<ReadonlyArray<RecordedRequest>>
  /** Fails with what came unexpectedly and what did not come. */
  readonly verify: Effect.Effect<void, Violation>
}

/** Starts a scripted provider, which stops when the scope closes. */
export const serve = Effect.fnUntraced(function*(
  ...parts: ReadonlyArray<Step | InOrder>
): Effect.fn.Return<ScriptedProvider, never, Scope.Scope> {
  const { follow, requests, url } = yield* ScriptedServer.open
  const verify = yield* follow(parts.map((part) => "inOrder" in part ? part.inOrder : [part]))
  return { url, requests, verify }
})
