/**
 * Many callers of many processes want one order at once.
 */
import { assert, describe, it } from "@effect/vitest"
import { Fault } from "@gatefold/core/Simulator"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { databases } from "./support/Databases.ts"
import * as Processes from "./support/Processes.ts"
import * as Shop from "./support/Shop.ts"

describe.each(databases)("a race on $name", ({ make }) => {
  it.effect("of 50 opens from two processes configured for different providers ends with one invoice and one answer", () =>
    Effect.gen(function*() {
      const providers = yield* Processes.inPesos
      const { ecca, ecryptopay } = providers
      const database = yield* make
      const first = yield* Shop.start(providers, database, { chosen: "ecca" })
      const shops = [first, yield* Shop.start(providers, database, { chosen: "ecryptopay" })]
      const clock = yield* Effect.forkChild(Processes.timePasses)
      const callers = Array.from({ length: 25 }, () => shops).flat()
      const opened = yield* Effect.forEach(callers, ({ checkout }) => checkout.open(Shop.pesos("order-1")), {
        concurrency: "unbounded"
      })
      yield* Fiber.interrupt(clock)
      assert.strictEqual(opened.length, 50)
      assert.deepStrictEqual(
        new Set(opened.map((order) => `${Processes.invoiceOf(order)} of ${order.attempts.length}`)).size,
        1
      )
      const books = [...(yield* ecca.books), ...(yield* ecryptopay.books)]
      assert.deepStrictEqual(books.map(({ id }) => id), [Processes.invoiceOf(yield* first.checkout.get("order-1"))])
      const sent = [...(yield* Processes.creates(ecca)), ...(yield* Processes.creates(ecryptopay))]
      assert.strictEqual(sent.length, 1)
    }))

  it.effect("for two prices is won by one of them, and all others are told", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const database = yield* make
      const shops = [yield* Shop.start(providers, database), yield* Shop.start(providers, database)]
      const clock = yield* Effect.forkChild(Processes.timePasses)
      const prices = ["100.00", "200.00"].map((amount) => ({ amount, currency: "UAH" }))
      const calls = shops.flatMap(({ checkout }) =>
        [...prices, ...prices].map((price) => Effect.result(checkout.open(Shop.order("order-1", { price }))))
      )
      const results = yield* Effect.all(calls, { concurrency: "unbounded" })
      yield* Fiber.interrupt(clock)
      const [entry, ...others] = yield* providers.ecca.books
      assert.deepStrictEqual(others, [])
      const opened = results.flatMap((result) => result._tag === "Success" ? [`${result.success.price}`] : [])
      const refused = results.flatMap((result) => result._tag === "Failure" ? [result.failure._tag] : [])
      assert.deepStrictEqual(opened, Array.from({ length: 4 }, () => `${entry?.amount} UAH`))
      assert.deepStrictEqual(refused, Array.from({ length: 4 }, () => "PriceConflict"))
    }))

  it.effect("for an order that another process left unknown sends at Ecca as often as that is harmless: one invoice", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecca } = providers
      const database = yield* make
      const left = yield* Processes.start(providers, database)
      yield* ecca.arm(Fault.Timeout({ effect: "applied" }), { operation: "invoices.create" })
      yield* Effect.forkChild(left.checkout.open(Shop.order("order-1")))
      yield* Processes.until(Effect.map(ecca.books, ({ length }) => length === 1))
      yield* left.kill
      const first = yield* Shop.start(providers, database)
      const shops = [first, yield* Shop.start(providers, database)]
      yield* TestClock.adjust("61 seconds")
      const clock = yield* Effect.forkChild(Processes.timePasses)
      const calls = shops.flatMap(({ checkout }) =>
        Array.from({ length: 5 }, () => checkout.open(Shop.order("order-1")))
      )
      const opened = yield* Effect.all(calls, { concurrency: "unbounded" })
      yield* Fiber.interrupt(clock)
      assert.strictEqual(new Set(opened.map((order) => Processes.invoiceOf(order))).size, 1)
      assert.strictEqual((yield* ecca.books).length, 1)
      assert.strictEqual((yield* first.checkout.get("order-1")).attempts.length, 1)
    }))
})
