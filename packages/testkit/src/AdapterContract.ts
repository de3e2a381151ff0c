/**
 * The contract of adapters: `suite` checks one in vitest, `check` in a program.
 *
 * Cases are chosen by the capabilities that the adapter declares. One that is declared and does not hold is a failure;
 * one that is absent has to answer `Unsupported`, and needs a reason for the report.
 */
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Case from "./Case.ts"
import * as Check from "./Check.ts"
import { cases } from "./internal/cases/index.ts"
import { waivers } from "./internal/waivers.ts"
import type * as Report from "./Report.ts"
import type * as Subject from "./Subject.ts"
import { Violation } from "./Violation.ts"

export type { Subject, Variant, Webhooks } from "./Subject.ts"

/** Every case of the contract. */
export const all: ReadonlyArray<Case.Case> = [...cases, waivers(cases)]

/** The settings under which an adapter is checked: its own, and each variant. */
const variantsOf = ({ variants }: Subject.Subject): ReadonlyArray<readonly [string, Subject.Variant]> => [
  ["default", Check.plain],
  ...Object.entries(variants ?? {})
]

/** In milliseconds: a case that takes too long shall say so itself, and not vitest, whose usual limit is 5 seconds. */
const longerThanAnyCase = 90_000

/** Registers the contract of one adapter as vitest tests: a `describe` for each variant and group. */
export const suite = (subject: Subject.Subject): void => {
  const hasSimulator = subject.simulator !== undefined
  if (!hasSimulator) {
    it(`${subject.provider.name} has a simulator: without one most of the contract is not proven`, () =>
      Effect.runPromise(Effect.fail(new Violation({ message: "`simulator` of the subject is missing" }))))
  }
  for (const [name, variant] of variantsOf(subject)) {
    describe(`${subject.provider.name}, ${name}`, () => {
      for (const [group, cases] of Map.groupBy(all, ({ group }) => group)) {
        describe(`${group}. ${Case.groups[group]}`, () => {
          for (const one of cases) {
            it(one.name, async (context) => {
              const outcome = await Effect.runPromise(Check.runCase(subject, variant, one))
              if (outcome._tag === "Failed") await Effect.runPromise(broken(one, outcome.found))
              if (outcome._tag === "Unproven" && one.isCritical && hasSimulator) {
                await Effect.runPromise(broken(one, `it is not proven: ${outcome.reason}`))
              }
              if ("reason" in outcome) context.skip(outcome.reason)
            }, longerThanAnyCase)
          }
        })
      }
    })
  }
}

/** A failure as its author needs it. */
const broken = ({ id, look, why }: Case.Case, found: string): Effect.Effect<never, Violation> =>
  Effect.fail(new Violation({ message: `${found}\n\nWhy it matters: ${why}\nWhere to look: ${look}\nCase: ${id}` }))

/** What to check of an adapter; by default everything. */
export interface Selection {
  /** Ids of cases. */
  readonly only?: ReadonlyArray<string> | undefined
  /** One variant, such as `default`. */
  readonly variant?: string | undefined
}

/** Runs the contract of one adapter and tells how each case ended. */
export const check = (
  subject: Subject.Subject,
  { only, variant }: Selection = {}
): Effect.Effect<ReadonlyArray<Report.Result>> =>
  Effect.forEach(
    variantsOf(subject)
      .filter(([name]) => variant === undefined || name === variant)
      .flatMap(([name, settings]) =>
        all.filter(({ id }) => only?.includes(id) ?? true).map((one) => [name, settings, one] as const)
      ),
    ([name, settings, one]) =>
      Effect.map(Check.runCase(subject, settings, one), (outcome) => ({ case: one, variant: name, outcome })),
    { concurrency: 4 }
  )
