/**
 * An application that shares its client of the database with the checkout, and has transactions of its own.
 */
import { assert, describe, it } from "@effect/vitest"
import { Decision } from "@gatefold/checkout"
import { RawWebhook } from "@gatefold/core"
import { AccountId } from "@gatefold/core/Identifiers"
import { Effect, Stream } from "effect"
import { databases } from "./support/Databases.ts"
import { eventually } from "./support/Eventually.ts"
import * as Shop from "./support/Shop.ts"

describe.each(databases)("inside a transaction of the application's own on $name", ({ make }) => {
  const open = Effect.gen(function*() {
    const providers = yield* Shop.providers
    const shop = yield* Shop.start(providers, yield* make, { options: { pollInterval: "50 millis" } })
    yield* shop.sql`CREATE TABLE shop_orders (reference TEXT PRIMARY KEY)`
    const insert = (reference: string) => shop.sql`INSERT INTO shop_orders ${shop.sql.insert({ reference })}`
    const mine = Effect.map(
      shop.sql<{ reference: string }>`SELECT reference FROM shop_orders ORDER BY reference`,
      (rows) => rows.map(({ reference }) => reference)
    )
    return { ...providers, ...shop, insert, mine }
  })

  it.live("open sends nothing and stores nothing, and after the commit makes one invoice", () =>
    Effect.gen(function*() {
      const { checkout, ecca, insert, mine, sql } = yield* open
      const order = Shop.order("o-1")
      const together = sql.withTransaction(Effect.andThen(insert("o-1"), checkout.open(order)))
      const error = yield* Effect.flip(together)
      assert.include(error, { _tag: "InsideTransaction", operation: "open" })
      assert.include(error.message, "commit first")
      assert.deepStrictEqual(yield* ecca.books, [])
      assert.deepStrictEqual(yield* mine, [])
      yield* sql.withTransaction(insert("o-1"))
      yield* checkout.open(order)
      assert.strictEqual((yield* ecca.books).length, 1)
    }))

  it.live("whatever writes is refused at once and nothing hangs, while orders can be read as they are", () =>
    Effect.gen(function*() {
      const { checkout, ecca, sql } = yield* open
      const id = (yield* checkout.open(Shop.order("o-1"))).current?.invoice?.id ?? ""
      yield* ecca.pay(id)
      const webhook = RawWebhook.make(yield* ecca.webhook(id))
      const writing: Readonly<Record<string, Effect.Effect<unknown, object>>> = {
        open: checkout.open(Shop.order("o-1")),
        refresh: checkout.refresh("o-1"),
        receive: checkout.receive("ecca", webhook),
        cancel: checkout.cancel("o-1"),
        resolve: checkout.resolve("o-1", 1, new Decision.Abandon({}), "somebody"),
        sweep: checkout.sweep,
        replay: checkout.replay("o-1"),
        reconcile: Stream.runDrain(checkout.reconcile("ecca")),
        watch: Stream.runDrain(checkout.watch("o-1")),
        resume: checkout.resume(AccountId.make("ecca")),
        cleanUp: checkout.cleanUp("1 day")
      }
      for (const [operation, effect] of Object.entries(writing)) {
        // a savepoint within the transaction is inside it as well
        for (const inside of [sql.withTransaction(effect), sql.withTransaction(sql.withTransaction(effect))]) {
          const error = yield* Effect.flip(Effect.timeout(inside, "4 seconds"))
          assert.deepInclude(error, { _tag: "InsideTransaction", operation })
        }
      }
      const { deadLetters, get, history, paused } = checkout
      const [order, facts, resting, dead] = yield* sql.withTransaction(
        Effect.all([get("o-1"), history("o-1"), paused, Stream.runCollect(deadLetters)])
      )
      assert.strictEqual(order.current?.state, "done")
      assert.isAbove(facts.length, 0)
      assert.deepStrictEqual([resting.length, dead.length], [0, 0])
    }))

  it.live("delivery can be started, outlives it, and its handlers have transactions of their own", () =>
    Effect.gen(function*() {
      const { checkout, ecca, insert, mine, sql } = yield* open
      yield* sql.withTransaction(
        checkout.changes(({ kinds, order }) =>
          kinds.includes("paid")
            ? Effect.gen(function*() {
              yield* sql.withTransaction(insert(`paid-${order.reference}`))
              yield* checkout.open(Shop.order(`next-${order.reference}`))
            })
            : Effect.void
        )
      )
      yield* insert("other")
      const id = (yield* checkout.open(Shop.order("o-1"))).current?.invoice?.id ?? ""
      yield* ecca.pay(id)
      yield* checkout.receive("ecca", yield* ecca.webhook(id))
      const known = yield* eventually(mine, ({ length }) => length === 2)
      assert.deepStrictEqual(known, ["other", "paid-o-1"])
      assert.strictEqual((yield* eventually(ecca.books, ({ length }) => length === 2)).length, 2)
    }))
})
