/**
 * E. Redirects lead elsewhere, where neither the credentials nor the order may go.
 */
import { Fault } from "@gatefold/core/Simulator"
import * as Answer from "@gatefold/simulator/Answer"
import * as SimulatedServer from "@gatefold/simulator/SimulatedServer"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Case from "../../Case.ts"
import { unless, unlessFails } from "../../Violation.ts"
import type { Transport, World } from "../../World.ts"
import { attempt, unlessUnknownOrIt } from "../creating.ts"
import { once } from "../once.ts"
import { reading } from "../reading.ts"

/** Somebody's server, which answers whatever it is asked. */
const elsewhere = SimulatedServer.make({
  routes: [],
  now: DateTime.now,
  notFound: Answer.json({}),
  unavailable: Answer.json({}, 503)
})

const follows = Effect.fnUntraced(function*(world: World, transport: Transport) {
  const other = yield* elsewhere
  const fault = Fault.Redirect({ to: `${other.url}/` })
  const silent = (what: string) =>
    Effect.flatMap(other.requests, ([request]) =>
      unless(
        request === undefined,
        `${what} was sent on over ${transport}: ${request?.method} with the headers ${
          Object.keys(request?.headers ?? {}).join(", ")
        } reached a host of somebody else`
      ))
  const read = yield* Effect.flatMap(reading(world), ({ next }) => next({ transport }))
  yield* world.simulator.arm(fault)
  yield* unlessFails(`a read that is redirected, over ${transport}`, once(read), "InvalidResponse", "Unavailable")
  yield* silent("a read")
  const adapter = yield* world.connect({ transport })
  yield* adapter.invoices.create(world.order())
  yield* world.simulator.arm(fault, { operation: "invoices.create" })
  const came = yield* attempt(world, adapter, world.order())
  yield* silent("a create")
  yield* unlessUnknownOrIt(`a create that is redirected, over ${transport}`, came)
})

/** @internal */
export const redirects = Case.group("E", [
  {
    id: "redirect-is-not-followed",
    name: "a redirect is not followed, over undici nor over fetch",
    why: "Whoever can answer once in the provider's name would be handed the account's key, and the order with it.",
    look: "Send through `ProviderClient.call`, which tells fetch not to follow; a client of your own must not either.",
    isCritical: true,
    needs: ["invoices.create", "invoices.get"],
    run: Effect.fnUntraced(function*(world) {
      yield* follows(world, "undici")
      yield* follows(world, "fetch")
    })
  }
])
