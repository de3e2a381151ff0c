/**
 * What is secret about an account, and every form in which one may look at a value.
 */
import type { Simulator } from "@gatefold/core/Simulator"
import * as Observer from "@gatefold/simulator/Observer"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Descriptor } from "../Subject.ts"
import { unless, Violation } from "../Violation.ts"
import type { World } from "../World.ts"

/** What is shorter is a word that may stand anywhere. */
const tellingLength = 8

/** @internal The values that the adapter itself holds for secret under these settings. */
export const inSettings = Effect.fnUntraced(function*(
  provider: Descriptor,
  settings: Readonly<Record<string, string>>
) {
  const environment = ConfigProvider.layer(ConfigProvider.fromEnvRecord(settings))
  const reading = yield* Effect.provide(provider.read, environment)
  return Result.isSuccess(reading) ? [...new Set(redactedIn(reading.success, new Set()))] : []
})

const redactedIn = (value: unknown, seen: Set<unknown>): ReadonlyArray<string> => {
  if (Redacted.isRedacted(value)) return [String(Redacted.value(value))]
  if (typeof value !== "object" || value === null || seen.has(value)) return []
  seen.add(value)
  return Object.values(value).flatMap((inner) => redactedIn(inner, seen))
}

/** @internal The variables whose values are secret under these settings. */
export const variables = (
  settings: Readonly<Record<string, string>>,
  secrets: ReadonlyArray<string>
): ReadonlyArray<string> =>
  Object.entries(settings).flatMap(([name, value]) =>
    secrets.some((secret) => secret !== "" && value.includes(secret)) ? [name] : []
  )

/** @internal Other values for what is secret in these settings: those of an account that is somebody else's. */
export const changed = (
  settings: Readonly<Record<string, string>>,
  secrets: ReadonlyArray<string>
): Record<string, string> =>
  Object.fromEntries(variables(settings, secrets).map((name) => [name, another(settings[name] ?? "")]))

/** A value of the same form: letters and digits of the second half turned on by one. */
const another = (value: string): string => {
  const middle = Math.floor(value.length / 2)
  return value.slice(0, middle) + value.slice(middle).replace(/[a-y0-8]/giu, next)
}

const next = (character: string): string => String.fromCharCode(character.charCodeAt(0) + 1)

const credentialHeader = /authorization|cookie|token|secret|api-?key/u
const credentialField = /"[^"]*(?:token|secret|password)[^"]*"\s*:\s*"([^"]+)"/giu

/** What went over the wire to sign in, such as tokens that the provider gave out. */
const onTheWire = Effect.fnUntraced(function*({ requests }: Simulator) {
  return (yield* requests).flatMap(({ body, headers, operations }) => [
    ...Object.entries(headers).flatMap(([name, value]) =>
      credentialHeader.test(name) ? [value.split(" ").at(-1) ?? ""] : []
    ),
    ...operations.includes("token") ? [...body.matchAll(credentialField)].map(([, value = ""]) => value) : []
  ])
})

/** @internal Every secret of the world so far. There has to be one, or nothing could be proven. */
export const all = Effect.fnUntraced(function*({ settings, simulator, subject }: World) {
  const found = [...yield* inSettings(subject.provider, settings), ...yield* onTheWire(simulator)]
  const telling = [...new Set(found)].filter(({ length }) => length >= tellingLength)
  if (telling.length > 0) return telling
  return yield* new Violation({
    message: `no setting is a Redacted of at least ${tellingLength} characters: what is secret cannot be told`
  })
})

/** A secret as it may be written. */
const forms = (secret: string): ReadonlyArray<string> => {
  const bytes = Buffer.from(secret)
  return [
    secret,
    encodeURIComponent(secret),
    bytes.toString("base64"),
    bytes.toString("base64url"),
    bytes.toString("hex"),
    [...bytes].join(", "),
    [...bytes].join(",")
  ]
}

/** @internal Fails where a text has one of these in it, in whatever form, with what stands around it. */
export const unlessHides = (where: string, text: string, secrets: ReadonlyArray<string>) => {
  const [leak] = secrets.flatMap(forms).filter((form) => text.includes(form))
  return unless(leak === undefined, `${where} shows a secret: ${around(text, leak ?? "")}`)
}

/** What stands before and behind it, without itself. */
const around = (text: string, leak: string): string => {
  const at = text.indexOf(leak)
  return `...${text.slice(Math.max(0, at - 60), at + leak.length + 60).replaceAll(leak, "<HERE>").slice(0, 130)}...`
}

/** @internal A value in every way in which programs, loggers and people look at it. */
export const looks = (value: unknown): string =>
  [
    String(value),
    jsonOf(value),
    Observer.look(value),
    value instanceof Error ? `${value.message}\n${value.stack}\n${Observer.look(value.cause)}` : ""
  ].join("\n")

const jsonOf = (value: unknown): string => {
  const seen = new Set<unknown>()
  const once = (_name: string, each: unknown): unknown => {
    if (typeof each === "bigint") return String(each)
    if (typeof each !== "object" || each === null) return each
    if (seen.has(each)) return undefined
    seen.add(each)
    return each instanceof Map || each instanceof Set ? [...each] : each
  }
  return JSON.stringify(value, once) ?? ""
}
