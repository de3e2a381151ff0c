/**
 * Storing together what comes in at once: nobody is answered before it is stored, and nobody is held up by another.
 */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Scope } from "effect"
import { TestClock } from "effect/testing"
import * as Together from "../src/internal/together.ts"

/** A store that keeps what it is given, in batches; the tests say when and whether it does. */
const make = Effect.fnUntraced(function*(
  options: Partial<Together.Options<string, string, string, never>> = {},
  store: (all: ReadonlyArray<string>) => Effect.Effect<void, string> = () => Effect.void
) {
  const batches: Array<ReadonlyArray<string>> = []
  const join = yield* Together.make<string, string, string, never>({
    store: Effect.fnUntraced(function*(all) {
      yield* store(all)
      batches.push(all)
      return (one) => `kept ${one}`
    }),
    atMost: 4,
    isOfOne: (error) => error === "one of them",
    room: 100,
    patience: "10 seconds",
    refusal: "refused",
    ...options
  })
  return { batches, join, outcome: (one: string) => Effect.match(join(one), { onSuccess: String, onFailure: String }) }
})

const settled = Effect.repeat(Effect.yieldNow, { times: 50 })

const forked = <A, E, R>(effects: ReadonlyArray<Effect.Effect<A, E, R>>) =>
  Effect.forEach(effects, (effect) => Effect.tap(Effect.forkChild(effect), settled))

describe("together", () => {
  it.effect("what comes in while something is stored is stored at once afterwards, a batch at a time", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const { batches, outcome } = yield* make({}, () => Deferred.await(gate))
      const senders = yield* forked(["a", "b", "c", "d", "e", "f"].map(outcome))
      yield* Deferred.succeed(gate, undefined)
      const answers = yield* Effect.forEach(senders, Fiber.join)
      assert.deepStrictEqual(batches, [["a"], ["b", "c", "d", "e"], ["f"]])
      assert.deepStrictEqual(answers, ["a", "b", "c", "d", "e", "f"].map((one) => `kept ${one}`))
    }))

  it.effect("nobody is answered before the transaction of its batch has ended", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const { join } = yield* make({}, () => Deferred.await(gate))
      const senders = yield* forked(["a", "b"].map(join))
      yield* settled
      assert.deepStrictEqual(senders.map((fiber) => fiber.pollUnsafe()), [undefined, undefined])
      yield* Deferred.succeed(gate, undefined)
      assert.deepStrictEqual(yield* Effect.forEach(senders, Fiber.join), ["kept a", "kept b"])
    }))

  it.effect("one that cannot be stored fails alone, and the others of its batch are stored", () =>
    Effect.gen(function*() {
      const first = yield* Deferred.make<void>()
      const { outcome } = yield* make(
        {},
        (all) =>
          all[0] === "first" ? Deferred.await(first) : all.includes("bad") ? Effect.fail("one of them") : Effect.void
      )
      const senders = yield* forked(["first", "a", "bad", "b"].map(outcome))
      yield* Deferred.succeed(first, undefined)
      assert.deepStrictEqual(yield* Effect.forEach(senders, Fiber.join), [
        "kept first",
        "kept a",
        "one of them",
        "kept b"
      ])
    }))

  it.effect("those that are stored apart hold up nobody who comes after them", () =>
    Effect.gen(function*() {
      const first = yield* Deferred.make<void>()
      const blocked = (one: string) => one.startsWith("blocked")
      const { outcome } = yield* make(
        { atMost: 32 },
        (all) =>
          all[0] === "first"
            ? Deferred.await(first)
            : all.some(blocked)
            ? Effect.andThen(Effect.sleep("1 second"), Effect.fail("one of them"))
            : Effect.void
      )
      const many = Array.from({ length: 20 }, (_, index) => `blocked-${index}`)
      const senders = yield* forked(["first", ...many].map(outcome))
      yield* Deferred.succeed(first, undefined)
      yield* settled
      yield* TestClock.adjust("1 second")
      // all twenty are being stored one by one now
      const after = yield* Effect.forkChild(outcome("after"))
      yield* settled
      assert.deepStrictEqual(after.pollUnsafe(), Exit.succeed("kept after"))
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(yield* Effect.forEach(senders.slice(1), Fiber.join), many.map(() => "one of them"))
    }))

  it.effect("a failure that is nobody's fault fails all of a batch at once, and is not tried for each", () =>
    Effect.gen(function*() {
      let tries = 0
      const first = yield* Deferred.make<void>()
      const { outcome } = yield* make(
        {},
        (all) =>
          all[0] === "first" ? Deferred.await(first) : Effect.andThen(Effect.sync(() => tries++), Effect.fail("away"))
      )
      const senders = yield* forked(["first", "a", "b", "c"].map(outcome))
      yield* Deferred.succeed(first, undefined)
      assert.deepStrictEqual(yield* Effect.forEach(senders, Fiber.join), ["kept first", "away", "away", "away"])
      assert.strictEqual(tries, 1)
    }))

  it.effect("a transaction that hangs, and cannot even be interrupted, is left behind", () =>
    Effect.gen(function*() {
      const never = yield* Deferred.make<void>()
      const { batches, outcome } = yield* make({}, (all) =>
        all[0] === "hangs" ? Effect.uninterruptible(Deferred.await(never)) : Effect.void)
      const [hung] = yield* forked([outcome("hangs")])
      yield* TestClock.adjust("6 seconds")
      const [next] = yield* forked([outcome("next")])
      yield* TestClock.adjust("4 seconds")
      assert.deepStrictEqual(hung?.pollUnsafe(), Exit.succeed("refused"))
      yield* settled
      assert.deepStrictEqual(next?.pollUnsafe(), Exit.succeed("kept next"))
      assert.deepStrictEqual(batches, [["next"]])
      yield* Deferred.succeed(never, undefined)
    }))

  it.effect("nobody waits for longer than its patience, however many are before it", () =>
    Effect.gen(function*() {
      const { outcome } = yield* make({ atMost: 1 }, () => Effect.sleep("9 seconds"))
      const senders = yield* forked(["a", "b", "c", "d"].map(outcome))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* Effect.forEach(senders, Fiber.join), ["kept a", "refused", "refused", "refused"])
    }))

  it.effect("whoever finds no room is refused at once, and there is room again after the others", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const { outcome } = yield* make({ room: 3 }, () => Deferred.await(gate))
      const senders = yield* forked(["a", "b", "c"].map(outcome))
      assert.strictEqual(yield* outcome("d"), "refused")
      yield* Deferred.succeed(gate, undefined)
      assert.deepStrictEqual(yield* Effect.forEach(senders, Fiber.join), ["kept a", "kept b", "kept c"])
      assert.strictEqual(yield* outcome("e"), "kept e")
    }))

  it.effect("senders that went away before their turn take no room and are not stored", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const { batches, outcome } = yield* make({ room: 10 }, () => Deferred.await(gate))
      const [first] = yield* forked([outcome("first")])
      for (let index = 0; index < 500; index++) {
        const gone = yield* Effect.forkChild(outcome(`gone-${index}`))
        yield* Effect.yieldNow
        yield* Fiber.interrupt(gone)
      }
      const [last] = yield* forked([outcome("last")])
      yield* Deferred.succeed(gate, undefined)
      if (first === undefined || last === undefined) return assert.fail("nobody was forked")
      assert.deepStrictEqual([yield* Fiber.join(first), yield* Fiber.join(last)], ["kept first", "kept last"])
      assert.deepStrictEqual(batches, [["first"], ["last"]])
    }))

  it.effect("a sender that goes away while it is stored takes nobody with it", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const { batches, outcome } = yield* make({}, ([one]) => one === "first" ? Effect.void : Deferred.await(gate))
      yield* outcome("first")
      const [gone, stays] = yield* forked(["gone", "stays"].map(outcome))
      if (gone === undefined || stays === undefined) return assert.fail("nobody was forked")
      yield* Fiber.interrupt(gone)
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(yield* Fiber.join(stays), "kept stays")
      assert.deepStrictEqual(batches, [["first"], ["gone"], ["stays"]])
    }))

  it.effect("the end of the scope leaves nobody waiting, and nobody gets in after it", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { batches, join } = yield* Scope.provide(make({}, () => Effect.never), scope)
      const senders = yield* forked(Array.from({ length: 50 }, (_, index) => join(`${index}`)))
      yield* Scope.close(scope, Exit.void)
      const exits = yield* Effect.forEach([...senders, yield* Effect.forkChild(join("late"))], Fiber.await)
      assert.deepStrictEqual(exits.filter((exit) => !Exit.hasInterrupts(exit)), [])
      assert.strictEqual(exits.length, 51)
      assert.deepStrictEqual(batches, [])
    }))
})
