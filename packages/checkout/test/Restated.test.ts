/**
 * An order that was refused as it was asked for is nowhere: the shop may correct it and open it again.
 */
import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy } from "@gatefold/core"
import { Effect, Result } from "effect"
import { databases } from "./support/Databases.ts"
import * as Processes from "./support/Processes.ts"
import * as Shop from "./support/Shop.ts"

const tooFine = { price: { amount: "250.005", currency: "MXN" } }
const rounded = { price: { amount: "250.01", currency: "MXN" } }

describe.each(databases)("an order that was refused as it was asked for, on $name", ({ make }) => {
  it.effect("is opened at a price that its provider takes", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make, { chosen: "ecryptopay" })
      const refused = yield* Effect.flip(checkout.open(Shop.pesos("order-1", tooFine)))
      assert.strictEqual(refused._tag, "NotOpened")
      const opened = yield* checkout.open(Shop.pesos("order-1", rounded))
      assert.strictEqual(`${opened.price}`, "250.01 MXN")
      assert.deepStrictEqual(opened.attempts.map(({ state }) => state), ["refused", "done"])
      const notes = (yield* checkout.history("order-1")).flatMap(({ note }) => note === undefined ? [] : [note])
      assert.deepStrictEqual(notes, ["the order is 250.01 MXN now, it was 250.005 MXN"])
      yield* providers.ecryptopay.pay(Processes.invoiceOf(opened))
      assert.isTrue((yield* Processes.refreshed(checkout, "order-1")).isCovered)
      const conflict = yield* Effect.flip(checkout.open(Shop.pesos("order-1", tooFine)))
      assert.strictEqual(conflict._tag, "PriceConflict", "from then on its price stays")
    }))

  it.effect("is opened with the addresses and the metadata that it is given then", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      const { failureUrl: _, ...incomplete } = Shop.order("order-1", { metadata: { try: "1" } })
      const refused = yield* Effect.flip(checkout.open(incomplete))
      assert.strictEqual(refused._tag, "NotOpened")
      const opened = yield* checkout.open(Shop.order("order-1", { metadata: { try: "2" } }))
      assert.isDefined(opened.current?.invoice?.checkout)
      assert.deepStrictEqual(opened.metadata, { try: "2" })
    }))

  it.effect("has one price when it is opened at two at once", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make, { chosen: "ecryptopay" })
      yield* Effect.flip(checkout.open(Shop.pesos("order-1", tooFine)))
      const prices = ["250.01", "250.02"] as const
      const results = yield* Effect.forEach(
        prices,
        (amount) => Effect.result(checkout.open(Shop.pesos("order-1", { price: { amount, currency: "MXN" } }))),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        results.map((result) => Result.isSuccess(result) ? "opened" : result.failure._tag).toSorted(),
        ["PriceConflict", "opened"]
      )
      const { length } = yield* providers.ecryptopay.books
      assert.strictEqual(length, 1)
    }))

  it.effect("keeps its price while an attempt of it waits to be sent again", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      yield* providers.ecca.refuseWith("NO_AVAILABLE_REQUISITES", { operation: "invoices.create" })
      const postponed = yield* Effect.flip(Effect.provideService(
        checkout.open(Shop.order("order-1")),
        RetryPolicy.Current,
        RetryPolicy.once
      ))
      assert.strictEqual(postponed._tag, "NotOpened")
      const other = Shop.order("order-1", { price: { amount: "1600.00", currency: "UAH" } })
      assert.strictEqual((yield* Effect.flip(checkout.open(other)))._tag, "PriceConflict")
    }))

  it.effect("keeps its price when it was refused for another reason", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      yield* providers.ecca.refuseWith("RATE_INVALID", { operation: "invoices.create" })
      yield* Effect.flip(checkout.open(Shop.order("order-1")))
      const other = Shop.order("order-1", { price: { amount: "1600.00", currency: "UAH" } })
      assert.strictEqual((yield* Effect.flip(checkout.open(other)))._tag, "PriceConflict")
    }))

  it.effect("keeps its price while an attempt of it may be anywhere", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make, { chosen: "ecryptopay" })
      yield* Effect.flip(checkout.open(Shop.pesos("order-1", tooFine)))
      const opened = yield* checkout.open(Shop.pesos("order-1", rounded))
      yield* providers.ecryptopay.expire(Processes.invoiceOf(opened))
      yield* Processes.refreshed(checkout, "order-1")
      const conflict = yield* Effect.flip(checkout.open(Shop.pesos("order-1")))
      assert.strictEqual(conflict._tag, "PriceConflict")
    }))
})
