/**
 * Contenders beside each other: in every round each runs for a while, in an order that rotates, and the median of the
 * rounds counts. What disturbs the machine for a moment disturbs one round, and what warms up warms up for all.
 */
import * as Effect from "effect/Effect"
import { Bench } from "tinybench"
import type { Size } from "./Row.ts"

/** What is measured: one call, or as many as `callsIn` says. */
export interface Contender {
  readonly run: () => unknown
  /** How many calls one run makes. @default 1 */
  readonly callsIn?: number | undefined
}

const rotated = <A>(all: ReadonlyArray<A>, by: number): ReadonlyArray<A> => {
  const start = by % all.length
  return [...all.slice(start), ...all.slice(0, start)]
}

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** The mean time of one call, in microseconds; a garbage collection counts for whom it comes up. */
const timed = ({ callsIn = 1, run }: Contender, millis: number): Effect.Effect<number> =>
  Effect.promise(async () => {
    const bench = new Bench({ time: millis, iterations: 1, warmup: false, throws: true })
    bench.add("contender", run)
    const [task] = await bench.run()
    const result = task?.result
    return result?.state === "completed" ? result.latency.mean * 1_000 / callsIn : Number.NaN
  })

/** The median time of one call of each contender, in microseconds. */
export const run = Effect.fnUntraced(function*<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  { millis, rounds, warmUp }: Pick<Size, "millis" | "rounds" | "warmUp">
) {
  const entries: ReadonlyArray<readonly [string, Contender]> = Object.entries(contenders)
  const times = new Map<string, Array<number>>(entries.map(([name]) => [name, []]))
  for (const [, contender] of entries) yield* timed(contender, warmUp)
  for (let round = 0; round < rounds; round++) {
    for (const [name, contender] of rotated(entries, round)) times.get(name)?.push(yield* timed(contender, millis))
  }
  return (name: Name): number => median(times.get(name) ?? [])
})

/** Calls in a second, from microseconds for each. */
export const rate = (micros: number): number => 1_000_000 / micros
