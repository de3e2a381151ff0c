/**
 * What is told by the JSON of a model, whichever it is.
 */
import * as BigDecimal from "effect/BigDecimal"
import * as Option from "effect/Option"
import type { Subject } from "../Subject.ts"
import * as ExactJson from "./exactJson.ts"
import type { Outcome } from "./play.ts"
import { valuesOf } from "./spoil.ts"

type Json = ExactJson.Json

const everyValue = (outcome: Outcome): ReadonlyArray<readonly [ReadonlyArray<string>, Json]> =>
  outcome._tag === "Success" ? valuesOf(outcome.model) : []

/** What JavaScript writes for what is not there. */
const isNonsense = (value: Json): boolean =>
  typeof value === "string" && /\b(?:NaN|undefined|Infinity|Invalid Date)\b|\[object |^null$/u.test(value)

/** @internal A text of the model that no provider said, or an amount that became nothing. */
export const nonsense = (became: Outcome, right: Outcome): string | undefined => {
  const known = new Set(everyValue(right).map(([, value]) => ExactJson.write(value)))
  const amounts = amountsOf(right)
  const isNew = (value: Json) => !known.has(ExactJson.write(value))
  for (const [path, value] of everyValue(became)) {
    if (isNonsense(value) && isNew(value)) return `the model has ${ExactJson.write(value)} at ${path.join(".")}`
    const amount = isAmountAt(path) ? decimalOf(value) : undefined
    if (amount !== undefined && BigDecimal.isZero(amount) && !amounts.some(BigDecimal.isZero)) {
      return `the model has an amount of 0 at ${path.join(".")}, which nobody stated`
    }
  }
  return undefined
}

const topOf = (outcome: Outcome): ReadonlyArray<ExactJson.JsonObject> => {
  if (outcome._tag !== "Success") return []
  return (ExactJson.isArray(outcome.model) ? outcome.model : [outcome.model]).filter(ExactJson.isObject)
}

const isSettled = ({ status }: ExactJson.JsonObject): boolean => status === "paid" || status === "succeeded"

/** @internal Whether the model, or one of a list, says that money arrived. */
export const isPaid = (outcome: Outcome): boolean => topOf(outcome).some(isSettled)

/** @internal Whether a text of an answer is what a model was paid by: the provider's word for it, or a part of that. */
export const saysPaid = (right: Outcome, { invoice, withdrawal }: Subject["words"]) => {
  const means = new Map<string, string>([...Object.entries(invoice), ...Object.entries(withdrawal ?? {})])
  const kept = topOf(right).filter(isSettled).map(({ providerStatus }) => providerStatus)
  return (value: Json): boolean =>
    typeof value === "string" && value !== "" && kept.some((word) =>
      word === value ||
      (typeof word === "string" && word.includes(value) && isSettled({ status: means.get(value) ?? null }))
    )
}

const decimalOf = (value: Json): BigDecimal.BigDecimal | undefined => {
  const text = value instanceof ExactJson.Digits ? value.text : value
  return typeof text === "string" && /^-?\d+(?:\.\d+)?$/u.test(text)
    ? Option.getOrUndefined(BigDecimal.fromString(text))
    : undefined
}

/** @internal Whether a value of an answer may be in the model: it stands there, or may be written in another way. */
export const mayCome = (right: Outcome, value: Json): boolean => {
  if (ExactJson.isArray(value) || ExactJson.isObject(value) || typeof value === "boolean") return true
  const text = value instanceof ExactJson.Digits ? value.text : value ?? ""
  return /^\d{4}-\d\d-\d\d/u.test(text) ||
    (right._tag === "Success" && ExactJson.write(right.model).toLowerCase().includes(text.toLowerCase()))
}

const isAmountAt = (path: ReadonlyArray<string>): boolean => path.at(-1) === "amount"

const amountsOf = (outcome: Outcome): ReadonlyArray<BigDecimal.BigDecimal> =>
  everyValue(outcome).flatMap(([path, value]) => isAmountAt(path) ? decimalOf(value) ?? [] : [])

/** @internal Whether a value of an answer is an amount of the model. */
export const isAmountOf = (right: Outcome, value: Json): boolean => {
  const decimal = decimalOf(value)
  return decimal !== undefined && amountsOf(right).some((one) => BigDecimal.equals(one, decimal))
}

const many = "9007199254740993.07"

/** @internal Other ways to state an amount, and other amounts. */
export const rewrites: ReadonlyArray<readonly [what: string, rewrite: (value: Json) => Json]> = [
  ["written as a text", (value) => value instanceof ExactJson.Digits ? value.text : value],
  ["written as a number", (value) => typeof value === "string" ? new ExactJson.Digits(value) : value],
  [`as the text ${many}`, () => many],
  [`as the number ${many}`, () => new ExactJson.Digits(many)]
]

/** What becomes of it as a number of JavaScript, or cut off. */
const spoiltMany = ["9007199254740992", "9007199254740993", "9007199254740993.1", "9007199254740994"].map(
  (text) => BigDecimal.fromStringUnsafe(text)
)

/** @internal An amount of the model that lost digits. */
export const lostDigits = (became: Outcome, right: Outcome): string | undefined => {
  if (became._tag === "Broken") return became.how
  const stated = amountsOf(right)
  for (const [path, value] of everyValue(became)) {
    const amount = isAmountAt(path) ? decimalOf(value) : undefined
    if (amount !== undefined && !stated.some(isSame(amount)) && spoiltMany.some(isSame(amount))) {
      return `the model has ${ExactJson.write(value)} at ${path.join(".")} of an answer that says ${many}`
    }
  }
  return undefined
}

const isSame = (amount: BigDecimal.BigDecimal) => (other: BigDecimal.BigDecimal) => BigDecimal.equals(amount, other)
