/**
 * One attempt has one invoice, wherever its process dies and whoever takes it over.
 */
import { assert, describe, it } from "@effect/vitest"
import { Fault } from "@gatefold/core/Simulator"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { databases } from "./support/Databases.ts"
import * as Processes from "./support/Processes.ts"
import * as Shop from "./support/Shop.ts"

/** Longer than any process keeps an attempt to itself. */
const afterLease = "61 seconds"

describe.each(databases)("never twice on $name", ({ make }) => {
  it.effect("goes on with an attempt that was written down and never sent", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const database = yield* make
      const first = yield* Processes.start(providers, database)
      yield* providers.ecca.arm(Fault.Refused())
      const error = yield* Effect.flip(Processes.once(first.checkout.open(Shop.order("order-1"))))
      assert.strictEqual(error._tag, "NotOpened")
      assert.isTrue(error._tag === "NotOpened" && error.isRetryable)
      assert.strictEqual((yield* first.checkout.get("order-1")).current?.state, "reserved")
      yield* first.kill
      yield* providers.ecca.disarm
      const second = yield* Processes.start(providers, database)
      const opened = yield* second.checkout.open(Shop.order("order-1"))
      assert.strictEqual(opened.attempts.length, 1)
      assert.strictEqual(opened.current?.state, "done")
      assert.isUndefined(opened.current?.failure)
      assert.strictEqual((yield* providers.ecca.books).length, 1)
    }))

  it.effect.each(
    [
      ["before the provider did anything", "none"],
      ["after the provider made the invoice", "applied"]
    ] as const
  )(
    "at Ecca: a process killed %s is followed by the next one, with one invoice",
    ([, effect]) =>
      Effect.gen(function*() {
        const { ecca, ...others } = yield* Shop.providers
        const database = yield* make
        const first = yield* Processes.start({ ecca, ...others }, database)
        yield* ecca.arm(Fault.Timeout({ effect }), { operation: "invoices.create" })
        yield* Effect.forkChild(first.checkout.open(Shop.order("order-1")))
        yield* Processes.untilAsked(ecca, "invoices.create")
        yield* Processes.until(Effect.map(ecca.books, ({ length }) => length === (effect === "none" ? 0 : 1)))
        yield* first.kill
        const second = yield* Processes.start({ ecca, ...others }, database)
        assert.strictEqual((yield* second.checkout.get("order-1")).current?.state, "sending")
        yield* TestClock.adjust(afterLease)
        const opened = yield* second.checkout.open(Shop.order("order-1"))
        const books = yield* ecca.books
        assert.strictEqual(books.length, 1)
        assert.strictEqual(opened.attempts.length, 1)
        assert.strictEqual(opened.current?.invoice?.id, books[0]?.id)
        assert.isDefined(opened.current?.invoice?.checkout)
      })
  )

  it.effect.each(["none", "applied"] as const)(
    "at ecryptopay: a killed create (%s) is given up and followed by the next attempt, one request each",
    (effect) =>
      Effect.gen(function*() {
        const { ecryptopay, ...others } = yield* Shop.providers
        const database = yield* make
        const setup = { chosen: "ecryptopay" } as const
        const first = yield* Processes.start({ ecryptopay, ...others }, database, setup)
        yield* ecryptopay.arm(Fault.Timeout({ effect }), { operation: "invoices.create" })
        yield* Effect.forkChild(first.checkout.open(Shop.pesos("order-1")))
        yield* Processes.untilAsked(ecryptopay, "invoices.create")
        yield* first.kill
        const second = yield* Processes.start({ ecryptopay, ...others }, database, setup)
        yield* TestClock.adjust(afterLease)
        const opened = yield* second.checkout.open(Shop.pesos("order-1"))
        assert.deepStrictEqual(opened.attempts.map(({ number, state }) => [number, state]), [
          [1, "abandoned"],
          [2, "done"]
        ])
        assert.strictEqual(opened.current?.providerReference, "order-1.2")
        assert.isUndefined(opened.attempts[0]?.invoice)
        assert.strictEqual((yield* Processes.creates(ecryptopay)).length, 2)
      })
  )

  it.effect("is not begun again by a caller who went away and comes back while it is sent", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      yield* providers.ecca.arm(Fault.Delay({ duration: "5 seconds" }), { operation: "invoices.create" })
      const caller = yield* Effect.forkChild(checkout.open(Shop.order("order-1")))
      yield* Processes.untilAsked(providers.ecca, "invoices.create")
      yield* Fiber.interrupt(caller)
      const again = yield* Effect.forkChild(checkout.open(Shop.order("order-1")))
      yield* Processes.until(Effect.map(providers.ecca.books, ({ length }) => length === 1))
      yield* TestClock.adjust("5 seconds")
      const opened = yield* Fiber.join(again)
      assert.strictEqual(opened.current?.invoice?.id, (yield* providers.ecca.books)[0]?.id)
      assert.strictEqual((yield* Processes.creates(providers.ecca)).length, 1)
    }))

  it.effect("binds an invoice that is heard of while its create is under way, and shows what create answers", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      yield* providers.ecca.arm(Fault.Delay({ duration: "5 seconds" }), { operation: "invoices.create" })
      const caller = yield* Effect.forkChild(checkout.open(Shop.order("order-1")))
      yield* Processes.until(Effect.map(providers.ecca.books, ({ length }) => length === 1))
      const [entry] = yield* providers.ecca.books
      yield* Stream.runDrain(checkout.reconcile("ecca"))
      assert.strictEqual((yield* checkout.get("order-1")).current?.invoice?.id, entry?.id)
      yield* TestClock.adjust("5 seconds")
      const opened = yield* Fiber.join(caller)
      assert.strictEqual(opened.attempts.length, 1)
      assert.strictEqual(opened.current?.invoice?.id, entry?.id)
      assert.isDefined(opened.current?.invoice?.checkout)
      assert.deepStrictEqual(opened.needsReview, [])
    }))

  it.effect("at ecryptopay: an answer that comes after its attempt was given up is watched and never shown", () =>
    Effect.gen(function*() {
      const { ecryptopay, ...others } = yield* Shop.providers
      const database = yield* make
      const setup = { chosen: "ecryptopay" } as const
      const slow = yield* Shop.start({ ecryptopay, ...others }, database, setup)
      const other = yield* Shop.start({ ecryptopay, ...others }, database, setup)
      const { kinds } = yield* Processes.listen(slow.checkout)
      yield* ecryptopay.arm(Fault.Delay({ duration: "5 seconds" }), { operation: "invoices.create" })
      const caller = yield* Effect.forkChild(slow.checkout.open(Shop.pesos("order-1")))
      yield* Processes.until(Effect.map(ecryptopay.books, ({ length }) => length === 1))
      // as if the first process had stood still for longer than it may keep the attempt
      const opened = yield* Processes.ahead(afterLease)(other.checkout.open(Shop.pesos("order-1")))
      assert.strictEqual(opened.current?.number, 2)
      assert.isDefined(opened.current?.invoice?.checkout)
      yield* TestClock.adjust("5 seconds")
      const late = yield* Fiber.join(caller)
      const [orphan, shown] = yield* ecryptopay.books
      assert.strictEqual(late.current?.number, 2)
      assert.strictEqual(Processes.invoiceOf(late, 1), orphan?.id)
      assert.strictEqual(Processes.invoiceOf(late, 2), shown?.id)
      // the quote of the second was told by the call that made it
      assert.deepStrictEqual(late.attempts.map(({ invoice }) => invoice?.checkout), [undefined, undefined])
      assert.deepStrictEqual(late.needsReview, [])
      // and if somebody pays it in any case, that is told
      yield* ecryptopay.pay(orphan?.id ?? "")
      const paid = yield* Processes.refreshed(slow.checkout, "order-1")
      assert.isFalse(paid.isCovered)
      assert.deepStrictEqual(paid.refundDue.map(({ number }) => number), [1])
      assert.include((yield* kinds(2)).at(-1) ?? [], "paidAfterCancel")
    }))

  it.effect("at Ecca: what a process learns too late says nothing of an attempt that another one is sending", () =>
    Effect.gen(function*() {
      const { ecca, ...others } = yield* Shop.providers
      const database = yield* make
      const slow = yield* Shop.start({ ecca, ...others }, database)
      const other = yield* Shop.start({ ecca, ...others }, database)
      yield* ecca.arm(Fault.Timeout({ effect: "none" }), { operation: "invoices.create" })
      yield* ecca.arm(Fault.Delay({ duration: "8 seconds" }), { operation: "invoices.create" })
      yield* ecca.arm(Fault.Reset({ effect: "none" }), { operation: "invoices.get", times: "always" })
      const late = yield* Effect.forkChild(Processes.once(slow.checkout.open(Shop.order("order-1"))))
      yield* Processes.untilAsked(ecca, "invoices.create", 1)
      yield* TestClock.adjust("5 seconds")
      // as if the first process had stood still for longer than it may keep the attempt
      const taking = yield* Effect.forkChild(Processes.ahead(afterLease)(other.checkout.open(Shop.order("order-1"))))
      yield* Processes.untilAsked(ecca, "invoices.create", 2)
      // the first one's create is given up as unknown now, while the other one's is under way
      yield* TestClock.adjust("5 seconds")
      yield* TestClock.withLive(Effect.sleep("200 millis"))
      const between = yield* slow.checkout.get("order-1")
      assert.strictEqual(between.current?.state, "sending")
      assert.deepStrictEqual(between.needsReview, [])
      const both = Effect.all([Fiber.join(late), Fiber.join(taking)])
      const [told, opened] = yield* Effect.raceFirst(both, Processes.timePasses)
      assert.strictEqual(Processes.text(told), Processes.text(opened))
      assert.strictEqual(opened.current?.invoice?.id, (yield* ecca.books)[0]?.id)
      const facts = yield* slow.checkout.history("order-1")
      assert.deepStrictEqual(facts.map(({ kind }) => kind), ["reserved", "sent", "sent", "observed"])
    }))

  it.effect("never gives one invoice of the provider to two attempts, and says that a person has to look", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout, sql } = yield* Shop.start(providers, yield* make)
      const mine = yield* checkout.open(Shop.order("order-1"))
      const [entry] = yield* providers.ecca.books
      // the provider answers for another order with the invoice of this one
      const body = (yield* Processes.answer(providers.ecca, "order-1")).replaceAll("order-1", "order-2")
      yield* providers.ecca.arm(Fault.Answer({ effect: "none", status: 201, body }), { operation: "invoices.create" })
      const error = yield* Effect.flip(Processes.once(checkout.open(Shop.order("order-2"))))
      assert.strictEqual(error._tag, "OpenUnknown")
      const other = yield* checkout.get("order-2")
      assert.strictEqual(other.current?.state, "unknown")
      assert.isUndefined(other.current?.invoice)
      assert.strictEqual(other.current?.failure?.reason._tag, "IntegrityMismatch")
      assert.deepStrictEqual(other.needsReview.map(({ number }) => number), [1])
      assert.strictEqual(Processes.invoiceOf(yield* checkout.get("order-1")), Processes.invoiceOf(mine))
      assert.deepStrictEqual(
        yield* sql`SELECT reference FROM gatefold_attempts WHERE invoice_id = ${entry?.id ?? ""}`,
        [{ reference: "order-1" }]
      )
    }))
})
