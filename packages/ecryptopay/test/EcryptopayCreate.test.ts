/**
 * Creating a payment: what is sent, and what the customer is shown of the answer.
 */
import { assert, describe, it } from "@effect/vitest"
import { Currency, Money } from "@gatefold/core"
import { Effect } from "effect"
import * as Fixture from "./support/Fixture.ts"
import { paymentJson } from "./support/Models.ts"
import { counts, open, reasonOf, requestsOf } from "./support/Shop.ts"

const price = { amount: "250.00", currency: "MXN" }
const reference = "order-7"

describe("what is sent", () => {
  it.effect.each([
    { input: { price }, body: "{\"currency\":\"btc\",\"amount\":\"250.00\"}" },
    { input: { price: { amount: "250", currency: "mxn" } }, body: "{\"currency\":\"btc\",\"amount\":\"250.00\"}" },
    { input: { price: { amount: "12.3", currency: "MXN" } }, body: "{\"currency\":\"btc\",\"amount\":\"12.30\"}" },
    { input: { price: { amount: "1.500", currency: "MXN" } }, body: "{\"currency\":\"btc\",\"amount\":\"1.50\"}" },
    { input: { price: Money.makeUnsafe("0.01", "MXN") }, body: "{\"currency\":\"btc\",\"amount\":\"0.01\"}" },
    {
      input: { price: { amount: "123456789012345678901234567890.12", currency: "MXN" } },
      body: "{\"currency\":\"btc\",\"amount\":\"123456789012345678901234567890.12\"}"
    },
    { input: { price, payWith: "ETH" }, body: "{\"currency\":\"eth\",\"amount\":\"250.00\"}" },
    { input: { price, payWith: "usdt" }, body: "{\"currency\":\"usdt\",\"amount\":\"250.00\"}" },
    {
      input: { price, payWith: new Currency.Currency({ code: Currency.Code.make("XRP") }) },
      body: "{\"currency\":\"xrp\",\"amount\":\"250.00\"}"
    }
  ])("of $input is $body", ({ body, input }) =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* Effect.exit(payments.create(input))
      const requests = yield* requestsOf(simulator, "payments.create")
      assert.deepStrictEqual(requests.map(({ method, url }) => `${method} ${url}`), ["POST /api/v1/payments/"])
      assert.deepStrictEqual(requests.map((request) => request.body), [body])
    }))

  it.effect("of an invoice is the same: reference, customer and addresses have no place there", () =>
    Effect.gen(function*() {
      const { invoices, simulator } = yield* open()
      yield* invoices.create({
        reference,
        price,
        payWith: "ltc",
        customer: "customer-1",
        description: "a book",
        successUrl: "https://shop.example/thanks",
        webhookUrl: "https://shop.example/hooks"
      })
      const [request] = yield* requestsOf(simulator, "invoices.create")
      assert.strictEqual(request?.body, "{\"currency\":\"ltc\",\"amount\":\"250.00\"}")
    }))
})

describe("what the customer pays in", () => {
  it.effect.each([
    { payWith: "btc", currency: "BTC", decimals: 8 },
    { payWith: "ETH", currency: "ETH", decimals: 18 },
    { payWith: "ltc", currency: "LTC", decimals: 8 },
    { payWith: "XRP", currency: "XRP", decimals: 6 },
    { payWith: "usdt", currency: "USDT", decimals: 6 }
  ])(
    "may be $currency, with every digit of the amount due",
    ({ currency, decimals, payWith }) =>
      Effect.gen(function*() {
        const { payments, simulator } = yield* open()
        const { due, quote } = paymentJson(yield* payments.create({ price, payWith }))
        assert.deepStrictEqual(due?.currency, { code: currency })
        assert.match(due?.amount ?? "", new RegExp(`^\\d+\\.\\d{${decimals}}$`, "u"))
        assert.deepStrictEqual(quote, { due, until: "2026-11-20T10:00:25.000Z" })
        assert.strictEqual((yield* simulator.books)[0]?.amount, "250.00")
      })
  )

  it.effect("is the account's choice where the call makes none", () =>
    Effect.gen(function*() {
      const { invoices, payments } = yield* open({ payWith: "eth" })
      const [paid] = (yield* invoices.create({ reference, price })).payments
      const chosen = [
        paid?.due,
        (yield* payments.create({ price })).due,
        (yield* payments.create({ price, payWith: "xrp" })).due
      ]
      assert.deepStrictEqual(chosen.map((due) => `${due?.currency}`), ["ETH", "ETH", "XRP"])
    }))

  it.effect("is the provider's to refuse", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      const reason = yield* reasonOf(payments.create({ price, payWith: "DOGE" }))
      assert.include(reason, { _tag: "InvalidRequest", httpStatus: 422 })
      assert.deepStrictEqual(yield* counts(simulator), { token: 1, "payments.create": 1 })
    }))
})

describe("the QR image", () => {
  it.effect.each(["absolute", "relative"] as const)(
    "can be fetched where its path is %s",
    (qrPaths) =>
      Effect.gen(function*() {
        const { payments, simulator } = yield* open({}, { qrPaths })
        const { checkout } = yield* payments.create({ price })
        const image = checkout?._tag === "ScanQr" ? checkout.image : ""
        assert.isTrue(image.startsWith(`${simulator.url}/qr/`), image)
        const response = yield* Effect.promise(() => fetch(image))
        assert.strictEqual(response.headers.get("content-type"), "image/png")
      })
  )
})

describe("an answer about something else", () => {
  const answer = (fields: Record<string, unknown>) =>
    Fixture.json(JSON.stringify({ ...JSON.parse(Fixture.text("created")), ...fields }), 201)

  it.effect.each([
    { fields: { amount: "249.99" }, mismatch: { field: "price", asked: "250.00 MXN", got: "249.99 MXN" } },
    { fields: { amount: "250.001" }, mismatch: { field: "price", asked: "250.00 MXN", got: "250.001 MXN" } },
    { fields: { amount: "25000" }, mismatch: { field: "price", asked: "250.00 MXN", got: "25000.00 MXN" } },
    { fields: { currency: "ltc" }, mismatch: { field: "asset", asked: "BTC", got: "LTC" } }
  ])("$fields is a mismatch, told and shown to no customer", ({ fields, mismatch }) =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* simulator.arm(answer(fields), { operation: "payments.create" })
      const reason = yield* reasonOf(payments.create({ price }))
      assert.deepInclude(reason, { _tag: "IntegrityMismatch", ...mismatch })
      assert.isFalse(reason.isRetryable)
      const made = reason._tag === "IntegrityMismatch" ? reason.invoice : undefined
      assert.strictEqual(made?.id, "48213")
      assert.isUndefined(made?.checkout)
      assert.deepStrictEqual(yield* counts(simulator), { token: 1, "payments.create": 1 })
    }))

  it.effect.each([{ amount: 250 }, { amount: "250" }, { amount: "250.000" }, { currency: "BTC" }])(
    "%j is the same in another notation",
    (fields) =>
      Effect.gen(function*() {
        const { payments, simulator } = yield* open()
        yield* simulator.arm(answer(fields), { operation: "payments.create" })
        assert.strictEqual((yield* payments.create({ price })).id, "48213")
      })
  )
})
