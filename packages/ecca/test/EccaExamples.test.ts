/**
 * Every example of the documentation, answered over a socket, and the whole model that becomes of it.
 */
import { assert, describe, it } from "@effect/vitest"
import {
  AcceptedCurrency,
  Identifiers,
  Invoice,
  Payment,
  PaymentMethod,
  WebhookDelivery,
  Withdrawal
} from "@gatefold/core"
import { Effect, Schema, Stream } from "effect"
import { answering, open } from "./support/EccaAccount.ts"
import * as Fixture from "./support/Fixture.ts"

const invoiceId = Identifiers.InvoiceId.make("a1b2c3d4-5678-90ab-cdef-1234567890ab")
const withdrawalId = Identifiers.WithdrawalId.make("b3f1a2c4-5d6e-7f8a-9b0c-1d2e3f4a5b6c")

/** A model as the JSON that it is stored as: exact text for amounts and moments. */
const invoiceJson = Schema.encodeEffect(Invoice.Invoice)
const withdrawalJson = Schema.encodeEffect(Withdrawal.Withdrawal)

const uah = (amount: string) => ({ amount, currency: { code: "UAH" } })
const usdt = (amount: string) => ({ amount, currency: { code: "USDT" } })

/** The request of the documentation's example [INV]. */
const newInvoice = {
  reference: "order-2026-0001",
  price: { amount: "1500.00", currency: "UAH" },
  customer: "user_12345",
  description: "Premium subscription",
  webhookUrl: "https://yoursite.com/webhooks/payment",
  successUrl: "https://yoursite.com/payment/success",
  failureUrl: "https://yoursite.com/payment/failed"
}

const created = {
  provider: "ecca",
  account: "ecca",
  id: invoiceId,
  references: ["order-2026-0001"],
  prices: [uah("1500.00")],
  status: "open",
  providerStatus: "pending",
  coverage: "none",
  isLate: false,
  isReversed: false,
  isAdjusted: false,
  createdAt: "2026-02-25T12:00:00.000Z",
  expiresAt: "2026-02-25T12:20:00.000Z",
  received: [],
  refunded: [],
  unrecognized: [],
  payments: [],
  checkout: { _tag: "Redirect", url: "https://pay.app.com/a1b2c3d4-5678-90ab-cdef-1234567890ab" },
  observedAt: "1970-01-01T00:00:00.000Z"
}

const settlement = {
  amount: usdt("35.42"),
  rate: { base: { code: "USDT" }, counter: { code: "UAH" }, value: "41.50" },
  at: "2026-04-26T12:08:31.000Z"
}

const paid = {
  provider: "ecca",
  account: "ecca",
  id: invoiceId,
  references: ["order-2026-0001"],
  prices: [uah("1500.00")],
  status: "paid",
  providerStatus: "success",
  coverage: "full",
  isLate: false,
  isReversed: false,
  isAdjusted: false,
  settlement,
  createdAt: "2026-04-26T12:00:00.000Z",
  paidAt: "2026-04-26T12:07:55.000Z",
  expiresAt: "2026-04-26T12:20:00.000Z",
  received: [],
  refunded: [],
  unrecognized: [],
  payments: [
    {
      id: `${invoiceId}/8f1b2c3d-4e5f-6789-90ab-cdef12345678`,
      status: "paid",
      providerStatus: "completed",
      coverage: "full",
      isLate: false,
      isReversed: false,
      isAdjusted: false,
      settlement,
      paidAt: "2026-04-26T12:07:55.000Z",
      expiresAt: "2026-04-26T12:30:00.000Z",
      received: [],
      refunded: [],
      unrecognized: [],
      method: { code: "monobank", name: "Monobank UA" },
      due: uah("1537.50")
    }
  ],
  observedAt: "1970-01-01T00:00:00.000Z"
}

describe("the documentation's invoices", () => {
  it.effect("create sends exactly the documented request", () =>
    Effect.gen(function*() {
      const { invoices, sim } = yield* open()
      yield* invoices.create(newInvoice)
      const [request] = yield* sim.requests
      assert.deepStrictEqual([request?.method, request?.url], ["POST", "/api/v1/create-invoice"])
      assert.deepStrictEqual(JSON.parse(request?.body ?? ""), Fixture.json("create-invoice.request"))
      assert.deepInclude(request?.headers, {
        "x-api-key": "ecca-simulator-key",
        "content-type": "application/json",
        accept: "application/json",
        "user-agent": "gatefold"
      })
    }))

  // edition 1 has rates, an estimate that is no settlement; edition 2 has an empty `finished_at`
  for (const edition of ["edition-1", "edition-2"]) {
    for (const status of [200, 201]) {
      it.effect(`create reads ${edition}, answered with ${status}`, () =>
        Effect.gen(function*() {
          const account = yield* open()
          yield* answering(account, "invoices.create", Fixture.text(`create-invoice.${edition}`), status)
          const invoice = yield* account.invoices.create(newInvoice)
          assert.instanceOf(invoice, Invoice.Invoice)
          assert.deepStrictEqual<object>(yield* invoiceJson(invoice), created)
        }))
    }
  }

  it.effect("list", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* answering(account, "invoices.list", Fixture.text("invoices.list"))
      yield* answering(account, "webhookDeliveries.history", { ...Fixture.json("webhooks.history"), events: [] })
      const all = yield* Stream.runCollect(account.invoices.list())
      assert.deepStrictEqual<object>(yield* Effect.forEach(all, (invoice) => invoiceJson(invoice)), [paid])
    }))

  for (const [how, lookup] of [["id", { id: invoiceId }], ["reference", { reference: "order-2026-0001" }]] as const) {
    it.effect(`get by ${how}, with sub_status`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        const history = { ...Fixture.json("webhooks.history"), events: [], events_count: 0 }
        yield* answering(account, "invoices.get", Fixture.text("invoices.get"))
        yield* answering(account, "webhookDeliveries.history", history)
        assert.deepStrictEqual<object>(yield* invoiceJson(yield* account.invoices.get(lookup)), paid)
      }))
  }

  it.effect("the deal of an invoice is its payment", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const history = { ...Fixture.json("webhooks.history"), events: [] }
      yield* answering(account, "invoices.get", Fixture.text("invoices.get"))
      yield* answering(account, "webhookDeliveries.history", history)
      yield* answering(account, "invoices.list", Fixture.text("invoices.list"))
      const id = Identifiers.PaymentId.make(`${invoiceId}/8f1b2c3d-4e5f-6789-90ab-cdef12345678`)
      const payment = yield* account.payments.get(id)
      const listed = yield* Stream.runCollect(account.payments.list())
      const encode = Schema.encodeEffect(Schema.Array(Payment.Payment))
      assert.deepStrictEqual<object>(yield* encode([payment]), paid.payments)
      assert.deepStrictEqual<object>(yield* encode(listed), paid.payments)
    }))
})

describe("the documentation's webhooks", () => {
  it.effect("history", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* answering(account, "webhookDeliveries.history", Fixture.text("webhooks.history"))
      const history = yield* account.deliveries.history(invoiceId)
      const encode = Schema.encodeEffect(Schema.Array(WebhookDelivery.WebhookDelivery))
      assert.deepStrictEqual<object>(yield* encode(history), [
        {
          id: "123",
          type: "string",
          status: "unknown",
          providerStatus: "string",
          isAdjustment: false,
          attempts: [{ number: 42, trigger: "string", outcome: "string", httpStatus: 42, duration: 42 }],
          nextAttemptAt: "2024-12-25T10:00:00.000Z",
          createdAt: "2024-12-25T10:00:00.000Z"
        }
      ])
    }))

  it.effect("resend", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* answering(account, "webhookDeliveries.resend", Fixture.text("webhooks.resend"))
      const resent = yield* account.deliveries.resend(invoiceId)
      assert.deepStrictEqual({ ...resent }, { event: "123", wasAccepted: true, httpStatus: 42 })
    }))
})

describe("the documentation's catalog", () => {
  it.effect("payment methods", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* answering(account, "catalog.paymentMethods", Fixture.text("payment-methods"))
      const methods = yield* account.catalog.paymentMethods()
      const encode = Schema.encodeEffect(Schema.Array(PaymentMethod.PaymentMethod))
      assert.deepStrictEqual<object>(yield* encode(methods), [
        {
          code: "monobank",
          name: "Monobank UA",
          currency: { code: "UAH" },
          minimum: uah("100.00"),
          maximum: uah("10000.00"),
          customerCommission: "2.50",
          merchantCommission: "0.00",
          logo: "https://ecca-ex.com/payment-methods/monobank.png",
          paymentTime: "15"
        },
        {
          code: "privatbank",
          name: "PrivatBank UA",
          currency: { code: "UAH" },
          minimum: uah("100.00"),
          maximum: uah("15000.00"),
          customerCommission: "1.00",
          merchantCommission: "1.50",
          paymentTime: "15"
        }
      ])
    }))

  it.effect("currencies, with the rate in fiat units per USDT as of now", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* answering(account, "catalog.currencies", Fixture.text("currencies"))
      const currencies = yield* account.catalog.currencies
      const encode = Schema.encodeEffect(Schema.Array(AcceptedCurrency.AcceptedCurrency))
      const rate = (code: string, value: string) => ({
        base: { code: "USDT" },
        counter: { code },
        value,
        at: "1970-01-01T00:00:00.000Z"
      })
      assert.deepStrictEqual<object>(yield* encode(currencies), [
        { currency: { code: "UAH" }, name: "Ukrainian Hryvnia", symbol: "₴", decimals: 2, rate: rate("UAH", "41.32") },
        { currency: { code: "KZT" }, name: "Kazakhstani Tenge", symbol: "₸", decimals: 2, rate: rate("KZT", "489.50") }
      ])
    }))
})

describe("the documentation's withdrawals", () => {
  const withdrawal = {
    provider: "ecca",
    account: "ecca",
    id: withdrawalId,
    status: "succeeded",
    providerStatus: "success",
    amount: usdt("150.00"),
    fee: usdt("1.00"),
    net: usdt("149.00"),
    address: "TXqZ5nM3YwK8vR2pL7dFcJ6hG9bE4sA1uN",
    method: "1",
    transaction: "a1b2c3d4e5f6...",
    createdAt: "2026-02-26T14:30:00.000Z",
    updatedAt: "2026-02-26T14:35:00.000Z",
    processedAt: "2026-02-26T14:35:00.000Z"
  }

  it.effect("get", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* answering(account, "withdrawals.get", Fixture.text("withdrawals.get"))
      assert.deepStrictEqual<object>(yield* withdrawalJson(yield* account.withdrawals.get(withdrawalId)), withdrawal)
    }))

  it.effect("get with the status `completed` of the reference, which the guide does not list", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* answering(account, "withdrawals.get", Fixture.text("withdrawals.get.completed"))
      assert.deepStrictEqual<object>(
        yield* withdrawalJson(yield* account.withdrawals.get(withdrawalId)),
        { ...withdrawal, providerStatus: "completed" }
      )
    }))

  it.effect("list", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* answering(account, "withdrawals.list", Fixture.text("withdrawals.list"))
      const all = yield* Stream.runCollect(account.withdrawals.list())
      assert.deepStrictEqual<object>(yield* Effect.forEach(all, (one) => withdrawalJson(one)), [withdrawal])
    }))
})
