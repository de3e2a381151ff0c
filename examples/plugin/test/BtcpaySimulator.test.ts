/**
 * What the simulated server does, as BTCPay Server documents it.
 */
import { assert, describe, it } from "@effect/vitest"
import type { RawWebhook } from "@gatefold/core"
import type { SimulatorError } from "@gatefold/core/Simulator"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { createHmac } from "node:crypto"
import * as BtcpaySimulator from "./BtcpaySimulator.ts"
import * as Receiver from "./support/Receiver.ts"
import * as StoreClient from "./support/StoreClient.ts"

const start = Effect.fnUntraced(function*(options?: BtcpaySimulator.Options) {
  const simulator = yield* BtcpaySimulator.make({ webhooks: "manual", ...options })
  const store = StoreClient.make(simulator)
  /** How far an invoice is, what is exceptional about it, and what came in. */
  const stateOf = (id: string) =>
    Effect.map(store.read(id), ({ additionalStatus, paidAmount, status }) => [status, additionalStatus, paidAmount])
  return { simulator, store, stateOf }
})

const reasonOf = <A>(effect: Effect.Effect<A, SimulatorError>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason)
const textOf = (webhook: RawWebhook.RawWebhook) => new TextDecoder().decode(webhook.body)
const eventOf = (webhook: RawWebhook.RawWebhook) => JSON.parse(textOf(webhook))
const signatureOf = (secret: string | undefined, body: string | Uint8Array) =>
  `sha256=${createHmac("sha256", secret ?? "").update(body).digest("hex")}`

describe("creating an invoice", () => {
  it.effect("keeps the amount digit for digit, the metadata and the way back, and gives 15 minutes", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_790_000_000_999)
      const { simulator, store } = yield* start()
      const { object, status } = yield* store.post("/invoices", StoreClient.order)
      assert.strictEqual(status, 200)
      assert.strictEqual(object["amount"], "10.00")
      assert.deepStrictEqual(object["metadata"], { orderId: "order-1", itemDesc: "Two books" })
      assert.deepInclude(object["checkout"], { redirectURL: "https://shop.example/orders/{OrderId}" })
      assert.deepStrictEqual([object["createdTime"], object["expirationTime"], object["monitoringExpiration"]], [
        1_790_000_000,
        1_790_000_900,
        1_790_087_300
      ])
      assert.deepStrictEqual(yield* simulator.books, [{
        id: String(object["id"]),
        reference: "order-1",
        amount: "10.00",
        currency: "USD",
        status: "open",
        providerStatus: "New"
      }])
    }))

  it.effect("does not refuse the same order again: both invoices exist", () =>
    Effect.gen(function*() {
      const { store } = yield* start()
      const ids = [yield* store.create(), yield* store.create()]
      const { items } = yield* store.get("/invoices?orderId=order-1")
      assert.deepStrictEqual(items.map(({ id }) => id), ids.toReversed())
    }))

  it.effect.each([
    { wrong: { amount: "0" }, path: "amount" },
    { wrong: { amount: 10 }, path: "amount" },
    { wrong: { amount: "1e3" }, path: "amount" },
    { wrong: { amount: undefined }, path: "amount" },
    { wrong: { currency: "ZZZ" }, path: "currency" },
    { wrong: { currency: 840 }, path: "currency" },
    { wrong: { metadata: { orderId: 7 } }, path: "metadata.orderId" },
    { wrong: { metadata: "order-1" }, path: "metadata" },
    { wrong: { checkout: { expirationMinutes: -1 } }, path: "checkout.expirationMinutes" }
  ])("refuses $wrong and says where it is wrong", ({ path, wrong }) =>
    Effect.gen(function*() {
      const { simulator, store } = yield* start()
      const { items, status } = yield* store.post("/invoices", { ...StoreClient.order, ...wrong })
      assert.strictEqual(status, 400)
      assert.deepStrictEqual(items.map((item) => item["path"]), [path])
      assert.deepStrictEqual(yield* simulator.books, [])
    }))

  it.effect("refuses what is no JSON object", () =>
    Effect.gen(function*() {
      const { store } = yield* start()
      for (const body of ["", "{\"amount\":", "[]"]) {
        assert.strictEqual((yield* store.post("/invoices", body)).status, 400, body)
      }
    }))
})

describe("credentials", () => {
  it.effect("are a key of the account and one of its stores", () =>
    Effect.gen(function*() {
      const { simulator, store } = yield* start()
      const as = (changes: Record<string, string>) => StoreClient.make(simulator, changes).get("/invoices")
      assert.strictEqual((yield* store.get("/invoices")).status, 200)
      const stranger = yield* as({ BTCPAY_API_KEY: "guess" })
      assert.deepStrictEqual([stranger.status, stranger.object["code"]], [401, "unauthenticated"])
      const elsewhere = yield* as({ BTCPAY_STORE_ID: "elsewhere" })
      assert.deepStrictEqual([elsewhere.status, elsewhere.object["code"]], [403, "missing-permission"])
      const nobody = yield* StoreClient.send(`${simulator.url}/api/v1/stores/x/invoices`)
      assert.strictEqual(nobody.status, 401)
    }))
})

describe("the life of an invoice", () => {
  it.effect("goes from New by way of Processing to Settled", () =>
    Effect.gen(function*() {
      const { simulator, stateOf, store } = yield* start()
      const id = yield* store.create()
      yield* simulator.begin(id)
      assert.deepStrictEqual(yield* stateOf(id), ["New", "None", "0.00"])
      yield* simulator.confirming(id)
      assert.deepStrictEqual(yield* stateOf(id), ["Processing", "None", "10.00"])
      yield* simulator.pay(id)
      assert.deepStrictEqual(yield* stateOf(id), ["Settled", "None", "10.00"])
      assert.strictEqual(yield* reasonOf(simulator.pay(id)), "InvalidTransition")
      assert.strictEqual(yield* reasonOf(simulator.expire(id)), "InvalidTransition")
      assert.strictEqual(yield* reasonOf(simulator.fail(id)), "InvalidTransition")
    }))

  it.effect("takes the price in parts", () =>
    Effect.gen(function*() {
      const { simulator, stateOf, store } = yield* start()
      const id = yield* store.create()
      yield* simulator.pay(id, "partial")
      assert.deepStrictEqual(yield* stateOf(id), ["New", "PaidPartial", "5.00"])
      yield* simulator.pay(id)
      assert.deepStrictEqual(yield* stateOf(id), ["Settled", "None", "10.00"])
    }))

  it.effect("takes too much", () =>
    Effect.gen(function*() {
      const { simulator, stateOf, store } = yield* start()
      const id = yield* store.create()
      yield* simulator.pay(id, "over")
      assert.deepStrictEqual(yield* stateOf(id), ["Settled", "PaidOver", "15.00"])
    }))

  it.effect("ends with a part of the price", () =>
    Effect.gen(function*() {
      const { simulator, stateOf, store } = yield* start()
      const id = yield* store.create()
      yield* simulator.pay(id, "partial")
      yield* simulator.expire(id)
      assert.deepStrictEqual(yield* stateOf(id), ["Expired", "PaidPartial", "5.00"])
      assert.isTrue(eventOf(yield* simulator.webhook(id)).partiallyPaid)
    }))

  it.effect("stays expired when it is paid late, until the merchant marks it", () =>
    Effect.gen(function*() {
      const { simulator, stateOf, store } = yield* start()
      const id = yield* store.create()
      assert.strictEqual(yield* reasonOf(simulator.settleLate(id)), "InvalidTransition")
      yield* simulator.expire(id)
      yield* simulator.pay(id, "partial")
      assert.deepStrictEqual(yield* stateOf(id), ["Expired", "PaidPartial", "5.00"])
      yield* simulator.pay(id)
      assert.deepStrictEqual(yield* stateOf(id), ["Expired", "PaidLate", "10.00"])
      assert.strictEqual((yield* simulator.books)[0]?.status, "expired")
      yield* simulator.settleLate(id)
      assert.deepStrictEqual(yield* stateOf(id), ["Settled", "Marked", "10.00"])
    }))

  it.effect("expires by itself, and is watched for one more day", () =>
    Effect.gen(function*() {
      const { simulator, stateOf, store } = yield* start()
      const [early, late] = [yield* store.create(), yield* store.create()]
      yield* TestClock.adjust("899 seconds")
      assert.deepStrictEqual(yield* stateOf(early), ["New", "None", "0.00"])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* stateOf(early), ["Expired", "None", "0.00"])
      yield* simulator.pay(early)
      assert.deepStrictEqual(yield* stateOf(early), ["Expired", "PaidLate", "10.00"])
      yield* simulator.advance("1 day")
      assert.strictEqual(yield* reasonOf(simulator.pay(late)), "InvalidTransition")
    }))

  it.effect("becomes invalid when coins are not confirmed in time, or when it fails", () =>
    Effect.gen(function*() {
      const { simulator, stateOf, store } = yield* start()
      const [slow, failed] = [yield* store.create(), yield* store.create()]
      yield* simulator.confirming(slow)
      yield* simulator.advance("2 days")
      assert.deepStrictEqual(yield* stateOf(slow), ["Invalid", "None", "10.00"])
      assert.strictEqual(yield* reasonOf(simulator.fail(failed)), "InvalidTransition")
      const other = yield* store.create()
      yield* simulator.fail(other)
      assert.deepStrictEqual(yield* stateOf(other), ["Invalid", "None", "0.00"])
    }))

  it.effect("knows no cancelling, no correction and no taking back", () =>
    Effect.gen(function*() {
      const { simulator, store } = yield* start()
      const id = yield* store.create()
      for (const act of [simulator.cancel(id), simulator.adjust(id), simulator.reverse(id)]) {
        assert.strictEqual(yield* reasonOf(act), "NotOffered")
      }
    }))

  it.effect("can be called by another word, until its status changes", () =>
    Effect.gen(function*() {
      const { simulator, stateOf, store } = yield* start()
      const id = yield* store.create()
      yield* simulator.relabel(id, "Pondering")
      assert.deepStrictEqual(yield* stateOf(id), ["Pondering", "None", "0.00"])
      assert.deepInclude((yield* simulator.books)[0], { status: "open", providerStatus: "Pondering" })
      yield* simulator.pay(id)
      assert.deepStrictEqual(yield* stateOf(id), ["Settled", "None", "10.00"])
    }))

  it.effect("is of invoices that exist", () =>
    Effect.gen(function*() {
      const { simulator, store } = yield* start()
      for (
        const act of [
          simulator.begin("x"),
          simulator.pay("x"),
          simulator.relabel("x", "y"),
          simulator.webhook("x"),
          simulator.deliver("x"),
          simulator.approve("x")
        ]
      ) assert.strictEqual(yield* reasonOf(Effect.asVoid(act)), "NotFound")
      assert.deepInclude(yield* store.get("/invoices/x"), { status: 404 })
    }))
})

describe("payment methods", () => {
  it.effect("tell what is due in bitcoin, negative when too much was paid", () =>
    Effect.gen(function*() {
      const { simulator, store } = yield* start()
      const id = yield* store.create()
      const method = Effect.map(store.get(`/invoices/${id}/payment-methods`), ({ items }) => items[0])
      assert.deepInclude(yield* method, {
        paymentMethodId: "BTC-CHAIN",
        rate: "64392.23",
        amount: "0.00015530",
        due: "0.00015530",
        totalPaid: "0.00000000",
        destination: `simulated${id}`,
        paymentLink: `bitcoin:simulated${id}?amount=0.00015530`,
        payments: []
      })
      yield* simulator.pay(id, "over")
      const after = yield* method
      assert.deepInclude(after, { due: "-0.00007765", totalPaid: "0.00023295" })
      assert.lengthOf(Array.isArray(after?.["payments"]) ? after["payments"] : [], 1)
    }))
})

describe("the list of invoices", () => {
  it.effect("is in pages, newest first, of 50 unless told otherwise", () =>
    Effect.gen(function*() {
      const { store } = yield* start({ usualTake: 2 })
      const [a, b, c] = [yield* store.create(), yield* store.create(), yield* store.create()]
      const ids = (query: string) =>
        Effect.map(store.get(`/invoices${query}`), ({ items }) => items.map(({ id }) => id))
      assert.deepStrictEqual(yield* ids(""), [c, b])
      assert.deepStrictEqual(yield* ids("?skip=2"), [a])
      assert.deepStrictEqual(yield* ids("?skip=1&take=1"), [b])
      assert.deepStrictEqual(yield* ids("?skip=3"), [])
      assert.strictEqual((yield* store.get("/invoices?take=all")).status, 400)
    }))

  it.effect("can be asked for orders, a status, a time and a text", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_790_000_000_000)
      const { simulator, store } = yield* start()
      const [a, b, c] = yield* Effect.forEach(["a-1", "b-2", "c-3"], (orderId) =>
        Effect.tap(store.create({ metadata: { orderId } }), () => simulator.advance("1 second")))
      yield* simulator.pay(b ?? "")
      const ids = (query: string) =>
        Effect.map(store.get(`/invoices?${query}`), ({ items }) => items.map(({ id }) => id))
      assert.deepStrictEqual(yield* ids("orderId=a-1&orderId=c-3"), [c, a])
      assert.deepStrictEqual(yield* ids("orderId=a"), [])
      assert.deepStrictEqual(yield* ids("status=Settled"), [b])
      assert.deepStrictEqual(yield* ids("status=Settled&status=New"), [c, b, a])
      assert.deepStrictEqual(yield* ids("startDate=1790000001&endDate=1790000001"), [b])
      assert.deepStrictEqual(yield* ids("textSearch=c-"), [c])
    }))
})

describe("payouts", () => {
  it.effect.each(
    [
      { status: "pending", state: "AwaitingApproval", payoutAmount: null },
      { status: "processing", state: "InProgress", payoutAmount: "0.00039602" },
      { status: "succeeded", state: "Completed", payoutAmount: "0.00039602" },
      { status: "canceled", state: "Cancelled", payoutAmount: null }
    ] as const
  )("that are $status are $state", ({ payoutAmount, state, status }) =>
    Effect.gen(function*() {
      const { simulator, store } = yield* start()
      const id = yield* simulator.withdraw({ amount: "25.50", status })
      assert.deepInclude((yield* store.get(`/payouts/${id}`)).object, {
        id,
        state,
        originalAmount: "25.50",
        originalCurrency: "USD",
        payoutCurrency: "BTC",
        payoutAmount
      })
    }))

  it.effect("get their amount in bitcoin when they are approved, once", () =>
    Effect.gen(function*() {
      const { simulator, store } = yield* start()
      const id = yield* simulator.withdraw({ amount: "25.50" })
      yield* simulator.approve(id)
      assert.deepInclude((yield* store.get(`/payouts/${id}`)).object, {
        state: "AwaitingPayment",
        payoutAmount: "0.00039602"
      })
      assert.strictEqual(yield* reasonOf(simulator.approve(id)), "InvalidTransition")
      yield* simulator.relabel(id, "Pondering")
      assert.strictEqual((yield* store.get(`/payouts/${id}`)).object["state"], "Pondering")
    }))

  it.effect("are listed without the cancelled ones unless asked for", () =>
    Effect.gen(function*() {
      const { simulator, store } = yield* start()
      const paid = yield* simulator.withdraw({ amount: "1", status: "succeeded" })
      const cancelled = yield* simulator.withdraw({ amount: "2", status: "canceled" })
      const ids = (query: string) => Effect.map(store.get(`/payouts${query}`), ({ items }) => items.map(({ id }) => id))
      assert.deepStrictEqual(yield* ids(""), [paid])
      assert.deepStrictEqual(yield* ids("?includeCancelled=true"), [cancelled, paid])
    }))

  it.effect("never fail, and have an amount", () =>
    Effect.gen(function*() {
      const { simulator } = yield* start()
      assert.strictEqual(yield* reasonOf(simulator.withdraw({ amount: "1", status: "failed" })), "NotOffered")
      assert.strictEqual(yield* reasonOf(simulator.withdraw({ amount: "much" })), "InvalidTransition")
    }))
})

describe("webhooks", () => {
  const receive = Effect.fnUntraced(function*(options?: BtcpaySimulator.Options) {
    const world = yield* start(options)
    const receiver = yield* Receiver.make
    yield* world.simulator.webhooksTo(receiver.url)
    return { ...world, receiver, told: Effect.map(receiver.received, (all) => all.map(({ body }) => JSON.parse(body))) }
  })

  it.effect("are posted by themselves, signed, one after another as things happened", () =>
    Effect.gen(function*() {
      const { receiver, simulator, store, told } = yield* receive({ webhooks: "auto" })
      const id = yield* store.create()
      yield* simulator.pay(id)
      yield* simulator.webhooksSettled
      assert.deepStrictEqual((yield* told).map(({ invoiceId, type }) => [invoiceId, type]), [
        [id, "InvoiceCreated"],
        [id, "InvoiceReceivedPayment"],
        [id, "InvoiceProcessing"],
        [id, "InvoicePaymentSettled"],
        [id, "InvoiceSettled"]
      ])
      assert.strictEqual(yield* receiver.mostAtOnce, 1)
      for (const { body, headers } of yield* receiver.received) {
        assert.strictEqual(headers["btcpay-sig"], signatureOf(simulator.settings["BTCPAY_WEBHOOK_SECRETS"], body))
      }
    }))

  it.effect("tell of an expiry when its time has come", () =>
    Effect.gen(function*() {
      const { simulator, store, told } = yield* receive({ webhooks: "auto" })
      yield* store.create()
      yield* TestClock.adjust("15 minutes")
      yield* simulator.webhooksSettled
      assert.deepStrictEqual((yield* told).map(({ type }) => type), ["InvoiceCreated", "InvoiceExpired"])
    }))

  it.effect("are sent by hand, again as a redelivery of the first", () =>
    Effect.gen(function*() {
      const { simulator, store, told } = yield* receive()
      const id = yield* store.create()
      yield* simulator.pay(id)
      const before = eventOf(yield* simulator.webhook(id))
      assert.deepStrictEqual(yield* simulator.deliver(id), { status: 200 })
      assert.deepStrictEqual(yield* simulator.deliver(id), { status: 200 })
      const [first, second] = yield* told
      assert.deepStrictEqual(first, before)
      assert.isFalse(first.isRedelivery)
      assert.strictEqual(first.originalDeliveryId, first.deliveryId)
      assert.isTrue(second.isRedelivery)
      assert.strictEqual(second.originalDeliveryId, first.deliveryId)
      assert.notStrictEqual(second.deliveryId, first.deliveryId)
      assert.deepStrictEqual(second.type, "InvoiceSettled")
    }))

  it.effect("go nowhere without an address", () =>
    Effect.gen(function*() {
      const { simulator, store } = yield* start({ webhooks: "auto" })
      const id = yield* store.create()
      assert.strictEqual(yield* reasonOf(simulator.deliver(id)), "InvalidTransition")
    }))

  it.effect("can be of any bytes, authentic and unknown, or forged", () =>
    Effect.gen(function*() {
      const { simulator, store } = yield* start()
      const secret = simulator.settings["BTCPAY_WEBHOOK_SECRETS"]
      const bytes = Uint8Array.of(0, 255, 10)
      const odd = yield* simulator.sign(bytes)
      assert.deepStrictEqual([...odd.body], [...bytes])
      assert.strictEqual(odd.header("BTCPay-Sig"), signatureOf(secret, bytes))

      const unknown = yield* simulator.unknownEvent
      assert.strictEqual(unknown.header("BTCPay-Sig"), signatureOf(secret, unknown.body))
      assert.notProperty(eventOf(unknown), "invoiceId")

      const id = yield* store.create()
      const forged = yield* simulator.forge(id)
      assert.deepInclude(eventOf(forged), { type: "InvoiceSettled", invoiceId: id })
      assert.match(forged.header("BTCPay-Sig") ?? "", /^sha256=[0-9a-f]{64}$/u)
      assert.notStrictEqual(forged.header("BTCPay-Sig"), signatureOf(secret, forged.body))
    }))
})

describe("the checkout page", () => {
  const press = (link: string, action: string) =>
    StoreClient.send(link, { method: "POST", body: new URLSearchParams({ action }) })

  it.effect("is linked, lets a person pay, and leads back to the store", () =>
    Effect.gen(function*() {
      const { simulator, stateOf, store } = yield* start()
      const { object } = yield* store.post("/invoices", StoreClient.order)
      const [id, link] = [String(object["id"]), String(object["checkoutLink"])]
      const page = yield* StoreClient.send(link)
      assert.include(page.text, "0.00015530 BTC")
      assert.include(page.text, "href=\"https://shop.example/orders/order-1\"")
      assert.strictEqual((yield* press(link, "full")).status, 303)
      assert.deepStrictEqual(yield* stateOf(id), ["Settled", "None", "10.00"])
      assert.notInclude((yield* StoreClient.send(link)).text, "<form")
      assert.strictEqual((yield* press(link, "partial")).status, 409)
      assert.strictEqual((yield* press(link, "constructor")).status, 400)
      assert.strictEqual((yield* StoreClient.send(`${simulator.url}/i/nobody`)).status, 404)
      assert.isFalse((yield* simulator.requests).some(({ url }) => url.startsWith("/i/")))
    }))

  it.effect("shows no markup and no script of a merchant", () =>
    Effect.gen(function*() {
      const { store } = yield* start()
      const { object } = yield* store.post("/invoices", {
        ...StoreClient.order,
        checkout: { redirectURL: "https://shop.example/\"><script>" }
      })
      assert.notInclude((yield* StoreClient.send(String(object["checkoutLink"]))).text, "<script")
      const bad = yield* store.post("/invoices", {
        ...StoreClient.order,
        checkout: { redirectURL: "javascript:alert()" }
      })
      assert.notInclude((yield* StoreClient.send(String(bad.object["checkoutLink"]))).text, "javascript:")
    }))
})
