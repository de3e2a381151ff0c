/**
 * E. What is known after a call that went wrong.
 */
import { Fault } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Case from "../../Case.ts"
import { unlessEqual, unlessFails } from "../../Violation.ts"
import { settled, withoutPauses } from "../../World.ts"
import { requestsFor } from "../provider.ts"

/** @internal */
export const outcomes = Case.group("E", [
  {
    id: "refused-connection-is-unavailable",
    name: "a create that reached nobody is `Unavailable`",
    why: "An order whose request never left is safe to try again; as an unknown outcome it would wait for a person.",
    look: "Send requests through `ProviderClient.call`, which tells what was never sent from what may have been.",
    needs: ["invoices.create"],
    run: Effect.fnUntraced(function*({ adapter, order, simulator }) {
      yield* simulator.arm(Fault.Refused())
      yield* settled
      yield* unlessFails("create", adapter.invoices.create(order()).pipe(withoutPauses), "Unavailable")
    })
  },
  {
    id: "lost-answer-is-unknown",
    name: "a create whose answer is lost is not sent again unless the provider refuses duplicates",
    why: "The provider may have carried it out: sent again it charges twice.",
    look: "The operation's `safety`, and retries outside of `ProviderClient`.",
    isCritical: true,
    needs: ["invoices.create"],
    unless: ({ adapter }) =>
      adapter.gateway.operations.get("invoices.create")?.safety === "none" ? undefined : "its create can be repeated",
    run: Effect.fnUntraced(function*({ adapter, order, simulator }) {
      yield* simulator.arm(Fault.Reset({ effect: "none" }), { operation: "invoices.create" })
      yield* unlessFails("create", adapter.invoices.create(order()).pipe(withoutPauses), "OutcomeUnknown")
      yield* unlessEqual("the number of creates sent", yield* requestsFor(simulator, "invoices.create"), 1)
    })
  }
])
