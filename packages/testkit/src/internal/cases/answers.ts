/**
 * C. What the provider's answers become.
 */
import * as Effect from "effect/Effect"
import * as Case from "../../Case.ts"
import type { Golden } from "../../Golden.ts"
import type * as ExactJson from "../exactJson.ts"
import * as goldens from "../goldens.ts"
import * as model from "../modelText.ts"
import { lacksGolden } from "../play.ts"
import * as spoil from "../spoil.ts"
import * as spoiling from "../spoiling.ts"
import { unlessEveryField } from "../spoilingFields.ts"

const shared = { isScripted: true, needs: [], lacks: lacksGolden }

/** Ways in which a field says nothing. */
const gone: ReadonlyArray<readonly [what: string, change: (value: ExactJson.Json) => ExactJson.Json | undefined]> = [
  ["left out", () => undefined],
  ["null", () => null],
  ["an object", () => ({ unexpected: true })],
  ["empty", () => ""]
]

const every = (golden: Golden, applies: (value: ExactJson.Json) => boolean) =>
  spoil.fieldsOf(golden).filter(({ value }) => applies(value))

/** Deeper than any answer is, and than some parsers go. */
const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`

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
      spoiling.unlessAll(
        world,
        (golden) => [spoil.everyObject(golden, "with another field in every object", (fields) => [
          ...fields,
          ["added_later", "{\"nested\":[1,null,\"text\"]}"]
        ])],
        spoiling.same
      )
  },
  {
    ...shared,
    id: "spoilt-fields-are-typed",
    name: "an answer with a field that is missing, null or of another type is a model without it, or a typed failure",
    why: "A defect takes down the program that polls; `NaN` and `undefined` in a model end up in the books.",
    look: "Decode answers with a Schema (`ProviderClient.call` does) and never read a field that was not decoded.",
    run: (world) =>
      unlessEveryField(
        world,
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
      Effect.andThen(
        spoiling.unlessOneIs(world, "something that is paid", model.isPaid),
        spoiling.unlessAll(
          world,
          (golden, right) => {
            const fields = every(golden, model.saysPaid(right, world.subject.words))
            return fields.length === 0 ? [] : gone.map(([what, change]) => ({
              what: `with the status ${what}`,
              golden: spoil.at(golden, fields, change)
            }))
          },
          (became) => model.isPaid(became) ? `it should not be paid, and is ${goldens.said(became)}` : undefined
        )
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
      spoiling.unlessAll(
        world,
        (golden, right) =>
          every(golden, (value) => model.isAmountOf(right, value)).flatMap((field) =>
            model.rewrites.map(([what, rewrite]) => ({
              what: `${field.path.join(".")} ${what}`,
              golden: spoil.at(golden, [field], rewrite)
            }))
          ),
        model.lostDigits
      )
  },
  {
    ...shared,
    id: "odd-json-is-no-defect",
    name: "keys that come twice, names of JavaScript's own and deep nesting change nothing, or fail with a type",
    why: "One odd answer would end the program that polls, and with it every shop's orders.",
    look: "Code that walks an answer by itself instead of decoding it with a Schema.",
    run: (world) =>
      spoiling.unlessAll(world, (golden) => [
        spoil.everyObject(golden, "with every key twice", (fields) => [...fields, ...fields]),
        spoil.everyObject(golden, "with __proto__ and constructor as keys", (fields) => [
          ["__proto__", "{\"status\":\"x\"}"],
          ...fields,
          ["constructor", "{}"]
        ]),
        spoil.everyObject(golden, "nested deeply", (fields) => [...fields, ["added_later", deep]])
      ], spoiling.sameOrFailure)
  }
])
