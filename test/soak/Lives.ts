/**
 * The lives of the shop, one after another on the same port.
 */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import type * as Customers from "./Customers.ts"
import * as Process from "./Process.ts"
import * as Setup from "./Setup.ts"

export type Options = Omit<Setup.Setup, "options" | "retries">

export interface Lives {
  /** Starts it and kills it somewhere. */
  readonly short: Effect.Effect<void, Process.EndedByItself>
  /** Starts it once more; it lives as long as the scope. Fails if it ends by itself before that. */
  readonly last: <A, E, R>(use: Effect.Effect<A, E, R>) => Effect.Effect<A, E | Process.EndedByItself, R>
}

/** Another account is chosen for each start, so that orders are switched in flight. */
const start = (options: Options, life: number): Effect.Effect<Process.Process, never, Scope.Scope> =>
  Effect.flatMap(Random.choice(["ecca", "ecryptopay"] as const), (chosen) =>
    Process.start({
      ...options,
      settings: { ...options.settings, GATEFOLD_PROVIDER: chosen },
      seed: `${options.seed}/${life}`,
      options: Setup.options,
      retries: Setup.retries
    }))

export const make = (options: Options, { isUp, served }: Customers.World & Serving): Lives => {
  let lives = 0
  const born = Effect.suspend(() => start(options, ++lives))
  const grown = ({ ready }: Process.Process) => Effect.andThen(ready, isUp.open)

  /** Not even until it is ready, a little longer, or until it has answered so many, however slow the machine is. */
  const life = Effect.fnUntraced(function*(process: Process.Process) {
    const luck = yield* Random.next
    if (luck < 0.1) return yield* Effect.sleep(yield* Random.nextBetween(50, 700))
    yield* grown(process)
    if (luck < 0.6) return yield* Effect.sleep(yield* Random.nextBetween(50, 400))
    yield* Effect.timeoutOption(served(yield* Random.nextIntBetween(1, 30)), "4 seconds")
    yield* Effect.sleep(yield* Random.nextBetween(0, 50))
  })

  return {
    short: Effect.gen(function*() {
      const process = yield* born
      yield* life(process)
      yield* process.kill
      yield* isUp.close
    }).pipe(Effect.scoped),
    last: (use) =>
      Effect.gen(function*() {
        const process = yield* born
        return yield* Effect.raceFirst(Effect.andThen(grown(process), use), process.ended)
      }).pipe(Effect.scoped)
  }
}

/** Counts how many were answered. */
export const makeServing = Effect.map(Latch.make(), (isServed) => {
  let left = Infinity
  return {
    answered: Effect.suspend(() => --left === 0 ? Effect.asVoid(isServed.open) : Effect.void),
    served: (count: number): Effect.Effect<void> =>
      Effect.suspend(() => {
        left = count
        return Effect.andThen(isServed.close, isServed.await)
      })
  }
})

export type Serving = Effect.Success<typeof makeServing>
