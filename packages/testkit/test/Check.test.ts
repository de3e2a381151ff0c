/** How one case is run, and what becomes of it. */
import { assert, describe, it } from "@effect/vitest"
import { SimulatorError } from "@gatefold/core/Simulator"
import * as AdapterContract from "@gatefold/testkit/AdapterContract"
import type { Case } from "@gatefold/testkit/Case"
import { unless, Violation } from "@gatefold/testkit/Violation"
import { Data, Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { outcomeOf, subject } from "./support/Cases.ts"

class ConnectionLost extends Data.TaggedError("ConnectionLost") {}

/** What a case that fails is told to have found. */
const found = (changes: Partial<Case>) =>
  Effect.map(
    outcomeOf(changes),
    (outcome) => outcome._tag === "Failed" ? outcome.found : `not failed: ${outcome._tag}`
  )

describe("a case", () => {
  it.live("passes if it comes to its end", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* outcomeOf({}), { _tag: "Passed" })
    }))

  it.live("gets a provider of its own, which is gone afterwards", () =>
    Effect.gen(function*() {
      const urls: Array<string> = []
      for (let run = 0; run < 2; run++) {
        yield* outcomeOf({
          run: ({ adapter, order, simulator }) =>
            Effect.gen(function*() {
              yield* adapter.invoices.create(order())
              const books = yield* simulator.books
              yield* unless(books.length === 1, `${books.length} invoices on the books`)
              urls.push(simulator.url)
            })
        })
      }
      assert.lengthOf(urls, 2)
      for (const url of urls) {
        const answer = yield* Effect.promise(() => fetch(url).then(() => "still there", () => "gone"))
        assert.strictEqual(answer, "gone")
      }
    }))

  it.live("that finds something says what, and nothing else", () =>
    Effect.gen(function*() {
      const run = () => Effect.fail(new Violation({ message: "it should be open, and is paid" }))
      assert.deepStrictEqual(yield* outcomeOf({ run }), { _tag: "Failed", found: "it should be open, and is paid" })
    }))

  it.live("that ends in another error is failed by it", () =>
    Effect.gen(function*() {
      assert.include(yield* found({ run: () => Effect.fail(new ConnectionLost()) }), "ConnectionLost")
      assert.include(yield* found({ run: () => Effect.fail("a word") }), "a word")
      const refused = new SimulatorError({ reason: "InvalidTransition", message: "it is paid and cannot expire" })
      assert.include(yield* found({ run: () => Effect.fail(refused) }), "it is paid and cannot expire")
    }))

  it.live("that ends in a defect is failed by it, with where it happened", () =>
    Effect.gen(function*() {
      const text = yield* found({ run: () => Effect.die(new TypeError("id is undefined")) })
      assert.include(text, "TypeError: id is undefined")
      assert.include(text, "Check.test.ts")
      assert.include(
        yield* found({ run: () => Effect.sync(() => assert.fail("thrown")) }),
        "thrown"
      )
    }))

  it.live("that is interrupted from within has not passed", () =>
    Effect.gen(function*() {
      assert.match(yield* found({ run: () => Effect.interrupt }), /interrupt/iu)
    }))

  it.live("of an adapter that cannot be built is failed by the settings, by name", () =>
    Effect.gen(function*() {
      const outcome = yield* outcomeOf({}, { settings: { ECRYPTOPAY_BASE_URL: "ftp://provider" } })
      assert.strictEqual(outcome._tag, "Failed")
      assert.include(JSON.stringify(outcome), "ECRYPTOPAY_BASE_URL is wrong: Expected an https URL")
    }))

  it.effect("that does not come to an end is failed after 20 seconds", () =>
    Effect.gen(function*() {
      for (const endless of [Effect.never, Effect.uninterruptible(Effect.never)]) {
        const begun = yield* Deferred.make<void>()
        const run = () => Effect.andThen(Deferred.succeed(begun, undefined), endless)
        const running = yield* Effect.forkChild(outcomeOf({ run }))
        yield* Deferred.await(begun)
        yield* TestClock.adjust("20 seconds")
        assert.deepStrictEqual(yield* Fiber.join(running), {
          _tag: "Failed",
          found: "the case did not come to an end within 20 seconds"
        })
      }
    }))

  it.live("has time of its own, which stands still", () =>
    Effect.gen(function*() {
      const run = () =>
        Effect.gen(function*() {
          const sleeping = yield* Effect.forkChild(Effect.sleep("1 day"))
          yield* TestClock.adjust("1 day")
          yield* Fiber.join(sleeping)
        })
      assert.deepStrictEqual(yield* outcomeOf({ run }), { _tag: "Passed" })
    }))
})

describe("a case is skipped with the reason", () => {
  it.live("where the adapter declares no such operation", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* outcomeOf({ needs: ["invoices.create", "invoices.cancel"] }), {
        _tag: "Skipped",
        reason: "invoices.cancel is absent"
      })
    }))

  it.live("where it says itself that it does not apply", () =>
    Effect.gen(function*() {
      const outcome = yield* outcomeOf({ unless: ({ settings }) => `${Object.keys(settings).length > 0}: no keys` })
      assert.deepStrictEqual(outcome, { _tag: "Skipped", reason: "true: no keys" })
    }))

  it.live("where the provider knows no such thing", () =>
    Effect.gen(function*() {
      const notOffered = new SimulatorError({ reason: "NotOffered", message: "Nothing is ever adjusted." })
      assert.deepStrictEqual(yield* outcomeOf({ run: () => Effect.fail(notOffered) }), {
        _tag: "Skipped",
        reason: "Nothing is ever adjusted."
      })
    }))

  it.live("but not where every provider knows it", () =>
    Effect.gen(function*() {
      const lazy = subject.simulator === undefined ? undefined : Effect.map(subject.simulator, (simulator) => ({
        ...simulator,
        pay: () => Effect.fail(new SimulatorError({ reason: "NotOffered", message: "Nobody ever pays." }))
      }))
      const outcome = yield* outcomeOf({
        run: ({ adapter, order, simulator }) =>
          Effect.flatMap(adapter.invoices.create(order()), ({ id }) => simulator.pay(id))
      }, { simulator: lazy })
      assert.strictEqual(outcome._tag, "Failed")
      assert.include(JSON.stringify(outcome), "the simulator of such an adapter needs it: Nobody ever pays.")
    }))
})

describe("without a simulator", () => {
  const withoutOne = { simulator: undefined, settings: {} }

  it.live("a case that needs one is unproven", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* outcomeOf({}, withoutOne), { _tag: "Unproven", reason: "it needs a simulator" })
    }))

  it.live("a case does not apply either where the operation is absent", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* outcomeOf({ needs: ["withdrawals.get"] }, withoutOne))._tag, "Skipped")
    }))

  it.live("a case that brings its own provider is run", () =>
    Effect.gen(function*() {
      const simulator = yield* subject.simulator ?? Effect.never
      const outcome = yield* outcomeOf({ isScripted: true }, { simulator: undefined, settings: simulator.settings })
      assert.deepStrictEqual(outcome, { _tag: "Passed" })
    }))
})

describe("a waiver", () => {
  const waived = { "a-case": "The provider is about to mend it." }

  it.live("takes a case out, with its reason", () =>
    Effect.gen(function*() {
      const run = () => Effect.fail(new Violation({ message: "wrong" }))
      assert.deepStrictEqual(yield* outcomeOf({ run }, { waived }), {
        _tag: "Waived",
        reason: "The provider is about to mend it."
      })
    }))

  it.live("of a critical case is a failure, also where the case would pass", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* outcomeOf({ isCritical: true }, { waived }), {
        _tag: "Failed",
        found: "a-case is about security or double spending and cannot be waived"
      })
    }))

  it.live("of no case that there is, or without a reason, is a failure", () =>
    Effect.gen(function*() {
      const check = (waived: Readonly<Record<string, string>>) =>
        Effect.map(
          AdapterContract.check({ ...subject, waived }, { only: ["waivers-name-cases"] }),
          (results) => results.map(({ outcome }) => outcome)
        )
      assert.deepStrictEqual(yield* check({}), [{ _tag: "Passed" }])
      assert.deepStrictEqual(yield* check({ "calls-have-spans": "Not yet." }), [{ _tag: "Passed" }])
      assert.include(JSON.stringify(yield* check({ "cals-have-spans": "Not yet." })), "[ 'cals-have-spans' ]")
      assert.include(JSON.stringify(yield* check({ "calls-have-spans": " " })), "[ 'calls-have-spans' ]")
      const self = yield* check({ "waivers-name-cases": "I know what I do." })
      assert.include(JSON.stringify(self), "cannot be waived")
    }))
})

describe("the contract", () => {
  it("has an id of its own for each case, and says of each why and where to look", () => {
    const ids = AdapterContract.all.map(({ id }) => id)
    assert.deepStrictEqual(ids.filter((id, at) => ids.indexOf(id) !== at), [])
    for (const { id, look, name, why } of AdapterContract.all) {
      assert.match(id, /^[a-z0-9]+(?:-[a-z0-9]+)+$/u)
      for (const text of [name, why, look]) assert.isAbove(text.length, 12, id)
    }
  })
})
