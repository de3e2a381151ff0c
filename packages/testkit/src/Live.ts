/**
 * The part of the contract that can be checked against a provider's sandbox, with a real account there.
 *
 * It moves no money: it reads, asks for what does not exist, and opens one invoice that nobody pays. One request is sent
 * with an altered API key, which a provider may count as an attack if it comes again and again. It refuses to run
 * unless it is asked for by `GATEFOLD_LIVE=1` and the account's settings are there. What its base URL is, is a setting of
 * the adapter too: set it to the sandbox.
 */
import * as ConfigProvider from "effect/ConfigProvider"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Case from "./Case.ts"
import * as Check from "./Check.ts"
import { cases as all } from "./internal/cases/index.ts"
import type * as Report from "./Report.ts"
import type * as Subject from "./Subject.ts"

/** The variable by which a run against a real provider is asked for. */
export const switchVariable = "GATEFOLD_LIVE"

/** The cases that need no simulator and move no money. */
export const cases: ReadonlyArray<Case.Case> = all.filter(({ isLive }) => isLive === true)

/** Nothing was run. `problems` says what is missing or wrong, by the names of variables. */
export class NotLive extends Data.TaggedError("NotLive")<{ readonly problems: ReadonlyArray<string> }> {
  override get message(): string {
    return `not run against a real provider:\n${this.problems.map((problem) => `  ${problem}`).join("\n")}`
  }
}

/** Variables by their names, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Checks an adapter against the provider that these settings lead to. Fails with `NotLive` before anything is sent unless
 * the run was asked for and every setting is there. The results make a `Report`, as those of a simulator do.
 */
export const check = Effect.fnUntraced(function*(subject: Subject.Subject, environment: Environment) {
  const settings = { ...present(environment), ...subject.settings }
  const problems = [...refusal(environment), ...yield* missing(subject, settings)]
  if (problems.length > 0) return yield* new NotLive({ problems })
  return yield* Effect.forEach(
    cases,
    (one): Effect.Effect<Report.Result> =>
      Effect.map(Check.runLive(subject, settings, one), (outcome) => ({ case: one, variant: Check.live, outcome }))
  )
})

const present = (environment: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => value === undefined ? [] : [[name, value]])
  )

const refusal = (environment: Environment): ReadonlyArray<string> =>
  environment[switchVariable] === "1" ? [] : [`${switchVariable} is not 1`]

const missing = ({ provider }: Subject.Subject, settings: Readonly<Record<string, string>>) =>
  provider.read.pipe(
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(settings))),
    Effect.map((reading) =>
      Result.isSuccess(reading) ? [] : reading.failure.map(({ issue, variable }) => `${variable} ${issue}`)
    )
  )
