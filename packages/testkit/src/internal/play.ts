/**
 * Playing a golden exchange: the operation is called over real sockets at a provider that answers as recorded.
 */
import { GatewayError, Reason } from "@gatefold/core/GatewayError"
import type { SettingsError } from "@gatefold/core/Settings"
import { WebhookRejected } from "@gatefold/core/WebhookRejected"
import type * as Route from "@gatefold/simulator/Route"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import type { Exchange, Golden } from "../Golden.ts"
import * as Script from "../Script.ts"
import type { World } from "../World.ts"
import * as ExactJson from "./exactJson.ts"
import { once } from "./once.ts"
import { calls } from "./operationCalls.ts"
import type { ScriptedServer } from "./scriptedServer.ts"

/** @internal What became of a call; `Broken` is what none may end in. */
export type Outcome =
  | { readonly _tag: "Success"; readonly model: ExactJson.Json }
  | { readonly _tag: "Failure"; readonly reason: ExactJson.JsonObject }
  | { readonly _tag: "Broken"; readonly how: string }

/** @internal */
export interface Played {
  readonly outcome: Outcome
  /** What came for each exchange. */
  readonly heard: ReadonlyArray<Route.ApiRequest | undefined>
  /** What came unexpectedly or did not come. */
  readonly astray: string | undefined
  /** Puts the settings in where a text names one. */
  readonly fill: (text: string) => string
}

/** @internal Which variable says where the provider is, and what stands in it behind the host. */
export const baseUrlOf = ({ simulator, subject }: Pick<World, "simulator" | "subject">) => {
  if (subject.baseUrl !== undefined) return subject.baseUrl
  const found = Object.entries(simulator.settings).find(([, value]) =>
    simulator.url !== "" && value.startsWith(simulator.url)
  )
  return found === undefined ? undefined : { variable: found[0], path: found[1].slice(simulator.url.length) }
}

/** @internal What the author has to supply before anything can be played. */
export const lacksGolden = (world: World): string | undefined => {
  if (world.subject.golden === undefined) return "the subject names no folder with golden exchanges"
  return baseUrlOf(world) === undefined ? "the subject does not say which variable is the base URL" : undefined
}

/** @internal The server follows the golden exchange from now on. */
export const play = (
  world: World,
  server: ScriptedServer,
  { conversation }: Golden
): Effect.Effect<Played, SettingsError> =>
  Effect.scoped(Effect.gen(function*() {
    const heard: Array<Route.ApiRequest | undefined> = conversation.exchanges.map(() => undefined)
    const base = baseUrlOf(world)
    const settings = { ...world.settings, ...conversation.settings }
    const fill = filler(settings)
    const verify = yield* server.follow(conversation.exchanges.map((exchange, index) => [
      stepOf(exchange, fill, (request) => {
        heard[index] = request
      })
    ]))
    const adapter = yield* world.connect({
      settings: base === undefined ? settings : { ...settings, [base.variable]: server.url + base.path }
    })
    const ready = yield* Effect.orDie(calls[conversation.operation](conversation.input))
    const outcome = yield* ended(Effect.exit(once(ready(adapter))))
    const astray = yield* Effect.match(verify, {
      onFailure: ({ message }) => message,
      onSuccess: () => undefined
    })
    return { outcome, heard, astray, fill }
  }))

/** @internal Puts settings in where a text names one. */
export const filler = (settings: Readonly<Record<string, string>>) => (text: string): string =>
  text.replaceAll(
    /\{([A-Z][A-Z0-9_]*)\}/gu,
    (whole: string, name: string) => Object.hasOwn(settings, name) ? settings[name] ?? whole : whole
  )

const stepOf = (
  { request, response }: Exchange,
  fill: (text: string) => string,
  note: (request: Route.ApiRequest) => void
): Script.Step => {
  const { pathname, searchParams } = new URL(fill(request.path), "http://provider")
  const body = fill(bodyOf(response))
  const headers = { ...body === "" ? {} : { "content-type": "application/json" }, ...response.headers }
  return Script.on(request.method, pathname).withQuery(Object.fromEntries(searchParams)).answer((asked) => {
    note(asked)
    return Script.text(body, response.status, headers)
  })
}

/** @internal The text of a recorded body. */
export const bodyOf = ({ json, text }: Pick<Exchange["response"], "json" | "text">): string =>
  text ?? (json === undefined ? "" : ExactJson.write(json))

/** A call that waits for a time that never passes shall not hold up the rest. */
const ended = <E, R>(call: Effect.Effect<Exit.Exit<unknown, E>, never, R>): Effect.Effect<Outcome, never, R> => {
  const late = Effect.as(TestClock.withLive(Effect.sleep("5 seconds")), broken("it did not come to an end"))
  return Effect.raceFirst(Effect.flatMap(call, outcomeOf), late)
}

const broken = (how: string): Outcome => ({ _tag: "Broken", how })

const outcomeOf = (exit: Exit.Exit<unknown, unknown>): Effect.Effect<Outcome> => {
  if (Exit.isSuccess(exit)) {
    const model = ExactJson.parse(JSON.stringify(exit.value) ?? "")
    return Effect.succeed(model === undefined ? broken("the model is no JSON") : { _tag: "Success", model })
  }
  const [reason] = exit.cause.reasons
  const error = reason?._tag === "Fail" ? reason.error : undefined
  if (error instanceof GatewayError) return failure(Reason, error.reason)
  if (error instanceof WebhookRejected) return failure(WebhookRejected, error)
  const what = Schema.isSchemaError(error) ? "its model cannot be encoded" : "it ended in a defect"
  return Effect.succeed(broken(`${what}: ${Cause.pretty(exit.cause)}`))
}

/** An error as data files write it: its tag as `reason`. */
const failure = <S extends Schema.Encoder<unknown>>(schema: S, error: S["Type"]): Effect.Effect<Outcome> =>
  Effect.match(Schema.encodeEffect(schema)(error), {
    onFailure: ({ message }) => broken(`its error cannot be encoded: ${message}`),
    onSuccess: (encoded): Outcome => {
      const json = ExactJson.parse(JSON.stringify(encoded))
      if (json === undefined || !ExactJson.isObject(json)) return broken("its error is no JSON")
      const { _tag: reason, ...fields } = json
      return { _tag: "Failure", reason: { reason: reason ?? null, ...fields } }
    }
  })
