/**
 * One holder per payment keeps everybody on the same quote, and nobody on one that is over.
 */
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Fiber, Result, Stream } from "effect"
import { TestClock } from "effect/testing"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import * as Till from "./support/Till.ts"

/** Lets time pass in steps, so that all that happens on the way happens in its order. */
const pass = (seconds: number) =>
  Effect.forEach(Array.from({ length: seconds * 2 }), () => TestClock.adjust("500 millis"))

const at = (seconds: number) => DateTime.makeUnsafe(seconds * 1000)

const due = (state: string, quote: number | undefined, until?: number): Till.Due => ({
  state,
  quote,
  until: until === undefined ? undefined : until * 1000
})

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

describe("QuoteHolder.hold", () => {
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
