/**
 * Real time for tests whose clock stands still: sockets need some to do their work.
 */
import { assert } from "@effect/vitest"
import { Effect, type Fiber } from "effect"
import { TestClock } from "effect/testing"

/** Lets sockets work for a moment. */
export const moment = (duration: `${number} millis` = "2 millis") => TestClock.withLive(Effect.sleep(duration))

/** Waits until something holds, and fails if it does not within 3 seconds. */
export const eventually = Effect.fnUntraced(function*(what: string, holds: () => boolean) {
  for (let count = 0; count < 1_500 && !holds(); count++) yield* moment()
  assert.isTrue(holds(), `it never came to be: ${what}`)
})

/** The same for a number that is counted elsewhere. */
export const becomes = Effect.fnUntraced(function*(what: string, count: Effect.Effect<number>, expected: number) {
  let now = yield* count
  for (let tries = 0; tries < 1_500 && now !== expected; tries++) {
    yield* moment()
    now = yield* count
  }
  assert.strictEqual(now, expected, what)
})

/** Whether a fiber has ended. */
export const hasEnded = <A, E>(fiber: Fiber.Fiber<A, E>): boolean => fiber.pollUnsafe() !== undefined

/** Waits a while and tells that the fiber is still running then. */
export const staysRunning = Effect.fnUntraced(function*<A, E>(fiber: Fiber.Fiber<A, E>) {
  yield* moment("25 millis")
  assert.isFalse(hasEnded(fiber), "it ended too early")
})
