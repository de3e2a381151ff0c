/** Runs the case that is meant for a wrong adapter, on it and on the right one that it was made of, and on nothing else. */
import * as AdapterContract from "@gatefold/testkit/AdapterContract"
import type { Outcome } from "@gatefold/testkit/Check"
import type { Result } from "@gatefold/testkit/Report"
import type { Subject } from "@gatefold/testkit/Subject"
import { Effect } from "effect"
import { adapters } from "./adapters.ts"
import type { Wrong } from "./Wrong.ts"

const outcomeOf = (subject: Subject, { caughtBy, variant = "default" }: Wrong): Effect.Effect<Outcome | undefined> =>
  Effect.map(AdapterContract.check(subject, { only: [caughtBy], variant }), ([result]) => result?.outcome)

/** What is found where a case ends by itself, and not because of what it looks for. */
const stray = /^\S*Error: |^the case did not come to an end/u

/** What the case that is meant for it found, or `undefined` where it let the mistake pass, or failed of something else. */
export const caught = (wrong: Wrong): Effect.Effect<string | undefined> =>
  Effect.map(outcomeOf(wrong.subject, wrong), (outcome) => {
    if (outcome?._tag !== "Failed") return undefined
    const isIt = wrong.found?.test(outcome.found) ?? !stray.test(outcome.found)
    return isIt ? outcome.found : undefined
  })

const known = new Map<string, Promise<Outcome | undefined>>()

const keyOf = ({ provider }: Subject, variant: string | undefined, id: string): string =>
  JSON.stringify([provider.id, variant ?? "default", id])

/** Takes note of how cases ended for an adapter of the workspace, so that they need not be run again. */
export const remember = (subject: Subject, results: ReadonlyArray<Result>): void => {
  for (const { case: { id }, outcome, variant } of results) {
    known.set(keyOf(subject, variant, id), Promise.resolve(outcome))
  }
}

/** How the case ends for an adapter of the workspace, run once for all mistakes that it is meant for. */
const ended = (subject: Subject, wrong: Wrong): Effect.Effect<Outcome | undefined> =>
  Effect.promise(() => {
    const key = keyOf(subject, wrong.variant, wrong.caughtBy)
    const outcome = known.get(key) ?? Effect.runPromise(outcomeOf(subject, wrong))
    known.set(key, outcome)
    return outcome
  })

/**
 * A case that fails on a wrong adapter says something only if it passes on the right one; or on another one, where the
 * mistake is to declare what the right one does not.
 */
export const isFair = Effect.fnUntraced(function*(wrong: Wrong) {
  if (wrong.right !== undefined) return (yield* outcomeOf(wrong.right, wrong))?._tag === "Passed"
  const all = yield* adapters
  const own = all.find(({ provider }) => provider.id === wrong.subject.provider.id)
  const outcome = own === undefined ? undefined : yield* ended(own, wrong)
  if (outcome?._tag !== "Skipped") return outcome?._tag === "Passed"
  const others = yield* Effect.forEach(all, (other) => ended(other, wrong))
  return others.some((other) => other?._tag === "Passed")
})

/** Cases of which there is one for each list: one of them proves the three. */
const templateOf = (id: string): string => id.replace(/^(?:invoices|payments|withdrawals)-list-/u, "list-")

/** The cases that no wrong adapter is meant for. */
export const unprovenBy = (all: ReadonlyArray<Wrong>): ReadonlyArray<string> => {
  const proven = new Set(all.map(({ caughtBy }) => templateOf(caughtBy)))
  return AdapterContract.all.map(({ id }) => id).filter((id) => !proven.has(templateOf(id)))
}
