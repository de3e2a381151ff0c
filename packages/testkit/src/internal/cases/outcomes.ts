/**
 * E. What is known after a call that went wrong.
 */
import { Fault } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Case from "../../Case.ts"
import { unless, unlessEqual, unlessFails } from "../../Violation.ts"
import { settled, withoutPauses } from "../../World.ts"
import { attempt } from "../creating.ts"
import { lost } from "../lanes.ts"
import { once } from "../once.ts"
import { reading } from "../reading.ts"
import { bodies } from "./bodies.ts"
import { redirects } from "./redirects.ts"
import { refusals } from "./refusals.ts"
import { unknownOutcomes } from "./unknownOutcomes.ts"

const bySending =
  "Send requests through `ProviderClient.call`, which tells what was never sent from what may have been."

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

/** @internal */
export const outcomes = [...connections, ...unknownOutcomes, ...refusals, ...bodies, ...redirects]
