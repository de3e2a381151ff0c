/**
 * Real time for tests whose clock stands still: sockets need some to do their work.
 */
import { assert } from "@effect/vitest"
import { Effect, type Fiber } from "effect"
import { TestClock } from "effect/testing"

/** Lets sockets work for a moment. */
export const moment = (duration: `${number} millis` = "2 millis") => TestClock.withLive(Effect.sleep(duration))

/**
 * Lets both ends of every socket do all that they can do by now: they are in this process, so that it takes turns of its
 * event loop and not a while, however busy the machine is.
 */
export const turns = (count = 20): Effect.Effect<void> =>
  Effect.promise(async () => {
    for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
  })

/** Waits until something holds, and fails if it does not within 3 seconds. */
export const eventually = Effect.fnUntraced(function*<E, R>(what: string, holds: Effect.Effect<boolean, E, R>) {
  for (let tries = 0; tries < 1_500; tries++) {
    if (yield* holds) return
    yield* moment()
  }
  assert.fail(`it never came to be: ${what}`)
})

/** Whether a fiber has ended. */
export const hasEnded = <A, E>(fiber: Fiber.Fiber<A, E>): boolean => fiber.pollUnsafe() !== undefined
