/**
 * Playing golden exchanges with each field of their answers spoilt, in few plays.
 */
import * as Effect from "effect/Effect"
import type { World } from "../World.ts"
import * as ExactJson from "./exactJson.ts"
import * as model from "./modelText.ts"
import type { Outcome } from "./play.ts"
import * as spoil from "./spoil.ts"
import { eachTrial, type Problem, same, type Trial } from "./spoiling.ts"

type Json = ExactJson.Json
type Field = spoil.Field
type Change = readonly [what: string, change: (value: Json) => Json | undefined]

const leftOut: Change = ["left out", () => undefined]
const asNull: Change = ["null", () => null]
const asObject: Change = ["an object", () => ({ unexpected: true })]
const asEmpty: Change = ["empty", (value) => ExactJson.isArray(value) ? [] : ""]

/** Other types than were documented, taken in turn. */
const others = [asObject, asEmpty]

/** What becomes of an answer without a field: the same, another model, or a failure. */
type Role = "unread" | "optional" | "required"

const roleOf = (became: Outcome, right: Outcome): Role => {
  if (same(became, right) === undefined) return "unread"
  return became._tag === "Success" ? "optional" : "required"
}

const isLeaf = ({ value }: Field): boolean => !ExactJson.isArray(value) && !ExactJson.isObject(value)

/** Each field once, of those that are not known. */
const freshOf = ({ golden }: Trial, known: Set<string>): ReadonlyArray<Field> =>
  spoil.fieldsOf(golden).filter(({ key, value }) => {
    const isFresh = value !== null && !known.has(key)
    if (isFresh) known.add(key)
    return isFresh
  })

/**
 * @internal Fails with the first answer that is judged to be wrong when one of its fields is missing or null or of
 * another type.
 *
 * Every field is left out once, and where that makes a difference also null and of another type. What may be missing
 * without a failure is tried together, as one field cannot hide what becomes of another there. A field that was tried
 * in an object like this one, in the answer to another operation, is tried in one way.
 */
export const unlessEveryField = (world: World, problem: Problem) => {
  const known = new Set<string>()
  const roles = new Map<string, Role>()
  return eachTrial(
    world,
    problem,
    Effect.fnUntraced(function*(trial) {
      const fresh = freshOf(trial, known)
      const before = new Map(roles)
      const roleBefore = ({ like }: Field) => before.get(like)
      const isAgain = (field: Field) => roleBefore(field) !== undefined
      const unreadBefore = fresh.filter((field) => isLeaf(field) && roleBefore(field) === "unread")
      const isUnread = roleOf(yield* together(trial, unreadBefore, leftOut), trial.right) === "unread"
      const again = fresh.filter((field) => isAgain(field) && roleBefore(field) !== "unread")
      yield* onceMore(trial, again, roleBefore)
      const first = fresh.filter((field) => !again.includes(field) && !(isUnread && unreadBefore.includes(field)))
      for (const [{ like }, role] of yield* thoroughly(trial, first)) roles.set(like, role)
      return fresh.length
    })
  )
}

const nameOf = ({ path }: Field): string => path.join(".")

/** One play for all these fields. */
const together = ({ attempt, golden, right }: Trial, fields: ReadonlyArray<Field>, [what, change]: Change) =>
  fields.length === 0
    ? Effect.succeed(right)
    : attempt({ what: `${fields.map(nameOf).join(", ")} ${what}`, golden: spoil.at(golden, fields, change) })

/** What may be missing, in one play for each of these changes; a failure may hide what becomes of the others. */
const allTogether = Effect.fnUntraced(function*(
  trial: Trial,
  fields: ReadonlyArray<Field>,
  changes: ReadonlyArray<Change>
) {
  const became = yield* Effect.forEach(changes, (change) => together(trial, fields, change))
  return became.every(({ _tag }) => _tag === "Success")
})

/** What may be missing together, everything else by itself and in turn. */
const onceMore = Effect.fnUntraced(function*(
  trial: Trial,
  fields: ReadonlyArray<Field>,
  roleBefore: (field: Field) => Role | undefined
) {
  const optional = fields.filter((field) => isLeaf(field) && roleBefore(field) === "optional")
  const areTried = yield* allTogether(trial, optional, [leftOut, asNull])
  const single = fields.filter((field) => !areTried || !optional.includes(field))
  const turns = [leftOut, asNull, ...others]
  for (const [index, field] of single.entries()) yield* together(trial, [field], turns[index % turns.length] ?? leftOut)
})

/** Every change that makes a difference, and what each field turned out to be. */
const thoroughly = Effect.fnUntraced(function*(trial: Trial, fields: ReadonlyArray<Field>) {
  const { right } = trial
  const unlikely = fields.filter((field) => isLeaf(field) && !model.mayCome(right, field.value))
  const roles = new Map(yield* rolesOf(trial, unlikely))
  for (const [index, field] of fields.entries()) {
    const role = roles.get(field) ?? roleOf(yield* together(trial, [field], leftOut), right)
    roles.set(field, role)
    if (role === "unread") continue
    const isAmount = model.isAmountOf(right, field.value)
    const changes = others.filter((_, turn) => isAmount || turn === index % others.length)
    for (const change of changes) yield* together(trial, [field], change)
  }
  const optional = fields.filter((field) => roles.get(field) === "optional")
  const areTried = yield* allTogether(trial, optional.filter(isLeaf), [asNull])
  const single = optional.filter((field) => !areTried || !isLeaf(field))
  for (const field of single) yield* together(trial, [field], asNull)
  return roles
})

type Roles = ReadonlyArray<readonly [Field, Role]>

/** Most of these make no difference: they are left out together, then in halves where that makes one. */
const rolesOf = Effect.fnUntraced(function*(
  trial: Trial,
  fields: ReadonlyArray<Field>
): Effect.fn.Return<Roles, Effect.Error<ReturnType<Trial["attempt"]>>> {
  const role = roleOf(yield* together(trial, fields, leftOut), trial.right)
  if (role === "unread" || fields.length === 1) return fields.map((field) => [field, role] as const)
  const middle = Math.ceil(fields.length / 2)
  const halves = [fields.slice(0, middle), fields.slice(middle)]
  return (yield* Effect.forEach(halves, (half) => rolesOf(trial, half))).flat()
})
