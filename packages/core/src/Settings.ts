/**
 * Settings of accounts, read so that every problem is reported at once: by the variable's name, never by its value.
 */
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { isSecure } from "./SecureUrl.ts"

/** A `Config` for each option that can be set from outside. */
export type Settings<O> = { readonly [K in keyof O]?: Config.Config<Exclude<O[K], undefined> | O[K]> }

/** One setting that is missing or wrong. */
export class Problem extends Schema.Class<Problem>("@gatefold/core/Settings/Problem")({
  variable: Schema.String,
  issue: Schema.String
}) {}

/** The program cannot start: these settings are missing or wrong. */
export class SettingsError extends Schema.TaggedError<SettingsError>("@gatefold/core/SettingsError")("SettingsError", {
  problems: Schema.Array(Problem)
}) {
  override get message(): string {
    const lines = this.problems.map(({ issue, variable }) => `  ${variable} ${issue}`)
    return `settings are missing or wrong:\n${lines.join("\n")}`
  }
}

/** A record of settings as they were read, or everything that is wrong with them. */
export type Reading<O> = Result.Result<O, ReadonlyArray<Problem>>

/** @internal What stands before the variables' names of a named account. */
export const Prefix: Context.Reference<ReadonlyArray<string>> = Context.Reference("@gatefold/core/Settings/Prefix", {
  defaultValue: (): ReadonlyArray<string> => []
})

/**
 * Reads every setting of a record from the current `ConfigProvider`. `check` looks at those that could be read, so that
 * one problem does not hide another; the names of its problems get the prefix of a named account.
 */
export const read = Effect.fnUntraced(function*<O extends object>(
  settings: Settings<O>,
  check: (values: Partial<O>) => ReadonlyArray<Problem> = () => []
): Effect.fn.Return<Reading<O>> {
  const provider = yield* ConfigProvider.ConfigProvider
  const prefix = yield* Prefix
  const values: Array<readonly [string, unknown]> = []
  const problems = new Map<string, Problem>()
  const note = (problem: Problem) => problems.has(problem.variable) || problems.set(problem.variable, problem)
  for (const [key, config] of prefixed(settings, prefix)) {
    const result = yield* Effect.result(config.parse(provider))
    if (Result.isSuccess(result)) values.push([key, result.success])
    else describe(key, result.failure, yield* isMissing(config, provider)).forEach(note)
  }
  for (const { issue, variable } of check(record<Partial<O>>(values))) {
    note(new Problem({ variable: [...prefix, variable].join("_"), issue }))
  }
  return problems.size > 0 ? Result.fail([...problems.values()]) : Result.succeed(record<O>(values))
})

/**
 * Whether the current `ConfigProvider` has anything for these settings: one that is required and not simply missing.
 * Tells an account that is not set up from one that is set up wrongly.
 */
export const isPresent = Effect.fnUntraced(function*<O extends object>(settings: Settings<O>) {
  const provider = yield* ConfigProvider.ConfigProvider
  const nothing = ConfigProvider.fromUnknown({})
  for (const [, config] of prefixed(settings, yield* Prefix)) {
    const isRequired = Result.isFailure(yield* Effect.result(config.parse(nothing)))
    if (isRequired && !(yield* isMissing(config, provider))) return true
  }
  return false
})

const isMissing = (config: Config.Config<unknown>, provider: ConfigProvider.ConfigProvider): Effect.Effect<boolean> =>
  Effect.match(Config.option(config).parse(provider), { onFailure: () => false, onSuccess: Option.isNone })

const prefixed = (settings: object, prefix: ReadonlyArray<string>) =>
  entries(settings).map(([key, config]) =>
    [key, prefix.reduceRight((inner, name) => Config.nested(inner, name), config)] as const
  )

function entries(settings: object): ReadonlyArray<readonly [string, Config.Config<unknown>]>
function entries(settings: object): ReadonlyArray<readonly [string, unknown]> {
  return Object.entries(settings)
}

/** The record that the settings describe: each value was made by the Config of its own key. */
function record<O extends object>(values: ReadonlyArray<readonly [string, unknown]>): O
function record(values: ReadonlyArray<readonly [string, unknown]>): object {
  return Object.fromEntries(values)
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** Paths and expectations only: an issue also holds the value that was found, which may be a secret. */
const describe = (key: string, error: Config.ConfigError, isMissing: boolean): ReadonlyArray<Problem> =>
  error.cause._tag === "SourceError"
    ? [new Problem({ variable: key, issue: "cannot be read from its source" })]
    : format(error.cause.issue).issues.map(({ message, path }) => {
      const isAbsent = isMissing || message === "Missing key" || message === "Expected string"
      const variable = (path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join("_")
      return new Problem({
        variable: variable === "" ? key : variable,
        issue: isAbsent ? "is missing" : `is wrong: ${message}`
      })
    })

const checked = (expected: string, test: (text: string) => boolean) =>
  Schema.String.check(Schema.makeFilter((text: string) => test(text) || `Expected ${expected}`))

const isCredential = (text: string): boolean => /^[\x21-\x7e]{1,4096}$/u.test(text)

const credential = checked("printable characters without spaces", isCredential)

/**
 * A credential: printable ASCII without blanks. A line break in a key would be printed by the transport's own error.
 */
export const secret = (variable: string): Config.Config<Redacted.Redacted> =>
  Config.map(Config.schema(credential, variable), (text) => Redacted.make(text, { label: variable }))

/** A list of credentials, separated by commas, at least one. */
export const secrets = (
  variable: string
): Config.Config<readonly [Redacted.Redacted, ...ReadonlyArray<Redacted.Redacted>]> =>
  Config.map(
    Config.schema(checked("a list of secrets, separated by commas, none of them blank", isSecretList), variable),
    (text) => {
      const [first = "", ...others] = splitList(text)
      return [redacted(variable, first), ...others.map((other) => redacted(variable, other))]
    }
  )

const redacted = (label: string, text: string) => Redacted.make(text, { label })

const splitList = (text: string): ReadonlyArray<string> => text.split(",").map((word) => word.trim())

const isSecretList = (text: string): boolean => splitList(text).every(isCredential)

/** A list of words, separated by commas; by default none. */
export const words = (variable: string): Config.Config<ReadonlyArray<string>> =>
  Config.String(variable).pipe(
    Config.map((text) => splitList(text).filter((word) => word !== "")),
    Config.withDefault([])
  )

/** Paths are written behind it. */
const isBaseUrl = (text: string): boolean => isSecure(text) && !/[?#]/u.test(text)

/** An https URL (http for this machine), without a slash at its end; needed where there is no standard one. */
export const baseUrl = (variable: string, standard?: string): Config.Config<string> => {
  const url = Config.map(
    Config.schema(checked("an https URL", isBaseUrl), variable),
    (text) => text.replace(/\/+$/u, "")
  )
  return standard === undefined ? url : Config.withDefault(url, standard)
}

/** One of several words. */
export const choice = <const A extends string>(variable: string, of: ReadonlyArray<A>, standard: A): Config.Config<A> =>
  Config.Literals(of, variable).pipe(Config.withDefault(standard))

/** A whole number from 1, by default none. */
export const count = (variable: string): Config.Config<number | undefined> =>
  Config.schema(Schema.FiniteFromString.check(Schema.makeFilter(isCount)), variable).pipe(Config.withDefault(undefined))

const isCount = (value: number) => (Number.isSafeInteger(value) && value >= 1) || "Expected a whole number from 1"

/** The same for a number that was given in code. */
export const checkCount = (variable: string, value: number | undefined): ReadonlyArray<Problem> =>
  value === undefined || isCount(value) === true ? [] : [wrong(variable, "a whole number from 1")]

/** A text, by default none. */
export const text = (variable: string): Config.Config<string | undefined> =>
  Config.String(variable).pipe(Config.withDefault(undefined))

/** The form of a text: what is expected, as a problem says it, and whether a text is that. */
export interface Form {
  readonly expected: string
  readonly test: (text: string) => boolean
}

const anyText: Form = { expected: "a text that is not blank", test: (text) => text.trim() !== "" }

/** A text that is needed, of a form; by default anything but blanks. */
export const requiredText = (variable: string, { expected, test }: Form = anyText): Config.Config<string> =>
  Config.schema(checked(expected, test), variable)

/** The same for a text that was given in code. For an adapter's `check`. */
export const checkText = (
  variable: string,
  value: string | undefined,
  { expected, test }: Form = anyText
): ReadonlyArray<Problem> => value === undefined || test(value) ? [] : [wrong(variable, expected)]

/**
 * A password that travels in a body and not in a header: anything but control characters.
 */
export const password = (variable: string): Config.Config<Redacted.Redacted> =>
  Config.map(
    Config.schema(checked("no control characters", isPassword), variable),
    (text) => redacted(variable, text)
  )

const isPassword = (text: string): boolean => text.trim() !== "" && !/\p{Cc}/u.test(text)

/** A problem with a value that is there. For an adapter's `check`. */
export const wrong = (variable: string, expected: string): Problem =>
  new Problem({ variable, issue: `is wrong: Expected ${expected}` })

/** A problem if there is no value, or a blank one. For an adapter's `check`. */
export const needed = (variable: string, value: unknown): ReadonlyArray<Problem> =>
  value === undefined || (typeof value === "string" && value.trim() === "")
    ? [new Problem({ variable, issue: "is missing" })]
    : []

/** Checks a credential that was given in code by the rule of `secret`. For an adapter's `check`. */
export const checkSecret = (variable: string, value: Redacted.Redacted | undefined): ReadonlyArray<Problem> =>
  value === undefined || isCredential(Redacted.value(value))
    ? []
    : [wrong(variable, "printable characters without spaces")]

/** The same by the rule of `password`. */
export const checkPassword = (variable: string, value: Redacted.Redacted | undefined): ReadonlyArray<Problem> =>
  value === undefined || isPassword(Redacted.value(value)) ? [] : [wrong(variable, "no control characters")]

/** The same for a base URL. */
export const checkUrl = (variable: string, url: string | undefined): ReadonlyArray<Problem> =>
  url === undefined || isBaseUrl(url) ? [] : [wrong(variable, "an https URL")]
