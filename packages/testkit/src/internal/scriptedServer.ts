/**
 * A server that follows a script, and another one when it is given one.
 */
import * as Answer from "@gatefold/simulator/Answer"
import type * as Route from "@gatefold/simulator/Route"
import * as SimulatedServer from "@gatefold/simulator/SimulatedServer"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { Violation } from "../Violation.ts"
import * as Conversation from "./conversation.ts"

/** @internal A step with its answer. */
export interface Replying extends Conversation.Matcher {
  readonly reply: (request: Route.ApiRequest) => Effect.Effect<Answer.Answer>
}

/** @internal */
export interface ScriptedServer extends Pick<SimulatedServer.SimulatedServer, "url" | "requests"> {
  /** Forgets the former script and follows this one, and gives what fails with whatever goes otherwise. */
  readonly follow: (lanes: ReadonlyArray<ReadonlyArray<Replying>>) => Effect.Effect<Effect.Effect<void, Violation>>
}

interface Script {
  readonly routes: ReadonlyArray<Route.Route>
  readonly unexpected: Array<string>
}

/** @internal Starts a server without a script. */
export const open = Effect.gen(function*() {
  let current: Script = { routes: [], unexpected: [] }
  const server = yield* SimulatedServer.make({
    get routes() {
      return current.routes
    },
    notFound: notExpected,
    unavailable: Answer.json({ error: "unavailable" }, 503),
    now: DateTime.now
  })
  const scripted: ScriptedServer = {
    url: server.url,
    requests: server.requests,
    follow: (lanes) =>
      Effect.map(server.requests, ({ length: before }) => {
        const conversation = Conversation.make(lanes)
        const script = scriptOf(lanes, conversation)
        current = script
        return Effect.flatMap(server.requests, (all) => {
          const astray = all.slice(before).filter(({ operations }) => operations.length === 0)
          return judged([
            ...script.unexpected,
            ...astray.map(({ body, method, url }) => unexpected(method, url, body)),
            ...conversation.left().map((step) => `did not come: ${describe(step)}`)
          ])
        })
      })
  }
  return scripted
})

const notExpected = Answer.json({ error: "no step of the script expects this request" }, 500)

const scriptOf = (
  lanes: ReadonlyArray<ReadonlyArray<Replying>>,
  conversation: Conversation.Conversation<Replying>
): Script => {
  const came: Array<string> = []
  const handle = (request: Route.ApiRequest) =>
    Effect.suspend(() => {
      const taken = conversation.take(request)
      if (taken !== undefined) return taken.step.reply(taken.request)
      came.push(unexpected(request.method, target(request), request.body))
      return Effect.succeed(notExpected)
    })
  return {
    routes: lanes.flat().map(({ method, operations, path }) => ({ method, path, operations, handle })),
    unexpected: came
  }
}

const judged = (found: ReadonlyArray<string>): Effect.Effect<void, Violation> =>
  found.length === 0
    ? Effect.void
    : Effect.fail(new Violation({ message: `the provider was not asked as scripted:\n  ${found.join("\n  ")}` }))

const target = ({ path, query }: Route.ApiRequest): string => query.size === 0 ? path : `${path}?${query}`

const unexpected = (method: string, target: string, body: string): string =>
  `came unexpectedly: ${method} ${target} ${body}`.trim()

const describe = ({ method, operations, path }: Conversation.Matcher): string =>
  `${method} ${path} (${operations.join(", ")})`
