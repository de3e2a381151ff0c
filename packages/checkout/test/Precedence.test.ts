/**
 * Who waits for an answer goes before what can wait, which never stands still for it.
 */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as Precedence from "../src/internal/precedence.ts"

const setUp = Effect.gen(function*() {
  const { first, later } = yield* Precedence.make
  const began: Array<string> = []
  const begin = (what: string) => Effect.sync(() => void began.push(what))
  return { began, first, later: (what: string) => later(begin(what)) }
})

describe("precedence", () => {
  it.effect("lets what can wait begin at once while nobody waits", () =>
    Effect.gen(function*() {
      const { began, later } = yield* setUp
      yield* later("a")
      assert.deepStrictEqual(began, ["a"])
    }))

  it.effect("holds it up until the last of those who wait has its answer, also if that is a failure", () =>
    Effect.gen(function*() {
      const { began, first, later } = yield* setUp
      const [one, other] = [yield* Deferred.make<void>(), yield* Deferred.make<void, "refused">()]
      yield* Effect.forkChild(first(Deferred.await(one)), { startImmediately: true })
      yield* Effect.forkChild(first(Deferred.await(other)), { startImmediately: true })
      const waits = yield* Effect.forkChild(later("a"), { startImmediately: true })
      yield* Deferred.succeed(one, undefined)
      yield* TestClock.adjust("10 millis")
      assert.deepStrictEqual(began, [])
      yield* Deferred.fail(other, "refused")
      yield* Fiber.join(waits)
      assert.deepStrictEqual(began, ["a"])
    }))

  it.effect("lets one after the other begin while somebody always waits", () =>
    Effect.gen(function*() {
      const { began, first, later } = yield* setUp
      yield* Effect.forkChild(first(Effect.never), { startImmediately: true })
      yield* Effect.forkChild(Effect.all([later("a"), later("b")], { concurrency: 2 }), { startImmediately: true })
      yield* TestClock.adjust("30 millis")
      assert.deepStrictEqual(began, ["a"])
      yield* TestClock.adjust("30 millis")
      assert.deepStrictEqual(began, ["a", "b"])
    }))
})
