/**
 * Pages that show an order: all viewers of all processes share one quote, nobody is shown a stale one, and nobody pays
 * for it when nobody looks.
 */
import { assert, describe, it } from "@effect/vitest"
import type * as Order from "@gatefold/checkout/Order"
import type { Simulator } from "@gatefold/core"
import { Clock, Effect, Exit, Fiber, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import { databases } from "./support/Databases.ts"
import { eventually } from "./support/Eventually.ts"
import * as Shop from "./support/Shop.ts"

const start = 1_800_000_000_000

const renewals = (simulator: Simulator.Simulator) =>
  Effect.map(
    simulator.requests,
    (all) => all.filter(({ operations }) => operations.includes("payments.get")).length
  )

/** Lets time pass in steps, each with some real time for what it sets off. */
const pass = (seconds: number) =>
  Effect.forEach(
    Array.from({ length: seconds * 2 }),
    () =>
      Effect.andThen(
        TestClock.adjust("500 millis"),
        Effect.promise(() => new Promise((resume) => setTimeout(resume, 12)))
      ),
    { discard: true }
  )

const untilOf = ({ current }: Order.Order): number | undefined => {
  const action = current?.invoice?.checkout
  return action === undefined || action._tag === "Redirect" ? undefined : action.quote?.until.epochMilliseconds
}

/** Follows an order, and keeps the ends of the quotes that it was shown. */
const view = Effect.fnUntraced(function*({ checkout }: Shop.Shop, reference: string) {
  const quotes: Array<number> = []
  let stale = 0
  let last: Order.Order | undefined
  const fiber = yield* checkout.watch(reference).pipe(
    Stream.runForEach((order) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        last = order
        const until = untilOf(order)
        if (until === undefined) return
        if (until <= now) stale++
        if (quotes.at(-1) !== until) quotes.push(until)
      })
    ),
    Effect.forkScoped
  )
  return { quotes, fiber, stale: () => stale, last: () => last }
})

describe.each(databases)("watching on $name", ({ make }) => {
  const open = Effect.gen(function*() {
    yield* TestClock.setTime(start)
    const database = yield* make
    const providers = yield* Shop.providers
    const begin = Shop.start(providers, database, { chosen: "ecryptopay" })
    const shop = yield* begin
    const id = (yield* shop.checkout.open(Shop.pesos("o-1"))).current?.invoice?.id ?? ""
    return { ...providers, begin, shop, id }
  })

  it.effect("three viewers at two processes see the same quotes, renewed for all of them once", () =>
    Effect.gen(function*() {
      const { begin, ecryptopay } = yield* open
      const [one, two] = [yield* begin, yield* begin]
      const viewers = [yield* view(one, "o-1"), yield* view(one, "o-1"), yield* view(two, "o-1")]
      yield* pass(45)
      // at its beginning, and each 20 seconds
      assert.strictEqual(yield* renewals(ecryptopay), 3)
      for (const { quotes, stale } of viewers) {
        assert.deepStrictEqual(quotes, viewers[0]?.quotes)
        assert.strictEqual(quotes.length, 3)
        assert.strictEqual(stale(), 0)
      }
      yield* Effect.forEach(viewers, ({ fiber }) => Fiber.interrupt(fiber))
      yield* pass(2)
      assert.deepStrictEqual(yield* one.sql`SELECT * FROM gatefold_quotes`, [])
      yield* pass(25)
      assert.strictEqual(yield* renewals(ecryptopay), 3)
    }))

  it.effect("another process takes over where the one that follows ends, and nobody sees a stale quote", () =>
    Effect.gen(function*() {
      const { begin } = yield* open
      const scope = yield* Scope.make()
      const gone = yield* Scope.provide(begin, scope)
      yield* Scope.provide(view(gone, "o-1"), scope)
      yield* pass(2)
      const { quotes, stale } = yield* view(yield* begin, "o-1")
      yield* pass(2)
      yield* Scope.close(scope, Exit.void)
      yield* pass(5)
      assert.strictEqual(quotes.length, 2)
      assert.strictEqual(stale(), 0)
    }))

  it.effect("a page learns of the payment from its own quote, without a webhook and before the next poll, and ends", () =>
    Effect.gen(function*() {
      const { begin, ecryptopay, id } = yield* open
      const viewer = yield* view(yield* begin, "o-1")
      yield* pass(2)
      yield* ecryptopay.pay(id)
      yield* pass(25)
      yield* eventually(Effect.sync(() => viewer.last()?.isCovered ?? false), (is) => is)
      assert.isTrue(viewer.last()?.isCovered)
      assert.isTrue(Exit.isSuccess(yield* Fiber.await(viewer.fiber)))
    }))

  it.effect("a quote is shown to who watches, and to nobody who asks without", () =>
    Effect.gen(function*() {
      const { shop } = yield* open
      assert.isUndefined(untilOf(yield* shop.checkout.get("o-1")))
      const viewer = yield* view(shop, "o-1")
      yield* pass(1)
      assert.strictEqual(untilOf(yield* shop.checkout.get("o-1")), viewer.quotes.at(-1))
      yield* pass(26)
      yield* Fiber.interrupt(viewer.fiber)
      yield* pass(2)
      assert.isUndefined(untilOf(yield* shop.checkout.get("o-1")))
    }))

  it.effect("a quote is shown no more once the order is canceled, whoever still watches", () =>
    Effect.gen(function*() {
      const { shop } = yield* open
      yield* view(shop, "o-1")
      yield* pass(2)
      assert.isDefined(untilOf(yield* shop.checkout.get("o-1")))
      assert.isUndefined(untilOf(yield* shop.checkout.cancel("o-1")))
      assert.isUndefined(untilOf(yield* shop.checkout.get("o-1")))
    }))

  it.effect("what a killed process left of a quote is shown to nobody when it is over, and forgotten", () =>
    Effect.gen(function*() {
      const { begin, shop } = yield* open
      const scope = yield* Scope.make()
      yield* Scope.provide(view(yield* Scope.provide(begin, scope), "o-1"), scope)
      const followed = shop.sql<Readonly<Record<string, unknown>>>`SELECT * FROM gatefold_quotes
        WHERE payment IS NOT NULL`
      const [row] = yield* eventually(Effect.andThen(pass(1), followed), ({ length }) => length > 0)
      assert.isDefined(row)
      yield* Scope.close(scope, Exit.void)
      // as a kill leaves it, which releases nothing
      yield* shop.sql`INSERT INTO gatefold_quotes ${shop.sql.insert({ ...row, owner: "killed" })}`
      yield* TestClock.adjust("2 minutes")
      assert.isUndefined(untilOf(yield* shop.checkout.get("o-1")))
      assert.strictEqual(yield* shop.checkout.cleanUp("3 minutes"), 0)
      assert.strictEqual(yield* shop.checkout.cleanUp("1 minute"), 1)
      assert.deepStrictEqual(yield* shop.sql`SELECT * FROM gatefold_quotes`, [])
    }))

  it.effect("after a payment in part the amount of before is not shown any more", () =>
    Effect.gen(function*() {
      const { ecryptopay, id, shop } = yield* open
      const viewer = yield* view(shop, "o-1")
      yield* pass(2)
      yield* ecryptopay.pay(id, "partial")
      yield* shop.checkout.refresh("o-1")
      const known = Effect.sync(() => viewer.last()?.current?.invoice)
      yield* eventually(
        Effect.andThen(pass(1), known),
        (invoice) => invoice?.coverage === "partial"
      )
      assert.isUndefined((yield* known)?.checkout)
      yield* pass(20)
      assert.strictEqual((yield* known)?.checkout?._tag, "ScanQr")
    }))

  it.effect("a customer who comes back to the shop makes it ask the provider", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(start)
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      const order = yield* checkout.open(Shop.order("o-2"))
      yield* providers.ecca.pay(order.current?.invoice?.id ?? "")
      assert.isFalse((yield* checkout.get("o-2")).isCovered)
      yield* checkout.refresh("o-2")
      const isCovered = yield* eventually(
        Effect.andThen(pass(1), Effect.map(checkout.get("o-2"), (known) => known.isCovered)),
        (is) => is
      )
      assert.isTrue(isCovered)
      assert.strictEqual((yield* Effect.flip(checkout.refresh("none")))._tag, "UnknownReference")
    }))

  it.effect("an order that nobody has opened cannot be watched", () =>
    Effect.gen(function*() {
      const { shop } = yield* open
      const error = yield* Effect.flip(Stream.runDrain(shop.checkout.watch("none")))
      assert.strictEqual(error._tag, "UnknownReference")
    }))
})
