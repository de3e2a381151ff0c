/**
 * F. A look-up by reference gives what has that reference, and nothing else.
 */
import type { GatewayError } from "@gatefold/core/GatewayError"
import type { Invoice } from "@gatefold/core/Invoice"
import { Fault } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Case from "../../Case.ts"
import { unless, unlessEqual } from "../../Violation.ts"
import type { Adapter, World } from "../../World.ts"
import { type Attempt, attempt, booked, isMade, said } from "../creating.ts"
import { forgetful } from "../forgetful.ts"
import { inapplicable } from "../inapplicable.ts"
import { once } from "../once.ts"
import { keepAnswering } from "../repeated.ts"

const mixedUp = "One customer would be sent to the invoice of another, and the order of one be delivered for both."

const shared = { isCritical: true, needs: ["invoices.create", "invoices.getByReference"] } as const

/** From now on every look-up is answered as one of this reference is. */
const keepFinding = Effect.fnUntraced(function*({ connect, simulator }: World, reference: string) {
  const [first, second] = [yield* connect(), yield* connect()]
  yield* keepAnswering(simulator, first.invoices.get({ reference }), second.invoices.get({ reference }))
})

/** The invoices that come with a failure. */
const carried = ({ reason }: GatewayError): ReadonlyArray<Invoice> => {
  if ("candidates" in reason) return reason.candidates
  return "invoice" in reason && reason.invoice !== undefined ? [reason.invoice] : []
}

/** Nothing but what was made of this order may come of it, nor may it fail as if nothing had been made. */
const unlessItsOwn = (what: string, came: Attempt) => {
  const { made, result } = came
  const handed = Result.isSuccess(result) ? [result.success] : carried(result.failure)
  const isHonest = Result.isSuccess(result) || (made.length === 0
    ? result.failure.reason._tag !== "Conflict"
    : result.failure.effect === "unknown")
  return unless(
    isHonest && handed.every((invoice) => isMade(invoice, made)),
    `${what} should come to nothing but the invoice that was made of it (${booked(made)}), and ${said(came)}`
      + handed.map(({ id }) => `, about the invoice ${id}`).join("")
  )
}

const looked = ({ invoices }: Adapter, reference: string) => Effect.result(once(invoices.get({ reference })))

/** How many others there are on either side, which is more than look-ups ask for at a time. */
const crowd = 30

const addCrowd = ({ adapter, order }: World) =>
  Effect.forEach(Array.from({ length: crowd }, () => order()), (each) => adapter.invoices.create(each), {
    concurrency: 8
  })

/** Whether answers say this id. */
const say = (answers: ReadonlyArray<string>, id: string): boolean =>
  answers.some((text) => text.split(/[^A-Za-z0-9_-]/u).includes(id))

/** Whether a look-up that a provider does not understand gives whatever there is. */
const unlessIgnorable = Effect.fnUntraced(function*({ adapter, connect, order }: World) {
  const { reference, ...others } = order()
  const answers: Array<string> = []
  const { id } = yield* adapter.invoices.create({ reference, ...others })
  yield* looked(yield* connect({ transport: forgetful(reference, answers) }), reference)
  if (answers.length === 0) return yield* inapplicable("its look-ups have no query that a provider could ignore")
  if (!say(answers, id)) return yield* inapplicable("without its query a look-up finds nothing")
})

/** @internal */
export const lookUps = Case.group("F", [
  {
    ...shared,
    id: "look-up-is-of-its-reference",
    name: "what the provider finds for another reference is not given for this one",
    why: mixedUp,
    look: "Compare the reference of everything that a look-up gives with the one that was asked for, to the letter.",
    run: Effect.fnUntraced(function*(world) {
      const { adapter, connect, order } = world
      const [one, other, nobody] = [order(), order(), order()]
      yield* adapter.invoices.create(one)
      const { id } = yield* adapter.invoices.create(other)
      const reader = yield* Effect.tap(connect(), ({ invoices }) => invoices.get({ id }))
      yield* keepFinding(world, one.reference)
      for (const [reference, own] of [[other.reference, String(id)], [nobody.reference, undefined]] as const) {
        const result = yield* looked(reader, reference)
        if (Result.isFailure(result)) continue
        const what = `the invoice that ${reference} finds while the provider answers about ${one.reference}`
        yield* unlessEqual(what, String(result.success.id), own)
      }
    })
  },
  {
    ...shared,
    id: "create-is-not-given-another-order",
    name: "a create whose look-up finds the invoice of another order neither gives it nor judges by it",
    why: mixedUp,
    look: "What a look-up gives to `CreateByReference`: only invoices whose reference is the one that was asked for.",
    run: Effect.fnUntraced(function*(world) {
      const { adapter, order, simulator } = world
      for (const state of ["open", "expired"] as const) {
        for (const fault of [undefined, Fault.Reset({ effect: "applied" })]) {
          const another = order()
          const { id } = yield* adapter.invoices.create(another)
          if (state === "expired") yield* simulator.expire(id)
          yield* keepFinding(world, another.reference)
          if (fault !== undefined) yield* simulator.arm(fault, { operation: "invoices.create" })
          const came = yield* attempt(world, adapter, order())
          const what = `a create${
            fault === undefined ? "" : " whose answer is lost and"
          } whose look-up gives ${id}, which is ${state},`
          yield* unlessItsOwn(what, came)
          yield* simulator.disarm
        }
      }
    })
  },
  {
    ...shared,
    id: "cut-off-look-up-proves-nothing",
    name: "a look-up that is answered with a part of all invoices does not say that there is none",
    why: "The order has an invoice that could not be seen among so many: a second one is made of it, and paid too.",
    look: "Where a look-up is a filtered list: as many entries as were asked for are a list that was cut off.",
    run: Effect.fnUntraced(function*(world) {
      const { adapter, connect, order } = world
      yield* unlessIgnorable(world)
      const mine = order()
      const before = yield* addCrowd(world)
      const { id } = yield* adapter.invoices.create(mine)
      const others = [...before, ...yield* addCrowd(world)]
      const answers: Array<string> = []
      const ignored = yield* connect({ transport: forgetful(mine.reference, answers) })
      const read = yield* looked(ignored, mine.reference)
      if (say(answers, id) || !others.some((other) => say(answers, other.id))) {
        return yield* inapplicable("its look-ups are not cut off")
      }
      const among = `among ${others.length} others, of which the provider tells a part,`
      yield* unless(
        Result.isFailure(read) && read.failure.reason._tag !== "NotFound",
        `a look-up of ${id} ${among} should fail, and not say that there is none; it ${
          Result.isSuccess(read) ? `gave ${read.success.id}` : `failed with ${read.failure.reason._tag}`
        }`
      )
      const again = yield* attempt(world, adapter, mine)
      if (again.made.length > 0) return
      const came = yield* attempt(world, ignored, mine)
      const isIt = Result.isFailure(came.result) || came.result.success.id === id
      yield* unless(
        isIt && came.made.length === 0,
        `creating the order of ${id} again ${among} should make no other (${booked(came.made)}), and ${said(came)}`
      )
    })
  }
])
