import { assert, describe, it } from "@effect/vitest"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { example, start, uuid } from "./EccaSimulatorFixture.ts"

describe("EccaSimulator: POST /api/v1/create-invoice", () => {
  it.effect("answers flat, with exactly the keys of edition 2, echoing the request", () =>
    Effect.gen(function*() {
      const { create, sim } = yield* start()
      const { json, status } = yield* create(example)
      assert.strictEqual(status, 201)
      assert.match(json.invoice_id, uuid)
      assert.deepStrictEqual(json, {
        invoice_id: json.invoice_id,
        external_id: "order-2026-0001",
        amount: "1500.00",
        currency: "UAH",
        status: "pending",
        payment_link: `${sim.url}/pay/${json.invoice_id}`,
        customer_id: "user_12345",
        purpose: "Premium subscription",
        callback_url: "https://yoursite.com/webhooks/payment",
        success_url: "https://yoursite.com/payment/success",
        fail_url: "https://yoursite.com/payment/failed",
        created_at: "1970-01-01T00:00:00Z",
        expires_at: "1970-01-01T00:20:00Z",
        finished_at: null
      })
    }))

  it.effect("answers with exactly the keys of edition 1 on demand: rates, and no finished_at", () =>
    Effect.gen(function*() {
      const { create, sim } = yield* start({ createEdition: 1, createStatus: 200 })
      yield* sim.setRate("UAH", "41.50")
      const { json, status } = yield* create()
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(Object.keys(json).toSorted(), [
        "amount",
        "callback_url",
        "conversion_rate",
        "created_at",
        "currency",
        "customer_id",
        "expires_at",
        "external_id",
        "fail_url",
        "invoice_id",
        "merchant_usdt",
        "payment_link",
        "purpose",
        "status",
        "success_url"
      ])
      assert.deepInclude(json, { conversion_rate: "41.50", merchant_usdt: "35.42" })
    }))

  for (const [asked, written] of [["100", "100.00"], ["100.5", "100.50"], ["100.50", "100.50"], ["0.01", "0.01"]]) {
    it.effect(`takes "${asked}" and writes "${written}"`, () =>
      Effect.gen(function*() {
        const { create } = yield* start()
        const { json, status } = yield* create({ amount: asked })
        assert.deepStrictEqual([status, json.amount], [201, written])
      }))
  }

  it.effect("keeps every digit of an amount that no float could hold", () =>
    Effect.gen(function*() {
      const { create, read, sim } = yield* start()
      const { json } = yield* create({ amount: "90071992547409.93" })
      assert.strictEqual(json.amount, "90071992547409.93")
      yield* sim.pay(json.invoice_id)
      const { amount, deal } = yield* read(json.invoice_id)
      assert.strictEqual(amount, "90071992547409.93")
      assert.strictEqual(deal.amount_fiat, "90972712472884.02")
    }))

  it.effect("takes the URLs of the account's settings where the request names none", () =>
    Effect.gen(function*() {
      const defaultUrls = { callback: "https://a.example/hook", success: "https://a.example/ok" }
      const { create } = yield* start({ defaultUrls: { ...defaultUrls, fail: "https://a.example/no" } })
      const none = { callback_url: undefined, success_url: undefined, fail_url: undefined }
      const { json } = yield* create(none)
      assert.deepInclude(json, {
        callback_url: "https://a.example/hook",
        success_url: "https://a.example/ok",
        fail_url: "https://a.example/no"
      })
      const named = yield* create({ ...none, callback_url: "https://b.example/hook" })
      assert.strictEqual(named.json.callback_url, "https://b.example/hook")
    }))
})

describe("EccaSimulator: GET /api/v1/invoices/{invoice_ref}", () => {
  it.effect("shows a new invoice without a deal", () =>
    Effect.gen(function*() {
      const { call, createId, sim } = yield* start()
      const id = yield* createId({ external_id: "order-2026-0001", customer_id: "user_12345" })
      const { json, status } = yield* call(`/invoices/${id}`)
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(json, {
        successful: true,
        data: {
          invoice_id: id,
          external_id: "order-2026-0001",
          customer_id: "user_12345",
          purpose: "Premium subscription",
          amount: "1500.00",
          currency: "UAH",
          status: "pending",
          callback_url: "https://yoursite.com/webhooks/payment",
          success_url: "https://yoursite.com/payment/success",
          fail_url: "https://yoursite.com/payment/failed",
          payment_link: `${sim.url}/pay/${id}`,
          created_at: "1970-01-01T00:00:00+00:00",
          expires_at: "1970-01-01T00:20:00+00:00",
          finished_at: null,
          method_selected: false
        }
      })
    }))

  it.effect("shows a paid invoice with the deal of the documentation's example", () =>
    Effect.gen(function*() {
      const { createId, read, sim } = yield* start()
      yield* sim.setRate("UAH", "41.50")
      const id = yield* createId()
      yield* TestClock.adjust("8 minutes")
      yield* sim.pay(id)
      const { deal, ...invoice } = yield* read(id)
      assert.deepInclude(invoice, {
        status: "success",
        method_selected: true,
        finished_at: "1970-01-01T00:08:00+00:00",
        expires_at: "1970-01-01T00:20:00+00:00"
      })
      assert.match(deal.deal_id, uuid)
      assert.isString(deal.sub_status)
      assert.deepStrictEqual(deal, {
        deal_id: deal.deal_id,
        status: "completed",
        sub_status: deal.sub_status,
        payment_method_code: "monobank",
        payment_method_name: "Monobank UA",
        amount_fiat: "1537.50",
        conversion_rate: "41.50",
        merchant_usdt: "35.42",
        expires_at: "1970-01-01T00:30:00+00:00",
        finished_at: "1970-01-01T00:08:00+00:00",
        mark_paid_at: "1970-01-01T00:08:00+00:00"
      })
    }))

  it.effect("finds by the platform's id first, then by external_id", () =>
    Effect.gen(function*() {
      const { create, createId, read } = yield* start()
      const first = yield* createId({ external_id: "order 1/ä" })
      const other = yield* create({ external_id: first })
      assert.strictEqual(other.status, 201)
      assert.strictEqual((yield* read(encodeURIComponent("order 1/ä"))).invoice_id, first)
      assert.strictEqual((yield* read(first)).invoice_id, first)
      assert.strictEqual((yield* read(other.json.invoice_id)).external_id, first)
    }))

  for (
    const [absentFields, whenNull, deal] of [["mixed", "null", false], ["null", "null", true], [
      "omitted",
      "",
      false
    ]] as const
  ) {
    it.effect(`writes fields without value as "${absentFields}"`, () =>
      Effect.gen(function*() {
        const { createId, read } = yield* start({ absentFields })
        const invoice = yield* read(yield* createId({ purpose: undefined }))
        const written = ["purpose", "finished_at"].map((key) => key in invoice ? String(invoice[key]) : "")
        assert.deepStrictEqual(written, [whenNull, whenNull])
        assert.strictEqual("deal" in invoice, deal)
      }))
  }
})

describe("EccaSimulator: the catalog", () => {
  it.effect("GET /currencies: the documented example, word for word", () =>
    Effect.gen(function*() {
      const { call } = yield* start()
      assert.deepStrictEqual((yield* call("/currencies")).json, {
        successful: true,
        data: [
          { currency: "UAH", decimal: 2, symbol: "₴", name: "Ukrainian Hryvnia", rate: "41.32" },
          { currency: "KZT", decimal: 2, symbol: "₸", name: "Kazakhstani Tenge", rate: "489.50" }
        ]
      })
    }))

  it.effect("GET /currencies: rates rounded down to two decimals, and further currencies", () =>
    Effect.gen(function*() {
      const euro = { code: "EUR", name: "Euro", symbol: "€", decimal: 2, rate: "0.9199" }
      const { call, createId, read, sim } = yield* start({ currencies: [euro] })
      const { json } = yield* call("/currencies")
      assert.deepInclude(json.data[2], { currency: "EUR", rate: "0.91" })
      const id = yield* createId({ currency_code: "EUR", amount: "12.34" })
      yield* sim.pay(id)
      assert.strictEqual((yield* read(id)).status, "success")
    }))

  it.effect("GET /payment-methods: begins with the documented examples", () =>
    Effect.gen(function*() {
      const { call } = yield* start()
      const { json } = yield* call("/payment-methods")
      assert.strictEqual(json.successful, true)
      assert.deepStrictEqual(json.data[0], {
        name: "Monobank UA",
        method_code: "monobank",
        min_sum: "100.00",
        max_sum: "10000.00",
        logo_url: "https://ecca-ex.com/payment-methods/monobank.png",
        payment_time: 15,
        currency: { code: "UAH", name: "Ukrainian Hryvnia", symbol: "₴" },
        max_commission: "2.50",
        client_commission: "2.50",
        merchant_commission: "0.00"
      })
      assert.deepInclude(json.data[1], {
        name: "PrivatBank UA",
        method_code: "privatbank",
        min_sum: "100.00",
        max_sum: "15000.00",
        max_commission: "2.50",
        client_commission: "1.00",
        merchant_commission: "1.50"
      })
    }))

  it.effect("GET /payment-methods: filters by currency, in any case", () =>
    Effect.gen(function*() {
      const { call } = yield* start()
      const codes = (path: string) =>
        Effect.map(call(path), ({ json }) => json.data.map((one: { method_code: string }) => one.method_code))
      assert.deepStrictEqual(yield* codes("/payment-methods?currency=kzt"), ["bank_kzt"])
      assert.deepStrictEqual(yield* codes("/payment-methods?currency=UAH"), ["monobank", "privatbank", "bank_uah"])
      assert.deepStrictEqual(yield* codes("/payment-methods?currency=XXX"), [])
    }))
})

describe("EccaSimulator: books and service", () => {
  it.effect("shows every invoice in neutral words, oldest first", () =>
    Effect.gen(function*() {
      const { createId, sim } = yield* start()
      const [open, paid, failed, expired, canceled] = yield* Effect.all([
        createId(),
        createId({ currency_code: "KZT", amount: "7" }),
        createId(),
        createId(),
        createId()
      ])
      yield* sim.pay(paid)
      yield* sim.fail(failed)
      yield* sim.expire(expired)
      yield* sim.cancel(canceled)
      const books = yield* sim.books
      assert.deepStrictEqual(books.map(({ id }) => id), [open, paid, failed, expired, canceled])
      assert.deepStrictEqual(books.map(({ status }) => status), ["open", "paid", "failed", "expired", "canceled"])
      assert.deepStrictEqual(books[1], {
        id: paid,
        reference: "order-2",
        amount: "7.00",
        currency: "KZT",
        status: "paid",
        providerStatus: "success"
      })
    }))

  it.effect("can be had from a layer, under the settings that an adapter reads", () =>
    Effect.gen(function*() {
      const sim = yield* EccaSimulator.EccaSimulator
      assert.match(sim.url, /^http:\/\/127\.0\.0\.1:\d+$/)
      assert.deepStrictEqual(sim.settings, {
        ECCA_BASE_URL: `${sim.url}/api/v1`,
        ECCA_API_KEY: "key-1",
        ECCA_WEBHOOK_SECRETS: "new,old"
      })
    }).pipe(Effect.provide(EccaSimulator.layer({ apiKey: "key-1", webhookSecrets: ["new", "old"] }))))

  it.effect("records which operations each request serves, and leaves hosted pages out", () =>
    Effect.gen(function*() {
      const { call, createId, sim } = yield* start()
      const id = yield* createId()
      const paths = [
        `/invoices/${id}`,
        "/invoices",
        `/invoices/${id}/webhooks`,
        "/payment-methods",
        "/currencies",
        "/withdrawals",
        "/withdrawals/x",
        `/public/invoice/${id}/payment-methods`
      ]
      for (const path of paths) yield* call(path)
      for (const path of [`/invoices/${id}/webhooks/resend`, `/public/invoice/${id}/select-method`]) {
        yield* call(path, { method: "POST" })
      }
      yield* call(`/public/invoice/${id}/cancel`, { method: "POST" })
      yield* Effect.promise(() => fetch(`${sim.url}/pay/${id}`))
      const requests = yield* sim.requests
      assert.deepStrictEqual(requests.map(({ operations }) => operations), [
        ["invoices.create"],
        ["invoices.get", "payments.get"],
        ["invoices.list", "payments.list"],
        ["webhookDeliveries.history"],
        ["catalog.paymentMethods"],
        ["catalog.currencies"],
        ["withdrawals.list"],
        ["withdrawals.get"],
        ["customer.paymentMethods"],
        ["webhookDeliveries.resend"],
        ["customer.selectMethod"],
        ["invoices.cancel"]
      ])
    }))

  it.effect("two of them share nothing", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* start(), yield* start()]
      yield* one.create()
      yield* one.sim.advance("1 hour")
      assert.deepStrictEqual(yield* other.sim.books, [])
      const { json } = yield* other.create()
      assert.strictEqual(json.created_at, "1970-01-01T00:00:00Z")
    }))
})
