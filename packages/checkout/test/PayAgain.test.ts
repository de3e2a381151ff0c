/**
 * What came to nothing is followed by the next attempt, and the older one stays watched.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Decision from "@gatefold/checkout/Decision"
import type { Order } from "@gatefold/checkout/Order"
import { Effect } from "effect"
import { databases } from "./support/Databases.ts"
import * as Processes from "./support/Processes.ts"
import * as Shop from "./support/Shop.ts"

const numbers = (attempts: Order["attempts"]) => attempts.map(({ number }) => number)

describe.each(databases)("paying again on $name", ({ make }) => {
  it.effect.each(["expire", "fail"] as const)(
    "begins the next attempt after the first did %s",
    (end) =>
      Effect.gen(function*() {
        const providers = yield* Shop.providers
        const { checkout } = yield* Shop.start(providers, yield* make)
        const { kinds } = yield* Processes.listen(checkout)
        const first = yield* checkout.open(Shop.order("order-1"))
        yield* providers.ecca.begin(Processes.invoiceOf(first))
        yield* providers.ecca[end](Processes.invoiceOf(first))
        const over = yield* Processes.refreshed(checkout, "order-1")
        const status = end === "expire" ? "expired" : "failed"
        assert.strictEqual(over.current?.invoice?.status, status)
        const second = yield* checkout.open(Shop.order("order-1"))
        assert.deepStrictEqual(second.attempts.map(({ providerReference }) => providerReference), [
          "order-1",
          "order-1.2"
        ])
        assert.isUndefined(second.attempts[0]?.invoice?.checkout, "there is one thing to pay")
        assert.isDefined(second.current?.invoice?.checkout)
        yield* providers.ecca.pay(Processes.invoiceOf(second))
        const paid = yield* Processes.refreshed(checkout, "order-1")
        assert.isTrue(paid.isCovered)
        assert.deepStrictEqual([...paid.refundDue, ...paid.needsReview], [])
        assert.deepStrictEqual(yield* kinds(4), [[1, "opened"], [1, status], [2, "opened"], [2, "paid"]])
      })
  )

  it.effect("begins the next attempt after the provider refused one", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      yield* providers.ecca.refuseWith("CURRENCY_INVALID", { operation: "invoices.create" })
      const error = yield* Effect.flip(checkout.open(Shop.order("order-1")))
      assert.strictEqual(error._tag, "NotOpened")
      const opened = yield* checkout.open(Shop.order("order-1"))
      assert.deepStrictEqual(opened.attempts.map(({ state }) => state), ["refused", "done"])
      assert.strictEqual(opened.attempts[0]?.failure?.reason._tag, "InvalidRequest")
      assert.deepStrictEqual(opened.needsReview, [])
    }))

  it.effect("tells that an order was paid twice, and which money is to go back", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecryptopay } = providers
      const { checkout } = yield* Shop.start(providers, yield* make, { chosen: "ecryptopay" })
      const { changes, kinds } = yield* Processes.listen(checkout)
      const first = yield* checkout.open(Shop.pesos("order-1"))
      yield* ecryptopay.expire(Processes.invoiceOf(first))
      yield* Processes.refreshed(checkout, "order-1")
      const second = yield* checkout.open(Shop.pesos("order-1"))
      yield* ecryptopay.pay(Processes.invoiceOf(second))
      assert.isTrue((yield* Processes.refreshed(checkout, "order-1")).isCovered)
      yield* ecryptopay.pay(Processes.invoiceOf(second, 1))
      const twice = yield* Processes.refreshed(checkout, "order-1")
      assert.isTrue(twice.isCovered)
      assert.deepStrictEqual(numbers(twice.refundDue), [2])
      assert.deepStrictEqual(numbers(twice.needsReview), [2])
      const told = yield* kinds(5)
      assert.deepStrictEqual(told.slice(0, 4), [[1, "opened"], [1, "expired"], [2, "opened"], [2, "paid"]])
      const [of, ...last] = told.at(-1) ?? []
      assert.strictEqual(of, 1)
      assert.includeMembers(last, ["paidTwice", "refundDue", "needsReview"])
      assert.notInclude(last, "paid")
      assert.deepStrictEqual(numbers(changes.at(-1)?.order.refundDue ?? []), [2])
    }))

  it.effect("shows nothing more to pay once an older attempt turns out to be paid", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecryptopay } = providers
      const { checkout } = yield* Shop.start(providers, yield* make, { chosen: "ecryptopay" })
      const first = yield* checkout.open(Shop.pesos("order-1"))
      yield* ecryptopay.expire(Processes.invoiceOf(first))
      yield* Processes.refreshed(checkout, "order-1")
      const second = yield* checkout.open(Shop.pesos("order-1"))
      yield* ecryptopay.pay(Processes.invoiceOf(first))
      const paid = yield* Processes.refreshed(checkout, "order-1")
      assert.isTrue(paid.isCovered)
      const again = yield* checkout.open(Shop.pesos("order-1"))
      assert.strictEqual(again.attempts.length, 2)
      assert.deepStrictEqual(again.attempts.map(({ invoice }) => invoice?.checkout), [undefined, undefined])
      yield* ecryptopay.expire(Processes.invoiceOf(second))
      yield* Processes.refreshed(checkout, "order-1")
      assert.strictEqual((yield* checkout.open(Shop.pesos("order-1"))).attempts.length, 2, "a paid order needs no more")
    }))

  it.effect("asks a person about money that came in part for what is given up then", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecryptopay } = providers
      const { checkout } = yield* Shop.start(providers, yield* make, { chosen: "ecryptopay" })
      const { kinds } = yield* Processes.listen(checkout)
      const opened = yield* checkout.open(Shop.pesos("order-1"))
      yield* ecryptopay.pay(Processes.invoiceOf(opened), "partial")
      const part = yield* Processes.refreshed(checkout, "order-1")
      assert.deepStrictEqual(part.needsReview, [], "the rest may come")
      const over = yield* checkout.cancel("order-1")
      assert.isFalse(over.isCovered)
      assert.deepStrictEqual(numbers(over.needsReview), [1])
      assert.deepStrictEqual(yield* kinds(3), [[1, "opened"], [1, "processing"], [1, "needsReview"]])
    }))

  it.effect("begins the next attempt after a success was taken back, as soon as a person has settled that", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecryptopay } = providers
      const { checkout } = yield* Shop.start(providers, yield* make, { chosen: "ecryptopay" })
      const { kinds } = yield* Processes.listen(checkout)
      const first = yield* checkout.open(Shop.pesos("order-1"))
      yield* ecryptopay.pay(Processes.invoiceOf(first))
      yield* Processes.refreshed(checkout, "order-1")
      yield* ecryptopay.reverse(Processes.invoiceOf(first))
      yield* Processes.refreshed(checkout, "order-1")
      const before = yield* checkout.open(Shop.pesos("order-1"))
      assert.deepStrictEqual(numbers(before.needsReview), [1], "it says why there is nothing to pay")
      assert.strictEqual(before.attempts.length, 1)
      assert.isUndefined(before.current?.invoice?.checkout)
      yield* checkout.resolve("order-1", 1, new Decision.Settle({ note: "the bank has it" }), "ada")
      const again = yield* checkout.open(Shop.pesos("order-1"))
      assert.strictEqual(again.current?.number, 2)
      assert.isDefined(again.current?.invoice?.checkout)
      yield* ecryptopay.pay(Processes.invoiceOf(again))
      const paid = yield* Processes.refreshed(checkout, "order-1")
      assert.isTrue(paid.isCovered)
      assert.deepStrictEqual([...paid.refundDue, ...paid.needsReview], [])
      const ofSecond = (yield* kinds(6)).filter(([attempt]) => attempt === 2)
      assert.deepStrictEqual(ofSecond, [[2, "opened"], [2, "paid"]], "it is not paid twice")
    }))

  it.effect("announces a success that is taken back, once, and asks a person", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecryptopay } = providers
      const { checkout } = yield* Shop.start(providers, yield* make, { chosen: "ecryptopay" })
      const { kinds } = yield* Processes.listen(checkout)
      const opened = yield* checkout.open(Shop.pesos("order-1"))
      yield* ecryptopay.pay(Processes.invoiceOf(opened))
      yield* Processes.refreshed(checkout, "order-1")
      yield* ecryptopay.reverse(Processes.invoiceOf(opened))
      const reversed = yield* Processes.refreshed(checkout, "order-1")
      yield* Processes.refreshed(checkout, "order-1")
      assert.isFalse(reversed.isCovered)
      assert.deepStrictEqual(numbers(reversed.needsReview), [1])
      assert.deepStrictEqual(yield* kinds(3), [[1, "opened"], [1, "paid"], [1, "needsReview"]])
    }))
})
