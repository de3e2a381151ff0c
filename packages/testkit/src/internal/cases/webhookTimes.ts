/**
 * G. How old a signature may be, and which secrets may have made it.
 */
import type { Simulator } from "@gatefold/core/Simulator"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as Case from "../../Case.ts"
import { show, unless, unlessEqual, Violation } from "../../Violation.ts"
import type { World } from "../../World.ts"
import { inapplicable } from "../inapplicable.ts"
import { believed, bytes, paid, rejected, unlessSigned } from "../webhook.ts"

const needs = ["invoices.create", "webhookEvents.receive"] as const

/** @internal */
export const webhookTimes = Case.group("G", [
  {
    id: "webhook-of-another-time-is-rejected",
    name: "with a signature as the only proof, a webhook that was signed long ago or in the future is rejected",
    why: "A webhook that was once recorded could be sent again for ever, such as \"paid\" after the money went back.",
    look: "The scheme's `tolerance` and `timestampHeader`, and that the signed text has `{timestamp}` in it.",
    isCritical: true,
    needs,
    unless: ({ webhooks }) =>
      webhooks?.proof === "signature" ? undefined : "where the provider is asked, an old webhook does no harm",
    run: Effect.fnUntraced(function*(world) {
      const { adapter, simulator, webhooks } = world
      if (!(yield* signsTime(simulator))) return yield* inapplicable("The provider signs no time.")
      const { webhook: { body } } = yield* paid(world)
      const sign = simulator.sign(body)
      const { beyond, within } = edges(webhooks?.tolerance)
      const old = yield* sign
      yield* TestClock.adjust(within)
      yield* believed(adapter, `a webhook that was signed ${within} ms ago`, old)
      yield* TestClock.adjust(beyond - within)
      yield* rejected(adapter, `a webhook that was signed ${beyond} ms ago`, old)
      yield* simulator.advance(within)
      yield* believed(adapter, `a webhook that was signed ${within} ms in the future`, yield* sign)
      yield* simulator.advance(beyond - within)
      yield* rejected(adapter, `a webhook that was signed ${beyond} ms in the future`, yield* sign)
    })
  },
  {
    id: "webhook-secrets-can-be-rotated",
    name: "while two secrets are configured webhooks of both are accepted, and afterwards only those of the new one",
    why: "Otherwise a secret that leaked cannot be replaced without losing webhooks, or goes on to be believed.",
    look: "Read the secrets with `Settings.secrets` and give all of them to `Webhooks.make`.",
    isCritical: true,
    needs,
    unless: unlessSigned,
    run: Effect.fnUntraced(function*(world) {
      const { webhook } = yield* paid(world)
      const { current, variable } = yield* secretOf(world)
      const next = another(current)
      for (const both of [`${next},${current}`, `${current},${next}`]) {
        const rotating = yield* world.connect({ settings: { [variable]: both } })
        const { snapshot } = yield* believed(rotating, "a webhook of one of two configured secrets", webhook)
        const position = both.split(",").indexOf(current)
        yield* unlessEqual("the position of the secret that signed", snapshot.proof.secret, position)
      }
      const rotated = yield* world.connect({ settings: { [variable]: next } })
      yield* rejected(rotated, "a webhook of a secret that was taken out", webhook)
    })
  },
  {
    id: "empty-webhook-secret-is-refused",
    name: "without a webhook secret the adapter does not start, and says which setting it lacks",
    why: "With an empty secret everybody can sign: whoever knows the address of the webhook makes orders paid.",
    look: "Read the secrets with `Settings.secrets`, which takes no blank ones.",
    isCritical: true,
    needs,
    unless: unlessSigned,
    run: Effect.fnUntraced(function*(world) {
      const { variable } = yield* secretOf(world)
      for (const value of [undefined, "", "   ", ",", " , "]) {
        const what = `connecting with ${show(value)} for ${variable}`
        yield* world.connect({ settings: { [variable]: value } }).pipe(
          Effect.flatMap(() => new Violation({ message: `${what} should fail, and succeeded` })),
          Effect.catchTag("SettingsError", ({ problems }) =>
            unless(
              problems.some((problem) => problem.variable === variable),
              `${what} should name the variable, and named ${show(problems.map((problem) => problem.variable))}`
            ))
        )
      }
    })
  }
])

/** Milliseconds of age that are accepted, and that are not. A day is too old for anybody. */
const edges = (tolerance: Duration.Input | undefined) => {
  if (tolerance === undefined) return { within: 0, beyond: 86_400_000 }
  const within = Duration.toMillis(Duration.fromInputUnsafe(tolerance))
  return { within, beyond: within + 1_000 }
}

/** Whether the time makes a difference to what the provider sends for one body. */
const signsTime = Effect.fnUntraced(function*({ sign }: Simulator) {
  const once = (yield* sign(bytes("{}"))).headers
  const again = (yield* sign(bytes("{}"))).headers
  yield* TestClock.adjust("1 minute")
  const later = (yield* sign(bytes("{}"))).headers
  return Object.keys(once).some((name) => once[name] === again[name] && once[name] !== later[name])
})

/** The variable with the secrets, and the first of those that the provider signs with. */
const secretOf = Effect.fnUntraced(function*({ settings, webhooks }: World) {
  const variable = webhooks?.secrets
  const [current = ""] = variable === undefined ? [] : (settings[variable] ?? "").split(",")
  return variable === undefined || current.trim() === ""
    ? yield* new Violation({
      message: "`webhooks.secrets` should name the setting with the secrets that the simulator signs with"
    })
    : { variable, current: current.trim() }
})

/** Another secret of the same form: two neighbours that differ change places. */
const another = (secret: string): string => {
  const place = Array.from(secret).findLastIndex((one, index) =>
    /[a-z0-9]/iu.test(one) && /[a-z0-9]/iu.test(secret[index + 1] ?? "") && secret[index + 1] !== one
  )
  return place < 0
    ? `${secret}x`
    : secret.slice(0, place) + (secret[place + 1] ?? "") + (secret[place] ?? "") + secret.slice(place + 2)
}
