/**
 * E. Answers that are too large, too slow or not whole.
 */
import { Fault } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Case from "../../Case.ts"
import { unless, unlessEqual, unlessFails } from "../../Violation.ts"
import { eventually, type World } from "../../World.ts"
import { attempt, unlessUnknownOrIt } from "../creating.ts"
import { pages, spoilt } from "../lanes.ts"
import { once } from "../once.ts"
import { type Reading, reading } from "../reading.ts"
import { whileTimePasses } from "../time.ts"

const mebibyte = 1_048_576

const byLimit = "Read answers through `ProviderClient.call`, which counts while it reads; `maxBody` is the operation's."

/** More than may be read of an answer to this read. */
const tooMuch = ({ adapter }: World, { isOfOne, path }: Reading): number => {
  const declared = adapter.gateway.operations.get(path)?.maxBody ?? mebibyte
  return mebibyte + (isOfOne ? declared : Math.max(declared, 64 * mebibyte))
}

/** The last request that served the operation has to be given up before its answer was over. */
const unlessGivenUp = Effect.fnUntraced(function*({ simulator }: World, operation: string) {
  const ended = Effect.map(
    simulator.requests,
    (all) => all.findLast(({ operations }) => operations.includes(operation))?.ended
  )
  yield* eventually("an answer without end comes to an end", Effect.map(ended, (how) => how !== undefined))
  yield* unlessEqual("how an answer without end ended", yield* ended, "abandoned")
})

/** @internal */
export const bodies = Case.group("E", [
  {
    id: "unreadable-read-is-invalid",
    name: "a read whose answer cannot be read is `InvalidResponse` and says where, or `Unavailable` for a page",
    why:
      "An answer that is guessed at becomes a state that nobody stated; without a place nobody can mend the adapter.",
    look: "Decode through `ProviderClient.call` with a schema; do not fall back to defaults.",
    needs: ["invoices.create", "invoices.get"],
    run: Effect.fnUntraced(function*(world) {
      const { next } = yield* reading(world)
      for (const { fault, name } of spoilt) {
        const read = yield* next()
        yield* world.simulator.arm(fault)
        const { path } = yield* unlessFails(`a read with ${name}`, once(read), "InvalidResponse")
        yield* unless(path !== "", `a read with ${name} should fail with the path of what is wrong`)
      }
      for (const { fault, name } of pages) {
        const read = yield* next()
        yield* world.simulator.arm(fault)
        yield* unlessFails(`a read with ${name}`, once(read), "InvalidResponse", "Unavailable")
      }
    })
  },
  {
    id: "large-answer-is-refused",
    name: "an answer that is larger than its operation allows is not believed",
    why: "An answer without end takes all memory of the process, and with it every order that it was working on.",
    look: byLimit,
    isCritical: true,
    needs: ["invoices.create", "invoices.get"],
    run: Effect.fnUntraced(function*(world) {
      const found = yield* reading(world)
      const read = yield* found.next()
      yield* world.simulator.arm(Fault.Padded({ bytes: tooMuch(world, found) }))
      yield* unlessFails("a read with white space without end", once(read), "InvalidResponse")
    })
  },
  {
    id: "large-answer-is-not-drained",
    name: "of an answer without end only the beginning is read",
    why: "An answer without end takes all memory of the process, and with it every order that it was working on.",
    look: byLimit,
    isCritical: true,
    needs: ["invoices.create", "invoices.get"],
    run: Effect.fnUntraced(function*(world) {
      const found = yield* reading(world)
      const read = yield* found.next()
      yield* world.simulator.arm(Fault.Oversized({ bytes: tooMuch(world, found) + 32 * mebibyte }))
      yield* unlessFails("a read with an answer without end", once(read), "InvalidResponse")
      yield* unlessGivenUp(world, found.isOfOne ? found.path : "invoices.list")
    })
  },
  {
    id: "large-create-is-unknown",
    name: "a create whose answer is too large is of unknown outcome, or looked up, and the rest is not read",
    why: "The order is on the provider's books: taken for failed, it is collected a second time.",
    look: byLimit,
    isCritical: true,
    needs: ["invoices.create"],
    run: Effect.fnUntraced(function*(world) {
      const limit = world.adapter.gateway.operations.get("invoices.create")?.maxBody ?? mebibyte
      yield* world.adapter.invoices.create(world.order())
      yield* world.simulator.arm(Fault.Oversized({ bytes: limit + 32 * mebibyte }), { operation: "invoices.create" })
      yield* unlessUnknownOrIt(
        "a create with an answer without end",
        yield* attempt(world, world.adapter, world.order())
      )
      yield* unlessGivenUp(world, "invoices.create")
    })
  },
  {
    id: "slow-answer-is-given-up",
    name: "an answer that trickles is given up in time, its body included",
    why: "A provider that sends a byte a second holds every sale for minutes while it looks alive.",
    look: "Put the time limit of a try around reading the body too, as `ProviderClient.call` does.",
    needs: ["invoices.create", "invoices.get"],
    run: Effect.fnUntraced(function*(world) {
      const pass = whileTimePasses(world.simulator)
      const read = yield* Effect.flatMap(reading(world), ({ next }) => next())
      yield* world.simulator.arm(Fault.SlowDrip({ every: "5 seconds" }))
      const result = yield* pass(Effect.result(once(read)))
      yield* unlessFails("a read that trickles", Effect.suspend(() => Effect.fromResult(result)), "Unavailable")
      yield* world.simulator.arm(Fault.SlowDrip({ every: "5 seconds" }), { operation: "invoices.create" })
      const came = yield* attempt(world, world.adapter, world.order(), pass)
      yield* unless(
        Result.isSuccess(came.result) || came.result.failure.reason._tag === "OutcomeUnknown",
        "a create that trickles should end in OutcomeUnknown, or be looked up"
      )
    })
  }
])
