/**
 * Playing golden exchanges with something wrong in their answers.
 */
import type { SettingsError } from "@gatefold/core/Settings"
import * as Effect from "effect/Effect"
import type { Golden } from "../Golden.ts"
import { unless, type Violation } from "../Violation.ts"
import type { World } from "../World.ts"
import * as ExactJson from "./exactJson.ts"
import * as goldens from "./goldens.ts"
import { inapplicable } from "./inapplicable.ts"
import * as model from "./modelText.ts"
import { type Outcome, play } from "./play.ts"
import * as ScriptedServer from "./scriptedServer.ts"
import * as spoil from "./spoil.ts"

type Json = ExactJson.Json

/** @internal What is wrong with an outcome, compared with that of the right answers. */
export type Problem = (became: Outcome, right: Outcome) => string | undefined

/** A golden exchange that succeeds, and how spoilt copies of it are tried. */
interface Trial {
  readonly golden: Golden
  readonly right: Outcome
  /** Plays a copy and fails if what becomes of it is judged to be wrong. */
  readonly attempt: (copy: spoil.Spoilt) => Effect.Effect<Outcome, SettingsError | Violation>
}

/** A watch that gets no answer waits for the next one, so that only time would end it. */
const canBeSpoilt = ({ conversation: { operation, outcome } }: Golden): boolean =>
  outcome.success !== undefined && operation !== "payments.watch"

const eachTrial = Effect.fnUntraced(function*<E, R>(
  world: World,
  problem: Problem,
  run: (trial: Trial) => Effect.Effect<number, E, R>
) {
  const staged = yield* goldens.stage(world)
  let tried = 0
  for (const golden of (yield* goldens.all(world)).filter(canBeSpoilt)) {
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

const nothing = () => undefined

/** Other types than were documented, taken in turn. */
const others: ReadonlyArray<readonly [what: string, change: (value: Json) => Json]> = [
  ["an object", () => ({ unexpected: true })],
  ["empty", (value) => ExactJson.isArray(value) ? [] : ""]
]

/**
 * @internal The same for every field of every answer: left out, and where that makes a difference, null and of another
 * type. What the adapter does not read is found out together, as most of an answer is that.
 */
export const unlessEveryField = (world: World, problem: Problem) => {
  const known = new Set<string>()
  return eachTrial(
    world,
    problem,
    Effect.fnUntraced(function*({ attempt, golden, right }) {
      const fresh = spoil.fieldsOf(golden).filter(({ key, value }) => value !== null && !known.has(key))
      for (const { key } of fresh) known.add(key)
      const unread = fresh.filter(({ value }) => !model.mayCome(right, value))
      const without = { what: "without what is not read", golden: spoil.at(golden, unread, nothing) }
      const isUnread = unread.length > 0 && same(yield* attempt(without), right) === undefined
      const read = isUnread ? fresh.filter((field) => !unread.includes(field)) : fresh
      for (const [index, field] of read.entries()) {
        const spoilt = (what: string, change: (value: Json) => Json | undefined) =>
          attempt({ what: `${field.path.join(".")} ${what}`, golden: spoil.at(golden, [field], change) })
        const became = yield* spoilt("left out", nothing)
        if (same(became, right) === undefined) continue
        if (became._tag === "Success") yield* spoilt("null", () => null)
        const isAmount = model.isAmountOf(right, field.value)
        for (const [what, change] of others.filter((_, turn) => isAmount || turn === index % others.length)) {
          yield* spoilt(what, change)
        }
      }
      return fresh.length
    })
  )
}

/** @internal The same outcome. */
export const same: Problem = (became, right) =>
  goldens.said(became) === goldens.said(right)
    ? undefined
    : `it should still be ${goldens.said(right)}, and is ${goldens.said(became)}`

/** @internal The same outcome, or a failure that has a type. */
export const sameOrFailure: Problem = (became, right) => became._tag === "Failure" ? undefined : same(became, right)
