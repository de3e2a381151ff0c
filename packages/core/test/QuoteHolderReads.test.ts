/**
 * Single reads of what has a quote: they share what is under way, and keep what holds.
 */
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Fiber, Result } from "effect"
import { TestClock } from "effect/testing"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import * as Till from "./support/Till.ts"

const { due, pass } = Till

const at = (seconds: number) => DateTime.makeUnsafe(seconds * 1000)

describe("QuoteHolder.get", () => {
  it.effect("renews what nobody held, then looks without renewing until 20 s are over", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      assert.deepStrictEqual(yield* till.holder.get("p-1"), due("open", 1, 25))
      yield* pass(19)
      till.till.state = "processing"
      assert.deepStrictEqual(yield* till.holder.get("p-1"), due("processing", 1, 25))
      assert.deepStrictEqual([till.till.renewals, till.till.peeks], [[0], [19_000]])
      yield* pass(1)
      assert.deepStrictEqual(yield* till.holder.get("p-1"), due("processing", 2, 45))
      assert.deepStrictEqual([till.till.renewals, till.till.peeks], [[0, 20_000], [19_000]])
    }))

  it.effect("keeps what is held where a look finds nothing", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      yield* till.holder.get("p-1")
      till.till.isListed = false
      assert.deepStrictEqual(yield* till.holder.get("p-1"), due("open", 1, 25))
      assert.deepStrictEqual(till.till.renewals, [0])
    }))

  it.effect("fails as the read failed, and the next one reads again", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      till.till.trouble = "down"
      assert.strictEqual(yield* Effect.flip(till.holder.get("p-1")), "down")
      till.till.trouble = undefined
      assert.deepStrictEqual(yield* till.holder.get("p-1"), due("open", 2, 25))
    }))

  it.effect("keeps the quote when a look fails", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      yield* till.holder.get("p-1")
      till.till.trouble = "down"
      assert.strictEqual(yield* Effect.flip(till.holder.get("p-1")), "down")
      till.till.trouble = undefined
      assert.deepStrictEqual(yield* till.holder.get("p-1"), due("open", 1, 25))
    }))

  for (const trouble of ["down", undefined] as const) {
    it.effect(`reads once for 50 at the same time, ${trouble === undefined ? "and they all have it" : "also if it fails"}`, () =>
      Effect.gen(function*() {
        const till = yield* Till.make
        till.till.renewalTakes = Duration.seconds(3)
        till.till.peekTakes = Duration.seconds(1)
        till.till.trouble = trouble
        const fibers = yield* Effect.forEach(
          Array.from({ length: 50 }),
          () => Effect.forkChild(Effect.result(till.holder.get("p-1")))
        )
        yield* pass(10)
        for (const fiber of fibers) {
          const result = yield* Fiber.join(fiber)
          if (trouble === undefined) assert.deepStrictEqual(Result.getOrThrow(result), due("open", 1, 25))
          else assert.deepStrictEqual(result, Result.fail(trouble))
        }
        // one for the first, and one for those who came when that was under way
        assert.strictEqual(till.till.renewals.length + till.till.peeks.length, 2)
      }))
  }

  it.effect("never answers with a read that was begun before it was called", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      yield* till.holder.get("p-1")
      till.till.peekTakes = Duration.seconds(2)
      const early = yield* Effect.forkChild(till.holder.get("p-1"))
      yield* pass(1)
      till.till.state = "paid"
      const late = yield* Effect.forkChild(till.holder.get("p-1"))
      yield* pass(4)
      assert.deepStrictEqual([(yield* Fiber.join(early)).state, (yield* Fiber.join(late)).state], ["open", "paid"])
    }))

  it.effect("that is given up does not hold up the others", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      till.till.renewalTakes = Duration.seconds(100)
      const stuck = yield* Effect.forkChild(till.holder.get("p-1"))
      yield* pass(1)
      yield* Fiber.interrupt(stuck)
      till.till.renewalTakes = Duration.seconds(0)
      assert.deepStrictEqual(yield* till.holder.get("p-1"), due("open", 2, 26))
    }))
})

describe("QuoteHolder.observe", () => {
  it.effect("renews nothing for somebody who holds no quote: another process may be showing one", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      assert.deepStrictEqual(yield* till.holder.observe("p-1"), due("open", undefined))
      assert.deepStrictEqual(till.till.renewals, [])
    }))

  it.effect("keeps the quote that is held, until it is over", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      yield* till.holder.get("p-1")
      yield* pass(24)
      assert.deepStrictEqual(yield* till.holder.observe("p-1"), due("open", 1, 25))
      yield* pass(1)
      assert.deepStrictEqual(yield* till.holder.observe("p-1"), due("open", undefined))
      assert.deepStrictEqual(till.till.renewals, [0])
    }))

  it.effect("tells watchers at once what it saw, and renews nothing of theirs", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      const watcher = yield* Till.watch(till)
      yield* pass(3)
      till.till.state = "paid"
      assert.strictEqual((yield* till.holder.observe("p-1")).state, "paid")
      yield* pass(1)
      assert.strictEqual(watcher.ended(), "end")
      assert.deepStrictEqual(till.till.renewals, [0])
    }))

  it.effect("has to renew where the state is found no other way", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      till.till.isListed = false
      assert.deepStrictEqual(yield* till.holder.observe("p-1"), due("open", 1, 25))
      assert.deepStrictEqual(till.till.renewals, [0])
    }))

  it.effect("is one look for all who ask at once, and a second for who came during it", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      till.till.peekTakes = Duration.seconds(1)
      const observe = till.holder.observe("p-1")
      const all = yield* Effect.forkChild(Effect.all(Array.from({ length: 50 }, () => observe), { concurrency: 50 }))
      yield* pass(3)
      assert.strictEqual((yield* Fiber.join(all)).length, 50)
      assert.isAtMost(till.till.peeks.length, 2)
    }))
})

describe("QuoteHolder.hold", () => {
  it.effect("gives what is held then: the newer quote, not the one that came late", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      yield* pass(5)
      yield* till.holder.get("p-1")
      assert.deepStrictEqual(yield* till.holder.hold("p-1", due("open", 99, 25), at(0)), due("open", 1, 30))
    }))

  it.effect("gives no quote that is over already", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      yield* pass(25)
      assert.deepStrictEqual(yield* till.holder.hold("p-1", due("open", 99, 25), at(0)), due("open", undefined))
    }))

  it.effect("takes the quote of a create, so that nothing is renewed at once", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      yield* pass(2)
      yield* till.holder.hold("p-1", due("open", 99, 25), at(0))
      const watcher = yield* Till.watch(till)
      yield* pass(19)
      assert.deepStrictEqual(watcher.saw, ["open/99 at 2", "open/1 at 20"])
    }))

  it.effect("takes no quote that is over", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      yield* pass(25)
      yield* till.holder.hold("p-1", due("open", 99, 25), at(0))
      const watcher = yield* Till.watch(till)
      yield* pass(1)
      assert.deepStrictEqual(watcher.saw, ["open/1 at 25"])
    }))

  it.effect("does not go back behind a newer one", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      yield* pass(5)
      yield* till.holder.get("p-1")
      yield* till.holder.hold("p-1", due("open", 99, 25), at(0))
      assert.deepStrictEqual(yield* till.holder.get("p-1"), due("open", 1, 30))
    }))
})

describe("memory", () => {
  it.effect("is given back when nobody asks any more", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      const held: Array<WeakRef<Till.Due>> = []
      for (let index = 0; index < 200; index++) {
        const value = due("open", index, 25)
        held.push(new WeakRef(value))
        yield* till.holder.hold(`p-${index}`, value, at(0))
      }
      const alive = () => {
        collectGarbage()
        return held.filter((ref) => ref.deref() !== undefined).length
      }
      yield* TestClock.withLive(Effect.sleep("1 millis"))
      assert.isAbove(alive(), 190)
      yield* pass(60)
      yield* TestClock.withLive(Effect.sleep("1 millis"))
      assert.isBelow(alive(), 10)
    }))

  const collectGarbage = (): void => {
    setFlagsFromString("--expose-gc")
    runInNewContext("gc")()
  }
})
