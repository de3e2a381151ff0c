/**
 * C. What the provider's answers become.
 */
import * as Effect from "effect/Effect"
import * as Case from "../../Case.ts"
import type { Golden } from "../../Golden.ts"
import { unless } from "../../Violation.ts"
import type { World } from "../../World.ts"
import * as ExactJson from "../exactJson.ts"
import * as goldens from "../goldens.ts"
import { inapplicable } from "../inapplicable.ts"
import * as model from "../modelText.ts"
import { type Outcome, play, unlessGolden } from "../play.ts"
import * as ScriptedServer from "../scriptedServer.ts"
import * as spoil from "../spoil.ts"

const shared = { isScripted: true, needs: [], unless: unlessGolden }

/** A watch that gets no answer waits for the next one, so that only time would end it. */
const canBeSpoilt = ({ conversation: { operation, outcome } }: Golden): boolean =>
  outcome.success !== undefined && operation !== "payments.watch"

/** Plays each golden exchange that succeeds as it is and spoilt, and fails with the first that is judged to be wrong. */
const spoiling = Effect.fnUntraced(function*(
  world: World,
  spoilt: (golden: Golden, right: Outcome) => ReadonlyArray<spoil.Spoilt>,
  problem: (became: Outcome, right: Outcome) => string | undefined
) {
  const staged = yield* goldens.stage(world)
  const tried = new Set<string>()
  for (const golden of (yield* goldens.all(world)).filter(canBeSpoilt)) {
    // of its own: a request that is given up here may still arrive
    const server = yield* ScriptedServer.open
    const { outcome: right } = yield* play(staged, server, golden)
    // what is wrong without being spoilt is another case's
    if (right._tag !== "Success") continue
    for (const { golden: copy, what, where } of spoilt(golden, right)) {
      if (tried.has(where)) continue
      tried.add(where)
      const found = problem((yield* play(staged, server, copy)).outcome, right)
      yield* unless(found === undefined, `${golden.file}, ${what}: ${found}`)
    }
  }
  console.log("TRIED", tried.size)
  if (tried.size === 0) return yield* inapplicable("no golden exchange has such an answer")
})

/** The same model, or a failure that has a type. */
const sameOrFailure = (became: Outcome, right: Outcome): string | undefined =>
  became._tag === "Failure" ? undefined : same(became, right)

const same = (became: Outcome, right: Outcome): string | undefined =>
  goldens.said(became) === goldens.said(right)
    ? undefined
    : `it should still be ${goldens.said(right)}, and is ${goldens.said(became)}`

const gone: ReadonlyArray<readonly [what: string, change: (value: ExactJson.Json) => ExactJson.Json | undefined]> = [
  ["left out", () => undefined],
  ["null", () => null],
  ["an object", () => ({ unexpected: true })],
  ["empty", (value) => ExactJson.isArray(value) ? [] : ""]
]

/** Deeper than any answer is, and than some parsers go. */
const deep = `${"[".repeat(5_000)}${"]".repeat(5_000)}`

/** @internal */
export const answers = Case.group("C", [
  {
    ...shared,
    id: "golden-models",
    name: "each golden answer becomes the recorded model or failure",
    why: "What is read wrong here is wrong in every shop: an order that is paid and looks open, or the reverse.",
    look: "The mapping from the provider's words to the models; the file that is named says what it should be.",
    run: (world) => goldens.judgeAll(world, goldens.outcomeProblems)
  },
  {
    ...shared,
    id: "unknown-fields-are-tolerated",
    name: "a field that nobody documented changes nothing",
    why: "Providers add fields without notice; on that day every order of every shop would fail.",
    look: "`Schema.Struct` ignores what it does not name; do not ask for `onExcessProperty: \"error\"`.",
    run: (world) =>
      spoiling(
        world,
        (golden) => [spoil.everyObject(golden, "with another field in every object", (fields) => [
          ...fields,
          ["added_later", "{\"nested\":[1,null,\"text\"]}"]
        ])],
        same
      )
  },
  {
    ...shared,
    id: "spoilt-fields-are-typed",
    name: "an answer with a field that is missing, null or of another type is a model without it, or a typed failure",
    why: "A defect takes down the program that polls; `NaN` and `undefined` in a model end up in the books.",
    look: "Decode answers with a Schema (`ProviderClient.call` does) and never read a field that was not decoded.",
    run: (world) =>
      spoiling(
        world,
        (golden) => gone.flatMap(([what, change]) => spoil.each(golden, what, (value) => value !== null, change)),
        (became, right) => became._tag === "Broken" ? became.how : model.nonsense(became, right)
      )
  },
  {
    ...shared,
    id: "missing-status-is-not-paid",
    name: "an answer whose status is missing, empty or of another type never reads as paid",
    why: "An order is delivered that nobody paid.",
    look: "A default where the status is decoded, or a last branch of the mapping that means success.",
    isCritical: true,
    run: (world) =>
      spoiling(
        world,
        (golden, right) =>
          gone.flatMap(([what, change]) =>
            spoil.all(golden, `with the status ${what}`, model.saysPaid(right, world.subject.words), change)
          ),
        (became) => model.isPaid(became) ? `it should not be paid, and is ${goldens.said(became)}` : undefined
      )
  },
  {
    ...shared,
    id: "answered-amounts-are-exact",
    name: "an amount is read with all its digits, whether it is a text or a number",
    why: "A number of JavaScript holds about 16 digits; what is paid and what was priced are then never equal.",
    look: "`Wire.parseJson` keeps the digits of numbers, `Wire.Amount` reads them; `JSON.parse` does not.",
    isCritical: true,
    run: (world) =>
      spoiling(
        world,
        (golden, right) =>
          model.rewrites.flatMap(([what, rewrite]) =>
            spoil.each(golden, what, (value) => model.isAmountOf(right, value), rewrite)
          ),
        (became, right) => model.lostDigits(became, right)
      )
  },
  {
    ...shared,
    id: "odd-json-is-no-defect",
    name: "keys that come twice, names of JavaScript's own and deep nesting change nothing, or fail with a type",
    why: "One odd answer would end the program that polls, and with it every shop's orders.",
    look: "Code that walks an answer by itself instead of decoding it with a Schema.",
    run: (world) =>
      spoiling(world, (golden) => [
        spoil.everyObject(golden, "with every key twice", (fields) => [...fields, ...fields]),
        spoil.everyObject(golden, "with __proto__ and constructor as keys", (fields) => [
          ["__proto__", "{\"status\":\"x\"}"],
          ...fields,
          ["constructor", "{}"]
        ]),
        spoil.everyObject(golden, "nested deeply", (fields) => [...fields, ["added_later", deep]])
      ], sameOrFailure)
  }
])
