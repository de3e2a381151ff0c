/**
 * What the shop no longer wants stays watched: money that comes in any case is told.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Decision from "@gatefold/checkout/Decision"
import { Fault } from "@gatefold/core/Simulator"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { databases } from "./support/Databases.ts"
import * as Processes from "./support/Processes.ts"
import * as Shop from "./support/Shop.ts"

describe.each(databases)("canceling on $name", ({ make }) => {
  it.effect("stays watched, shows nothing to pay, and tells money that comes after it", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      const { kinds } = yield* Processes.listen(checkout)
      const opened = yield* checkout.open(Shop.order("order-1"))
      const canceled = yield* checkout.cancel("order-1")
      assert.isDefined(canceled.current?.canceledAt)
      assert.isUndefined(canceled.current?.invoice?.checkout)
      assert.strictEqual(Processes.text(yield* checkout.cancel("order-1")), Processes.text(canceled))
      yield* providers.ecca.pay(Processes.invoiceOf(opened))
      yield* TestClock.adjust("20 seconds")
      yield* checkout.sweep
      const paid = yield* checkout.get("order-1")
      assert.isFalse(paid.isCovered)
      assert.deepStrictEqual(paid.refundDue.map(({ number }) => number), [1])
      const told = (yield* kinds(2)).at(-1) ?? []
      assert.includeMembers(told, ["paidAfterCancel", "refundDue", "needsReview"])
      assert.notInclude(told, "paid")
      assert.notInclude(told, "paidTwice")
    }))

  it.effect("is followed by the next attempt when the order is opened again", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      yield* checkout.open(Shop.order("order-1"))
      yield* checkout.cancel("order-1")
      const again = yield* checkout.open(Shop.order("order-1"))
      assert.strictEqual(again.current?.number, 2)
      assert.isUndefined(again.current?.canceledAt)
      yield* providers.ecca.pay(Processes.invoiceOf(again, 1))
      yield* providers.ecca.pay(Processes.invoiceOf(again, 2))
      const paid = yield* Processes.refreshed(checkout, "order-1")
      assert.isTrue(paid.isCovered)
      assert.deepStrictEqual(paid.refundDue.map(({ number }) => number), [1])
    }))

  it.effect("is followed by the next attempt also after money came for it, which pays once and goes back once", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecryptopay } = providers
      const { checkout } = yield* Shop.start(providers, yield* make, { chosen: "ecryptopay" })
      const { kinds } = yield* Processes.listen(checkout)
      const first = yield* checkout.open(Shop.pesos("order-1"))
      yield* checkout.cancel("order-1")
      yield* ecryptopay.pay(Processes.invoiceOf(first))
      yield* Processes.refreshed(checkout, "order-1")
      const again = yield* checkout.open(Shop.pesos("order-1"))
      assert.strictEqual(again.current?.number, 2)
      assert.isDefined(again.current?.invoice?.checkout, "there is something to pay")
      assert.deepStrictEqual(again.refundDue.map(({ number }) => number), [1], "and something to send back")
      const settled = yield* checkout.resolve("order-1", 1, new Decision.Settle({ note: "sent back" }), "ada")
      assert.deepStrictEqual([...settled.refundDue, ...settled.needsReview], [])
      yield* ecryptopay.pay(Processes.invoiceOf(again))
      const paid = yield* Processes.refreshed(checkout, "order-1")
      assert.isTrue(paid.isCovered)
      assert.deepStrictEqual([...paid.refundDue, ...paid.needsReview], [])
      assert.strictEqual((yield* checkout.open(Shop.pesos("order-1"))).attempts.length, 2)
      const ofSecond = (yield* kinds(5)).filter(([attempt]) => attempt === 2)
      assert.deepStrictEqual(ofSecond, [[2, "opened"], [2, "paid"]], "it is not paid twice")
    }))

  it.effect("is followed by the next attempt after a person has settled what came for it", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      const first = yield* checkout.open(Shop.order("order-1"))
      yield* checkout.cancel("order-1")
      yield* providers.ecca.pay(Processes.invoiceOf(first))
      yield* Processes.refreshed(checkout, "order-1")
      yield* checkout.resolve("order-1", 1, new Decision.Settle({ note: "sent back" }), "ada")
      const again = yield* checkout.open(Shop.order("order-1"))
      assert.strictEqual(again.current?.number, 2)
      assert.isDefined(again.current?.invoice?.checkout)
      assert.deepStrictEqual([...again.refundDue, ...again.needsReview], [])
    }))

  it.effect("reaches older attempts too: what they bring later is not for the order", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecryptopay } = providers
      const { checkout } = yield* Shop.start(providers, yield* make, { chosen: "ecryptopay" })
      const first = yield* checkout.open(Shop.pesos("order-1"))
      yield* ecryptopay.expire(Processes.invoiceOf(first))
      yield* Processes.refreshed(checkout, "order-1")
      yield* checkout.open(Shop.pesos("order-1"))
      yield* checkout.cancel("order-1")
      yield* ecryptopay.pay(Processes.invoiceOf(first))
      const late = yield* Processes.refreshed(checkout, "order-1")
      assert.isFalse(late.isCovered)
      assert.deepStrictEqual(late.refundDue.map(({ number }) => number), [1])
    }))

  it.effect("is refused when the order is paid", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      const opened = yield* checkout.open(Shop.order("order-1"))
      yield* providers.ecca.pay(Processes.invoiceOf(opened))
      yield* Processes.refreshed(checkout, "order-1")
      const error = yield* Effect.flip(checkout.cancel("order-1"))
      assert.strictEqual(error._tag, "InvalidTransition")
      assert.include(error.message, "send the money back")
      assert.isTrue((yield* checkout.get("order-1")).isCovered)
    }))

  it.effect("holds for an attempt that is being sent, and one that never was is not sent any more", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecca } = providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      yield* ecca.arm(Fault.Delay({ duration: "5 seconds" }), { operation: "invoices.create" })
      const caller = yield* Effect.forkChild(checkout.open(Shop.order("order-1")))
      yield* Processes.untilAsked(ecca, "invoices.create")
      yield* checkout.cancel("order-1")
      yield* TestClock.adjust("5 seconds")
      const opened = yield* Fiber.join(caller)
      assert.deepStrictEqual(opened.attempts.map(({ canceledAt, state }) => [state, canceledAt !== undefined]), [
        ["done", true],
        ["done", false]
      ])
      yield* ecca.arm(Fault.Refused())
      yield* Effect.flip(Processes.once(checkout.open(Shop.order("order-2"))))
      yield* checkout.cancel("order-2")
      yield* ecca.disarm
      const again = yield* checkout.open(Shop.order("order-2"))
      assert.deepStrictEqual(again.attempts.map(({ providerReference, state }) => [providerReference, state]), [
        ["order-2", "reserved"],
        ["order-2.2", "done"]
      ])
      assert.isFalse((yield* ecca.books).some(({ reference }) => reference === "order-2"))
    }))
})
