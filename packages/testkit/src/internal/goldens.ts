/**
 * All golden exchanges of a subject, played and judged.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Golden from "../Golden.ts"
import { show, unless, Violation } from "../Violation.ts"
import { transports, type World } from "../World.ts"
import * as difference from "./difference.ts"
import * as ExactJson from "./exactJson.ts"
import { NotProven } from "./notProven.ts"
import { bodyOf, type Outcome, play, type Played } from "./play.ts"
import * as ScriptedServer from "./scriptedServer.ts"

/** @internal Every golden exchange of the subject; there has to be one. */
export const all = Effect.fnUntraced(function*({ subject: { golden } }: World) {
  if (golden === undefined) return yield* new NotProven({ reason: "the subject names no folder with golden exchanges" })
  const found = yield* Golden.read(golden)
  if (found.length > 0) return found
  return yield* new Violation({ message: `${golden.pathname} has no file with golden exchanges` })
})

/** @internal The same world with one transport for all that are played, which takes most of the time to make. */
export const stage = Effect.fnUntraced(function*(world: World) {
  const transport = Layer.succeedContext(yield* Layer.build(transports.undici))
  const connect: World["connect"] = (connection) => world.connect({ transport, ...connection })
  const staged: World = { ...world, connect }
  return staged
})

/** @internal Plays all of them, and fails with what is found wrong in any, by file. */
export const judgeAll = Effect.fnUntraced(function*(
  world: World,
  problems: (golden: Golden.Golden, played: Played) => ReadonlyArray<string>
) {
  const staged = yield* stage(world)
  const server = yield* ScriptedServer.open
  const found: Array<string> = []
  for (const golden of yield* all(world)) {
    const wrong = problems(golden, yield* play(staged, server, golden))
    found.push(...wrong.map((problem) => `${golden.file}: ${problem}`))
  }
  yield* unless(found.length === 0, found.join("\n"))
})

/** @internal What is wrong with the requests. */
export const requestProblems = ({ conversation }: Golden.Golden, played: Played): ReadonlyArray<string> => [
  ...played.astray === undefined ? [] : [played.astray],
  ...conversation.exchanges.flatMap(({ request }, index) => {
    const heard = played.heard[index]
    return heard === undefined ? [] : [
      ...headerProblems(request, heard.headers, played.fill),
      ...bodyProblems(request, heard.body, played.fill)
    ].map((problem) => `${request.method} ${request.path}: ${problem}`)
  })
]

type Request = Golden.Exchange["request"]

const headerProblems = (
  { headers, without }: Request,
  heard: Readonly<Record<string, string>>,
  fill: (text: string) => string
): ReadonlyArray<string> => [
  ...Object.entries(headers).flatMap(([name, value]) => {
    const got = heard[name.toLowerCase()]
    if (got === fill(value)) return []
    // the value may be a credential
    return [`the header ${name} should be ${show(value)}, and is ${got === undefined ? "absent" : "another"}`]
  }),
  ...without.filter((name) => heard[name.toLowerCase()] !== undefined).map((name) =>
    `the header ${name} should not be there`
  )
]

const bodyProblems = (request: Request, heard: string, fill: (text: string) => string): ReadonlyArray<string> => {
  const { json } = request
  const expected = fill(bodyOf(request))
  if (json === undefined) {
    return heard === expected
      ? []
      : [`the body should be ${show(expected)}, and is ${show(heard)}`]
  }
  const actual = ExactJson.parse(heard)
  return actual === undefined
    ? [`the body should be JSON, and is ${show(heard)}`]
    : difference.fromWhole(ExactJson.mapTexts(json, fill), actual, "body")
}

/** @internal What is wrong with the outcome. */
export const outcomeProblems = (
  { conversation: { outcome: { failure, success } } }: Golden.Golden,
  { fill, outcome }: Played
): ReadonlyArray<string> => {
  if (outcome._tag === "Broken") return [outcome.how]
  const [kind, expected] = success === undefined ? ["Failure", failure ?? {}] as const : ["Success", success] as const
  if (outcome._tag !== kind) {
    return [`it should end in ${kind} ${ExactJson.write(expected)}, and ends in ${said(outcome)}`]
  }
  const actual = outcome._tag === "Success" ? outcome.model : outcome.reason
  return difference.fromPart(ExactJson.mapTexts(expected, fill), actual, outcome._tag === "Success" ? "model" : "error")
}

/** @internal An outcome for messages, and to compare. */
export const said = (outcome: Outcome): string => {
  switch (outcome._tag) {
    case "Success":
      return `the model ${ExactJson.write(outcome.model)}`
    case "Failure":
      return `the failure ${ExactJson.write(outcome.reason)}`
    case "Broken":
      return outcome.how
  }
}
