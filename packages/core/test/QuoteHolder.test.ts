/**
 * One holder per payment keeps everybody on the same quote, and nobody on one that is over.
 */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as Till from "./support/Till.ts"

const { due, pass } = Till

describe("QuoteHolder.watch", () => {
  it.effect("renews once per 20 s for any number of watchers, who see the same at the same time", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      const watchers = yield* Effect.forEach([1, 2, 3], () => Till.watch(till))
      yield* pass(65)
      assert.deepStrictEqual(till.till.renewals, [0, 20_000, 40_000, 60_000])
      for (const { saw } of watchers) {
        assert.deepStrictEqual(saw, ["open/1 at 0", "open/2 at 20", "open/3 at 40", "open/4 at 60"])
      }
    }))

  it.effect("gives a watcher who comes later what holds, and renews nothing for it", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      yield* Till.watch(till)
      yield* pass(15)
      const late = yield* Till.watch(till)
      yield* pass(4)
      assert.deepStrictEqual(late.saw, ["open/1 at 15"])
      assert.deepStrictEqual(till.till.renewals, [0])
    }))

  it.effect("stops renewing when the last watcher leaves, not before", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      const [one, other] = [yield* Till.watch(till), yield* Till.watch(till)]
      yield* pass(1)
      yield* one.leave
      yield* pass(20)
      assert.deepStrictEqual(till.till.renewals, [0, 20_000])
      yield* other.leave
      yield* pass(60)
      assert.deepStrictEqual(till.till.renewals, [0, 20_000])
    }))

  it.effect("keeps payments apart", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      yield* Till.watch(till, "p-1")
      yield* pass(5)
      yield* Till.watch(till, "p-2")
      yield* pass(20)
      assert.deepStrictEqual(till.till.renewals, [0, 5_000, 20_000, 25_000])
    }))

  it.effect("ends after a settled state, which everybody sees", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      const watchers = yield* Effect.forEach([1, 2], () => Till.watch(till))
      yield* pass(1)
      till.till.state = "paid"
      yield* pass(60)
      for (const { ended, saw } of watchers) {
        assert.deepStrictEqual(saw, ["open/1 at 0", "paid/2 at 20"])
        assert.strictEqual(ended(), "end")
      }
      assert.deepStrictEqual(till.till.renewals, [0, 20_000])
    }))

  it.effect("ends at once when somebody else's look shows a settled state", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      const watcher = yield* Till.watch(till)
      yield* pass(3)
      till.till.state = "paid"
      yield* till.holder.get("p-1")
      yield* pass(1)
      assert.deepStrictEqual(watcher.saw, ["open/1 at 0", "paid/1 at 3"])
      assert.strictEqual(watcher.ended(), "end")
      yield* pass(60)
      assert.deepStrictEqual(till.till.renewals, [0])
    }))

  it.effect("ends with the settled state for a watcher who was busy, and renews nothing meanwhile", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      const busy = yield* Till.watch(till, "p-1", "50 seconds")
      yield* pass(1)
      till.till.state = "paid"
      yield* pass(100)
      assert.deepStrictEqual([busy.saw, busy.ended()], [["open/1 at 0", "paid/- at 50"], "end"])
      assert.deepStrictEqual(till.till.renewals, [0, 20_000])
    }))

  it.effect("does not renew what somebody else has just renewed", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      yield* Till.watch(till)
      yield* pass(19)
      till.till.peekTakes = Duration.seconds(2)
      yield* Effect.forkChild(till.holder.get("p-1"))
      yield* TestClock.adjust("500 millis")
      yield* Effect.forkChild(till.holder.get("p-1"))
      yield* pass(20)
      assert.deepStrictEqual(till.till.renewals, [0, 21_000])
    }))

  it.effect("shows a change that a look brought, and not the same twice", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      const watcher = yield* Till.watch(till)
      yield* pass(2)
      yield* till.holder.get("p-1")
      yield* pass(1)
      till.till.state = "processing"
      yield* till.holder.get("p-1")
      yield* pass(1)
      assert.deepStrictEqual(watcher.saw, ["open/1 at 0", "processing/1 at 3"])
    }))
})

describe("a quote that is over", () => {
  it.effect("is hidden at its end while the next is on its way, and the next is shown when it comes", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      const watcher = yield* Till.watch(till)
      yield* pass(1)
      till.till.renewalTakes = Duration.seconds(8)
      yield* pass(28)
      assert.deepStrictEqual(watcher.saw, ["open/1 at 0", "open/- at 25", "open/2 at 28"])
    }))

  it.effect("is never shown when it was over before it came", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      const watcher = yield* Till.watch(till)
      yield* pass(1)
      till.till.renewalTakes = Duration.seconds(25)
      yield* pass(45)
      till.till.renewalTakes = Duration.seconds(1)
      yield* pass(30)
      assert.deepStrictEqual(watcher.saw, ["open/1 at 0", "open/- at 25", "open/4 at 71"])
    }))

  it.effect("is not given to a get that waited for it too long", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      till.till.renewalTakes = Duration.seconds(25)
      const slow = yield* Effect.forkChild(till.holder.get("p-1"))
      yield* pass(26)
      assert.deepStrictEqual(yield* Fiber.join(slow), due("open", undefined))
    }))

  it.effect("is not given to a get whose look outlasted it", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      yield* till.holder.get("p-1")
      yield* pass(19)
      till.till.peekTakes = Duration.seconds(6)
      const slow = yield* Effect.forkChild(till.holder.get("p-1"))
      yield* pass(7)
      assert.deepStrictEqual(yield* Fiber.join(slow), due("open", undefined))
    }))

  it.effect("is not shown to a watcher who comes while a slow read is under way", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      yield* till.holder.get("p-1")
      yield* pass(22)
      till.till.renewalTakes = Duration.seconds(10)
      yield* Effect.forkChild(till.holder.get("p-1"))
      yield* pass(4)
      const watcher = yield* Till.watch(till)
      yield* pass(7)
      assert.deepStrictEqual(watcher.saw, ["open/- at 26", "open/2 at 32"])
    }))

  it.effect("is not shown to a watcher who was busy", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      const busy = yield* Till.watch(till, "p-1", "26 seconds")
      const quick = yield* Till.watch(till)
      yield* pass(79)
      assert.deepStrictEqual(quick.saw, ["open/1 at 0", "open/2 at 20", "open/3 at 40", "open/4 at 60"])
      assert.deepStrictEqual(busy.saw, ["open/1 at 0", "open/2 at 26", "open/3 at 52", "open/4 at 78"])
    }))

  it.effect("does not take a newer state with it when it is hidden", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      const watcher = yield* Till.watch(till)
      yield* pass(19)
      till.till.state = "processing"
      till.till.peekTakes = Duration.seconds(2)
      till.till.renewalTakes = Duration.seconds(8)
      yield* Effect.forkChild(till.holder.get("p-1"))
      yield* pass(11)
      assert.deepStrictEqual(watcher.saw, [
        "open/1 at 0",
        "processing/1 at 21",
        "processing/- at 25",
        "processing/2 at 29"
      ])
    }))
})

describe("a renewal that fails", () => {
  it.effect("hides the quote, which may be renewed all the same, and is tried again", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      const watcher = yield* Till.watch(till)
      yield* pass(1)
      till.till.trouble = "down"
      yield* pass(24)
      till.till.trouble = undefined
      yield* pass(30)
      assert.deepStrictEqual(watcher.saw, ["open/1 at 0", "open/- at 20", "open/4 at 30", "open/5 at 50"])
      assert.deepStrictEqual(till.till.renewals, [0, 20_000, 25_000, 30_000, 50_000])
    }))

  it.effect("for good fails every watcher, and the next one starts afresh", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      const watchers = yield* Effect.forEach([1, 2, 3], () => Till.watch(till))
      yield* pass(1)
      till.till.trouble = "gone"
      yield* pass(20)
      for (const { ended } of watchers) assert.strictEqual(ended(), "gone")
      yield* pass(60)
      assert.strictEqual(till.till.renewals.length, 2)
      till.till.trouble = undefined
      const next = yield* Till.watch(till)
      yield* pass(1)
      assert.deepStrictEqual([next.saw, next.ended()], [["open/3 at 81"], undefined])
    }))

  it.effect("for good fails a watcher who came first", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      till.till.trouble = "gone"
      const watcher = yield* Till.watch(till)
      yield* pass(1)
      assert.deepStrictEqual([watcher.saw, watcher.ended()], [[], "gone"])
    }))

  it.effect("by a mistake of ours does not leave watchers waiting", () =>
    Effect.gen(function*() {
      const till = yield* Till.make
      Object.defineProperty(till.till, "renewals", { get: () => broken() })
      const exit = yield* Effect.exit(Stream.runDrain(till.holder.watch("p-1")))
      assert.strictEqual(exit._tag, "Failure")
    }))
  const broken = () => {
    throw new Error("a mistake")
  }
})
