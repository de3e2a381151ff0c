/**
 * The database goes away, fills up, becomes read-only or is damaged: nothing is acknowledged that is not stored, and what
 * is wrong is said.
 */
import { assert, describe, it } from "@effect/vitest"
import { Simulator } from "@gatefold/core"
import { SqliteClient } from "@gatefold/sqlite"
import { Effect, Exit, Scope } from "effect"
import { SqlClient } from "effect/sql"
import { open as openFile } from "node:fs/promises"
import { databases } from "./support/Databases.ts"
import * as Endpoint from "./support/Endpoint.ts"
import { eventually } from "./support/Eventually.ts"
import * as Shop from "./support/Shop.ts"

const quick = { polls: false, pollInterval: "50 millis" } as const

/** What a storage failure is called, or that there was none. */
const kindOf = <A, R>(effect: Effect.Effect<A, { readonly _tag: string }, R>) =>
  Effect.match(effect, {
    onSuccess: () => "none",
    onFailure: (error) => error._tag === "StorageFailed" && "kind" in error ? String(error.kind) : error._tag
  })

describe.each(databases)("an outage of $name", ({ make, name }) => {
  const open = Effect.gen(function*() {
    const made = yield* make
    // everybody waits for a lock in turn, and a test has little time
    const impatient = SqliteClient.layer({ filename: made.location, busyTimeout: "20 millis" })
    const database = name === "SQLite" ? { ...made, client: impatient } : made
    const providers = yield* Shop.providers
    const start = Shop.start(providers, database, { options: quick })
    const shop = yield* start
    const paid = Effect.fnUntraced(function*(reference: string) {
      const id = (yield* shop.checkout.open(Shop.order(reference))).current?.invoice?.id ?? ""
      yield* providers.ecca.pay(id)
      return yield* providers.ecca.webhook(id)
    })
    const covered = (reference: string) =>
      eventually(Effect.map(shop.checkout.get(reference), ({ isCovered }) => isCovered), (is) => is)
    return { ...providers, database, shop, start, paid, covered }
  })

  it.live("gets no webhook a 2xx, loses nothing that had one, and ends without a restart", () =>
    Effect.gen(function*() {
      const { covered, database, ecca, paid, shop } = yield* open
      const delivered: Array<string> = []
      yield* shop.checkout.changes(({ kinds, order }) =>
        Effect.sync(() => void (kinds.includes("paid") ? delivered.push(order.reference) : 0))
      )
      const origin = yield* Endpoint.node(shop)
      const before = yield* paid("before")
      const during = yield* paid("during")
      // stored, and not to be resolved before the provider is back
      yield* ecca.arm(Simulator.Fault.Refused())
      assert.strictEqual(yield* Endpoint.post(origin, "ecca", before), 200)
      yield* database.stop
      const statuses = yield* Effect.forEach([1, 2, 3, 4], () => Endpoint.post(origin, "ecca", during), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(statuses, [503, 503, 503, 503])
      const gone = name === "SQLite" ? "busy" : "unreachable"
      assert.strictEqual(yield* kindOf(shop.checkout.open(Shop.order("new"))), gone)
      yield* ecca.disarm
      yield* database.start
      const again = eventually(Endpoint.post(origin, "ecca", during), (status) => status === 200)
      assert.strictEqual(yield* again, 200)
      assert.isTrue(yield* covered("during"))
      yield* shop.sql`UPDATE gatefold_queue SET visible_at = created_at`
      assert.isTrue(yield* covered("before"))
      yield* eventually(Effect.sync(() => delivered.length), (count) => count >= 2)
      assert.deepStrictEqual([...new Set(delivered)].toSorted(), ["before", "during"])
    }))

  it.live("that is read-only is called that", () =>
    Effect.gen(function*() {
      const { database, ecca, ecryptopay, shop } = yield* open
      if (name === "SQLite") {
        yield* shop.sql`PRAGMA query_only = 1`
        assert.strictEqual(yield* kindOf(shop.checkout.open(Shop.order("o-1"))), "readOnly")
      } else {
        const database_ = new URL(database.location).pathname.slice(1)
        yield* shop.sql`ALTER DATABASE ${shop.sql(database_)} SET default_transaction_read_only = on`
      }
      const client = name === "SQLite"
        ? SqliteClient.layer({ filename: database.location, readonly: true })
        : database.client
      const reader = Effect.flatMap(
        Shop.start({ ecca, ecryptopay }, { client }, { options: quick }),
        ({ checkout }) => checkout.open(Shop.order("o-2"))
      )
      const error = yield* Effect.flip(reader)
      assert.include(error, { _tag: "StorageFailed", kind: "readOnly" })
      assert.include(error.message, name === "SQLite" ? "make its file and folder writable" : "the primary, or a user")
    }))

  it.live("that has lost a table is called that, with the code of the driver, and is not tried again", () =>
    Effect.gen(function*() {
      const { shop } = yield* open
      const code = name === "SQLite" ? "SQLITE_ERROR" : "42P01"
      yield* shop.sql`ALTER TABLE gatefold_orders RENAME TO somewhere_else`
      const error = yield* Effect.flip(shop.checkout.get("hunter2"))
      assert.include(error, { _tag: "StorageFailed", kind: "schema", code, isRetryable: false })
      assert.include(error.message, `code ${code}`)
      assert.include(error.message, "gatefold_*")
      assert.notMatch(JSON.stringify(error) + error.message, /hunter2|SELECT/u)
    }))

  it.live("that is in use by another program's tables of the same name is called that", () =>
    Effect.gen(function*() {
      const made = yield* make
      yield* Effect.flatMap(SqlClient.SqlClient, (sql) => sql`CREATE TABLE gatefold_orders (id INTEGER)`).pipe(
        Effect.provide(made.client, { local: true })
      )
      const error = yield* Effect.flip(Shop.start(yield* Shop.providers, made, { options: quick }))
      assert.include(error, { _tag: "StorageFailed", kind: "schema" })
      assert.include(error.message, "a database or a schema of its own")
    }))

  it.live("whose schema is newer than the program is not touched", () =>
    Effect.gen(function*() {
      const { shop, start } = yield* open
      yield* shop.sql`INSERT INTO gatefold_migrations ${shop.sql.insert({ migration_id: 999, name: "later" })}`
      assert.strictEqual(yield* kindOf(start), "newerSchema")
    }))

  it.live("does not lose a digit of an amount", () =>
    Effect.gen(function*() {
      const { ecca, ecryptopay, shop, start } = yield* open
      const amounts = ["9007199254740993.01", "0.10", "1500.00"]
      for (const [index, amount] of amounts.entries()) {
        const price = { amount, currency: "UAH" }
        // a provider may refuse so much; the order is written down all the same
        yield* Effect.exit(shop.checkout.open(Shop.order(`o-${index}`, { price })))
        const [row] = yield* shop.sql<{ price: string }>`SELECT price FROM gatefold_orders
          WHERE reference = ${`o-${index}`}`
        assert.include(row?.price, `"${amount}"`)
        const next = yield* start
        assert.strictEqual(String((yield* next.checkout.get(`o-${index}`)).price), `${amount} UAH`)
        assert.strictEqual(
          yield* kindOf(next.checkout.open(Shop.order(`o-${index}`, { price: { amount: "0.11", currency: "UAH" } }))),
          "PriceConflict"
        )
      }
      assert.isDefined([ecca, ecryptopay])
    }))
})

const [sqlite] = databases

describe("a SQLite file", () => {
  it.live("on a full disk refuses with that word, keeps what it has, and goes on when there is room", () =>
    Effect.gen(function*() {
      if (sqlite === undefined) return
      const database = yield* sqlite.make
      const providers = yield* Shop.providers
      const shop = yield* Shop.start(providers, database, { options: quick })
      const origin = yield* Endpoint.node(shop)
      const id = (yield* shop.checkout.open(Shop.order("o-0"))).current?.invoice?.id ?? ""
      yield* providers.ecca.pay(id)
      const webhook = yield* providers.ecca.webhook(id)
      const [pages] = yield* shop.sql<{ page_count: number }>`PRAGMA page_count`
      yield* shop.sql`PRAGMA max_page_count = ${shop.sql.literal(String(pages?.page_count))}`
      let last: Exit.Exit<unknown, { readonly _tag: string }> = Exit.void
      for (let index = 1; index < 200 && Exit.isSuccess(last); index++) {
        last = yield* Effect.exit(shop.checkout.open(Shop.order(`o-${index}`)))
      }
      assert.strictEqual(yield* kindOf(last), "full")
      const statuses = yield* Effect.forEach(
        Array.from({ length: 30 }, (_, index) => `{"type":"filler","n":${index},"text":"${"x".repeat(2_000)}"}`),
        (body) =>
          Effect.flatMap(
            providers.ecca.sign(new TextEncoder().encode(body)),
            (filler) => Endpoint.post(origin, "ecca", filler)
          )
      )
      assert.isTrue(statuses.every((status) => status === 200 || status === 503), `${statuses}`)
      yield* shop.sql`PRAGMA max_page_count = 1073741823`
      assert.strictEqual(yield* Endpoint.post(origin, "ecca", webhook), 200)
      const is = yield* eventually(shop.checkout.get("o-0"), ({ isCovered }) => isCovered)
      assert.isTrue(is.isCovered)
    }))

  it.live("that is damaged is called that, and not by what is in it", () =>
    Effect.gen(function*() {
      if (sqlite === undefined) return
      const database = yield* sqlite.make
      const providers = yield* Shop.providers
      const scope = yield* Scope.make()
      const shop = yield* Scope.provide(Shop.start(providers, database, { options: quick }), scope)
      yield* shop.checkout.open(Shop.order("o-1"))
      yield* shop.sql`PRAGMA wal_checkpoint(TRUNCATE)`
      yield* Scope.close(scope, Exit.void)
      yield* Effect.promise(async () => {
        const file = await openFile(database.location, "r+")
        const { size } = await file.stat()
        await file.write(new Uint8Array(size - 4_096).fill(0xa5), 0, size - 4_096, 4_096)
        await file.close()
      })
      const failed: Effect.Effect<string, unknown, Scope.Scope> = Shop.start(providers, database).pipe(
        Effect.flatMap(({ checkout }) => checkout.get("o-1")),
        Effect.as("none"),
        Effect.catchTags({
          StorageFailed: ({ kind }) => Effect.succeed(kind),
          SqlError: ({ message }) => Effect.succeed(message.includes("damaged") ? "corrupt" : message)
        })
      )
      assert.strictEqual(yield* failed, "corrupt")
    }))
})
