/**
 * Waiting for what sockets do, by the event loop and not by a clock.
 */
import * as Effect from "effect/Effect"

/** @internal Both ends of every socket are in this process, so that turns of its event loop are enough. */
export const turns = (count: number): Effect.Effect<void> =>
  Effect.promise(async () => {
    for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
  })
