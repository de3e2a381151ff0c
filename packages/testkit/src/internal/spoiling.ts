/**
 * Playing golden exchanges with something wrong in their answers.
 */
import type { SettingsError } from "@gatefold/core/Settings"
import * as Effect from "effect/Effect"
import type { Golden } from "../Golden.ts"
import { unless, type Violation } from "../Violation.ts"
import type { World } from "../World.ts"
import * as goldens from "./goldens.ts"
import { inapplicable } from "./inapplicable.ts"
import { NotProven } from "./notProven.ts"
import { type Outcome, play } from "./play.ts"
import * as ScriptedServer from "./scriptedServer.ts"
import type * as spoil from "./spoil.ts"

/** @internal What is wrong with an outcome, compared with that of the right answers. */
export type Problem = (became: Outcome, right: Outcome) => string | undefined

/** @internal A golden exchange that succeeds, and how spoilt copies of it are tried. */
export interface Trial {
  readonly golden: Golden
  readonly right: Outcome
  /** Plays a copy and fails if what becomes of it is judged to be wrong. */
  readonly attempt: (copy: spoil.Spoilt) => Effect.Effect<Outcome, SettingsError | Violation>
}

/** A watch that gets no answer waits for the next one, so that only time would end it. */
const canBeSpoilt = ({ conversation: { operation, outcome } }: Golden): boolean =>
  outcome.success !== undefined && operation !== "payments.watch"

/** Short conversations first, as what was tried in them is tried less in longer ones. */
const byLength = (one: Golden, other: Golden): number =>
  one.conversation.exchanges.length - other.conversation.exchanges.length

/** @internal Runs this for each golden exchange that can be spoilt; it tells how many copies were tried. */
export const eachTrial = Effect.fnUntraced(function*<E, R>(
  world: World,
  problem: Problem,
  run: (trial: Trial) => Effect.Effect<number, E, R>
) {
  const staged = yield* goldens.stage(world)
  let tried = 0
  for (const golden of (yield* goldens.all(world)).filter(canBeSpoilt).toSorted(byLength)) {
    // of its own: a request that is given up here may still arrive
    const server = yield* ScriptedServer.open
    const { outcome: right } = yield* play(staged, server, golden)
    // what is wrong without being spoilt is another case's
    if (right._tag !== "Success") continue
    const attempt: Trial["attempt"] = Effect.fnUntraced(function*({ golden: copy, what }) {
      const { outcome } = yield* play(staged, server, copy)
      const found = problem(outcome, right)
      yield* unless(found === undefined, `${golden.file}, ${what}: ${found}`)
      return outcome
    })
    tried += yield* run({ golden, right, attempt })
  }
  if (tried === 0) return yield* inapplicable("no golden exchange has such an answer")
})

/** @internal Ends the case as unproven unless one of the golden exchanges becomes something that this is true of. */
export const unlessOneIs = Effect.fnUntraced(
  function*(world: World, what: string, isSuch: (right: Outcome) => boolean) {
    const staged = yield* goldens.stage(world)
    for (const golden of (yield* goldens.all(world)).filter(canBeSpoilt)) {
      const server = yield* ScriptedServer.open
      const { outcome } = yield* play(staged, server, golden)
      if (isSuch(outcome)) return
    }
    return yield* new NotProven({ reason: `there is no golden exchange of ${what}` })
  }
)

/** @internal Fails with the first spoilt copy of a golden exchange that is judged to be wrong. */
export const unlessAll = (
  world: World,
  spoilt: (golden: Golden, right: Outcome) => ReadonlyArray<spoil.Spoilt>,
  problem: Problem
) =>
  eachTrial(world, problem, ({ attempt, golden, right }) => {
    const copies = spoilt(golden, right)
    return Effect.as(Effect.forEach(copies, attempt, { discard: true }), copies.length)
  })

/** @internal The same outcome. */
export const same: Problem = (became, right) =>
  goldens.said(became) === goldens.said(right)
    ? undefined
    : `it should still be ${goldens.said(right)}, and is ${goldens.said(became)}`

/** @internal The same outcome, or a failure that has a type. */
export const sameOrFailure: Problem = (became, right) => became._tag === "Failure" ? undefined : same(became, right)
