/**
 * Orders that cannot be worked on, since their rows cannot be read or somebody else holds them: they hold up no other.
 */
import { assert, describe, it } from "@effect/vitest"
import type { CheckoutError } from "@gatefold/checkout"
import { Fault } from "@gatefold/core/Simulator"
import { Context, Deferred, Effect, Fiber, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { type Database, databases } from "./support/Databases.ts"
import * as Processes from "./support/Processes.ts"
import * as Shop from "./support/Shop.ts"

const orderAt = { ecca: Shop.order, ecryptopay: Shop.pesos }

/** Opens orders and pays them, without a word to the shop. */
const paid = (providers: Shop.Providers, { checkout }: Shop.Shop, account: Shop.Account, references: Array<string>) =>
  Effect.forEach(references, (reference) =>
    Effect.flatMap(
      checkout.open(orderAt[account](reference)),
      (order) => providers[account].pay(Processes.invoiceOf(order))
    ), { discard: true })

/** Opens an order at Ecca whose create is answered by nothing; Ecca has its invoice if the create was applied. */
const lost = Effect.fnUntraced(function*(
  { ecca }: Shop.Providers,
  { checkout }: Shop.Shop,
  reference: string,
  effect: "none" | "applied"
) {
  yield* ecca.arm(Fault.Reset({ effect }), { operation: "invoices.create", times: 1 })
  yield* ecca.arm(Fault.Reset({ effect: "none" }), { operation: "invoices.get", times: "always" })
  const error = yield* Effect.flip(Processes.once(checkout.open(Shop.order(reference))))
  assert.strictEqual(error._tag, "OpenUnknown")
  yield* ecca.disarm
})

/** Spoils what the rows of two orders say; `mend` brings it back. */
const spoil = Effect.fnUntraced(function*({ sql }: Shop.Shop, ofOrder: string, ofAttempt: string) {
  const [order] = yield* sql<{ price: string }>`SELECT price FROM gatefold_orders WHERE reference = ${ofOrder}`
  const [attempt] = yield* sql<
    { invoice: string | null }
  >`SELECT invoice FROM gatefold_attempts WHERE reference = ${ofAttempt}`
  const put = (price: string, invoice: string | null) =>
    Effect.andThen(
      sql`UPDATE gatefold_orders SET price = ${price} WHERE reference = ${ofOrder}`,
      sql`UPDATE gatefold_attempts SET invoice = ${invoice} WHERE reference = ${ofAttempt}`
    )
  yield* put("{}", "{\"id\":")
  return { mend: put(order?.price ?? "", attempt?.invoice ?? null) }
})

/** Every order is due, these before the others. */
const allDue = Effect.fnUntraced(function*({ sql }: Shop.Shop, first: ReadonlyArray<string>) {
  yield* sql`UPDATE gatefold_attempts SET due_at = 1 WHERE state = 'done'`
  yield* sql`UPDATE gatefold_attempts SET due_at = 0 WHERE state = 'done' AND ${sql.in("reference", first)}`
})

/** Those of some orders that are known to be paid. */
const covered = ({ checkout }: Shop.Shop, references: ReadonlyArray<string>) =>
  Effect.filter(references, (reference) => Effect.map(checkout.get(reference), ({ isCovered }) => isCovered))

const kindOf = <E extends { readonly _tag: string }>(error: E | CheckoutError.StorageFailed) =>
  "kind" in error && error._tag === "StorageFailed" ? error.kind : error._tag

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `o-${index}`)

describe.each(databases)("an order whose row cannot be read on $name", ({ make }) => {
  it.effect.each(["ecca", "ecryptopay"] as const)(
    "keeps no other from being seen as paid at %s, and is so itself once its row is mended",
    (account) =>
      Effect.gen(function*() {
        yield* TestClock.setTime(1_800_000_000_000)
        const providers = yield* Shop.providers
        const shop = yield* Shop.start(providers, yield* make, { chosen: account })
        const others = numbered(7)
        const spoiled = ["spoiled", "spoiled-attempt"]
        // some of the others are listed after one of them, at whichever end a list begins
        yield* paid(providers, shop, account, ["spoiled", ...others.slice(0, 4)])
        yield* paid(providers, shop, account, ["spoiled-attempt", ...others.slice(4)])
        yield* allDue(shop, spoiled)
        const { mend } = yield* spoil(shop, "spoiled", "spoiled-attempt")
        yield* shop.checkout.sweep
        assert.deepStrictEqual(yield* covered(shop, others), others)
        for (const reference of spoiled) {
          assert.strictEqual(kindOf(yield* Effect.flip(shop.checkout.get(reference))), "corrupt")
        }
        assert.strictEqual((yield* shop.checkout.sweep).read, 0, "it comes up again after a while")
        yield* mend
        yield* TestClock.adjust("61 seconds")
        yield* shop.checkout.sweep
        assert.deepStrictEqual(yield* covered(shop, spoiled), spoiled)
      })
  )

  it.effect.each(["unknown", "sending"] as const)(
    "keeps no other that is in flight (%s) from being found, and leaves the account's reads to the others",
    (state) =>
      Effect.gen(function*() {
        yield* TestClock.setTime(1_800_000_000_000)
        const providers = yield* Shop.providers
        // a read for each that is in flight, and one for the order that is open
        const shop = yield* Shop.start(providers, yield* make, { options: { readsPerMinute: 6 } })
        const { checkout, sql } = shop
        yield* paid(providers, shop, "ecca", ["open"])
        for (const reference of ["spoiled", "spoiled-attempt"]) yield* lost(providers, shop, reference, "applied")
        yield* lost(providers, shop, "spoiled-unsent", "none")
        for (const reference of ["lost-1", "lost-2"]) yield* lost(providers, shop, reference, "applied")
        yield* sql`UPDATE gatefold_attempts SET state = ${state}, owner = ${"gone"}, lease_until = 0
          WHERE state = 'unknown'`
        const { mend } = yield* spoil(shop, "spoiled", "spoiled-attempt")
        yield* sql`UPDATE gatefold_orders SET metadata = ${"nothing"} WHERE reference = ${"spoiled-unsent"}`
        const before = (yield* Processes.asked(providers.ecca, "invoices.get")).length
        const lookUps = Effect.map(Processes.asked(providers.ecca, "invoices.get"), ({ length }) => length - before)
        yield* TestClock.adjust("1 second")
        assert.strictEqual((yield* checkout.sweep).resolved, 2)
        for (const reference of ["lost-1", "lost-2"]) {
          const { current } = yield* checkout.get(reference)
          assert.deepStrictEqual([current?.state, current?.invoice?.status], ["done", "open"], reference)
        }
        assert.strictEqual(yield* lookUps, 5)
        for (let second = 2; second <= 5; second++) {
          yield* TestClock.adjust("1 second")
          yield* checkout.sweep
        }
        assert.strictEqual(yield* lookUps, 5, "it is looked up once in a minute")
        yield* sql`UPDATE gatefold_attempts SET due_at = 0 WHERE reference = ${"open"}`
        yield* checkout.sweep
        assert.deepStrictEqual(yield* covered(shop, ["open"]), ["open"])
        yield* mend
        yield* TestClock.adjust("61 seconds")
        yield* checkout.sweep
        for (const reference of ["spoiled", "spoiled-attempt"]) {
          assert.strictEqual((yield* checkout.get(reference)).current?.state, "done", reference)
        }
      })
  )
})

/** Another session that holds the rows of orders until it is told to let go, or the test ends. */
const holding = Effect.fnUntraced(function*(database: Database, references: ReadonlyArray<string>) {
  const sql = Context.get(yield* Layer.build(Layer.fresh(database.client)), SqlClient.SqlClient)
  const holds = yield* Deferred.make<void>()
  const session = yield* Effect.forkScoped(sql.withTransaction(Effect.gen(function*() {
    yield* sql`SELECT reference FROM gatefold_orders WHERE ${sql.in("reference", references)} FOR UPDATE`
    yield* Deferred.succeed(holds, undefined)
    return yield* Effect.never
  })))
  yield* Deferred.await(holds)
  return { letGo: Fiber.interrupt(session) }
})

/** How long it took in real time, in milliseconds. */
const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const began = performance.now()
    return [yield* effect, performance.now() - began] as const
  })

const postgres = databases.filter(({ name }) => name === "Postgres")

describe.each(postgres)("an order that another session holds on $name", ({ make }) => {
  it.effect("holds up no other order's sweep, and is swept itself once it is let go", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_800_000_000_000)
      const providers = yield* Shop.providers
      const database = yield* make
      const shop = yield* Shop.start(providers, database)
      const inPesos = yield* Shop.start(providers, database, { chosen: "ecryptopay" })
      const others = numbered(6)
      yield* paid(providers, shop, "ecca", ["held", ...others.slice(0, 3)])
      yield* paid(providers, inPesos, "ecryptopay", [...others.slice(3, 4), "held-pesos", ...others.slice(4)])
      for (const reference of ["held-lost", "lost"]) yield* lost(providers, shop, reference, "applied")
      yield* TestClock.adjust("1 second")
      yield* allDue(shop, ["held", "held-pesos"])
      const { letGo } = yield* holding(database, ["held", "held-pesos", "held-lost"])
      const [swept, took] = yield* timed(shop.checkout.sweep)
      assert.deepStrictEqual(yield* covered(shop, others), others)
      assert.strictEqual(swept.resolved, 1)
      assert.strictEqual((yield* shop.checkout.get("lost")).current?.state, "done")
      assert.deepStrictEqual(yield* covered(shop, ["held", "held-pesos"]), [])
      assert.isBelow(took, 6_000)
      yield* letGo
      yield* TestClock.adjust("61 seconds")
      yield* shop.checkout.sweep
      assert.deepStrictEqual(yield* covered(shop, ["held", "held-pesos"]), ["held", "held-pesos"])
      assert.strictEqual((yield* shop.checkout.get("held-lost")).current?.state, "done")
    }), 15_000)

  it.effect(
    "is neither opened nor canceled: both fail as busy within seconds, and other orders are not held up",
    () =>
      Effect.gen(function*() {
        const providers = yield* Shop.providers
        const database = yield* make
        const { checkout } = yield* Shop.start(providers, database)
        const before = yield* checkout.open(Shop.order("held"))
        yield* checkout.open(Shop.order("unwanted"))
        const { letGo } = yield* holding(database, ["held", "unwanted"])
        // one caller for each: the server's time for a lock begins anew for whoever waits behind another waiter
        const calls = yield* Effect.forkChild(timed(
          Effect.all([Effect.flip(checkout.open(Shop.order("held"))), Effect.flip(checkout.cancel("unwanted"))], {
            concurrency: 2
          })
        ))
        const [other, tookOther] = yield* timed(checkout.open(Shop.order("other")))
        assert.strictEqual(other.current?.state, "done")
        assert.isBelow(tookOther, 2_500)
        const [errors, took] = yield* Fiber.join(calls)
        assert.deepStrictEqual(errors.map((error) => kindOf(error)), ["busy", "busy"])
        assert.isBelow(took, 6_000)
        yield* letGo
        assert.strictEqual(Processes.invoiceOf(yield* checkout.open(Shop.order("held"))), Processes.invoiceOf(before))
        assert.isDefined((yield* checkout.cancel("unwanted")).attempts[0]?.canceledAt)
      }),
    15_000
  )
})
