/**
 * Webhooks: what was answered 2xx is stored, what is stored is applied once, and nothing else gets in.
 */
import { assert, describe, it } from "@effect/vitest"
import { RawWebhook, Simulator } from "@gatefold/core"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import { Effect, Exit, Fiber, Scope } from "effect"
import { Statement } from "effect/sql"
import { databases } from "./support/Databases.ts"
import * as Endpoint from "./support/Endpoint.ts"
import { eventually } from "./support/Eventually.ts"
import * as Shop from "./support/Shop.ts"

const idOf = (order: Effect.Success<ReturnType<Shop.Shop["checkout"]["open"]>>) => order.current?.invoice?.id ?? "none"

/** Only webhooks tell this process anything. */
const deaf = { polls: false, pollInterval: "50 millis" } as const

/** Ecca's webhooks are believed by their signature alone. */
const bySignature = {
  ECCA_WEBHOOK_PROOF: "signature",
  ECCA_WEBHOOK_STATUS_FIELD: EccaSimulator.payloadFields.status,
  ECCA_WEBHOOK_AMOUNT_FIELD: EccaSimulator.payloadFields.amount,
  ECCA_WEBHOOK_CURRENCY_FIELD: EccaSimulator.payloadFields.currency
}

const covered = ({ checkout }: Shop.Shop, reference: string) =>
  eventually(Effect.map(checkout.get(reference), ({ isCovered }) => isCovered), (is) => is)

const inbox = ({ sql }: Shop.Shop) => sql<{ result: string }>`SELECT result FROM gatefold_inbox ORDER BY received_at`

const requestsOf = (simulator: Simulator.Simulator, operation: string) =>
  Effect.map(
    simulator.requests,
    (all) => all.filter(({ operations }) => operations.includes(operation)).length
  )

describe.each(databases)("webhooks on $name", ({ make }) => {
  const open = Effect.fnUntraced(function*(setup: Shop.Setup = {}) {
    const database = yield* make
    const providers = yield* Shop.providers
    const start = (other: Shop.Setup = setup) => Shop.start(providers, database, other)
    return { ...providers, database, start, shop: yield* start() }
  })

  for (const [name, serve] of Endpoint.all) {
    it.live(`come in through ${name}, signed ones and hints, and are applied with all polls off`, () =>
      Effect.gen(function*() {
        const { ecca, ecryptopay, shop, start } = yield* open({ options: deaf })
        const origin = yield* serve(shop)
        const signed = idOf(yield* shop.checkout.open(Shop.order("signed")))
        const inPesos = yield* start({ chosen: "ecryptopay", options: deaf })
        const hinted = idOf(yield* inPesos.checkout.open(Shop.pesos("hinted")))
        yield* ecca.pay(signed)
        yield* ecryptopay.pay(hinted)
        assert.strictEqual(yield* Endpoint.post(origin, "ecca", yield* ecca.webhook(signed)), 200)
        assert.strictEqual(yield* Endpoint.post(origin, "ecryptopay", yield* ecryptopay.webhook(hinted)), 200)
        assert.isTrue(yield* covered(shop, "signed"))
        assert.isTrue(yield* covered(shop, "hinted"))
      }))
  }

  it.live("are stored once, however often and from however many senders they come at once", () =>
    Effect.gen(function*() {
      const { ecca, shop, start } = yield* open({ options: deaf })
      const origins = [yield* Endpoint.node(shop), yield* Endpoint.node(yield* start())]
      const id = idOf(yield* shop.checkout.open(Shop.order("o-1")))
      yield* ecca.pay(id)
      const webhook = yield* ecca.webhook(id)
      const posts = Array.from({ length: 40 }, (_, index) => Endpoint.post(origins[index % 2] ?? "", "ecca", webhook))
      const statuses = yield* Effect.all(posts, { concurrency: "unbounded" })
      assert.deepStrictEqual([...new Set(statuses)], [200])
      assert.isTrue(yield* covered(shop, "o-1"))
      const rows = yield* eventually(inbox(shop), (all) => all.every(({ result }) => result === "applied"))
      assert.deepStrictEqual(rows, [{ result: "applied" }])
      const facts = yield* shop.checkout.history("o-1")
      assert.strictEqual(facts.filter(({ source }) => source === "webhook").length, 1)
    }))

  it.live("that are forged, changed, too large or no JSON are refused, and leave nothing", () =>
    Effect.gen(function*() {
      const { ecca, shop } = yield* open({ options: deaf })
      const origin = yield* Endpoint.node(shop)
      const id = idOf(yield* shop.checkout.open(Shop.order("o-1")))
      yield* ecca.pay(id)
      const genuine = yield* ecca.webhook(id)
      const changed = Uint8Array.from(genuine.body)
      changed[changed.length - 2] = 48
      const large = RawWebhook.make({ headers: genuine.headers, body: new Uint8Array(70_000).fill(32) })
      const noJson = yield* ecca.sign(new TextEncoder().encode("no json"))
      const bad = [yield* ecca.forge(id), { ...genuine, body: changed }, large, noJson]
      const statuses = yield* Effect.forEach(bad, (webhook) => Endpoint.post(origin, "ecca", webhook))
      assert.deepStrictEqual(statuses, [401, 401, 413, 400])
      assert.strictEqual(yield* Endpoint.post(origin, "nobody", genuine), 404)
      assert.deepStrictEqual(yield* inbox(shop), [])
      assert.isFalse((yield* shop.checkout.get("o-1")).isCovered)
    }))

  it.live("about invoices of nobody's are acknowledged and kept, and cost the provider no read", () =>
    Effect.gen(function*() {
      const { ecca, ecryptopay, shop } = yield* open({ options: deaf })
      const another = yield* Shop.start({ ecca, ecryptopay }, yield* make)
      const id = idOf(yield* another.checkout.open(Shop.order("theirs")))
      yield* ecca.pay(id)
      const before = yield* requestsOf(ecca, "invoices.get")
      assert.strictEqual(yield* shop.checkout.receive("ecca", yield* ecca.webhook(id)), "stored")
      assert.strictEqual(yield* shop.checkout.receive("ecryptopay", yield* ecryptopay.forge("12345")), "unowned")
      const rows = yield* eventually(inbox(shop), (all) => all.every(({ result }) => result !== "admitted"))
      assert.deepStrictEqual(rows, [{ result: "unowned" }])
      assert.strictEqual(yield* requestsOf(ecca, "invoices.get"), before)
    }))

  it.live("are each shop's own where several shops share a database and an account", () =>
    Effect.gen(function*() {
      const { ecca, shop, start } = yield* open({ options: { ...deaf, store: "a" } })
      const other = yield* start({ options: { ...deaf, store: "b" } })
      const id = idOf(yield* other.checkout.open(Shop.order("o-1")))
      yield* ecca.pay(id)
      const webhook = yield* ecca.webhook(id)
      assert.strictEqual(yield* shop.checkout.receive("ecca", webhook), "stored")
      yield* eventually(inbox(shop), (all) => all.every(({ result }) => result === "unowned"))
      assert.strictEqual(yield* other.checkout.receive("ecca", webhook), "stored")
      assert.isTrue(yield* covered(other, "o-1"))
    }))

  for (const account of ["ecca", "ecryptopay"] as const) {
    it.live(`of ${account} that come before create's answer are applied once the attempt knows its invoice`, () =>
      Effect.gen(function*() {
        const started = yield* open({ chosen: account, options: deaf })
        const { shop } = started
        const simulator = started[account]
        yield* simulator.arm(Simulator.Fault.Delay({ duration: "700 millis" }), { operation: "invoices.create" })
        const order = account === "ecca" ? Shop.order("o-1") : Shop.pesos("o-1")
        const opening = yield* Effect.forkChild(shop.checkout.open(order))
        const [entry] = yield* eventually(simulator.books, ({ length }) => length > 0)
        yield* simulator.pay(entry?.id ?? "")
        yield* shop.checkout.receive(account, yield* simulator.webhook(entry?.id ?? ""))
        yield* Fiber.await(opening)
        assert.isTrue(yield* covered(shop, "o-1"))
        assert.strictEqual((yield* shop.checkout.get("o-1")).attempts.length, 1)
      }))
  }

  it.live("that were stored while the provider was away, by a process that is gone, are resolved by the next", () =>
    Effect.gen(function*() {
      // what was being taken while its process ended is taken over after that time
      const { ecca, shop, start } = yield* open({ options: { ...deaf, takeOverAfter: "1 second" } })
      const first = yield* Scope.make()
      const gone = yield* Scope.provide(start(), first)
      const id = idOf(yield* shop.checkout.open(Shop.order("o-1")))
      yield* ecca.pay(id)
      const webhook = yield* ecca.webhook(id)
      yield* ecca.arm(Simulator.Fault.Refused())
      assert.strictEqual(yield* gone.checkout.receive("ecca", webhook), "stored")
      yield* Scope.close(first, Exit.void)
      assert.isFalse((yield* shop.checkout.get("o-1")).isCovered)
      yield* ecca.disarm
      assert.isTrue(yield* covered(shop, "o-1"))
    }))

  it.live("of an account whose credentials are refused pause it, and are applied after it is resumed", () =>
    Effect.gen(function*() {
      const database = yield* make
      const providers = yield* Shop.providers
      const { ecca } = providers
      const first = yield* Scope.make()
      const shop = yield* Scope.provide(Shop.start(providers, database, { options: deaf }), first)
      const id = idOf(yield* shop.checkout.open(Shop.order("o-1")))
      yield* ecca.pay(id)
      const webhook = yield* ecca.webhook(id)
      yield* ecca.rotateApiKey("ek_another_key_1234567890")
      yield* shop.checkout.receive("ecca", webhook)
      const paused = yield* eventually(shop.checkout.paused, ({ length }) => length > 0)
      assert.deepStrictEqual(paused.map(({ account }) => account), ["ecca"])
      const reads = yield* requestsOf(ecca, "invoices.get")
      yield* shop.sql`UPDATE gatefold_queue SET visible_at = created_at`
      yield* Effect.sleep("200 millis")
      assert.strictEqual(yield* requestsOf(ecca, "invoices.get"), reads)
      yield* Scope.close(first, Exit.void)
      const settings = { ECCA_API_KEY: "ek_another_key_1234567890" }
      const mended = yield* Shop.start(providers, database, { options: deaf, settings })
      yield* mended.checkout.resume(paused[0]?.account ?? (yield* Effect.die("not paused")))
      yield* mended.sql`UPDATE gatefold_queue SET visible_at = created_at`
      assert.isTrue(yield* covered(mended, "o-1"))
    }))

  it.live("whose secret is exchanged after they were acknowledged make the provider be asked, and are settled", () =>
    Effect.gen(function*() {
      const database = yield* make
      const providers = yield* Shop.providers
      const { ecca } = providers
      const first = yield* Scope.make()
      const before = yield* Scope.provide(
        Shop.start(providers, database, { options: deaf, settings: bySignature }),
        first
      )
      const id = idOf(yield* before.checkout.open(Shop.order("o-1")))
      yield* ecca.pay(id)
      // an account whose credentials are exchanged at its provider is paused, and what comes in for it waits
      yield* ecca.rotateApiKey("ek_another_key_1234567890")
      yield* Effect.flip(before.checkout.open(Shop.order("o-2")))
      const [paused] = yield* before.checkout.paused
      const origin = yield* Endpoint.node(before)
      assert.strictEqual(yield* Endpoint.post(origin, "ecca", yield* ecca.webhook(id)), 200)
      const waits = before.sql`SELECT id FROM gatefold_queue WHERE last_failure IS NOT NULL`
      yield* eventually(waits, ({ length }) => length > 0)
      yield* Scope.close(first, Exit.void)
      const settings = {
        ...bySignature,
        ECCA_API_KEY: "ek_another_key_1234567890",
        ECCA_WEBHOOK_SECRETS: "whsec_another_0123456789abcdef"
      }
      const after = yield* Shop.start(providers, database, { options: deaf, settings })
      assert.deepStrictEqual(yield* inbox(after), [{ result: "admitted" }])
      assert.isFalse((yield* after.checkout.get("o-1")).isCovered)
      const reads = yield* requestsOf(ecca, "invoices.get")
      yield* after.checkout.resume(paused?.account ?? (yield* Effect.die("not paused")))
      yield* after.sql`UPDATE gatefold_queue SET visible_at = created_at`
      assert.isTrue(yield* covered(after, "o-1"))
      assert.isAbove(yield* requestsOf(ecca, "invoices.get"), reads)
      const rows = yield* eventually(inbox(after), (all) => all.every(({ result }) => result !== "admitted"))
      assert.deepStrictEqual(rows, [{ result: "InvalidSignature" }])
      const facts = yield* after.checkout.history("o-1")
      assert.deepStrictEqual(facts.filter(({ source }) => source === "webhook"), [])
    }))

  it.live("are resolved after a bare page that forbids to read about them, which pauses nobody", () =>
    Effect.gen(function*() {
      const { ecca, shop } = yield* open({ options: deaf })
      const id = idOf(yield* shop.checkout.open(Shop.order("o-1")))
      yield* ecca.pay(id)
      const page = Simulator.Fault.Answer({ effect: "none", status: 403, body: "<html>Forbidden</html>" })
      yield* ecca.arm(page, { operation: "invoices.get" })
      yield* shop.checkout.receive("ecca", yield* ecca.webhook(id))
      const failed = shop.sql`SELECT id FROM gatefold_queue WHERE last_failure IS NOT NULL`
      yield* eventually(failed, ({ length }) => length > 0)
      assert.deepStrictEqual(yield* shop.checkout.paused, [])
      yield* shop.sql`UPDATE gatefold_queue SET visible_at = created_at`
      assert.isTrue(yield* covered(shop, "o-1"))
    }))

  it.live("of an account that is no longer configured wait until it is again", () =>
    Effect.gen(function*() {
      const database = yield* make
      const providers = yield* Shop.providers
      const { ecca } = providers
      const run = <A, E>(use: (shop: Shop.Shop) => Effect.Effect<A, E, Scope.Scope>, setup: Shop.Setup = {}) =>
        Effect.scoped(Effect.flatMap(Shop.start(providers, database, { options: deaf, ...setup }), use))
      yield* run(Effect.fnUntraced(function*({ checkout, sql }) {
        const id = idOf(yield* checkout.open(Shop.order("o-1")))
        yield* ecca.pay(id)
        yield* ecca.arm(Simulator.Fault.Refused())
        yield* checkout.receive("ecca", yield* ecca.webhook(id))
        // as if it had ended and were watched no more: else the next start would be refused
        yield* sql`UPDATE gatefold_attempts SET due_at = NULL, ended_at = 1`
      }))
      yield* ecca.disarm
      const without = Object.fromEntries(Object.keys(ecca.settings).map((name) => [name, undefined]))
      // a claim that was under way when its process stopped runs out by itself, though later
      const nobodys = (shop: Shop.Shop) =>
        Effect.gen(function*() {
          yield* shop.sql`UPDATE gatefold_queue SET visible_at = created_at, acquired_at = NULL, acquired_by = NULL`
          const failures = shop.sql<{ last_failure: string }>`SELECT last_failure FROM gatefold_queue`
          const [row] = yield* eventually(failures, (all) => all[0]?.last_failure === "Error: UnknownAccount")
          assert.strictEqual(row?.last_failure, "Error: UnknownAccount")
          assert.deepStrictEqual(yield* inbox(shop), [{ result: "admitted" }])
        })
      yield* run(nobodys, { chosen: "ecryptopay", settings: without })
      yield* run((shop) =>
        Effect.gen(function*() {
          yield* shop.sql`UPDATE gatefold_queue SET visible_at = created_at, acquired_at = NULL, acquired_by = NULL`
          assert.isTrue(yield* covered(shop, "o-1"))
        })
      )
    }))

  it.live("that are hints are not lost while their invoice is being read, nor by a read that fails", () =>
    Effect.gen(function*() {
      const options = { ...deaf, lookEvery: "300 millis" } as const
      const { ecryptopay, shop } = yield* open({ chosen: "ecryptopay", options })
      const id = idOf(yield* shop.checkout.open(Shop.pesos("o-1")))
      const looks = requestsOf(ecryptopay, "payments.list")
      const hint = shop.checkout.receive("ecryptopay", yield* ecryptopay.forge(id))
      yield* ecryptopay.arm(Simulator.Fault.Delay({ duration: "300 millis" }), { operation: "payments.list" })
      const before = yield* looks
      // forged, but a hint about what is ours is only one more look
      yield* hint
      yield* eventually(looks, (count) => count > before)
      // the answer that is on its way was true before the customer paid
      yield* ecryptopay.pay(id)
      yield* ecryptopay.arm(Simulator.Fault.ErrorPage({ effect: "none" }), { operation: "payments.list" })
      yield* hint
      assert.isTrue(yield* covered(shop, "o-1"))
      assert.isAtLeast((yield* looks) - before, 2)
    }))

  it.live("that are hints are not lost between the look for their owner and that for whoever may become it", () =>
    Effect.gen(function*() {
      const { ecryptopay, shop: { checkout } } = yield* open({ chosen: "ecryptopay", options: deaf })
      yield* ecryptopay.arm(Simulator.Fault.Delay({ duration: "300 millis" }), { operation: "invoices.create" })
      const opening = yield* Effect.forkChild(checkout.open(Shop.pesos("o-1")))
      const [entry] = yield* eventually(ecryptopay.books, ({ length }) => length > 0)
      const id = entry?.id ?? ""
      yield* ecryptopay.pay(id)
      let forced = 0
      const bindsFirst: Statement.Transformer = (statement) =>
        Effect.gen(function*() {
          const [text] = statement.compile()
          if (text.includes("is_woken = 1") && text.includes("state IN ('sending', 'unknown')")) {
            forced++
            yield* Fiber.await(opening)
          }
          return statement
        })
      const received = yield* checkout.receive("ecryptopay", yield* ecryptopay.forge(id)).pipe(
        Effect.provideService(Statement.CurrentTransformer, bindsFirst)
      )
      assert.deepStrictEqual({ received, forced }, { received: "looking", forced: 1 })
      const { isCovered } = yield* eventually(checkout.get("o-1"), ({ isCovered }) => isCovered)
      assert.isTrue(isCovered)
    }))
})
