/**
 * Self-healing: whatever webhooks are lost, sweeps find out, within each account's budget.
 */
import { assert, describe, it } from "@effect/vitest"
import { Simulator } from "@gatefold/core"
import { Duration, Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { databases } from "./support/Databases.ts"
import { eventually } from "./support/Eventually.ts"
import * as Processes from "./support/Processes.ts"
import * as Shop from "./support/Shop.ts"

const start = 1_800_000_000_000

const requestsOf = (simulator: Simulator.Simulator, operation: string) =>
  Effect.map(
    simulator.requests,
    (all) => all.filter(({ operations }) => operations.includes(operation)).length
  )

describe.each(databases)("sweeps on $name", ({ make }) => {
  const open = Effect.fnUntraced(function*(setup: Shop.Setup = {}) {
    yield* TestClock.setTime(start)
    const database = yield* make
    const providers = yield* Shop.providers
    const begin = (other: Shop.Setup = {}) =>
      Shop.start(providers, database, { ...setup, ...other, options: { ...setup.options, ...other.options } })
    const shop = yield* begin()
    /** Makes a set of orders due, which were opened by a process that may be another. */
    const opened = (references: ReadonlyArray<string>, by = shop) =>
      Effect.forEach(references, (reference) =>
        Effect.map(
          by.checkout.open(setup.chosen === "ecryptopay" ? Shop.pesos(reference) : Shop.order(reference)),
          ({ current }) => current?.invoice?.id ?? ""
        ))
    const due = shop.sql`UPDATE gatefold_attempts SET due_at = 0 WHERE due_at IS NOT NULL`
    return { ...providers, start: begin, shop, opened, due }
  })

  it.effect("bring each Ecca order to its right state with all webhooks off, adjustment included", () =>
    Effect.gen(function*() {
      const { due, ecca, opened, shop } = yield* open()
      const references = ["paid", "expired", "failed", "canceled", "adjusted"]
      const [paid = "", expired = "", failed = "", canceled = "", adjusted = ""] = yield* opened(references)
      yield* ecca.pay(paid)
      yield* ecca.expire(expired)
      yield* ecca.begin(failed)
      yield* ecca.fail(failed)
      yield* ecca.cancel(canceled)
      yield* ecca.pay(adjusted)
      yield* due
      yield* shop.checkout.sweep
      assert.isTrue((yield* shop.checkout.get("adjusted")).isCovered)
      yield* ecca.adjust(adjusted, "1400.00")
      yield* due
      yield* shop.checkout.sweep
      const books = new Map((yield* ecca.books).map(({ id, status }) => [id, status]))
      for (const reference of references) {
        const { invoice } = (yield* shop.checkout.get(reference)).current ?? {}
        assert.strictEqual(invoice?.status, books.get(invoice?.id ?? ""), reference)
      }
      const order = yield* shop.checkout.get("adjusted")
      assert.isFalse(order.isCovered)
      assert.strictEqual(order.needsReview.length, 1)
    }))

  it.effect("bring each ecryptopay order to its right state with all webhooks off, in one look at the list", () =>
    Effect.gen(function*() {
      const { due, ecryptopay, opened, shop } = yield* open({ chosen: "ecryptopay" })
      const references = ["paid", "expired", "reversed", "open"]
      const [paid = "", expired = "", reversed = ""] = yield* opened(references)
      yield* ecryptopay.pay(paid)
      yield* ecryptopay.expire(expired)
      yield* ecryptopay.pay(reversed)
      yield* due
      yield* shop.checkout.sweep
      yield* ecryptopay.reverse(reversed)
      yield* due
      const before = yield* requestsOf(ecryptopay, "payments.list")
      yield* shop.checkout.sweep
      assert.strictEqual((yield* requestsOf(ecryptopay, "payments.list")) - before, 1)
      assert.strictEqual(yield* requestsOf(ecryptopay, "payments.get"), 0)
      assert.isTrue((yield* shop.checkout.get("paid")).isCovered)
      assert.strictEqual((yield* shop.checkout.get("expired")).current?.invoice?.status, "expired")
      assert.strictEqual((yield* shop.checkout.get("reversed")).needsReview.length, 1)
      assert.strictEqual((yield* shop.checkout.get("open")).current?.invoice?.status, "open")
    }))

  it.effect("of several processes stay inside an account's budget together, minute by minute", () =>
    Effect.gen(function*() {
      const options = { readsPerMinute: 5 }
      const { due, ecca, opened, shop, start } = yield* open({ options })
      const others = [yield* start(), yield* start()]
      yield* opened(Array.from({ length: 12 }, (_, index) => `o-${index}`))
      yield* due
      const before = yield* requestsOf(ecca, "invoices.get")
      const reads = Effect.map(requestsOf(ecca, "invoices.get"), (count) => count - before)
      const round = Effect.forEach([shop, ...others], ({ checkout }) => checkout.sweep, { concurrency: "unbounded" })
      const swept = yield* round
      assert.strictEqual(swept.reduce((sum, { read }) => sum + read, 0), 5)
      assert.strictEqual(yield* reads, 5)
      assert.isAtLeast((yield* shop.checkout.sweep).waiting, 7)
      assert.strictEqual(yield* reads, 5)
      yield* TestClock.adjust("1 minute")
      yield* round
      assert.strictEqual(yield* reads, 10)
    }))

  it.effect("of processes whose clocks are in different minutes share one budget", () =>
    Effect.gen(function*() {
      const { due, ecca, opened, shop, start } = yield* open({ options: { readsPerMinute: 5 } })
      const other = yield* start()
      yield* opened(Array.from({ length: 6 }, (_, index) => `o-${index}`))
      const before = yield* requestsOf(ecca, "invoices.get")
      const reads = Effect.map(requestsOf(ecca, "invoices.get"), (count) => count - before)
      const round = Effect.gen(function*() {
        for (const sweep of [Processes.ahead("61 seconds")(other.checkout.sweep), shop.checkout.sweep]) {
          yield* due
          yield* sweep
        }
      })
      for (let rounds = 0; rounds < 3; rounds++) yield* round
      assert.strictEqual(yield* reads, 5)
      yield* TestClock.adjust("1 minute")
      for (let rounds = 0; rounds < 3; rounds++) yield* round
      assert.strictEqual(yield* reads, 10)
    }))

  it.effect("have their whole budget although a process whose clock is a year ahead used up its own", () =>
    Effect.gen(function*() {
      const options = { readsPerMinute: 5, staleAfter: "1000 days" } as const
      const { due, opened, shop, start } = yield* open({ options })
      const other = yield* start()
      yield* opened(Array.from({ length: 6 }, (_, index) => `o-${index}`))
      assert.strictEqual((yield* Processes.ahead("365 days")(other.checkout.sweep)).read, 5)
      for (let minute = 0; minute < 2; minute++) {
        yield* due
        assert.strictEqual((yield* shop.checkout.sweep).read, 5)
        yield* due
        assert.strictEqual((yield* shop.checkout.sweep).read, 0)
        yield* TestClock.adjust("1 minute")
      }
    }))

  it.effect("ask about each invoice once, however many processes sweep at once", () =>
    Effect.gen(function*() {
      const { due, ecca, opened, shop, start } = yield* open()
      const other = yield* start()
      yield* opened(Array.from({ length: 10 }, (_, index) => `o-${index}`))
      yield* due
      const before = yield* requestsOf(ecca, "invoices.get")
      const [a, b] = yield* Effect.all([shop.checkout.sweep, other.checkout.sweep], { concurrency: 2 })
      assert.strictEqual(a.read + b.read, 10)
      assert.strictEqual((yield* requestsOf(ecca, "invoices.get")) - before, 10)
    }))

  it.effect("try what failed again later, and go on with everything else", () =>
    Effect.gen(function*() {
      const { due, ecca, opened, shop } = yield* open()
      const ids = yield* opened(["o-1", "o-2", "o-3"])
      yield* Effect.forEach(ids, (id) => ecca.pay(id))
      yield* ecca.arm(Simulator.Fault.ErrorPage({ effect: "none" }), { operation: "invoices.get" })
      yield* due
      yield* shop.checkout.sweep
      const covered = Effect.map(
        Effect.forEach(["o-1", "o-2", "o-3"], (reference) => shop.checkout.get(reference)),
        (orders) => orders.filter(({ isCovered }) => isCovered).length
      )
      assert.strictEqual(yield* covered, 2)
      assert.strictEqual((yield* shop.checkout.sweep).read, 0)
      yield* TestClock.adjust("20 seconds")
      yield* shop.checkout.sweep
      assert.strictEqual(yield* covered, 3)
    }))

  it.effect("go on after a bare page that forbids, and stop for an account whose provider does", () =>
    Effect.gen(function*() {
      const { due, ecca, opened, shop } = yield* open()
      const ids = yield* opened(["o-1", "o-2"])
      yield* Effect.forEach(ids, (id) => ecca.pay(id))
      const page = Simulator.Fault.Answer({ effect: "none", status: 403, body: "<html>Forbidden</html>" })
      yield* ecca.arm(page, { operation: "invoices.get" })
      yield* due
      yield* shop.checkout.sweep
      assert.deepStrictEqual(yield* shop.checkout.paused, [])
      yield* TestClock.adjust("20 seconds")
      yield* shop.checkout.sweep
      for (const reference of ["o-1", "o-2"]) assert.isTrue((yield* shop.checkout.get(reference)).isCovered, reference)
      yield* opened(["o-3"])
      yield* ecca.refuseWith("MERCHANT_BLOCKED", { operation: "invoices.get" })
      yield* due
      yield* shop.checkout.sweep
      assert.deepStrictEqual((yield* shop.checkout.paused).map(({ account }) => account), ["ecca"])
    }))

  it.effect("lose no hint that comes while its invoice is being read", () =>
    Effect.gen(function*() {
      const { due, ecca, ecryptopay, opened, shop } = yield* open({ chosen: "ecryptopay" })
      assert.isDefined(ecca)
      const [id = ""] = yield* opened(["o-1"])
      yield* ecryptopay.arm(Simulator.Fault.Delay({ duration: 0 }), { operation: "payments.list" })
      yield* due
      // the answer that the poll waits for was true before the customer paid
      yield* shop.sql`UPDATE gatefold_attempts SET poller = ${"elsewhere"}, poll_until = ${start + 60_000}`
      yield* ecryptopay.pay(id)
      assert.strictEqual(
        yield* shop.checkout.receive("ecryptopay", yield* ecryptopay.webhook(id)),
        "looking"
      )
      assert.strictEqual((yield* shop.checkout.sweep).read, 0)
      yield* TestClock.adjust("61 seconds")
      yield* shop.checkout.sweep
      const is = yield* eventually(shop.checkout.get("o-1"), ({ isCovered }) => isCovered)
      assert.isTrue(is.isCovered)
    }))

  it.effect("never renew a quote that a customer looks at, at any process, even where the list is silent about it", () =>
    Effect.gen(function*() {
      const { due, ecryptopay, opened, shop, start } = yield* open({ chosen: "ecryptopay" })
      const [page, sweeper] = [yield* start(), yield* start()]
      yield* opened(["o-1", "o-2"])
      let shown = 0
      const viewer = yield* page.checkout.watch("o-1").pipe(
        Stream.runForEach(({ current }) =>
          Effect.sync(() => void (shown += current?.invoice?.checkout === undefined ? 0 : 1))
        ),
        Effect.forkChild
      )
      yield* eventually(
        Effect.as(TestClock.adjust("100 millis"), 0).pipe(Effect.map(() => shown)),
        (count) => count > 0
      )
      const renewed = yield* requestsOf(ecryptopay, "payments.get")
      yield* ecryptopay.arm(
        Simulator.Fault.Answer({ effect: "none", status: 200, body: "[]" }),
        { operation: "payments.list", times: "always" }
      )
      yield* due
      yield* sweeper.checkout.sweep
      yield* page.checkout.sweep
      yield* shop.checkout.sweep
      // o-2, which nobody looks at, is read by itself; o-1 is not
      assert.strictEqual((yield* requestsOf(ecryptopay, "payments.get")) - renewed, 1)
      assert.isAbove(shown, 0)
      yield* Fiber.interrupt(viewer)
    }))

  it.effect("give up what stays open for long, visibly, until a webhook wakes it", () =>
    Effect.gen(function*() {
      const { due, ecryptopay, opened, shop } = yield* open({ chosen: "ecryptopay", options: { staleAfter: "1 hour" } })
      const [id = ""] = yield* opened(["o-1"])
      yield* shop.sql`UPDATE gatefold_attempts SET created_at = created_at - 172800000`
      yield* due
      yield* shop.checkout.sweep
      assert.isDefined((yield* shop.checkout.get("o-1")).current?.staleAt)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* shop.checkout.sweep).read, 0)
      yield* ecryptopay.pay(id)
      yield* shop.checkout.receive("ecryptopay", yield* ecryptopay.webhook(id))
      yield* shop.checkout.sweep
      const is = yield* eventually(shop.checkout.get("o-1"), ({ isCovered }) => isCovered)
      assert.isTrue(is.isCovered)
    }))

  it.effect("give up what its provider no longer knows, visibly and once, until a refresh or a webhook wakes it", () =>
    Effect.gen(function*() {
      const { ecca, opened, shop: { checkout } } = yield* open()
      const [id = ""] = yield* opened(["o-1"])
      yield* ecca.arm(Processes.unknownInvoice, { operation: "invoices.get", times: "always" })
      const early = yield* Processes.ahead("1 day")(checkout.sweep)
      assert.deepStrictEqual([early.read, (yield* checkout.get("o-1")).current?.staleAt], [1, undefined])
      const sweepAfter = (age: Duration.Input) => Processes.ahead(age)(checkout.sweep)
      assert.strictEqual((yield* sweepAfter("8 days")).read, 1)
      const staleAt = (yield* checkout.get("o-1")).current?.staleAt
      assert.strictEqual(staleAt?.epochMilliseconds, start + Duration.toMillis("8 days"))
      assert.strictEqual((yield* sweepAfter("9 days")).read, 0)
      assert.strictEqual((yield* sweepAfter("300 days")).read, 0)
      yield* Processes.ahead("301 days")(checkout.refresh("o-1"))
      assert.strictEqual((yield* sweepAfter("301 days")).read, 1)
      assert.strictEqual((yield* sweepAfter("302 days")).read, 0)
      assert.strictEqual((yield* checkout.get("o-1")).current?.staleAt?.epochMilliseconds, staleAt?.epochMilliseconds)
      yield* ecca.disarm
      yield* ecca.pay(id)
      assert.strictEqual(yield* checkout.receive("ecca", yield* ecca.webhook(id)), "stored")
      const look = Effect.andThen(TestClock.adjust("100 millis"), checkout.get("o-1"))
      const is = yield* eventually(look, ({ isCovered }) => isCovered)
      assert.isTrue(is.isCovered)
      assert.isUndefined(is.current?.staleAt)
      const { changes } = yield* Processes.ahead("302 days")(Processes.listen(checkout))
      yield* Processes.until(Effect.sync(() => changes.length >= 3))
      assert.deepStrictEqual(changes.map(({ kinds }) => kinds), [["opened"], ["stale"], ["paid"]])
    }))

  it.effect("give up nothing because its provider is down, and read it once that is back", () =>
    Effect.gen(function*() {
      const { ecca, opened, shop: { checkout } } = yield* open()
      const [id = ""] = yield* opened(["o-1"])
      yield* ecca.arm(Simulator.Fault.ErrorPage({ effect: "none" }), { operation: "invoices.get", times: "always" })
      for (const age of ["8 days", "9 days", "30 days"] as const) {
        assert.strictEqual((yield* Processes.ahead(age)(checkout.sweep)).read, 1, age)
        assert.isUndefined((yield* checkout.get("o-1")).current?.staleAt, age)
      }
      yield* ecca.disarm
      yield* ecca.pay(id)
      yield* Processes.ahead("31 days")(checkout.sweep)
      assert.isTrue((yield* checkout.get("o-1")).isCovered)
    }))
})
