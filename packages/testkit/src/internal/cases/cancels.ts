/**
 * F. A cancel that did not happen is no success.
 */
import { Fault } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Case from "../../Case.ts"
import { unless, unlessEqual } from "../../Violation.ts"
import { withoutPauses, type World } from "../../World.ts"

const paysAnyway = "The shop gives up the order, the customer pays all the same, and nobody delivers."

const byReading = "Read the invoice after the cancel and give what was read; never give what was asked for."

const cancel = { operation: "invoices.cancel" }

const statusOf = ({ simulator }: World, id: string) =>
  Effect.map(simulator.books, (all) => all.find((entry) => entry.id === id)?.status)

/** Cancels, and fails if that is said to have worked and did not. */
const unlessTrue = Effect.fnUntraced(function*(world: World, what: string, id: Parameters<Cancel>[0]) {
  const result = yield* Effect.result(withoutPauses(world.adapter.invoices.cancel(id)))
  const status = yield* statusOf(world, id)
  yield* unless(
    Result.isFailure(result) || status === "canceled",
    `a cancel ${what} was a success, and the invoice is ${status} at the provider`
  )
  return result
})

type Cancel = World["adapter"]["invoices"]["cancel"]

/** @internal */
export const cancels = Case.group("F", [
  {
    id: "cancel-cancels",
    name: "a cancel that succeeds has ended the invoice at the provider",
    why: paysAnyway,
    look: byReading,
    isCritical: true,
    needs: ["invoices.create", "invoices.cancel"],
    run: Effect.fnUntraced(function*(world) {
      const { id } = yield* world.adapter.invoices.create(world.order())
      const canceled = yield* world.adapter.invoices.cancel(id)
      yield* unlessEqual("the status that the cancel gave", canceled.status, "canceled")
      yield* unlessEqual("the invoice's status on the books", yield* statusOf(world, id), "canceled")
    })
  },
  {
    id: "impossible-cancel-fails",
    name: "a cancel of an invoice that is paid fails",
    why: "The shop would take a paid order for given up, keep the money and deliver nothing.",
    look: byReading,
    isCritical: true,
    needs: ["invoices.create", "invoices.cancel"],
    run: Effect.fnUntraced(function*(world) {
      const { id } = yield* world.adapter.invoices.create(world.order())
      yield* world.simulator.pay(id)
      yield* unlessTrue(world, "of a paid invoice", id)
    })
  },
  {
    id: "refused-cancel-fails",
    name: "a cancel that the provider refuses, or says yes to and does not do, fails",
    why: paysAnyway,
    look: byReading,
    isCritical: true,
    needs: ["invoices.create", "invoices.cancel"],
    run: Effect.fnUntraced(function*(world) {
      for (const status of [200, 403, 404, 409, 500]) {
        const { id } = yield* world.adapter.invoices.create(world.order())
        yield* world.simulator.arm(Fault.Answer({ effect: "none", status, body: "{}" }), { ...cancel, times: "always" })
        yield* unlessTrue(world, `that is answered with HTTP ${status} and not done`, id)
        yield* world.simulator.disarm
      }
    })
  },
  {
    id: "lost-cancel-is-honest",
    name: "a cancel whose answer is lost is a success only if it worked, and else not said to have done nothing",
    why: paysAnyway,
    look: byReading,
    isCritical: true,
    needs: ["invoices.create", "invoices.cancel"],
    run: Effect.fnUntraced(function*(world) {
      for (const effect of ["none", "applied"] as const) {
        const { id } = yield* world.adapter.invoices.create(world.order())
        yield* world.simulator.arm(Fault.Reset({ effect }), cancel)
        const result = yield* unlessTrue(world, `whose answer is lost (effect: ${effect})`, id)
        yield* unless(
          Result.isSuccess(result) || result.failure.effect === "unknown",
          "a cancel whose answer is lost should be looked up, or fail with OutcomeUnknown"
        )
      }
    })
  }
])
