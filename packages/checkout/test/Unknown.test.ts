/**
 * An outcome that is not known is neither a success nor a failure until somebody has found out.
 */
import { assert, describe, it } from "@effect/vitest"
import { Fault } from "@gatefold/core/Simulator"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { databases } from "./support/Databases.ts"
import * as Processes from "./support/Processes.ts"
import * as Shop from "./support/Shop.ts"

type Ecca = Shop.Providers["ecca"]

/** The next create is answered by nothing, and nothing can be looked up. */
const silence = Effect.fnUntraced(function*(ecca: Ecca, effect: "none" | "applied") {
  yield* ecca.arm(Fault.Reset({ effect }), { operation: "invoices.create", times: 1 })
  yield* ecca.arm(Fault.Reset({ effect: "none" }), { operation: "invoices.get", times: "always" })
})

describe.each(databases)("an unknown outcome on $name", ({ make }) => {
  it.effect.each(["none", "applied"] as const)(
    "at Ecca is found out by the next open (%s)",
    (effect) =>
      Effect.gen(function*() {
        const { ecca, ...others } = yield* Shop.providers
        const { checkout } = yield* Shop.start({ ecca, ...others }, yield* make)
        const { kinds } = yield* Processes.listen(checkout)
        yield* silence(ecca, effect)
        const error = yield* Effect.flip(Processes.once(checkout.open(Shop.order("order-1"))))
        assert.strictEqual(error._tag, "OpenUnknown")
        assert.include(error.message, "resolve")
        const unknown = yield* checkout.get("order-1")
        assert.strictEqual(unknown.current?.state, "unknown")
        assert.strictEqual(unknown.current?.failure?.reason._tag, "OutcomeUnknown")
        assert.deepStrictEqual(unknown.needsReview.map(({ number }) => number), [1])
        yield* ecca.disarm
        const opened = yield* checkout.open(Shop.order("order-1"))
        const books = yield* ecca.books
        assert.strictEqual(books.length, 1)
        assert.strictEqual(opened.attempts.length, 1)
        assert.strictEqual(opened.current?.invoice?.id, books[0]?.id)
        assert.isUndefined(opened.current?.failure)
        assert.deepStrictEqual(opened.needsReview, [])
        assert.deepStrictEqual(yield* kinds(2), [[1, "needsReview"], [1, "opened"]])
      })
  )

  it.effect("at Ecca is found out by a sweep, and stays unknown where there is nothing to find", () =>
    Effect.gen(function*() {
      const { ecca, ...others } = yield* Shop.providers
      const { checkout } = yield* Shop.start({ ecca, ...others }, yield* make)
      for (const [reference, effect] of [["there", "applied"], ["not-there", "none"]] as const) {
        yield* silence(ecca, effect)
        yield* Effect.flip(Processes.once(checkout.open(Shop.order(reference))))
        yield* ecca.disarm
      }
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* checkout.sweep).resolved, 1)
      assert.strictEqual(Processes.invoiceOf(yield* checkout.get("there")), (yield* ecca.books)[0]?.id)
      assert.strictEqual((yield* checkout.get("not-there")).current?.state, "unknown")
      const lookUps = (yield* Processes.asked(ecca, "invoices.get")).length
      yield* checkout.sweep
      assert.strictEqual(
        (yield* Processes.asked(ecca, "invoices.get")).length,
        lookUps,
        "it waits before it asks again"
      )
      assert.strictEqual((yield* Processes.creates(ecca)).length, 2, "a sweep sends nothing")
    }))

  it.effect("at Ecca stays unknown when the next create is refused and nothing can be looked up", () =>
    Effect.gen(function*() {
      const { ecca, ...others } = yield* Shop.providers
      const { checkout } = yield* Shop.start({ ecca, ...others }, yield* make)
      yield* silence(ecca, "applied")
      yield* Effect.flip(Processes.once(checkout.open(Shop.order("order-1"))))
      yield* ecca.refuseWith("CUSTOMER_RATE_LIMIT", { operation: "invoices.create" })
      const refused = yield* Effect.flip(Processes.once(checkout.open(Shop.order("order-1"))))
      assert.strictEqual(refused._tag, "OpenUnknown")
      assert.strictEqual((yield* checkout.get("order-1")).current?.state, "unknown")
      // a page of HTML from something on the way is not Ecca's word that there is none
      yield* ecca.disarm
      yield* ecca.refuseWith("CURRENCY_INVALID", { operation: "invoices.create" })
      const page = Fault.Answer({ effect: "none", status: 404, body: "<h1>Not found</h1>" })
      yield* ecca.arm(page, { operation: "invoices.get" })
      assert.strictEqual((yield* Effect.flip(Processes.once(checkout.open(Shop.order("order-1")))))._tag, "OpenUnknown")
      // with the look-up back, a refusal of the second create is no refusal of the order
      yield* ecca.disarm
      yield* ecca.refuseWith("CURRENCY_INVALID", { operation: "invoices.create" })
      const opened = yield* Processes.once(checkout.open(Shop.order("order-1")))
      assert.strictEqual(opened.current?.invoice?.id, (yield* ecca.books)[0]?.id)
      assert.strictEqual(opened.attempts.length, 1)
    }))

  it.effect("at Ecca is refused only when Ecca says that it has none", () =>
    Effect.gen(function*() {
      const { ecca, ...others } = yield* Shop.providers
      const { checkout } = yield* Shop.start({ ecca, ...others }, yield* make)
      yield* silence(ecca, "none")
      yield* Effect.flip(Processes.once(checkout.open(Shop.order("order-1"))))
      yield* ecca.disarm
      yield* ecca.refuseWith("CURRENCY_INVALID", { operation: "invoices.create" })
      const refused = yield* Effect.flip(Processes.once(checkout.open(Shop.order("order-1"))))
      assert.strictEqual(refused._tag, "NotOpened")
      assert.strictEqual((yield* checkout.get("order-1")).current?.state, "refused")
    }))

  it.effect("at ecryptopay is given up, followed by the next attempt, and asked for once each", () =>
    Effect.gen(function*() {
      const { ecryptopay, ...others } = yield* Shop.providers
      const { checkout } = yield* Shop.start({ ecryptopay, ...others }, yield* make, { chosen: "ecryptopay" })
      yield* ecryptopay.arm(Fault.Reset({ effect: "applied" }), { operation: "invoices.create" })
      const opened = yield* checkout.open(Shop.pesos("order-1"))
      const [orphan, shown] = yield* ecryptopay.books
      assert.deepStrictEqual(opened.attempts.map(({ providerReference, state }) => [providerReference, state]), [
        ["order-1", "abandoned"],
        ["order-1.2", "done"]
      ])
      assert.strictEqual(opened.attempts[0]?.failure?.reason._tag, "OutcomeUnknown")
      assert.strictEqual(Processes.invoiceOf(opened), shown?.id)
      assert.strictEqual((yield* Processes.creates(ecryptopay)).length, 2)
      yield* ecryptopay.pay(orphan?.id ?? "")
      assert.isFalse((yield* Processes.refreshed(checkout, "order-1")).isCovered, "what nobody was shown pays nothing")
    }))

  it.effect("at ecryptopay ends an open after three, as not opened, with all three on the books", () =>
    Effect.gen(function*() {
      const { ecryptopay, ...others } = yield* Shop.providers
      const { checkout } = yield* Shop.start({ ecryptopay, ...others }, yield* make, { chosen: "ecryptopay" })
      yield* ecryptopay.arm(Fault.Reset({ effect: "none" }), { operation: "invoices.create", times: 3 })
      const error = yield* Effect.flip(checkout.open(Shop.pesos("order-1")))
      assert.strictEqual(error._tag, "NotOpened")
      assert.strictEqual(error._tag === "NotOpened" ? error.attempt : 0, 3)
      assert.strictEqual((yield* Processes.creates(ecryptopay)).length, 3)
      assert.strictEqual((yield* checkout.open(Shop.pesos("order-1"))).current?.number, 4)
    }))

  it.effect("is what Ecca's invoice of our reference at another price means: it is for a person", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecca } = providers
      const stranger = yield* Shop.start(providers, yield* make)
      yield* stranger.checkout.open(Shop.order("order-1", { price: { amount: "900.00", currency: "UAH" } }))
      const { checkout } = yield* Shop.start(providers, yield* make)
      for (let time = 0; time < 2; time++) {
        assert.strictEqual((yield* Effect.flip(checkout.open(Shop.order("order-1"))))._tag, "OpenUnknown")
        const order = yield* checkout.get("order-1")
        assert.strictEqual(order.current?.failure?.reason._tag, "IntegrityMismatch")
        assert.isUndefined(order.current?.invoice)
        assert.strictEqual(order.needsReview.length, 1)
        yield* TestClock.adjust("20 seconds")
        yield* checkout.sweep
        const lookUps = (yield* Processes.asked(ecca, "invoices.get")).length
        assert.strictEqual((yield* checkout.sweep).resolved, 0)
        assert.strictEqual((yield* Processes.asked(ecca, "invoices.get")).length, lookUps, "it waits in between")
        assert.strictEqual((yield* checkout.get("order-1")).current?.state, "unknown")
      }
      assert.strictEqual((yield* ecca.books).length, 1)
    }))

  it.effect("is not what a spent reference means: the next attempt is opened, at whatever price the old one was", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecca } = providers
      const before = yield* Shop.start(providers, yield* make)
      const same = yield* before.checkout.open(Shop.order("same-price"))
      const other = yield* before.checkout.open(
        Shop.order("other-price", { price: { amount: "900.00", currency: "UAH" } })
      )
      for (const order of [same, other]) yield* ecca.expire(Processes.invoiceOf(order))
      const { checkout } = yield* Shop.start(providers, yield* make)
      const [first, second] = [
        yield* checkout.open(Shop.order("same-price")),
        yield* checkout.open(Shop.order("other-price"))
      ]
      assert.deepStrictEqual(first.attempts.map(({ invoice, state }) => [state, invoice?.status]), [
        ["done", "expired"],
        ["done", "open"]
      ])
      assert.deepStrictEqual(second.attempts.map(({ invoice, state }) => [state, invoice?.status]), [
        ["refused", undefined],
        ["done", "open"]
      ])
      assert.deepStrictEqual([...first.needsReview, ...second.needsReview], [])
    }))
})
