/**
 * Calls whose time is the test's: how long they take is exact, and each pause shows when it is begun.
 */
import { assert } from "@effect/vitest"
import type * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { Effect, type Fiber, Result } from "effect"
import { TestClock } from "effect/testing"
import * as Chance from "./Chance.ts"
import { eventually, staysRunning } from "./RealTime.ts"
import * as TinyProvider from "./TinyProvider.ts"

/** A provider, a client of it, and pauses that take the whole of their bound unless told otherwise. */
export const setUp = Effect.fnUntraced(function*(retry?: RetryPolicy.RetryPolicy, share = 1) {
  const { baseUrl, server, things } = yield* TinyProvider.start
  const { call, client, tries } = yield* TinyProvider.connect(baseUrl, { retry })
  const chance = Chance.make(share)
  const begin = (kind: TinyProvider.Kind) =>
    Effect.gen(function*() {
      const began = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
      const result = yield* Effect.result(call(kind))
      const ended = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
      return {
        heard: Result.isSuccess(result) ? "thing" : result.failure.reason._tag,
        error: Result.isFailure(result) ? result.failure : undefined,
        took: ended - began
      }
    }).pipe(chance.provide, Effect.forkChild)
  const hasPaused = (times: number) => eventually(`pause ${times}`, () => chance.pauses() === times)
  const requests = Effect.map(server.requests, ({ length }) => length)
  return { server, things, begin, client, hasPaused, requests, tries }
})

/** Lets exactly this pause pass, and not a millisecond less. */
export const passes = Effect.fnUntraced(function*<A, E>(
  millis: number,
  { fiber, next }: { readonly fiber: Fiber.Fiber<A, E>; readonly next: Effect.Effect<number> }
) {
  const before = yield* next
  yield* TestClock.adjust(millis - 1)
  yield* staysRunning(fiber)
  assert.strictEqual(yield* next, before, "it was repeated too early")
  yield* TestClock.adjust(1)
})
