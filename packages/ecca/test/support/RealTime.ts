/**
 * Real time for tests whose clock stands still: sockets need some to do their work.
 */
import { assert } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { Account } from "./EccaAccount.ts"

const moment = TestClock.withLive(Effect.sleep("2 millis"))

/** Lets sockets do what is under way, such as learning that a connection was closed. */
export const settled = TestClock.withLive(Effect.sleep("20 millis"))

/** Waits until a number that is counted elsewhere is this high, and fails if it is not within 5 seconds. */
export const reaches = Effect.fnUntraced(function*(what: string, count: Effect.Effect<number>, expected: number) {
  let now = yield* count
  for (let tries = 0; tries < 2_500 && now < expected; tries++) {
    yield* moment
    now = yield* count
  }
  assert.isAtLeast(now, expected, what)
})

/** Runs a call of which `times` requests get no whole answer: the time for each passes once it has arrived. */
export const whileNobodyAnswers = Effect.fnUntraced(function*<A, E>(
  { requests }: Account,
  times: number,
  call: Effect.Effect<A, E>
) {
  const count = Effect.map(requests, ({ length }) => length)
  const before = yield* count
  const fiber = yield* Effect.forkChild(call)
  for (let time = 1; time <= times; time++) {
    yield* reaches(`request ${time}`, count, before + time)
    yield* TestClock.adjust("10 seconds")
  }
  return yield* Fiber.join(fiber)
})
