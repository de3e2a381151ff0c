/**
 * What is special to BTCPay Server: two axes of status, one order that may have two invoices, webhooks without a time.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import {
  type GatewayError,
  Identifiers,
  Invoice,
  Money,
  type NewInvoice,
  RawWebhook,
  RetryPolicy
} from "@gatefold/core"
import { Invoices, WebhookEvents, Withdrawals } from "@gatefold/core"
import { Fault } from "@gatefold/core/Simulator"
import * as Btcpay from "@gatefold/example-plugin/Btcpay"
import { ConfigProvider, Context, DateTime, Effect, Layer, Redacted, Result, Stream } from "effect"
import * as BtcpaySimulator from "./BtcpaySimulator.ts"

const noPauses: RetryPolicy.RetryPolicy = { ...RetryPolicy.standard, base: 0, cap: 0, tries: 3 }

const connect = Effect.fnUntraced(function*(options: Btcpay.BtcpayOptions) {
  const layer = Layer.provide(Btcpay.layer(options), NodeHttpClient.layerUndici)
  const services = yield* Effect.orDie(Layer.build(layer))
  return {
    invoices: Context.get(services, Invoices.Invoices),
    withdrawals: Context.get(services, Withdrawals.Withdrawals),
    webhooks: Context.get(services, WebhookEvents.WebhookEvents)
  }
})

/** Starts a server and opens its store, by the settings that it tells. */
const open = Effect.fnUntraced(function*(overrides: Partial<Btcpay.BtcpayOptions> = {}) {
  const server = yield* BtcpaySimulator.make()
  const read = Effect.provideService(
    Btcpay.provider.read,
    ConfigProvider.ConfigProvider,
    ConfigProvider.fromEnvRecord({ ...server.settings })
  )
  const options: Btcpay.BtcpayOptions = { ...Result.getOrThrow(yield* read), retry: noPauses, ...overrides }
  return {
    server,
    options,
    ...yield* connect(options),
    /** How many creates reached the server. */
    creates: Effect.map(server.requests, (all) => all.filter(({ method }) => method === "POST").length)
  }
})

type Store = Effect.Success<ReturnType<typeof open>>

const price = { amount: "250.00", currency: "MXN" }
const order = (reference: string, changes: Partial<NewInvoice.NewInvoice> = {}) => ({ reference, price, ...changes })
const reasonOf = <A, R>(effect: Effect.Effect<A, GatewayError.GatewayError, R>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason)

/** The next answer of an operation, word for word. */
const answering = (
  { server }: Pick<Store, "server">,
  operation: string,
  body: unknown,
  status = 200,
  times: number | "always" = 1
) =>
  server.arm(
    Fault.Answer({ effect: "none", status, body: typeof body === "string" ? body : JSON.stringify(body) }),
    { operation, times }
  )

/** An invoice as the server writes it. */
const wireInvoice = ({ options }: Pick<Store, "options">, changes: object = {}) => ({
  id: "HMprBnL9BTXWuPvpoKBS6e",
  storeId: options.storeId,
  amount: "250.00",
  currency: "MXN",
  type: "Standard",
  status: "New",
  additionalStatus: "None",
  metadata: { orderId: "order-1" },
  checkoutLink: "https://pay.example/i/HMprBnL9BTXWuPvpoKBS6e",
  createdTime: 1_592_312_018,
  expirationTime: 1_592_312_918,
  ...changes
})

const id = Identifiers.InvoiceId.make("HMprBnL9BTXWuPvpoKBS6e")

/** Reads one invoice that the server states like this. */
const reading = Effect.fnUntraced(function*(changes: object) {
  const store = yield* open()
  yield* answering(store, "invoices.get", wireInvoice(store, changes))
  return yield* store.invoices.get({ id })
})

describe("status and exception together", () => {
  const plain = { coverage: "none", isLate: false, isReversed: false }
  const cases: ReadonlyArray<readonly [string, string, object]> = [
    ["New", "None", { ...plain, status: "open" }],
    ["New", "PaidPartial", { ...plain, status: "open", coverage: "partial" }],
    ["Processing", "None", { ...plain, status: "processing", coverage: "full" }],
    ["Processing", "PaidOver", { ...plain, status: "processing", coverage: "over" }],
    ["Settled", "None", { ...plain, status: "paid", coverage: "full" }],
    ["Settled", "PaidOver", { ...plain, status: "paid", coverage: "over" }],
    ["Settled", "PaidPartial", { ...plain, status: "paid", coverage: "partial" }],
    ["Settled", "Marked", { ...plain, status: "paid", coverage: "full" }],
    ["Settled", "Invalid", { ...plain, status: "paid", coverage: "full", isReversed: true }],
    ["Expired", "None", { ...plain, status: "expired" }],
    ["Expired", "PaidPartial", { ...plain, status: "expired", coverage: "partial" }],
    ["Expired", "PaidLate", { ...plain, status: "expired", coverage: "full", isLate: true }],
    ["Expired", "PaidOver", { ...plain, status: "expired", coverage: "over", isLate: true }],
    ["Invalid", "None", { ...plain, status: "failed", coverage: "full" }],
    ["Invalid", "Marked", { ...plain, status: "failed", isReversed: true }],
    ["Settled", "ChargedBack", { ...plain, status: "unknown", unrecognized: ["ChargedBack"] }],
    ["Paid", "None", { ...plain, status: "unknown", unrecognized: ["Paid"] }],
    ["Paid", "None2", { ...plain, status: "unknown", unrecognized: ["None2", "Paid"] }],
    ["settled", "None", { ...plain, status: "unknown", unrecognized: ["settled"] }],
    ["constructor", "None", { ...plain, status: "unknown", unrecognized: ["constructor"] }]
  ]
  const covering = new Set(["Settled/None", "Settled/PaidOver", "Settled/Marked"])
  for (const [status, additionalStatus, expected] of cases) {
    const covers = covering.has(`${status}/${additionalStatus}`)
    it.effect(`${status} with ${additionalStatus} ${covers ? "covers" : "does not cover"} the order`, () =>
      Effect.gen(function*() {
        const invoice = yield* reading({ status, additionalStatus })
        assert.deepInclude(invoice, {
          unrecognized: [],
          ...expected,
          providerStatus: additionalStatus === "None" ? status : `${status}/${additionalStatus}`
        })
        assert.strictEqual(Invoice.covers(Money.makeUnsafe("250", "MXN"), invoice), covers)
        assert.strictEqual(invoice.checkout !== undefined, invoice.status === "open")
      }))
  }

  const histories: ReadonlyArray<ReadonlyArray<string>> = [
    ["New/None", "Processing/None", "Settled/None"],
    ["New/None", "New/PaidPartial", "Processing/None", "Settled/None"],
    ["New/None", "New/PaidPartial", "Processing/PaidOver", "Settled/PaidOver"],
    ["New/None", "New/PaidPartial", "Expired/PaidPartial", "Expired/PaidOver"],
    ["New/None", "Expired/None", "Expired/PaidPartial", "Expired/PaidLate"],
    ["New/None", "Processing/None", "Invalid/None"],
    ["New/None", "Processing/PaidOver", "Invalid/PaidOver"],
    ["New/None", "Expired/None", "Settled/Marked"]
  ]
  for (const history of histories) {
    it.effect(`what came last is what is known of ${history.join(", ")}, in any order`, () =>
      Effect.gen(function*() {
        const seen = yield* Effect.forEach(history, (state) => {
          const [status, additionalStatus] = state.split("/")
          return reading({ status, additionalStatus })
        })
        const last = seen.at(-1)
        assert.isDefined(last)
        if (last === undefined) return
        for (const earlier of seen) {
          for (const merged of [Invoice.merge(earlier, last), Invoice.merge(last, earlier)]) {
            assert.strictEqual(Invoice.factKey(Result.getOrThrow(merged)), Invoice.factKey(last))
          }
        }
      }))
  }

  it.effect("a success by hand that is taken back by hand covers nothing any more", () =>
    Effect.gen(function*() {
      const settled = yield* reading({ status: "Settled", additionalStatus: "Marked" })
      const invalid = yield* reading({ status: "Invalid", additionalStatus: "Marked" })
      const merged = Result.getOrThrow(Invoice.merge(invalid, settled))
      assert.isFalse(Invoice.covers(Money.makeUnsafe("250", "MXN"), merged))
      assert.include(Invoice.conditions(merged), "reversed")
    }))

  it.effect("what is paid after it expired is late, and covers the order once the merchant has marked it", () =>
    Effect.gen(function*() {
      const { invoices, server } = yield* open()
      const { id } = yield* invoices.create(order("order-1"))
      const asked = Money.makeUnsafe("250", "MXN")
      yield* server.pay(id, "partial")
      yield* server.expire(id)
      assert.deepStrictEqual(Invoice.conditions(yield* invoices.get({ id })), ["underpaid"])
      yield* server.pay(id)
      const late = yield* invoices.get({ id })
      assert.deepInclude(late, { status: "expired", coverage: "full" })
      assert.deepStrictEqual(Invoice.conditions(late), ["late"])
      assert.isFalse(Invoice.covers(asked, late))
      yield* server.settleLate(id)
      const settled = Result.getOrThrow(Invoice.merge(late, yield* invoices.get({ id })))
      assert.isTrue(Invoice.covers(asked, settled))
      assert.deepStrictEqual(Invoice.conditions(settled), ["late"])
    }))

  it.effect("what is paid in time covers the order once it is confirmed, and not before", () =>
    Effect.gen(function*() {
      const { invoices, server } = yield* open()
      const { id } = yield* invoices.create(order("order-1"))
      const covers = Effect.map(invoices.get({ id }), (invoice) =>
        Invoice.covers(Money.makeUnsafe("250", "MXN"), invoice))
      yield* server.confirming(id)
      assert.isFalse(yield* covers)
      yield* server.pay(id)
      assert.isTrue(yield* covers)
    }))

  it.effect("times are seconds since 1970", () =>
    Effect.gen(function*() {
      const { createdAt, expiresAt } = yield* reading({})
      assert.deepStrictEqual([createdAt, expiresAt].map((at) => at && DateTime.formatIso(at)), [
        "2020-06-16T12:53:38.000Z",
        "2020-06-16T13:08:38.000Z"
      ])
    }))
})

describe("create", () => {
  it.effect("sends the amount as text to the store, with its key and what the server has a place for", () =>
    Effect.gen(function*() {
      const { invoices, options, server } = yield* open()
      const made = yield* invoices.create(
        order("order-1", { description: "Two lamps", successUrl: "https://shop.example/thanks", customer: "c-1" })
      )
      const [sent] = (yield* server.requests).filter(({ method }) => method === "POST")
      assert.deepStrictEqual(JSON.parse(sent?.body ?? ""), {
        amount: "250.00",
        currency: "MXN",
        metadata: { orderId: "order-1", itemDesc: "Two lamps" },
        checkout: { redirectURL: "https://shop.example/thanks" }
      })
      assert.strictEqual(sent?.url, `/api/v1/stores/${options.storeId}/invoices`)
      assert.strictEqual(sent?.headers["authorization"], `token ${Redacted.value(options.apiKey)}`)
      assert.strictEqual(made.status, "open")
      assert.strictEqual(made.reference, "order-1")
      assert.isDefined(made.checkout)
    }))

  it.effect("twice, one after the other, makes one invoice", () =>
    Effect.gen(function*() {
      const { creates, invoices } = yield* open()
      const first = yield* invoices.create(order("order-1"))
      const second = yield* invoices.create(order("order-1"))
      assert.strictEqual(second.id, first.id)
      assert.strictEqual(yield* creates, 1)
    }))

  it.effect("of one order at another price makes none", () =>
    Effect.gen(function*() {
      const { creates, invoices } = yield* open()
      yield* invoices.create(order("order-1"))
      const reason = yield* reasonOf(
        invoices.create(order("order-1", { price: { amount: "250.01", currency: "MXN" } }))
      )
      assert.deepInclude(reason, { _tag: "IntegrityMismatch", field: "price" })
      assert.strictEqual(yield* creates, 1)
    }))

  it.effect("of an order whose invoice ended unpaid says that the reference is spent", () =>
    Effect.gen(function*() {
      const { creates, invoices, server } = yield* open()
      const { id } = yield* invoices.create(order("order-1"))
      yield* server.expire(id)
      assert.deepInclude(yield* reasonOf(invoices.create(order("order-1"))), {
        _tag: "Conflict",
        kind: "referenceSpent"
      })
      yield* invoices.create(order("order-1.2"))
      assert.strictEqual(yield* creates, 2)
    }))

  it.effect("whose answer is lost is looked up, and never sent again", () =>
    Effect.gen(function*() {
      for (const effect of ["applied", "none"] as const) {
        const { creates, invoices, server } = yield* open()
        yield* server.arm(Fault.Reset({ effect }), { operation: "invoices.create" })
        const result = yield* Effect.result(invoices.create(order("order-1")))
        assert.strictEqual(Result.isSuccess(result), effect === "applied")
        assert.strictEqual(yield* creates, 1)
        const again = yield* invoices.create(order("order-1"))
        assert.lengthOf(yield* server.books, 1)
        if (Result.isSuccess(result)) assert.strictEqual(again.id, result.success.id)
      }
    }))

  it.effect("takes none of the other orders that a look-up brings", () =>
    Effect.gen(function*() {
      const store = yield* open()
      const others = ["order-10", "Order-1", null, { id: "order-1" }, ["order-1"]]
      yield* answering(
        store,
        "invoices.list",
        others.map((orderId, index) => wireInvoice(store, { id: `other${index}`, metadata: { orderId } }))
      )
      const { reference } = yield* store.invoices.create(order("order-1"))
      assert.strictEqual(reference, "order-1")
      assert.strictEqual(yield* store.creates, 1)
    }))

  it.effect("sends nothing where a look-up brings several, too many, or nothing that can be read", () =>
    Effect.gen(function*() {
      const store = yield* open()
      const many = (count: number, orderId = "order-1") =>
        Array.from({ length: count }, (_, at) => wireInvoice(store, { id: `one${at}`, metadata: { orderId } }))
      const bodies = [
        many(2),
        many(20),
        many(20, "another"),
        [wireInvoice(store, { storeId: "other" })],
        { data: [] },
        "<html>",
        [{}]
      ]
      for (const body of bodies) {
        yield* answering(store, "invoices.list", body)
        assert.include(["Conflict", "Unavailable"], (yield* reasonOf(store.invoices.create(order("order-1"))))._tag)
      }
      yield* answering(store, "invoices.list", { code: "unauthenticated", message: "prose" }, 401)
      assert.strictEqual((yield* reasonOf(store.invoices.create(order("order-1"))))._tag, "Unauthenticated")
      assert.strictEqual(yield* store.creates, 0)
    }))

  it.effect("checks what was made: the amount, the currency, the order and the store", () =>
    Effect.gen(function*() {
      const wrong: ReadonlyArray<readonly [object, string]> = [
        [{ amount: "25.00" }, "price"],
        [{ amount: "250.001" }, "price"],
        [{ currency: "USD" }, "price"],
        [{ metadata: { orderId: "order-2" } }, "reference"],
        [{ metadata: null }, "reference"],
        [{ storeId: "another" }, "store"]
      ]
      for (const [changes, field] of wrong) {
        const store = yield* open()
        yield* answering(store, "invoices.create", wireInvoice(store, changes))
        const reason = yield* reasonOf(store.invoices.create(order("order-1")))
        assert.deepInclude(reason, { _tag: "IntegrityMismatch", field })
      }
    }))

  it.effect("names the field that the server refuses, in our words", () =>
    Effect.gen(function*() {
      const fields: ReadonlyArray<readonly [string, string]> = [
        ["Amount", "amount"],
        ["currency", "currency"],
        ["metadata.orderId", "reference"],
        ["checkout.redirectURL", "successUrl"],
        ["checkout.speedPolicy", "request"]
      ]
      for (const status of [400, 422]) {
        for (const [path, field] of fields) {
          const store = yield* open()
          yield* answering(store, "invoices.create", [{ path, message: "prose" }], status)
          const reason = yield* reasonOf(store.invoices.create(order("order-1")))
          assert.deepInclude(reason, { _tag: "InvalidRequest", field, httpStatus: status })
          assert.notInclude(JSON.stringify(reason), "prose")
        }
      }
    }))

  it.effect("sends no currency that is not declared, and no more decimals than it has", () =>
    Effect.gen(function*() {
      const { invoices, server } = yield* open()
      const wrong = [["1", "XAU", "currency"], ["0.001", "MXN", "amount"], ["1.5", "JPY", "amount"]] as const
      for (const [amount, currency, field] of wrong) {
        const reason = yield* reasonOf(invoices.create(order("order-1", { price: { amount, currency } })))
        assert.deepInclude(reason, { _tag: "InvalidRequest", field })
      }
      assert.lengthOf(yield* server.requests, 0)
    }))
})

describe("reading an invoice", () => {
  it.effect("by reference finds exactly that one, none, or says that there are several", () =>
    Effect.gen(function*() {
      const store = yield* open()
      const { id } = yield* store.invoices.create(order("order-1"))
      yield* store.invoices.create(order("order-10"))
      assert.strictEqual((yield* store.invoices.get({ reference: "order-1" })).id, id)
      assert.strictEqual((yield* reasonOf(store.invoices.get({ reference: "order" })))._tag, "NotFound")
      yield* answering(store, "invoices.list", [wireInvoice(store), wireInvoice(store, { id: "second" })])
      assert.deepInclude(yield* reasonOf(store.invoices.get({ reference: "order-1" })), {
        _tag: "IntegrityMismatch",
        field: "reference",
        got: "2 invoices"
      })
    }))

  it.effect("believes no answer for another invoice or of another store", () =>
    Effect.gen(function*() {
      for (const [changes, field] of [[{ id: "another" }, "id"], [{ storeId: "another" }, "store"]] as const) {
        const reason = yield* reasonOf(reading(changes))
        assert.deepInclude(reason, { _tag: "IntegrityMismatch", field, got: "another" })
      }
    }))

  it.effect("takes it for absent only where the server's own code says so", () =>
    Effect.gen(function*() {
      const answers: ReadonlyArray<readonly [unknown, string]> = [
        [{ code: "invoice-not-found", message: "prose" }, "NotFound"],
        [{ code: "payout-not-found", message: "prose" }, "InvalidResponse"],
        [{ code: "store-not-found", message: "prose" }, "InvalidResponse"],
        [{ error: "not found" }, "InvalidResponse"],
        ["<h1>404</h1>", "InvalidResponse"],
        ["", "InvalidResponse"]
      ]
      for (const [body, expected] of answers) {
        const store = yield* open()
        yield* answering(store, "invoices.get", body, 404)
        assert.strictEqual((yield* reasonOf(store.invoices.get({ id })))._tag, expected)
      }
      const { invoices } = yield* open()
      assert.strictEqual((yield* reasonOf(invoices.get({ id })))._tag, "NotFound")
    }))
})

describe("lists of invoices", () => {
  it.effect("come page by page, and once each", () =>
    Effect.gen(function*() {
      const { invoices, server } = yield* open()
      yield* Effect.forEach([1, 2, 3, 4, 5], (n) => invoices.create(order(`order-${n}`)))
      const before = (yield* server.requests).length
      const all = yield* Stream.runCollect(invoices.list({ pageSize: 2 }))
      assert.lengthOf(new Set(all.map(({ id }) => id)), 5)
      assert.deepStrictEqual(
        (yield* server.requests).slice(before).map(({ url }) => url.split("?")[1]),
        ["skip=0&take=2", "skip=2&take=2", "skip=4&take=2"]
      )
    }))

  it.effect("are filtered by the server's words, and by nothing that it has no filter for", () =>
    Effect.gen(function*() {
      const { invoices, server } = yield* open()
      const { id } = yield* invoices.create(order("order-1"))
      yield* invoices.create(order("order-2"))
      yield* server.expire(id)
      const expired = yield* Stream.runCollect(invoices.list({ status: "expired" }))
      assert.deepStrictEqual(expired.map(({ id }) => id), [id])
      const before = (yield* server.requests).length
      const refused = [
        [{ status: "canceled" }, "status"],
        [{ status: "unknown" }, "status"],
        [{ currency: "MXN" }, "currency"],
        [{ order: "newest first" }, "order"],
        [{ pageSize: 0 }, "pageSize"],
        [{ pageSize: 1.5 }, "pageSize"]
      ] as const
      for (const [filter, field] of refused) {
        const reason = yield* reasonOf(Stream.runDrain(invoices.list(filter)))
        assert.deepInclude(reason, { _tag: "InvalidRequest", field })
      }
      assert.lengthOf(yield* server.requests, before)
    }))

  it.effect("that never get on end with an error", () =>
    Effect.gen(function*() {
      const { invoices, server } = yield* open()
      yield* invoices.create(order("order-1"))
      yield* server.arm(Fault.Stuck(), { operation: "invoices.list", times: "always" })
      const reason = yield* reasonOf(Stream.runDrain(invoices.list({ pageSize: 1 })))
      assert.deepInclude(reason, { _tag: "InvalidResponse", path: "skip" })
    }))
})

describe("payouts", () => {
  const payout = {
    id: "payout1",
    revision: 0,
    date: 1_592_312_018,
    destination: "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
    originalCurrency: "USD",
    originalAmount: "10399.18",
    payoutCurrency: "BTC",
    payoutAmount: "1.12300000",
    payoutMethodId: "BTC-CHAIN",
    state: "Completed",
    paymentProof: { proofType: "PayoutTransactionOnChainBlob", id: "f0e1", link: "https://explorer.example/f0e1" }
  }
  const payoutId = Identifiers.WithdrawalId.make(payout.id)
  const readingPayout = Effect.fnUntraced(function*(changes: object) {
    const store = yield* open()
    yield* answering(store, "withdrawals.get", { ...payout, ...changes })
    return yield* store.withdrawals.get(payoutId)
  })

  it.effect("say exactly what was asked for and what is paid out, each in its currency", () =>
    Effect.gen(function*() {
      const withdrawal = yield* readingPayout({})
      const { amount, net } = withdrawal
      assert.deepStrictEqual([amount, net].map((money) => money && `${Money.format(money)} ${money.currency}`), [
        "10399.18 USD",
        "1.12300000 BTC"
      ])
      assert.deepInclude(withdrawal, {
        status: "succeeded",
        providerStatus: "Completed",
        address: payout.destination,
        method: "BTC-CHAIN",
        transaction: "f0e1"
      })
      assert.doesNotHaveAnyKeys(withdrawal, ["fee", "network"])
    }))

  it.effect("may have a date that is a string or a number, and no amount before they are approved", () =>
    Effect.gen(function*() {
      for (const date of ["1592312018", 1_592_312_018]) {
        const { createdAt } = yield* readingPayout({ date })
        assert.strictEqual(createdAt && DateTime.formatIso(createdAt), "2020-06-16T12:53:38.000Z")
      }
      const waiting = yield* readingPayout({ state: "AwaitingApproval", payoutAmount: null, paymentProof: null })
      assert.strictEqual(waiting.status, "pending")
      assert.doesNotHaveAnyKeys(waiting, ["net", "transaction"])
      const lightning = yield* readingPayout({ payoutMethodId: "BTC-LN" })
      assert.doesNotHaveAnyKeys(lightning, ["transaction"])
    }))

  it.effect("of every documented state are known, and of others unknown with their word", () =>
    Effect.gen(function*() {
      const states = [
        ["AwaitingApproval", "pending"],
        ["AwaitingPayment", "pending"],
        ["InProgress", "processing"],
        ["Completed", "succeeded"],
        ["Cancelled", "canceled"],
        ["Refused", "unknown"],
        ["completed", "unknown"]
      ] as const
      for (const [state, status] of states) {
        assert.deepInclude(yield* readingPayout({ state }), { status, providerStatus: state })
      }
    }))

  it.effect("are listed whole, canceled ones too", () =>
    Effect.gen(function*() {
      const { server, withdrawals } = yield* open()
      yield* server.withdraw({ amount: "10.00", status: "canceled" })
      yield* server.withdraw({ amount: "20.00", status: "succeeded" })
      const all = yield* Stream.runCollect(withdrawals.list())
      assert.sameMembers(all.map(({ status }) => status), ["canceled", "succeeded"])
      for (
        const [field, filter] of [["status", { status: "pending" }], ["order", { order: "oldest first" }]] as const
      ) {
        const reason = yield* reasonOf(Stream.runDrain(withdrawals.list(filter)))
        assert.deepInclude(reason, { _tag: "InvalidRequest", field })
      }
    }))

  it.effect("are believed only for the id that was asked for, and absent by the server's code alone", () =>
    Effect.gen(function*() {
      assert.deepInclude(yield* reasonOf(readingPayout({ id: "payout2" })), { _tag: "IntegrityMismatch", field: "id" })
      const { withdrawals } = yield* open()
      assert.strictEqual((yield* reasonOf(withdrawals.get(payoutId)))._tag, "NotFound")
      const store = yield* open()
      yield* answering(store, "withdrawals.get", { code: "invoice-not-found", message: "prose" }, 404)
      assert.strictEqual((yield* reasonOf(store.withdrawals.get(payoutId)))._tag, "InvalidResponse")
    }))
})

describe("webhooks", () => {
  const event = (store: Store, invoiceId: string, changes: object = {}) => ({
    deliveryId: "delivery2",
    webhookId: "webhook1",
    originalDeliveryId: "delivery1",
    isRedelivery: true,
    type: "InvoiceSettled",
    timestamp: 1_592_312_018,
    storeId: store.options.storeId,
    invoiceId,
    metadata: {},
    ...changes
  })
  const signed = (store: Store, body: object) => store.server.sign(new TextEncoder().encode(JSON.stringify(body)))
  const whyOf = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.map(Effect.flip(effect), (error) => "why" in error ? error.why : error._tag)

  it.effect("say what the server says when it is asked, whatever their bodies say", () =>
    Effect.gen(function*() {
      const store = yield* open()
      const { id } = yield* store.invoices.create(order("order-1"))
      const proven = yield* store.webhooks.receive(yield* signed(store, event(store, id)))
      assert.strictEqual(proven.invoice.status, "open")
      assert.deepInclude(proven.snapshot, {
        eventType: "InvoiceSettled",
        eventId: "delivery1",
        deliveryKey: "delivery2"
      })
      assert.strictEqual(proven.key, Invoice.factKey(yield* store.invoices.get({ id })))
    }))

  it.effect("of another kind, of another store or of no invoice are acknowledged, and nothing is read", () =>
    Effect.gen(function*() {
      const store = yield* open()
      const { id } = yield* store.invoices.create(order("order-1"))
      const before = (yield* store.server.requests).length
      const others = [{ type: "PayoutCreated" }, { type: "InvoiceEaten" }, { storeId: "other" }, {
        invoiceId: undefined
      }]
      for (const changes of others) {
        const webhook = yield* signed(store, event(store, id, changes))
        assert.strictEqual(yield* whyOf(store.webhooks.receive(webhook)), "UnknownEvent")
      }
      assert.lengthOf(yield* store.server.requests, before)
    }))

  it.effect("of another kind are acknowledged where nothing is signed, too; what cannot be read is not", () =>
    Effect.gen(function*() {
      const store = yield* open()
      const { id } = yield* store.invoices.create(order("order-1"))
      const { webhooks } = yield* connect({ ...store.options, webhookProof: "readback", webhookSecrets: undefined })
      const before = (yield* store.server.requests).length
      const cases = [
        [{ type: "PayoutCreated" }, "UnknownEvent"],
        [{ type: undefined }, "InvalidPayload"],
        [{ invoiceId: undefined }, "InvalidPayload"],
        [{ storeId: "other" }, "InvalidPayload"]
      ] as const
      for (const [changes, why] of cases) {
        const webhook = yield* signed(store, event(store, id, changes))
        assert.strictEqual(yield* whyOf(webhooks.receive(webhook)), why)
      }
      assert.lengthOf(yield* store.server.requests, before)
    }))

  it.effect("may be signed with any secret that is configured, and with no other", () =>
    Effect.gen(function*() {
      const store = yield* open()
      const { id } = yield* store.invoices.create(order("order-1"))
      const webhook = yield* signed(store, event(store, id))
      const newer = Redacted.make("secret_that_is_newer")
      const rotated = yield* connect({
        ...store.options,
        webhookSecrets: [newer, ...store.options.webhookSecrets ?? []]
      })
      assert.deepInclude((yield* rotated.webhooks.admit(webhook)).proof, { secret: 1 })
      const dropped = yield* connect({ ...store.options, webhookSecrets: [newer] })
      assert.strictEqual(yield* whyOf(dropped.webhooks.admit(webhook)), "InvalidSignature")
    }))

  it.effect("without a signature are read back only where the settings say so", () =>
    Effect.gen(function*() {
      const store = yield* open()
      const { id } = yield* store.invoices.create(order("order-1"))
      const unsigned = RawWebhook.make({ headers: {}, body: JSON.stringify(event(store, id)) })
      assert.strictEqual(yield* whyOf(store.webhooks.receive(unsigned)), "MissingSignature")
      const { webhooks } = yield* connect({ ...store.options, webhookProof: "readback", webhookSecrets: undefined })
      const { invoice, snapshot } = yield* webhooks.receive(unsigned)
      assert.deepInclude(invoice, { id, status: "open" })
      assert.doesNotHaveAnyKeys(snapshot, ["eventType", "eventId", "deliveryKey"])
    }))
})

describe("settings", () => {
  const complete = {
    BTCPAY_BASE_URL: "https://pay.example/btcpay/",
    BTCPAY_STORE_ID: "9CiNzKoANXxmk5ayZngSXrHTiVvvgCrwrpFQd4m2K776",
    BTCPAY_API_KEY: "key_that_nobody_may_see",
    BTCPAY_WEBHOOK_SECRETS: "secret_one,secret_two"
  }
  const read = (changes: Readonly<Record<string, string>> = {}, without: ReadonlyArray<string> = []) =>
    Effect.provideService(
      Btcpay.provider.read,
      ConfigProvider.ConfigProvider,
      ConfigProvider.fromEnvRecord(
        Object.fromEntries(Object.entries({ ...complete, ...changes }).filter(([name]) => !without.includes(name)))
      )
    )

  it.effect("that are complete are read", () =>
    Effect.gen(function*() {
      assert.isTrue(Result.isSuccess(yield* read()))
      assert.isTrue(Result.isSuccess(yield* read({ BTCPAY_WEBHOOK_PROOF: "readback" }, ["BTCPAY_WEBHOOK_SECRETS"])))
    }))

  it.effect("that are missing or wrong are named, and never quoted", () =>
    Effect.gen(function*() {
      const names = Object.keys(complete)
      for (const name of names) {
        const missing = yield* read({}, [name])
        assert.deepStrictEqual(
          Result.getOrThrow(Result.flip(missing)).map(({ issue, variable }) => `${variable} ${issue}`),
          [`${name} is missing`]
        )
      }
      const wrong = yield* read({
        BTCPAY_BASE_URL: "http://pay.example",
        BTCPAY_STORE_ID: "../other",
        BTCPAY_API_KEY: "a key",
        BTCPAY_WEBHOOK_SECRETS: "secret_one,",
        BTCPAY_WEBHOOK_PROOF: "signature"
      })
      const problems = Result.getOrThrow(Result.flip(wrong))
      assert.sameMembers(problems.map(({ variable }) => variable), [...names, "BTCPAY_WEBHOOK_PROOF"])
      assert.notMatch(JSON.stringify(problems), /pay\.example|other|a key|secret_one/u)
    }))

  it.effect("given in code are checked by the same rules", () =>
    Effect.gen(function*() {
      const layer = Btcpay.layer({ baseUrl: "http://pay.example", storeId: "a/b", apiKey: Redacted.make("") })
      const error = yield* Effect.flip(Effect.scoped(Layer.build(Layer.provide(layer, NodeHttpClient.layerUndici))))
      assert.sameMembers(error.problems.map(({ variable }) => variable), Object.keys(complete))
    }))
})
