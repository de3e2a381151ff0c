/**
 * E. What is known after a call that went wrong.
 */
import { Fault } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Case from "../../Case.ts"
import { unless, unlessEqual, unlessFails } from "../../Violation.ts"
import { settled, withoutPauses } from "../../World.ts"
import { attempt, unlessUnknownOrIt } from "../creating.ts"
import { type Lane, lost, pages, spoilt } from "../lanes.ts"
import { once } from "../once.ts"
import { reading } from "../reading.ts"
import { whileTimePasses } from "../time.ts"
import { bodies } from "./bodies.ts"
import { redirects } from "./redirects.ts"
import { refusals } from "./refusals.ts"

const bySending =
  "Send requests through `ProviderClient.call`, which tells what was never sent from what may have been."

const byClassifying =
  "Declare the create with `Operation.write` and send it through `ProviderClient.call`; do not map `OutcomeUnknown` away."

const connections = Case.group("E", [
  {
    id: "refused-connection-is-unavailable",
    name: "a create that reached nobody is `Unavailable` and can be tried again",
    why: "An order whose request never left is safe to try again; as an unknown outcome it would wait for a person.",
    look: bySending,
    needs: ["invoices.create"],
    run: Effect.fnUntraced(function*(world) {
      const { adapter, order, simulator } = world
      yield* adapter.invoices.create(order())
      yield* simulator.arm(Fault.Refused())
      yield* settled
      const again = order()
      const failure = yield* unlessFails("create", withoutPauses(adapter.invoices.create(again)), "Unavailable")
      yield* unless(failure.isRetryable, "a create that reached nobody should be retryable")
      yield* simulator.disarm
      const { made } = yield* attempt(world, adapter, again)
      yield* unlessEqual("the number of invoices made once the provider is back", made.length, 1)
    })
  },
  {
    id: "refused-read-is-unavailable",
    name: "a read that reached nobody is `Unavailable`",
    why:
      "What cannot be reached was not asked: taken for absent, an invoice that a customer is paying would be dropped.",
    look: bySending,
    needs: ["invoices.create", "invoices.get"],
    run: Effect.fnUntraced(function*(world) {
      const read = yield* Effect.flatMap(reading(world), ({ next }) => next())
      yield* world.simulator.arm(Fault.Refused())
      yield* settled
      const failure = yield* unlessFails("the read", withoutPauses(read), "Unavailable")
      yield* unless(failure.isRetryable, "a read that reached nobody should be retryable")
    })
  },
  {
    id: "lost-read-is-unavailable",
    name: "a read whose answer is lost is `Unavailable`, and is tried again",
    why: "A read does nothing: what is lost of it is asked for once more, and says nothing about the invoice.",
    look: "Declare reads with `Operation.read`, and let `ProviderClient.call` repeat them.",
    needs: ["invoices.create", "invoices.get"],
    run: Effect.fnUntraced(function*(world) {
      const { next } = yield* reading(world)
      for (const { fault, name } of lost) {
        const [read, another] = [yield* next(), yield* next()]
        yield* world.simulator.arm(fault)
        yield* unlessFails(`a read with ${name}`, once(read), "Unavailable")
        yield* world.simulator.arm(fault)
        yield* withoutPauses(another)
      }
    })
  }
])

/** A create under each of these faults, on a connection that has signed in. */
const unknownOrIt = (lanes: ReadonlyArray<Lane>): Case.Case["run"] =>
  Effect.fnUntraced(function*(world) {
    yield* world.adapter.invoices.create(world.order())
    for (const { fault, name } of lanes) {
      yield* world.simulator.arm(fault, { operation: "invoices.create" })
      yield* unlessUnknownOrIt(`a create with ${name}`, yield* attempt(world, world.adapter, world.order()))
    }
  })

const unknownOutcomes = Case.group("E", [
  {
    id: "lost-answer-is-unknown",
    name: "a create whose answer is lost is of unknown outcome, or looked up",
    why: "The provider may have carried it out: taken for failed, the order is collected a second time.",
    look: byClassifying,
    isCritical: true,
    needs: ["invoices.create"],
    run: unknownOrIt(lost)
  },
  {
    id: "timed-out-create-is-unknown",
    name: "a create that is not answered in time is of unknown outcome, or looked up",
    why: "The provider may have carried it out: taken for failed, the order is collected a second time.",
    look: byClassifying,
    isCritical: true,
    needs: ["invoices.create"],
    run: Effect.fnUntraced(function*(world) {
      yield* world.adapter.invoices.create(world.order())
      for (const effect of ["none", "applied"] as const) {
        yield* world.simulator.arm(Fault.Timeout({ effect }), { operation: "invoices.create" })
        const came = yield* attempt(world, world.adapter, world.order(), whileTimePasses(world.simulator))
        yield* unlessUnknownOrIt(`a create that nobody answers (effect: ${effect})`, came)
      }
    })
  },
  {
    id: "error-page-of-create-is-unknown",
    name: "a create that is answered with a page is of unknown outcome, or looked up",
    why: "A page comes from something on the way, which may have passed the order on before it gave up.",
    look: byClassifying,
    isCritical: true,
    needs: ["invoices.create"],
    run: unknownOrIt(pages)
  },
  {
    id: "unreadable-create-is-unknown",
    name: "a create whose answer cannot be read is of unknown outcome, or looked up",
    why: "A success that cannot be read is a success: taken for failed, the order is collected a second time.",
    look: byClassifying,
    isCritical: true,
    needs: ["invoices.create"],
    run: unknownOrIt(spoilt)
  }
])

/** @internal */
export const outcomes = [...connections, ...unknownOutcomes, ...refusals, ...bodies, ...redirects]
