/**
 * Opening an order: what is written down, what the customer is shown, and what is refused before anything is sent.
 */
import { assert, describe, it } from "@effect/vitest"
import type { Change } from "@gatefold/checkout/Change"
import * as Decision from "@gatefold/checkout/Decision"
import type { Order } from "@gatefold/checkout/Order"
import { Fault } from "@gatefold/core/Simulator"
import { DateTime, Effect, Stream } from "effect"
import { TestClock } from "effect/testing"
import { databases } from "./support/Databases.ts"
import * as Processes from "./support/Processes.ts"
import * as Shop from "./support/Shop.ts"

const actions = (changes: ReadonlyArray<Change>) => changes.map(({ order }) => order.current?.invoice?.checkout?._tag)

describe.each(databases)("opening an order on $name", ({ make }) => {
  it.effect("asks the provider once and shows its checkout", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      const opened = yield* checkout.open(Shop.order("order-1"))
      const [entry] = yield* providers.ecca.books
      assert.strictEqual(opened.current?.state, "done")
      assert.strictEqual(opened.current?.number, 1)
      assert.strictEqual(opened.current?.providerReference, "order-1")
      assert.strictEqual(opened.current?.invoice?.id, entry?.id)
      assert.strictEqual(opened.current?.invoice?.checkout?._tag, "Redirect")
      assert.isFalse(opened.isCovered)
      assert.deepStrictEqual(opened.needsReview, [])
    }))

  it.effect("gives what is open when it is called again, without asking the provider", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const database = yield* make
      const first = yield* Shop.start(providers, database)
      const opened = yield* first.checkout.open(Shop.order("order-1"))
      const again = yield* first.checkout.open(Shop.order("order-1", { price: { amount: "1500", currency: "UAH" } }))
      const second = yield* Shop.start(providers, database)
      const elsewhere = yield* second.checkout.open(Shop.order("order-1"))
      assert.strictEqual(Processes.text(again), Processes.text(opened))
      assert.strictEqual(Processes.text(elsewhere), Processes.text(opened))
      assert.strictEqual((yield* Processes.creates(providers.ecca)).length, 1)
    }))

  it.effect("gives a paid order when it is called again", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      const opened = yield* checkout.open(Shop.order("order-1"))
      yield* providers.ecca.pay(Processes.invoiceOf(opened))
      yield* Processes.refreshed(checkout, "order-1")
      const paid = yield* checkout.open(Shop.order("order-1"))
      assert.isTrue(paid.isCovered)
      assert.strictEqual(paid.attempts.length, 1)
      assert.strictEqual((yield* Processes.creates(providers.ecca)).length, 1)
    }))

  it.effect("shows nothing to pay of an order that is paid, in no answer and in no change, also after a reversal", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecryptopay } = providers
      const { checkout } = yield* Shop.start(providers, yield* make, { chosen: "ecryptopay" })
      const { changes, kinds } = yield* Processes.listen(checkout)
      const opened = yield* checkout.open(Shop.pesos("order-1"))
      assert.strictEqual(opened.current?.invoice?.checkout?._tag, "ScanQr")
      const answers = Effect.all([checkout.open(Shop.pesos("order-1")), checkout.get("order-1")])
      yield* ecryptopay.pay(Processes.invoiceOf(opened))
      yield* Processes.refreshed(checkout, "order-1")
      for (const { current, isCovered } of yield* answers) {
        assert.isTrue(isCovered)
        assert.isUndefined(current?.invoice?.checkout)
      }
      yield* ecryptopay.reverse(Processes.invoiceOf(opened))
      yield* Processes.refreshed(checkout, "order-1")
      for (const { current } of yield* answers) assert.isUndefined(current?.invoice?.checkout)
      const settle = new Decision.Settle({ note: "sent back" })
      const settled = yield* checkout.resolve("order-1", 1, settle, "ada")
      assert.isUndefined(settled.current?.invoice?.checkout)
      assert.deepStrictEqual(yield* kinds(4), [[1, "opened"], [1, "paid"], [1, "needsReview"], [1, "updated"]])
      assert.deepStrictEqual(actions(changes), [undefined, undefined, undefined, undefined])
    }))

  it.effect("tells a page to pay on in its changes, until it is paid, and never a quote, which may be over by then", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const database = yield* make
      const { checkout } = yield* Shop.start(providers, database)
      const { changes, kinds } = yield* Processes.listen(checkout)
      const opened = yield* checkout.open(Shop.order("order-1"))
      yield* providers.ecca.pay(Processes.invoiceOf(opened))
      yield* Processes.refreshed(checkout, "order-1")
      yield* kinds(2)
      assert.deepStrictEqual(actions(changes), ["Redirect", undefined])
      const other = yield* Shop.start(providers, database, { chosen: "ecryptopay" })
      yield* other.checkout.open(Shop.pesos("order-2"))
      const quoted = yield* Processes.listen(other.checkout)
      yield* quoted.kinds(1)
      assert.deepStrictEqual(actions(quoted.changes), [undefined])
    }))

  it.effect("tells a quote when it creates the invoice, and afterwards only one that somebody keeps", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_800_000_000_000)
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make, { chosen: "ecryptopay" })
      const opened = yield* checkout.open(Shop.pesos("order-1"))
      assert.strictEqual(opened.current?.invoice?.checkout?._tag, "ScanQr")
      const soon = yield* checkout.open(Shop.pesos("order-1"))
      assert.isUndefined(soon.current?.invoice?.checkout, "by now somebody else may have renewed it")
      yield* TestClock.adjust("2 minutes")
      const later = yield* checkout.open(Shop.pesos("order-1"))
      assert.strictEqual(later.current?.invoice?.status, "open")
      assert.isUndefined(later.current?.invoice?.checkout, "it has ended")
      assert.deepStrictEqual(Processes.text(later), Processes.text(yield* checkout.get("order-1")))
      const watched = yield* checkout.watch("order-1").pipe(
        Stream.filter(({ current }) => current?.invoice?.checkout !== undefined),
        Stream.take(1),
        Stream.mapEffect((order) => Effect.map(checkout.open(Shop.pesos("order-1")), (again) => [order, again])),
        Stream.runCollect,
        Effect.raceFirst(Processes.timePasses)
      )
      const [order, again] = watched[0] ?? []
      const quoteOf = (known: Order | undefined) => {
        const action = known?.current?.invoice?.checkout
        return action?._tag === "ScanQr" ? action.quote.until.epochMilliseconds : undefined
      }
      assert.isAbove(quoteOf(order) ?? 0, 1_800_000_120_000)
      assert.strictEqual(quoteOf(again), quoteOf(order))
    }))

  it.effect("lets metadata travel into the order and into every change", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      const { changes, kinds } = yield* Processes.listen(checkout)
      const metadata = { cart: "7", "süß": "ja" }
      const opened = yield* checkout.open(Shop.order("order-1", { metadata }))
      yield* providers.ecca.pay(Processes.invoiceOf(opened))
      const paid = yield* Processes.refreshed(checkout, "order-1")
      assert.deepStrictEqual(opened.metadata, metadata)
      assert.deepStrictEqual(paid.metadata, metadata)
      assert.deepStrictEqual(yield* kinds(2), [[1, "opened"], [1, "paid"]])
      assert.deepStrictEqual(changes.map(({ order }) => order.metadata), [metadata, metadata])
      assert.deepStrictEqual(changes.map(({ id }) => id), ["main/order-1/1/1", "main/order-1/1/2"])
    }))

  it.effect("refuses another price for the same reference, and says both", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      yield* checkout.open(Shop.order("order-1"))
      for (const price of [{ amount: "1500.01", currency: "UAH" }, { amount: "1500.00", currency: "KZT" }]) {
        const error = yield* Effect.flip(checkout.open(Shop.order("order-1", { price })))
        assert.strictEqual(error._tag, "PriceConflict")
        assert.include(error.message, "1500.00 UAH")
        assert.include(error.message, `${price.amount} ${price.currency}`)
      }
      assert.strictEqual((yield* checkout.get("order-1")).attempts.length, 1)
      assert.strictEqual((yield* Processes.creates(providers.ecca)).length, 1)
    }))

  it.effect.each(
    [
      ["reference", { reference: "order-7.2" }],
      ["reference", { reference: "" }],
      ["reference", { reference: "a/b" }],
      ["price", { price: { amount: "0", currency: "UAH" } }],
      ["price", { price: { amount: "-1.00", currency: "UAH" } }],
      ["price", { price: { amount: "1e3", currency: "UAH" } }],
      ["payWith", { payWith: "not a coin" }]
    ] as const
  )("refuses a wrong %s before anything is stored or sent", ([field, changes]) =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      const order = Shop.order("order-1", changes)
      const error = yield* Effect.flip(checkout.open(order))
      assert.strictEqual(error._tag, "InvalidOrder")
      assert.strictEqual(error._tag === "InvalidOrder" ? error.field : "", field)
      assert.strictEqual((yield* Effect.flip(checkout.get(order.reference)))._tag, "UnknownReference")
      assert.strictEqual((yield* providers.ecca.requests).length, 0)
    }))

  it.effect("knows no order that was never opened", () =>
    Effect.gen(function*() {
      const { checkout } = yield* Shop.start(yield* Shop.providers, yield* make)
      const failures = [
        yield* Effect.flip(checkout.get("nobody")),
        yield* Effect.flip(checkout.cancel("nobody")),
        yield* Effect.flip(checkout.history("nobody")),
        yield* Effect.flip(checkout.replay("nobody"))
      ]
      for (const error of failures) {
        assert.strictEqual(error._tag, "UnknownReference")
        assert.include(error.message, "nobody")
        assert.include(error.message, "open it first")
      }
    }))

  it.effect("keeps orders of two stores apart, and refuses one that would need the same reference at the provider", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const database = yield* make
      const shoes = yield* Shop.start(providers, database, { options: { store: "shoes" } })
      const hats = yield* Shop.start(providers, database, { options: { store: "hats" } })
      yield* shoes.checkout.open(Shop.order("order-1"))
      const error = yield* Effect.flip(hats.checkout.open(Shop.order("order-1")))
      assert.strictEqual(error._tag, "InvalidOrder")
      assert.include(error.message, "shoes/order-1/1")
      assert.strictEqual((yield* Effect.flip(hats.checkout.get("order-1")))._tag, "UnknownReference")
      const other = yield* hats.checkout.open(Shop.order("order-2"))
      assert.strictEqual(other.current?.state, "done")
      assert.strictEqual((yield* Effect.flip(shoes.checkout.get("order-2")))._tag, "UnknownReference")
    }))

  it.effect("names the webhook address of the account that an attempt is on", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make, {
        options: { webhooksAt: "https://shop.example/pay/" }
      })
      yield* checkout.open(Shop.order("order-1", { webhookUrl: undefined }))
      yield* checkout.open(Shop.order("order-2", { webhookUrl: "https://shop.example/own" }))
      const bodies = (yield* Processes.creates(providers.ecca)).map(({ body }) => JSON.parse(body).callback_url)
      assert.deepStrictEqual(bodies, ["https://shop.example/pay/webhooks/ecca", "https://shop.example/own"])
    }))

  it.effect("pauses an account whose credentials are refused, visibly, and goes on after they are mended", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      const open = yield* checkout.open(Shop.order("order-0"))
      const key = providers.ecca.settings.ECCA_API_KEY ?? ""
      yield* providers.ecca.rotateApiKey("another-key")
      const refused = yield* Effect.flip(checkout.open(Shop.order("order-1")))
      assert.strictEqual(refused._tag, "NotOpened")
      const paused = yield* Effect.flip(checkout.open(Shop.order("order-1")))
      assert.strictEqual(paused._tag, "AccountPaused")
      assert.include(paused.message, "ecca")
      const [account] = yield* checkout.paused
      assert.strictEqual(account?.account, "ecca")
      assert.strictEqual(account?.reason.reason._tag, "Unauthenticated")
      assert.strictEqual(DateTime.toEpochMillis(account?.since ?? DateTime.makeUnsafe(1)), 0)
      assert.strictEqual(Processes.text(yield* checkout.open(Shop.order("order-0"))), Processes.text(open))
      yield* providers.ecca.rotateApiKey(key)
      for (const { account } of yield* checkout.paused) yield* checkout.resume(account)
      assert.deepStrictEqual(yield* checkout.paused, [])
      const opened = yield* checkout.open(Shop.order("order-1"))
      assert.strictEqual(opened.attempts.length, 1)
      assert.strictEqual(opened.current?.state, "done")
    }))

  it.effect("pauses an account that the provider has blocked, and not for a bare page of something on the way", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecca } = providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      const page = Fault.Answer({ effect: "none", status: 403, body: "<html>Forbidden</html>" })
      yield* ecca.arm(page, { operation: "invoices.create" })
      const refused = yield* Effect.flip(checkout.open(Shop.order("order-1")))
      assert.strictEqual(refused._tag === "NotOpened" ? refused.reason.reason._tag : refused._tag, "Forbidden")
      assert.deepStrictEqual(yield* checkout.paused, [])
      assert.strictEqual((yield* checkout.open(Shop.order("order-1"))).current?.state, "done", "the next try works")
      yield* ecca.refuseWith("MERCHANT_BLOCKED", { operation: "invoices.create" })
      yield* Effect.flip(checkout.open(Shop.order("order-2")))
      assert.deepStrictEqual((yield* checkout.paused).map(({ account }) => account), ["ecca"])
    }))
})
