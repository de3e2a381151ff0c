/**
 * What a process keeps.
 */
import * as Effect from "effect/Effect"

const collect = (): void => {
  if (globalThis.gc === undefined) process.emitWarning("the heap is measured without --expose-gc")
  globalThis.gc?.()
}

/** The bytes that the heap of this process holds once what is over has ended and was collected. */
export const used: Effect.Effect<number> = Effect.gen(function*() {
  for (let round = 0; round < 3; round++) {
    yield* Effect.sleep("50 millis")
    collect()
  }
  return process.memoryUsage().heapUsed
})
