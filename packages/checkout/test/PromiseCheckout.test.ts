/**
 * The checkout as a back end uses it that knows promises and nothing of Effect.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { CheckoutError, type Handler, makeCheckout, type PromiseCheckout } from "@gatefold/checkout"
import * as Ecca from "@gatefold/ecca/Ecca"
import { Effect } from "effect"
import { createServer } from "node:http"
import { databases } from "./support/Databases.ts"
import * as PlainShop from "./support/PlainShop.ts"
import { order } from "./support/Shop.ts"

/** What a promise is rejected with. */
const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(() => assert.fail("it was fulfilled"), (error: unknown) => error)

describe.each(databases)("a checkout of promises on $name", (kind) => {
  let shop: PlainShop.PlainShop
  let checkout: PromiseCheckout
  const changes: Array<Parameters<Handler>[0]> = []
  const kindsOf = (reference: string) =>
    changes.filter((change) => change.order.reference === reference).flatMap(({ kinds }) => kinds)

  beforeAll(async () => {
    shop = await PlainShop.open(kind)
    checkout = await shop.start({
      onChange: (change) => {
        changes.push(change)
      }
    })
  })

  afterAll(() => shop.close())

  const pay = (reference: string) => Effect.runPromise(shop.providers.ecca.pay(reference))

  it("takes an order from its opening until it is paid, in plain values", async () => {
    const opened = await checkout.open(order("plain-1", { metadata: { cart: "7" } }))
    assert.deepStrictEqual(opened.price, { amount: "1500.00", currency: "UAH" })
    assert.strictEqual(opened.current?.invoice?.checkout?._tag, "Redirect")
    assert.isFalse(opened.isCovered)
    await pay("plain-1")
    await PlainShop.until(() => kindsOf("plain-1").includes("paid"))
    const paid = await checkout.get("plain-1")
    assert.isTrue(paid.isCovered)
    assert.deepStrictEqual(paid.metadata, { cart: "7" })
    assert.deepStrictEqual(paid, JSON.parse(JSON.stringify(paid)))
    const history = await checkout.history("plain-1")
    assert.deepStrictEqual(history[0]?.kind, "reserved")
    assert.isTrue(history.every(({ at }) => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/u.test(at)))
  })

  it("is rejected with the errors themselves, each with its tag", async () => {
    await checkout.open(order("plain-2"))
    const conflict = await rejection(checkout.open(order("plain-2", { price: { amount: "2.00", currency: "UAH" } })))
    assert.instanceOf(conflict, CheckoutError.PriceConflict)
    assert.strictEqual(conflict._tag, "PriceConflict")
    assert.include(conflict.message, "use another reference")
    assert.instanceOf(await rejection(checkout.get("nobody")), CheckoutError.UnknownReference)
    assert.instanceOf(await rejection(checkout.refresh("nobody")), CheckoutError.UnknownReference)
    assert.include(await rejection(checkout.resume("nobody")), { _tag: "UnknownAccount", account: "nobody" })
    assert.instanceOf(await rejection(checkout.changes(() => {})), CheckoutError.ChangesTaken, "onChange gets them")
    const stranger = rejection(checkout.receive("nobody", { headers: {}, body: "{}" }))
    assert.include(await stranger, { _tag: "UnknownAccount" })
    const unproven = rejection(
      checkout.receive("ecca", { headers: { "content-type": "application/json" }, body: "{}" })
    )
    assert.include(await unproven, { _tag: "WebhookRejected" })
    const settled = { _tag: "Settle" as const, note: "" }
    assert.include(await rejection(checkout.resolve("plain-2", 1, settled, "ann")), {
      _tag: "InvalidOrder",
      field: "decision.note"
    })
    for await (const _ of checkout.watch("plain-2")) break
    const watched = (async () => {
      for await (const _ of checkout.watch("nobody")) assert.fail("nobody is watched")
    })()
    assert.instanceOf(await rejection(watched), CheckoutError.UnknownReference)
  })

  it("cancels, and lets a person settle", async () => {
    await checkout.open(order("plain-3"))
    const canceled = await checkout.cancel("plain-3")
    assert.isString(canceled.current?.canceledAt)
    await pay("plain-3")
    await PlainShop.until(() => kindsOf("plain-3").includes("paidAfterCancel"))
    const refundable = await checkout.get("plain-3")
    assert.lengthOf(refundable.refundDue, 1)
    assert.deepStrictEqual(refundable.reviews, [{ attempt: 1, why: ["tooMuch"] }], "its price was the right one")
    const settled = await checkout.resolve("plain-3", 1, { _tag: "Settle", note: "sent back" }, "ann")
    assert.isEmpty([...settled.refundDue, ...settled.reviews])
    assert.include((await checkout.history("plain-3")).at(-1), { kind: "settled", source: "person" })
  })

  it("receives webhooks as web requests", async () => {
    // asks nobody by itself, so that nothing but the webhook can tell
    const told = await shop.start({ store: "told", polls: false })
    await told.open(order("plain-4"))
    await pay("plain-4")
    const { body, headers } = await Effect.runPromise(shop.providers.ecca.webhook("plain-4"))
    const post = (text: Uint8Array) =>
      told.webhooks.fetch(
        new Request("http://shop.example/webhooks/ecca", { method: "POST", headers, body: new Uint8Array(text) })
      )
    assert.strictEqual((await post(new TextEncoder().encode("{}"))).status, 401)
    assert.strictEqual((await post(body)).status, 200)
    await PlainShop.until(async () => (await told.get("plain-4")).isCovered)
    assert.strictEqual(await told.receive("ecca", { headers, body }), "known")
  })

  it("receives webhooks from a server of Node's", async () => {
    const told = await shop.start({ store: "told by Node", polls: false })
    const server = createServer((request, response) => void told.webhooks.node(request, response))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    await Effect.runPromise(shop.providers.ecca.webhooksTo(`http://127.0.0.1:${port}/webhooks/ecca`))
    await told.open(order("plain-5", { webhookUrl: `http://127.0.0.1:${port}/webhooks/ecca` }))
    await pay("plain-5")
    assert.deepStrictEqual(await Effect.runPromise(shop.providers.ecca.deliver("plain-5")), { status: 200 })
    await PlainShop.until(async () => (await told.get("plain-5")).isCovered)
    server.close()
  })

  it("can be watched in a loop that ends with the attempt", async () => {
    await checkout.open(order("plain-6"))
    const seen: Array<string> = []
    for await (const { current } of checkout.watch("plain-6")) {
      if (seen.length === 0) await pay("plain-6")
      seen.push(current?.invoice?.status ?? "")
    }
    assert.strictEqual(seen[0], "open")
    assert.strictEqual(seen.at(-1), "paid")
  })

  it("compares its books with the provider's", async () => {
    const differences = await PlainShop.all(checkout.reconcile("ecca"))
    const orphans = differences.flatMap((one) => one._tag === "Orphan" ? one.invoice.references : [])
    // those that other stores have opened
    assert.sameMembers([...orphans], ["plain-4", "plain-5"])
  })

  it("parks what a handler does not take, and delivers it again", async () => {
    const other = await PlainShop.open(kind)
    const shopkeeper = await other.start({ deliveryTries: 1 })
    let isBroken = true
    const seen: Array<string> = []
    const stop = await shopkeeper.changes(({ id }) => {
      if (isBroken) return Promise.reject(new RangeError("on purpose"))
      seen.push(id)
      return Promise.resolve()
    })
    await shopkeeper.open(order("plain-7"))
    const letters = () => PlainShop.all(shopkeeper.deadLetters())
    await PlainShop.until(async () => (await letters()).length === 1)
    assert.include((await letters())[0], { reference: "plain-7", attempt: 1, version: 1, failure: "RangeError" })
    isBroken = false
    assert.strictEqual(await shopkeeper.replay("plain-7"), 1)
    await PlainShop.until(() => seen.length === 1)
    assert.isEmpty(await letters())
    await stop()
    await shopkeeper.open(order("plain-8"))
    await new Promise((resolve) => setTimeout(resolve, 150))
    assert.lengthOf(seen, 1)
    await other.close()
  })

  it("tells a handler that it is late, and delivers the change again", async () => {
    const tries: Array<string> = []
    const slow = await shop.start({
      store: "slow",
      handlerTimeout: "50 millis",
      onChange: ({ id }, { signal }) => {
        tries.push(id)
        if (tries.length > 1) return Promise.resolve()
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve(void tries.push("too late"))))
      }
    })
    await slow.open(order("plain-11"))
    await PlainShop.until(() => tries.length === 3)
    assert.deepStrictEqual(tries, ["slow/plain-11/1/1", "too late", "slow/plain-11/1/1"])
  })

  it("can be asked to sweep, who is paused, and to forget", async () => {
    assert.containsAllKeys(await checkout.sweep(), ["resolved", "read", "waiting"])
    assert.deepStrictEqual(await checkout.paused(), [])
    await checkout.resume("ecca")
    assert.strictEqual(await checkout.cleanUp("90 days"), 0)
    assert.include(await rejection(checkout.cleanUp(JSON.parse("\"a while\""))), {
      _tag: "InvalidOrder",
      field: "keep"
    })
  })

  it("ends cleanly: calls finish, loops end, and what comes after is refused", async () => {
    const other = await shop.start()
    await other.open(order("plain-9"))
    let turns = 0
    const loop = (async () => {
      for await (const _ of other.watch("plain-9")) turns++
    })()
    await PlainShop.until(() => turns > 0)
    const running = other.get("plain-9")
    await Promise.all([other.close(), other.close()])
    assert.strictEqual((await running).reference, "plain-9")
    await loop
    assert.include(await rejection(other.get("plain-9")), { _tag: "CheckoutClosed" })
    assert.include(await rejection(PlainShop.all(other.watch("plain-9"))), { _tag: "CheckoutClosed" })
    const late = new Request("http://shop.example/webhooks/ecca", { method: "POST", body: "{}" })
    assert.strictEqual((await other.webhooks.fetch(late)).status, 503)
  })

  it("keeps what is open for the next one, which may begin elsewhere", async () => {
    const first = await shop.start()
    await first.open(order("plain-10"))
    await first.close()
    await pay("plain-10")
    await using second = await shop.start()
    await PlainShop.until(async () => (await second.get("plain-10")).isCovered)
  })
})

describe("a checkout of promises that cannot start", () => {
  it("names every setting that is missing", async () => {
    const error = await rejection(
      makeCheckout({ providers: [Ecca.provider], database: ":memory:", env: { GATEFOLD_PROVIDER: "ecca" } })
    )
    assert.include(error, { _tag: "SettingsError" })
    assert.include(String(error), "ECCA_API_KEY is missing")
  })

  it("says what is wrong with the database", async () => {
    const env = { GATEFOLD_PROVIDER: "ecca", ECCA_API_KEY: "key", ECCA_WEBHOOK_SECRETS: "secret" }
    const missing = makeCheckout({ providers: [Ecca.provider], database: "/no/such/folder/shop.db", env })
    assert.include(await rejection(missing), { _tag: "StorageFailed", kind: "cannotOpen" })
    const configured = { ...env, GATEFOLD_DATABASE_URL: "redis://db" }
    assert.include(await rejection(makeCheckout({ providers: [Ecca.provider], env: configured })), {
      _tag: "SettingsError"
    })
  })

  it("says that a cluster needs PostgreSQL", async () => {
    const env = { GATEFOLD_PROVIDER: "ecca", ECCA_API_KEY: "key", ECCA_WEBHOOK_SECRETS: "secret" }
    const cluster = { host: "127.0.0.1", port: 34_567 }
    assert.include(
      await rejection(makeCheckout({ providers: [Ecca.provider], database: ":memory:", env, cluster })),
      { _tag: "ClusterFailed" }
    )
  })
})
