/**
 * Running the contract: one case at a time, each in a world of its own.
 */
import { levels } from "@gatefold/core/Capability"
import { SimulatorError } from "@gatefold/core/Simulator"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import type * as Case from "./Case.ts"
import { noSimulator } from "./internal/noSimulator.ts"
import { NotProven } from "./internal/notProven.ts"
import type * as Subject from "./Subject.ts"
import { Violation } from "./Violation.ts"
import * as World from "./World.ts"

/** How a case ended. */
export type Outcome =
  | { readonly _tag: "Passed" }
  /** It does not apply to this adapter, with the reason. */
  | { readonly _tag: "Skipped"; readonly reason: string }
  /** It does apply, and could not be run. */
  | { readonly _tag: "Unproven"; readonly reason: string }
  /** The author took it out, with the reason. */
  | { readonly _tag: "Waived"; readonly reason: string }
  | { readonly _tag: "Failed"; readonly found: string }

/** How long a case may take in real time, of which it needs a fraction; those that play data files play hundreds. */
const patienceOf = ({ isScripted }: Case.Case) => isScripted === true ? "60 seconds" : "20 seconds"

/** What stands in place of a variant's name where the provider was a real one. */
export const live = "live"

/** The variant that is checked when none is named: the subject's own settings. */
export const plain: Subject.Variant = { settings: {} }

/** Runs one case against a fresh provider. Never fails: what goes wrong is the outcome. */
export const runCase = (
  subject: Subject.Subject,
  variant: Subject.Variant,
  one: Case.Case
): Effect.Effect<Outcome> => {
  const waived = subject.waived?.[one.id]
  if (waived !== undefined) return Effect.succeed(waivedOrRefused(one, waived))
  return run(subject, variant, one).pipe(
    Effect.scoped,
    Effect.provide(TestClock.layer()),
    // spoilt on purpose, adapters warn a lot; a case about logs watches them itself
    Effect.provideService(Logger.CurrentLoggers, new Set()),
    judged(one)
  )
}

/**
 * Runs one case against a provider's sandbox, in real time. `settings` are those of a real account there.
 */
export const runLive = (
  subject: Subject.Subject,
  settings: Readonly<Record<string, string>>,
  one: Case.Case
): Effect.Effect<Outcome> =>
  judged(one)(Effect.scoped(Effect.flatMap(World.live(subject, settings), (world) => runIn(world, one))))

const judged = (one: Case.Case) => (outcome: Effect.Effect<Outcome, unknown>): Effect.Effect<Outcome> =>
  Effect.map(
    Effect.exit(inTime(outcome, patienceOf(one))),
    Exit.match({ onSuccess: (outcome): Outcome => outcome, onFailure: judge })
  )

/** A case that cannot even be interrupted is left to itself, or it would hold up all others. */
const inTime = Effect.fnUntraced(function*(
  outcome: Effect.Effect<Outcome, unknown>,
  patience: ReturnType<typeof patienceOf>
) {
  const running = yield* Effect.forkDetach(outcome)
  return yield* Fiber.join(running).pipe(
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => Effect.fail(new Violation({ message: `the case did not come to an end within ${patience}` }))
    }),
    Effect.onExit(() => Effect.forkDetach(Fiber.interrupt(running)))
  )
})

const waivedOrRefused = ({ id, isCritical }: Case.Case, reason: string): Outcome =>
  isCritical
    ? { _tag: "Failed", found: `${id} is about security or double spending and cannot be waived` }
    : { _tag: "Waived", reason }

const run = Effect.fnUntraced(function*(
  subject: Subject.Subject,
  variant: Subject.Variant,
  one: Case.Case
) {
  if (one.isScripted === true && variant !== plain) return skipped("it brings its own provider: once is enough")
  const declared = levels(subject.provider.capabilities)
  const undeclared = one.needs.find((path) => !declared.has(path))
  if (undeclared !== undefined) return skipped(`${undeclared} is absent`)
  const simulator = subject.simulator ?? (one.isScripted === true ? Effect.succeed(noSimulator) : undefined)
  if (simulator === undefined) return unproven("it needs a simulator")
  const world = yield* World.make(subject, variant, yield* simulator)
  return yield* runIn(world, one)
})

const runIn = Effect.fnUntraced(function*(world: World.World, one: Case.Case) {
  const lacking = one.needs.find((path) => !world.adapter.gateway.capabilities.has(path))
  const reason = lacking === undefined ? one.unless?.(world) : `${lacking} is absent in this variant`
  if (reason !== undefined) return skipped(reason)
  const missing = one.lacks?.(world)
  if (missing !== undefined) return unproven(missing)
  yield* one.run(world)
  const passed: Outcome = { _tag: "Passed" }
  return passed
})

const unproven = (reason: string): Outcome => ({ _tag: "Unproven", reason })

const skipped = (reason: string): Outcome => ({ _tag: "Skipped", reason })

/** A provider that knows no such thing cannot be asked to do it; everything else that fails is a finding. */
const judge = (cause: Cause.Cause<unknown>): Outcome => {
  const error = Option.getOrUndefined(Cause.findErrorOption(cause))
  if (error instanceof SimulatorError && error.reason === "NotOffered") return skipped(error.message)
  if (error instanceof NotProven) return unproven(error.reason)
  return { _tag: "Failed", found: error instanceof Violation ? error.message : Cause.pretty(cause) }
}
