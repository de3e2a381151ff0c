import { assert, describe, it } from "@effect/vitest"
import { MovableClock } from "@gatefold/simulator"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"

describe("MovableClock", () => {
  it.effect("follows the program's clock, plus what it was moved by", () =>
    Effect.gen(function*() {
      const clock = yield* MovableClock.make
      yield* TestClock.adjust("1 second")
      yield* clock.advance("1 minute")
      yield* clock.advance("30 seconds")
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(DateTime.toEpochMillis(yield* clock.now), 93_000)
    }))

  it.effect("moves nobody else's clock", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* MovableClock.make, yield* MovableClock.make]
      yield* one.advance("1 hour")
      assert.strictEqual(yield* Clock.currentTimeMillis, 0)
      assert.strictEqual(DateTime.toEpochMillis(yield* other.now), 0)
    }))
})
