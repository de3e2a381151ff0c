/**
 * What a network and a busy provider do to answers: each takes its time, and some go wrong.
 *
 * Answers that never come are left out: they would measure our own patience.
 */
import { Fault, type Simulator } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { answered } from "../../soak/Faults.ts"

export const median = 120
export const p99 = 380
export const faultPercent = 0.7

/** Log-normal: 2.326 standard deviations above the mean lie 99 of 100. */
const sigma = Math.log(p99 / median) / 2.326

/** A standard normal number, by Box and Muller. */
const normal = Effect.map(
  Effect.all([Random.next, Random.next]),
  ([a, b]) => Math.sqrt(-2 * Math.log(1 - a)) * Math.cos(2 * Math.PI * b)
)

const one = Effect.gen(function*() {
  if ((yield* Random.next) * 100 < faultPercent) return yield* Random.choice(answered)
  return Fault.Delay({ duration: median * Math.exp(sigma * (yield* normal)) })
})

/** More than come in within one look. */
const ahead = 500

/** Has something ready for each request that will come. */
export const over = (provider: Simulator): Effect.Effect<never> => {
  let armed = 0
  return Effect.forever(Effect.gen(function*() {
    const { length: come } = yield* provider.requests
    for (; armed < come + ahead; armed++) yield* provider.arm(yield* one)
    yield* Effect.sleep("100 millis")
  }))
}
