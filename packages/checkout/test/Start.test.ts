/**
 * When a checkout does not start, and why.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Decision from "@gatefold/checkout/Decision"
import { Fault } from "@gatefold/core/Simulator"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { databases, sqliteClient } from "./support/Databases.ts"
import * as Processes from "./support/Processes.ts"
import * as Shop from "./support/Shop.ts"

const withoutEcca = { ECCA_API_KEY: undefined, ECCA_WEBHOOK_SECRETS: undefined, ECCA_BASE_URL: undefined }

describe.each(databases)("starting on $name", ({ make }) => {
  it.effect("is refused while an open attempt names an account that is not configured, and names it", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const database = yield* make
      const before = yield* Processes.start(providers, database)
      const opened = yield* before.checkout.open(Shop.order("order-1"))
      yield* before.kill
      const without = { chosen: "ecryptopay", settings: withoutEcca } as const
      const error = yield* Effect.flip(Effect.scoped(Shop.start(providers, database, without)))
      assert.strictEqual(error._tag, "MissingAccounts")
      assert.include(`${error}`, "ecca (order order-1)")
      // with the account back the order goes on, and once nothing more is waited for the account may go
      const again = yield* Processes.start(providers, database)
      yield* providers.ecca.pay(Processes.invoiceOf(opened))
      yield* TestClock.adjust("20 seconds")
      yield* again.checkout.sweep
      assert.isTrue((yield* again.checkout.get("order-1")).isCovered)
      yield* Processes.ahead("4 days")(again.checkout.sweep)
      yield* again.kill
      const { checkout } = yield* Shop.start(providers, database, without)
      assert.isTrue((yield* checkout.get("order-1")).isCovered)
    }))

  it.effect("is refused while a stale attempt names an account that is not configured, until it is canceled", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecryptopay } = providers
      const database = yield* make
      const before = yield* Processes.start(providers, database, { chosen: "ecryptopay" })
      yield* before.checkout.open(Shop.pesos("order-1"))
      yield* Processes.ahead("8 days")(before.checkout.sweep)
      assert.isDefined((yield* before.checkout.get("order-1")).current?.staleAt)
      yield* before.kill
      const settings = Object.fromEntries(Object.keys(ecryptopay.settings).map((name) => [name, undefined]))
      const without = { chosen: "ecca", settings } as const
      const error = yield* Effect.flip(Effect.scoped(Shop.start(providers, database, without)))
      assert.strictEqual(error._tag, "MissingAccounts")
      assert.include(error.message, "ecryptopay")
      assert.include(error.message, "cancel")
      const again = yield* Processes.start(providers, database, { chosen: "ecryptopay" })
      yield* again.checkout.cancel("order-1")
      yield* again.kill
      const { checkout } = yield* Shop.start(providers, database, without)
      assert.isDefined((yield* checkout.get("order-1")).current?.canceledAt)
    }))

  it.effect("is refused while an attempt of unknown outcome names an account that is not configured", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const database = yield* make
      const { checkout, sql } = yield* Processes.start(providers, database)
      yield* checkout.open(Shop.order("order-1"))
      for (const state of ["unknown", "sending"]) {
        yield* sql`UPDATE gatefold_attempts SET state = ${state}, due_at = NULL`
        const without = { chosen: "ecryptopay", settings: withoutEcca } as const
        const error = yield* Effect.flip(Effect.scoped(Shop.start(providers, database, without)))
        assert.strictEqual(error._tag, "MissingAccounts")
      }
    }))

  it.effect("needs no account for a paid invoice that can no longer be read, after it was watched for long enough", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecca } = providers
      const database = yield* make
      const { checkout, kill } = yield* Processes.start(providers, database)
      const opened = yield* checkout.open(Shop.order("order-1"))
      yield* ecca.pay(Processes.invoiceOf(opened))
      yield* Processes.ahead("1 minute")(checkout.sweep)
      assert.isTrue((yield* checkout.get("order-1")).isCovered)
      yield* ecca.arm(Processes.unknownInvoice, { operation: "invoices.get", times: "always" })
      const without = { chosen: "ecryptopay", settings: withoutEcca } as const
      assert.strictEqual((yield* Processes.ahead("1 day")(checkout.sweep)).read, 1)
      const error = yield* Effect.flip(Effect.scoped(Shop.start(providers, database, without)))
      assert.strictEqual(error._tag, "MissingAccounts", "it is still watched")
      assert.strictEqual((yield* Processes.ahead("4 days")(checkout.sweep)).read, 1)
      assert.strictEqual((yield* Processes.ahead("30 days")(checkout.sweep)).read, 0)
      yield* kill
      const later = yield* Shop.start(providers, database, without)
      const order = yield* later.checkout.get("order-1")
      assert.isTrue(order.isCovered)
      assert.isUndefined(order.current?.staleAt)
    }))

  it.effect("needs no account for an attempt of unknown outcome that a person has abandoned", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecca } = providers
      const database = yield* make
      const { checkout, kill } = yield* Processes.start(providers, database)
      yield* ecca.arm(Fault.Reset({ effect: "none" }), { operation: "invoices.create" })
      yield* ecca.arm(Fault.Reset({ effect: "none" }), { operation: "invoices.get", times: "always" })
      yield* Effect.flip(Processes.once(checkout.open(Shop.order("order-1"))))
      yield* ecca.disarm
      yield* TestClock.adjust("1 second")
      yield* checkout.sweep
      const without = { chosen: "ecryptopay", settings: withoutEcca } as const
      const error = yield* Effect.flip(Effect.scoped(Shop.start(providers, database, without)))
      assert.strictEqual(error._tag, "MissingAccounts")
      yield* checkout.resolve("order-1", 1, new Decision.Abandon(), "ada")
      yield* kill
      const later = yield* Shop.start(providers, database, without)
      assert.strictEqual((yield* later.checkout.get("order-1")).current?.state, "abandoned")
    }))

  it.effect("needs no account for an attempt that the provider has not got and that the shop has canceled", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecca } = providers
      const database = yield* make
      const { checkout, kill } = yield* Processes.start(providers, database)
      const open = Effect.flip(Processes.once(checkout.open(Shop.order("order-1"))))
      yield* ecca.arm(Fault.Reset({ effect: "none" }), { operation: "invoices.create" })
      yield* ecca.arm(Fault.Reset({ effect: "none" }), { operation: "invoices.get", times: "always" })
      yield* open
      yield* ecca.disarm
      yield* ecca.arm(Fault.Answer({ effect: "none", status: 429, body: "" }), { operation: "invoices.create" })
      yield* open
      assert.strictEqual((yield* checkout.get("order-1")).current?.state, "reserved")
      const without = { chosen: "ecryptopay", settings: withoutEcca } as const
      const error = yield* Effect.flip(Effect.scoped(Shop.start(providers, database, without)))
      assert.strictEqual(error._tag, "MissingAccounts")
      yield* checkout.cancel("order-1")
      yield* kill
      const later = yield* Shop.start(providers, database, without)
      assert.isDefined((yield* later.checkout.get("order-1")).current?.canceledAt)
    }))

  it.effect("is refused on a schema that is newer than the program, and leaves it as it is", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const database = yield* make
      const { kill, sql } = yield* Processes.start(providers, database)
      yield* sql`INSERT INTO gatefold_migrations ${sql.insert({ migration_id: 9_999, name: "from_the_future" })}`
      yield* kill
      const error = yield* Effect.flip(Effect.scoped(Shop.start(providers, database)))
      assert.strictEqual(error._tag === "StorageFailed" ? error.kind : error._tag, "newerSchema")
      assert.include(`${error}`, "upgrade this program")
    }))

  it.effect("is possible for several processes at once on an empty database", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const database = yield* make
      const shops = yield* Effect.all(
        Array.from({ length: 3 }, () => Shop.start(providers, database)),
        { concurrency: "unbounded" }
      )
      const opened = yield* Effect.forEach(shops, ({ checkout }) => checkout.open(Shop.order("order-1")))
      assert.strictEqual(new Set(opened.map(Processes.text)).size, 1)
      assert.strictEqual(opened.length, 3)
    }))
})

/** A file in a folder of its own. */
const file = Effect.map(
  Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "gatefold-start-"))),
    (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
  ),
  (folder) => join(folder, "checkout.db")
)

/** Files that cannot even be opened are in Database.test.ts. */
describe("a file", () => {
  it.effect("with a damaged row fails for that order, typed, and not with its text", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const filename = yield* file
      const { checkout, sql } = yield* Shop.start(providers, { client: sqliteClient(filename) })
      yield* checkout.open(Shop.order("order-1"))
      yield* checkout.open(Shop.order("order-2"))
      yield* sql`UPDATE gatefold_orders SET price = ${"{}"} WHERE reference = ${"order-1"}`
      const error = yield* Effect.flip(checkout.get("order-1"))
      assert.strictEqual(error._tag === "StorageFailed" ? error.kind : error._tag, "corrupt")
      assert.strictEqual((yield* checkout.get("order-2")).current?.state, "done")
    }))

  it.effect("that may only be read says so, and gives what it has", () =>
    Effect.gen(function*() {
      const filename = yield* file
      const providers = yield* Shop.providers
      const { checkout, sql } = yield* Shop.start(providers, { client: sqliteClient(filename) })
      yield* checkout.open(Shop.order("order-1"))
      yield* sql`PRAGMA query_only = ON`
      const error = yield* Effect.flip(checkout.open(Shop.order("order-2")))
      assert.strictEqual(error._tag === "StorageFailed" ? error.kind : error._tag, "readOnly")
      assert.include(error.message, "writable")
      assert.strictEqual((yield* checkout.get("order-1")).current?.state, "done")
      assert.strictEqual((yield* Processes.creates(providers.ecca)).length, 1, "what cannot be stored is not sent")
    }))

  it.effect("that has no room left says so, and keeps what it has", () =>
    Effect.gen(function*() {
      const filename = yield* file
      const providers = yield* Shop.providers
      const { checkout, sql } = yield* Shop.start(providers, { client: sqliteClient(filename) })
      yield* checkout.open(Shop.order("order-1"))
      const pages = new DatabaseSync(filename).prepare("PRAGMA page_count").get()?.page_count
      yield* sql`PRAGMA max_page_count = ${sql.literal(String(pages))}`
      const metadata = { note: "x".repeat(100_000) }
      const error = yield* Effect.flip(checkout.open(Shop.order("order-2", { metadata })))
      assert.strictEqual(error._tag === "StorageFailed" ? error.kind : error._tag, "full")
      assert.include(error.message, "free space")
      assert.strictEqual((yield* checkout.get("order-1")).current?.state, "done")
      assert.strictEqual((yield* Effect.flip(checkout.get("order-2")))._tag, "UnknownReference")
    }))
})
