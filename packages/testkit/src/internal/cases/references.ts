/**
 * F. What becomes of a reference that was used before.
 */
import { Fault } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Case from "../../Case.ts"
import { unless, unlessEqual, unlessFails, Violation } from "../../Violation.ts"
import { withoutPauses } from "../../World.ts"
import { attempt, safetyOf, said } from "../creating.ts"
import { lost, pages, refused, spoilt } from "../lanes.ts"
import { dearer } from "../prices.ts"

const byReference = "Create through `CreateByReference.create`, which judges what a reference turns out to be."

const payable = ["open", "processing", "paid"]

/** @internal */
export const references = Case.group("F", [
  {
    id: "reference-at-another-price",
    name: "an order that is created again at another price never succeeds at the wrong one",
    why: "The shop would show one price and collect another.",
    look: byReference,
    isCritical: true,
    needs: ["invoices.create"],
    run: Effect.fnUntraced(function*(world) {
      const order = world.order()
      yield* world.adapter.invoices.create(order)
      const price = yield* dearer(order)
      const came = yield* attempt(world, world.adapter, { ...order, price })
      if (safetyOf(world) !== "none") {
        const result = Effect.suspend(() => Effect.fromResult(came.result))
        yield* unlessFails("a create of the same reference at another price", result, "IntegrityMismatch", "Conflict")
        yield* unlessEqual("the number of invoices made of it", came.made.length, 0)
      }
      if (Result.isSuccess(came.result)) {
        yield* unlessEqual("the price of what was created", String(came.result.success.price), `${price}`)
      }
    })
  },
  {
    id: "spent-reference-is-conflict",
    name: "an order whose invoice has expired is a conflict when it is created again, and no success",
    why: "The customer would be sent to an invoice that nobody can pay any more, and the shop would wait for ever.",
    look: byReference,
    isCritical: true,
    needs: ["invoices.create"],
    run: Effect.fnUntraced(function*(world) {
      const { adapter, order, simulator } = world
      const asked = order()
      const { id } = yield* adapter.invoices.create(asked)
      yield* simulator.expire(id)
      const came = yield* attempt(world, adapter, asked)
      if (Result.isSuccess(came.result)) {
        const given = came.result.success.id
        const entry = (yield* simulator.books).find((entry) => entry.id === given)
        return yield* unless(
          entry !== undefined && payable.includes(entry.status),
          `creating again should be Conflict (referenceSpent), and gave the invoice ${given}, which is ${entry?.status}`
        )
      }
      const { reason } = came.result.failure
      yield* unless(
        reason._tag === "Conflict" && reason.kind === "referenceSpent",
        `creating again after expiry should fail with Conflict (referenceSpent), and ${said(came)}`
      )
    })
  },
  {
    id: "reference-tells-the-truth",
    name: "after a create that went wrong, the reference finds the invoice if there is one, and nothing else",
    why: "It is how an unknown outcome is settled: the shop decides by it whether to collect again.",
    look: "`invoices.get` by reference: the look-up itself, and what it takes for `NotFound`.",
    isCritical: true,
    needs: ["invoices.create", "invoices.getByReference"],
    run: Effect.fnUntraced(function*({ adapter, order, simulator }) {
      for (const { fault, name } of [...lost, ...pages, ...spoilt, ...refused]) {
        const asked = order()
        yield* simulator.arm(fault, { operation: "invoices.create" })
        yield* Effect.ignore(withoutPauses(adapter.invoices.create(asked)))
        const look = Effect.result(adapter.invoices.get({ reference: asked.reference }))
        const found = yield* look
        const onBooks = (yield* simulator.books).find(({ reference }) => reference === asked.reference)
        const what = `the look-up by reference after a create with ${name}`
        if (Result.isSuccess(found)) yield* unlessEqual(`the invoice of ${what}`, found.success.id, onBooks?.id)
        else {
          yield* unless(
            onBooks === undefined,
            `${what} should find ${onBooks?.id}, and failed (${found.failure.message})`
          )
          yield* unlessEqual(`the reason of ${what}`, found.failure.reason._tag, "NotFound")
        }
      }
    })
  },
  {
    id: "reference-of-lost-create",
    name: "an invoice whose create was never answered is found by its reference",
    why: "It is how an unknown outcome is settled: the shop decides by it whether to collect again.",
    look: "Send the merchant's reference with the create, and look it up by the same words.",
    needs: ["invoices.create", "invoices.getByReference"],
    run: Effect.fnUntraced(function*({ adapter, order, simulator }) {
      const asked = order()
      yield* simulator.arm(Fault.Hangup({ effect: "applied" }), { operation: "invoices.create" })
      yield* Effect.ignore(withoutPauses(adapter.invoices.create(asked)))
      const found = yield* Effect.result(adapter.invoices.get({ reference: asked.reference }))
      const [made] = yield* simulator.books
      if (Result.isFailure(found)) {
        const { message } = found.failure
        return yield* new Violation({
          message: `the reference should find the invoice ${made?.id}, and failed (${message})`
        })
      }
      const { id, reference } = found.success
      const expected = { id: made?.id, reference: asked.reference }
      yield* unlessEqual(
        "the invoice that the reference finds",
        { id: String(id), reference: String(reference) },
        expected
      )
    })
  }
])
