/**
 * The customer-side calls, of which only the names are documented, and `cancel`, which stands on one of them.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Identifiers } from "@gatefold/core"
import * as EccaCustomer from "@gatefold/ecca/EccaCustomer"
import { Effect, Layer, Redacted } from "effect"
import { answering, open, order } from "./support/EccaAccount.ts"

describe("EccaCustomer", () => {
  it.effect("tells the methods of an invoice as the provider writes them, numbers as the text of their digits", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const id = Identifiers.InvoiceId.make("invoice-1")
      yield* answering(account, "customer.paymentMethods", "{\"limit\":12345678901234567890,\"rate\":1e-7}")
      const methods = yield* account.customer.paymentMethods(id)
      assert.deepStrictEqual(methods, { limit: "12345678901234567890", rate: "0.0000001" })
      assert.deepStrictEqual(yield* account.requests, ["GET /public/invoice/invoice-1/payment-methods"])
    }))

  it.effect("chooses a method, which makes a payment", () =>
    Effect.gen(function*() {
      const { customer, invoices, sim } = yield* open()
      const { id } = yield* invoices.create(order("order-1"))
      yield* customer.selectMethod(id, { method_code: "monobank" })
      const [payment] = (yield* invoices.get({ id })).payments
      assert.strictEqual(payment?.method?.code, "monobank")
      const request = (yield* sim.requests)[1]
      assert.deepStrictEqual([request?.method, request?.url, request?.body], [
        "POST",
        `/api/v1/public/invoice/${id}/select-method`,
        "{\"method_code\":\"monobank\"}"
      ])
      assert.strictEqual(request?.headers["x-api-key"], "ecca-simulator-key")
    }))

  it.effect("passes on what the provider refuses", () =>
    Effect.gen(function*() {
      const { customer, invoices } = yield* open()
      const { id } = yield* invoices.create(order("order-1"))
      const { reason } = yield* Effect.flip(customer.selectMethod(id, {}))
      assert.deepInclude(reason, { _tag: "InvalidRequest", code: "VALIDATION_FAILED", httpStatus: 422 })
      const missing = yield* Effect.flip(customer.cancel(Identifiers.InvoiceId.make("nobody"), {}))
      assert.deepInclude(missing.reason, { _tag: "NotFound", code: "INVOICE_NOT_FOUND" })
    }))

  it.effect("is of the account that its options name", () =>
    Effect.gen(function*() {
      const { customer } = yield* open({ options: { account: "ecca-eu" } })
      const error = yield* Effect.flip(customer.cancel(Identifiers.InvoiceId.make("nobody"), {}))
      assert.strictEqual(error.account, Identifiers.AccountId.make("ecca-eu"))
    }))

  const wrong = [
    ["ECCA_API_KEY", { apiKey: Redacted.make("") }],
    ["ECCA_BASE_URL", { baseUrl: "http://api.ecca-ex.example/api/v1" }],
    ["ECCA_ACCOUNT", { account: "a b" }]
  ] as const
  for (const [variable, changes] of wrong) {
    it.effect(`does not start with options that Ecca itself would not start with: ${variable}`, () =>
      Effect.gen(function*() {
        const options = { apiKey: Redacted.make("key"), webhookProof: "readback", ...changes } as const
        const layer = Layer.provide(EccaCustomer.layer(options), NodeHttpClient.layerUndici)
        const { problems } = yield* Effect.flip(Layer.build(layer))
        assert.deepStrictEqual(problems.map((problem) => problem.variable), [variable])
      }))
  }
})

describe("Invoices.cancel", () => {
  it.effect("is absent unless the merchant tells the body, and sends nothing", () =>
    Effect.gen(function*() {
      const { invoices, requests } = yield* open()
      const { reason } = yield* Effect.flip(invoices.cancel(Identifiers.InvoiceId.make("invoice-1")))
      assert.deepInclude(reason, { _tag: "Unsupported", capability: "invoices.cancel" })
      assert.deepStrictEqual(yield* requests, [])
    }))

  for (const body of [{}, null, { reason: "customer asked", code: 7 }, [], "text", false]) {
    it.effect(`sends exactly ${JSON.stringify(body)} where that is what the merchant tells, and reads the invoice`, () =>
      Effect.gen(function*() {
        const { invoices, sim } = yield* open({ options: { cancelBody: body } })
        const { id } = yield* invoices.create(order("order-1"))
        const canceled = yield* invoices.cancel(id)
        assert.deepStrictEqual([canceled.id, canceled.status], [id, "canceled"])
        const [, post] = yield* sim.requests
        assert.deepStrictEqual([post?.url, post?.body], [
          `/api/v1/public/invoice/${id}/cancel`,
          JSON.stringify(body)
        ])
      }))
  }

  it.effect("says what it is instead, if the provider agreed and the invoice is something else", () =>
    Effect.gen(function*() {
      const account = yield* open({ options: { cancelBody: {} } })
      const { id } = yield* account.invoices.create(order("order-1"))
      yield* answering(account, "invoices.cancel", { successful: true })
      const { reason } = yield* Effect.flip(account.invoices.cancel(id))
      assert.deepInclude(reason, {
        _tag: "OutcomeUnknown",
        trouble: "the invoice is open",
        findOut: "read the invoice"
      })
    }))

  it.effect("reports what the provider refuses, without reading", () =>
    Effect.gen(function*() {
      const account = yield* open({ options: { cancelBody: {} } })
      const { id } = yield* account.invoices.create(order("order-1"))
      yield* account.sim.pay(id)
      const { reason } = yield* Effect.flip(account.invoices.cancel(id))
      assert.deepInclude(reason, { _tag: "Conflict", kind: "other", code: "INVOICE_NOT_PENDING" })
      assert.strictEqual((yield* account.requests).length, 2)
    }))
})
