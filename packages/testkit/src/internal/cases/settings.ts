/**
 * A. What is said of settings that are missing or wrong, and who is kept apart by them.
 */
import type { Path } from "@gatefold/core/Capability"
import { InvoiceId, PaymentId, WithdrawalId } from "@gatefold/core/Identifiers"
import { SettingsError } from "@gatefold/core/Settings"
import type { RecordedRequest } from "@gatefold/core/Simulator"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import * as Case from "../../Case.ts"
import { show, unless, unlessEqual, Violation } from "../../Violation.ts"
import type { Adapter, World } from "../../World.ts"
import { type Call, nobody } from "../everyCall.ts"
import { inapplicable } from "../inapplicable.ts"
import * as secrets from "../secrets.ts"

type Changes = Readonly<Record<string, string | undefined>>

/** The variables of which connecting complains under these settings; none where it connects. */
const complaints = Effect.fnUntraced(function*({ connect }: World, settings: Changes) {
  const exit = yield* Effect.scoped(Effect.exit(connect({ settings })))
  if (Exit.isSuccess(exit)) return []
  const error = errorOf(exit.cause)
  if (error !== undefined) return error.problems.map(({ variable }) => variable).toSorted()
  return yield* new Violation({
    message: `wrong settings should be a SettingsError, and are ${Cause.pretty(exit.cause)}`
  })
})

const errorOf = (cause: Cause.Cause<unknown>): SettingsError | undefined =>
  cause.reasons.flatMap((one) => one._tag === "Fail" && one.error instanceof SettingsError ? [one.error] : [])[0]

/** The settings without which the adapter does not connect. */
const required = (world: World) =>
  Effect.filter(
    Object.keys(world.settings),
    (name) => Effect.map(complaints(world, { [name]: undefined }), ({ length }) => length > 0)
  )

/** The settings that hold something secret. */
const credentials = Effect.fnUntraced(function*({ settings, subject }: World) {
  const found = secrets.variables(settings, yield* secrets.inSettings(subject.provider, settings))
  yield* unless(found.length > 0, "none of the simulator's settings is read as a Redacted")
  return found
})

const withLineBreak = (value: string): string => {
  const middle = Math.ceil(value.length / 2)
  return `${value.slice(0, middle)}\n${value.slice(middle)}`
}

/** A setting that is needed left blank, and one that is secret also broken over two lines. */
const spoilt = (value: string, isSecret: boolean): ReadonlyArray<readonly [how: string, spoilt: string]> => [
  ["empty", ""],
  ["blank", "  "],
  ...isSecret ? [["broken over two lines", withLineBreak(value)] as const] : []
]

/** Any call that the adapter has and that signs in: a list, or else a read of what does not exist. */
const anyCall = ({ gateway: { capabilities }, invoices, payments, withdrawals }: Adapter): Call | undefined => {
  const calls: ReadonlyArray<readonly [Path, Call]> = [
    ["invoices.list", Stream.runCollect(invoices.list())],
    ["payments.list", Stream.runCollect(payments.list())],
    ["withdrawals.list", Stream.runCollect(withdrawals.list())],
    ["invoices.get", invoices.get({ id: InvoiceId.make(nobody) })],
    ["payments.get", payments.get(PaymentId.make(nobody))],
    ["withdrawals.get", withdrawals.get(WithdrawalId.make(nobody))]
  ]
  return calls.find(([path]) => capabilities.has(path))?.[1]
}

const textOf = ({ body, headers, url }: RecordedRequest): string =>
  [url, ...Object.values(headers), body, ...Object.values(headers).map(decoded)].join("\n")

/** What a header of the form `Basic ...` says. */
const decoded = (value: string): string => Buffer.from(value.split(" ").at(-1) ?? "", "base64").toString()

/** @internal */
export const settings = Case.group("A", [
  {
    id: "setting-missing-is-named",
    name: "without a setting that it needs it does not connect, and names that variable and no other",
    why: "A merchant who is told of another variable looks for the mistake where it is not.",
    look: "`Settings.secret` and its like, and `check` of the descriptor.",
    needs: [],
    run: Effect.fnUntraced(function*(world) {
      const names = yield* required(world)
      yield* unless(names.length > 0, "it connects without any of its settings")
      for (const name of names) {
        yield* unlessEqual(
          `the variables named without ${name}`,
          yield* complaints(world, { [name]: undefined }),
          [name]
        )
      }
    })
  },
  {
    id: "settings-missing-are-all-named",
    name: "where several settings are missing it names them all at once",
    why: "Somebody who sets up a shop should not have to start it once for each setting.",
    look: "`Settings.read` reads all of them; a `Config.all` ends at the first.",
    needs: [],
    run: Effect.fnUntraced(function*(world) {
      const names = yield* required(world)
      if (names.length < 2) return yield* inapplicable("it needs one setting only")
      const without = Object.fromEntries(names.map((name) => [name, undefined]))
      yield* unlessEqual("the variables named", yield* complaints(world, without), names.toSorted())
    })
  },
  {
    id: "setting-blank-is-refused",
    name: "a setting that it needs and is blank, or a secret with a line break, is refused by its name",
    why:
      "With an empty webhook secret anybody can sign; a key with a line break is printed by the transport's own error.",
    look: "`Settings.secret`, `Settings.secrets` and `Settings.password` instead of `Config.String`.",
    isCritical: true,
    needs: [],
    run: Effect.fnUntraced(function*(world) {
      const secret = yield* credentials(world)
      for (const name of new Set([...yield* required(world), ...secret])) {
        for (const [how, value] of spoilt(world.settings[name] ?? "", secret.includes(name))) {
          const found = yield* complaints(world, { [name]: value })
          yield* unlessEqual(`the variables named when ${name} is ${how}`, found, [name])
        }
      }
    })
  },
  {
    id: "settings-error-hides-values",
    name: "an error about settings shows the value of none that is secret",
    why: "The error of a start ends up in logs and chats; whoever reads it there has the key.",
    look: "`Settings.read` formats paths and expectations; a `ConfigError` or an issue of a Schema holds the value.",
    isCritical: true,
    needs: [],
    run: Effect.fnUntraced(function*(world) {
      const { connect, settings, subject } = world
      const hidden = yield* secrets.inSettings(subject.provider, settings)
      for (const name of yield* credentials(world)) {
        const value = settings[name] ?? ""
        for (const wrong of [`${value}\n${value}`, ` ${value}\u0007`, `${value}\u0000é`]) {
          const exit = yield* Effect.scoped(Effect.exit(connect({ settings: { [name]: wrong } })))
          if (Exit.isSuccess(exit)) continue
          const seen = [Cause.pretty(exit.cause), ...exit.cause.reasons, ...exit.cause.reasons.map(causeOf)]
          const text = seen.map(secrets.looks).join("\n")
          yield* secrets.unlessHides(`the error about ${name}`, text, hidden.filter(({ length }) => length > 3))
        }
      }
    })
  },
  {
    id: "accounts-keep-credentials-apart",
    name: "two accounts never carry each other's credentials",
    why: "One shop's orders would be paid into another's account.",
    look: "A key or a token in a variable of the module instead of one in what `make` returns.",
    isCritical: true,
    needs: [],
    unless: ({ adapter }) => anyCall(adapter) === undefined ? "it has nothing to read" : undefined,
    run: Effect.fnUntraced(function*({ adapter, connect, settings, simulator, subject }) {
      const mine = yield* secrets.inSettings(subject.provider, settings)
      const changed = secrets.changed(settings, mine)
      const other = yield* connect({ settings: changed })
      const others = yield* secrets.inSettings(subject.provider, { ...settings, ...changed })
      const sent: Array<RecordedRequest> = []
      for (
        const [who, own, foreign] of [[adapter, mine, others], [other, others, mine], [adapter, mine, others]] as const
      ) {
        const before = (yield* simulator.requests).length
        yield* Effect.exit(anyCall(who) ?? Effect.void)
        const requests = (yield* simulator.requests).slice(before)
        sent.push(...requests)
        const text = requests.map(textOf).join("\n")
        const strange = foreign.filter((secret) => !own.includes(secret))
        yield* unless(strange.length > 0, "another account's credentials read as the same ones")
        yield* unless(
          !strange.some((secret) => text.includes(secret)),
          "an account's request carries the credentials of another account"
        )
      }
      const all = sent.map(textOf).join("\n")
      const shown = [mine, others].map((own) => own.some((secret) => all.includes(secret)))
      yield* unless(shown.every(Boolean), `only one of two accounts signed in with its own credentials: ${show(shown)}`)
    })
  }
])

const causeOf = (reason: Cause.Reason<unknown>): unknown =>
  reason._tag === "Fail" ? reason.error : reason._tag === "Die" ? reason.defect : undefined
