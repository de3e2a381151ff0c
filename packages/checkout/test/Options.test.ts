/**
 * Options that make no sense do not start: all of them are named, each with what it has to be.
 */
import { assert, describe, it } from "@effect/vitest"
import type { Choices } from "@gatefold/checkout/CheckoutOptions"
import { RetryPolicy } from "@gatefold/core"
import { Duration, Effect } from "effect"
import { sqlite } from "./support/Databases.ts"
import * as Processes from "./support/Processes.ts"
import * as Shop from "./support/Shop.ts"

const started = Effect.fnUntraced(function*(options: Choices) {
  return yield* Shop.start(yield* Shop.providers, yield* sqlite.make, { options })
})

const refused = (options: Choices) =>
  Effect.map(Effect.flip(started(options)), (error) => error._tag === "InvalidOptions" ? error.problems : error)

describe("options", () => {
  it.effect.each<readonly [keyof Choices, Choices]>([
    ["store", { store: " " }],
    ["webhooksAt", { webhooksAt: "shop.example" }],
    ["webhooksAt", { webhooksAt: "http://shop.example" }],
    ["staleAfter", { staleAfter: 0 }],
    ["staleAfter", { staleAfter: Duration.infinity }],
    ["watchEnded", { watchEnded: "-1 days" }],
    ["lookEvery", { lookEvery: Number.NaN }],
    ["callsWithin", { callsWithin: "9 seconds" }],
    ["takeOverAfter", { takeOverAfter: 0 }],
    ["handlerTimeout", { handlerTimeout: 0 }],
    ["pollInterval", { pollInterval: 0 }],
    ["sweepInterval", { sweepInterval: 0 }],
    ["readsPerMinute", { readsPerMinute: 0 }],
    ["readsPerMinute", { readsPerMinute: 1.5 }],
    ["readsPerMinute", { readsPerMinute: Number.NaN }],
    ["deliveryTries", { deliveryTries: 0 }]
  ])("%s does not start as %j", ([option, options]) =>
    Effect.gen(function*() {
      const problems = yield* refused(options)
      assert.isTrue(Array.isArray(problems), `${problems}`)
      assert.deepStrictEqual(Array.isArray(problems) ? problems.map((problem) => problem.option) : [], [option])
    }))

  it.effect("that are no times, from a program without types, do not start either", () =>
    Effect.gen(function*() {
      const untyped: Choices = JSON.parse(`{ "staleAfter": "7 dayz", "pollInterval": "x", "polls": "yes" }`)
      const error = yield* Effect.flip(started(untyped))
      assert.strictEqual(
        error.message,
        "options of the checkout: staleAfter has to be a time above zero such as \"15 seconds\", or milliseconds; " +
          "polls has to be true or false; " +
          "pollInterval has to be a time above zero such as \"15 seconds\", or milliseconds"
      )
    }))

  it.effect("that are undefined are as if they were not there", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const options = { polls: undefined, readsPerMinute: undefined, watchEnded: undefined, store: undefined }
      const { checkout } = yield* Shop.start(providers, yield* sqlite.make, { options })
      const opened = yield* checkout.open(Shop.order("order-1"))
      yield* providers.ecca.pay(Processes.invoiceOf(opened))
      assert.isTrue((yield* Processes.refreshed(checkout, "order-1")).isCovered)
      assert.strictEqual(opened.store, "main")
    }))

  it.effect("leave a call at least the time of one try, as its policy says", () =>
    Effect.gen(function*() {
      const patient: RetryPolicy.RetryPolicy = { ...RetryPolicy.standard, attemptTimeout: "20 seconds" }
      const impatient: RetryPolicy.RetryPolicy = { ...RetryPolicy.standard, attemptTimeout: "1 second" }
      const starting = (policy: RetryPolicy.RetryPolicy, callsWithin: Duration.Input) =>
        Effect.result(Effect.provideService(started({ callsWithin }), RetryPolicy.Current, policy))
      assert.strictEqual((yield* starting(patient, "15 seconds"))._tag, "Failure")
      assert.strictEqual((yield* starting(impatient, "1 second"))._tag, "Success")
    }))
})
