/**
 * What goes wrong at the providers meanwhile.
 */
import { Fault, type Match, type Simulator } from "@gatefold/core/Simulator"
import type * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/** What goes wrong and yet says so at once, or at least ends the connection. */
export const answered: Arr.NonEmptyReadonlyArray<Fault> = [
  Fault.Reset({ effect: "none" }),
  Fault.Reset({ effect: "applied" }),
  Fault.Hangup({ effect: "applied" }),
  Fault.RateLimited({ retryAfter: "1" }),
  Fault.Unavailable(),
  Fault.ErrorPage({ effect: "none" }),
  Fault.ErrorPage({ effect: "applied" }),
  Fault.Truncated(),
  Fault.EmptyBody()
]

const faults: Arr.NonEmptyReadonlyArray<Fault> = [
  ...answered,
  // twice as often as the rest, as it is the one that makes what nobody heard of
  Fault.Reset({ effect: "applied" }),
  Fault.Timeout({ effect: "none" }),
  Fault.Timeout({ effect: "applied" }),
  Fault.Delay({ duration: "150 millis" })
]

/** Creates more often than the rest, since that is where something could happen twice. */
const matches: Arr.NonEmptyReadonlyArray<Match> = [
  { operation: "invoices.create" },
  { operation: "invoices.create" },
  { operation: "invoices.get" },
  { operation: "invoices.list" },
  {}
]

/** Spoils a request now and then, for as long as it runs. */
export const spoil = (providers: Arr.NonEmptyReadonlyArray<Simulator>): Effect.Effect<never> =>
  Effect.forever(Effect.gen(function*() {
    const provider = yield* Random.choice(providers)
    // what nothing has run into must not pile up until every request is spoilt
    yield* provider.disarm
    yield* provider.arm(yield* Random.choice(faults), yield* Random.choice(matches))
    yield* Effect.sleep(yield* Random.nextBetween(20, 250))
  }))
