/**
 * What Ecca's refusals mean: every documented code, codes that nobody documented, and answers in no documented form.
 */
import { assert, describe, it } from "@effect/vitest"
import { GatewayError, Identifiers } from "@gatefold/core"
import { Effect, Schema, Stream } from "effect"
import { type Account, answering, envelope, open, order } from "./support/EccaAccount.ts"
import * as Fixture from "./support/Fixture.ts"

const id = Identifiers.InvoiceId.make("a1b2c3d4-5678-90ab-cdef-1234567890ab")
const withdrawal = Identifiers.WithdrawalId.make("b3f1a2c4-5d6e-7f8a-9b0c-1d2e3f4a5b6c")

const requestId = envelope("").request_id

const json = Schema.encodeEffect(GatewayError.Reason)

/** Every documented code with its HTTP status. */
const documented: ReadonlyArray<{ readonly http: number; readonly code: string }> = Fixture.json("error-codes")

/** What each means to a program. */
const meanings: Readonly<Record<string, object>> = {
  API_KEY_MISSING: { _tag: "Unauthenticated" },
  API_KEY_INVALID: { _tag: "Unauthenticated" },
  OWNER_BLOCKED: { _tag: "Forbidden" },
  MERCHANT_BLOCKED: { _tag: "Forbidden" },
  MERCHANT_NOT_ACTIVE: { _tag: "Forbidden" },
  DUPLICATE_EXTERNAL_ID: { _tag: "Conflict", kind: "other" },
  PENDING_INVOICE_EXISTS: { _tag: "Conflict", kind: "customerHasPendingInvoice" },
  CUSTOMER_RATE_LIMIT: { _tag: "RateLimited", scope: "customer" },
  CURRENCY_INVALID: {
    _tag: "InvalidRequest",
    field: "currency",
    issue: "unknown to the provider, or disabled for the account"
  },
  MISSING_REQUIRED_URLS: {
    _tag: "InvalidRequest",
    field: "webhookUrl, successUrl, failureUrl",
    issue: "must be given, or set as defaults in the provider's dashboard"
  },
  NO_AVAILABLE_REQUISITES: { _tag: "Unavailable", evidence: "NO_AVAILABLE_REQUISITES" },
  DEALS_SYSTEM_DISABLED: { _tag: "Unavailable", evidence: "DEALS_SYSTEM_DISABLED" },
  INVOICE_NOT_FOUND: { _tag: "NotFound" },
  WEBHOOK_RESEND_CONFLICT: { _tag: "Conflict", kind: "busy" },
  WEBHOOK_RESEND_COOLDOWN: { _tag: "RateLimited", scope: "object" },
  RATES_UNAVAILABLE: { _tag: "Unavailable", evidence: "RATES_UNAVAILABLE" },
  RATES_INVALID: { _tag: "Unavailable", evidence: "RATES_INVALID" },
  RATE_INVALID: { _tag: "Declined" },
  RATE_NOT_FOUND: { _tag: "NotFound" },
  WITHDRAWALS_NOT_FOUND: { _tag: "NotFound" },
  WITHDRAWAL_NOT_FOUND: { _tag: "NotFound" }
}

/** The codes that say that the platform cannot serve now: nothing happened, so the call is tried again. */
const repeated = new Set([
  "NO_AVAILABLE_REQUISITES",
  "DEALS_SYSTEM_DISABLED",
  "RATES_UNAVAILABLE",
  "RATES_INVALID"
])

describe("documented codes", () => {
  it("are 21, each with a meaning", () => {
    assert.strictEqual(documented.length, 21)
    assert.deepStrictEqual(documented.map(({ code }) => code).toSorted(), Object.keys(meanings).toSorted())
  })

  for (const { code, http } of documented) {
    it.effect(`${http} ${code}`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* answering(account, "invoices.get", envelope(code), http, { times: "always" })
        const error = yield* Effect.flip(account.invoices.get({ id }))
        assert.deepStrictEqual([error.provider, error.account, error.operation], ["ecca", "ecca", "invoices.get"])
        assert.deepStrictEqual<object>(yield* json(error.reason), {
          ...meanings[code],
          code,
          requestId,
          httpStatus: http
        })
        assert.include(error.message, `[${code}, HTTP ${http}, request ${requestId}]`)
        assert.strictEqual((yield* account.requests).length, repeated.has(code) ? 3 : 1)
      }))
  }

  it.effect("are told apart by the code and not by the status, as the documentation asks", () =>
    Effect.gen(function*() {
      const account = yield* open()
      for (const http of [400, 403, 409, 500]) {
        yield* answering(account, "invoices.get", envelope("INVOICE_NOT_FOUND"), http)
        const { reason } = yield* Effect.flip(account.invoices.get({ id }))
        assert.deepInclude(reason, { _tag: "NotFound", httpStatus: http })
      }
    }))

  /** Where the platform itself answers with them. */
  const raised: ReadonlyArray<readonly [string, (account: Account) => Effect.Effect<unknown, unknown>]> = [
    [
      "API_KEY_INVALID",
      (account) => Effect.andThen(account.sim.rotateApiKey("another-key"), account.invoices.get({ id }))
    ],
    [
      "OWNER_BLOCKED",
      (account) => Effect.andThen(account.sim.setAccount({ owner: "blocked" }), account.invoices.get({ id }))
    ],
    [
      "MERCHANT_BLOCKED",
      (account) =>
        Effect.andThen(account.sim.setAccount({ merchant: "blocked" }), account.invoices.create(order("order-1")))
    ],
    [
      "MERCHANT_NOT_ACTIVE",
      (account) =>
        Effect.andThen(account.sim.setAccount({ merchant: "inactive" }), Stream.runCollect(account.invoices.list()))
    ],
    [
      "CURRENCY_INVALID",
      ({ invoices }) => invoices.create(order("order-1", { price: { amount: "1.00", currency: "EUR" } }))
    ],
    [
      "NO_AVAILABLE_REQUISITES",
      ({ invoices, sim }) => Effect.andThen(sim.setAccount({ requisites: "none" }), invoices.create(order("order-1")))
    ],
    [
      "DEALS_SYSTEM_DISABLED",
      ({ invoices, sim }) => Effect.andThen(sim.setAccount({ deals: "disabled" }), invoices.create(order("order-1")))
    ],
    ["INVOICE_NOT_FOUND", ({ invoices }) => invoices.get({ reference: "nobody" })],
    ["INVOICE_NOT_FOUND", ({ deliveries }) => deliveries.history(id)],
    ["INVOICE_NOT_FOUND", ({ deliveries }) => deliveries.resend(id)],
    [
      "RATES_UNAVAILABLE",
      ({ catalog, sim }) => Effect.andThen(sim.setAccount({ rates: "RATES_UNAVAILABLE" }), catalog.currencies)
    ],
    [
      "RATES_INVALID",
      ({ catalog, sim }) => Effect.andThen(sim.setAccount({ rates: "RATES_INVALID" }), catalog.currencies)
    ],
    [
      "RATE_INVALID",
      ({ catalog, sim }) => Effect.andThen(sim.setAccount({ rates: "RATE_INVALID" }), catalog.currencies)
    ],
    [
      "RATE_NOT_FOUND",
      ({ catalog, sim }) => Effect.andThen(sim.setAccount({ rates: "RATE_NOT_FOUND" }), catalog.currencies)
    ],
    ["WITHDRAWAL_NOT_FOUND", ({ withdrawals }) => withdrawals.get(withdrawal)]
  ]

  for (const [index, [code, call]] of raised.entries()) {
    it.effect(`${code} as the platform raises it (${index + 1})`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(call(yield* open()))
        assert.instanceOf(error, GatewayError.GatewayError)
        assert.deepInclude(yield* json(error.reason), { ...meanings[code], code })
      }))
  }

  it.effect("MISSING_REQUIRED_URLS names the three fields of the request", () =>
    Effect.gen(function*() {
      const { invoices } = yield* open({ simulator: { defaultUrls: {} } })
      const error = yield* Effect.flip(invoices.create(order("order-1")))
      assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "webhookUrl, successUrl, failureUrl" })
    }))

  const shop = "https://shop.example"
  for (
    const [absent, urls, settings] of [
      ["webhookUrl", { successUrl: shop, failureUrl: shop }, {}],
      ["successUrl, failureUrl", { webhookUrl: shop }, {}],
      ["failureUrl", { successUrl: shop }, { webhookUrl: shop }]
    ] as const
  ) {
    it.effect(`MISSING_REQUIRED_URLS names of them what was not sent: ${absent}`, () =>
      Effect.gen(function*() {
        const { invoices } = yield* open({ simulator: { defaultUrls: {} }, options: settings })
        const error = yield* Effect.flip(invoices.create(order("order-1", urls)))
        assert.strictEqual(
          error.message.replace(/, request .*/u, ""),
          `ecca invoices.create: InvalidRequest: ${absent}: must be given, or set as defaults in the provider's ` +
            "dashboard [MISSING_REQUIRED_URLS, HTTP 422"
        )
      }))
  }

  it.effect("CUSTOMER_RATE_LIMIT is no limit of the account: it is not waited for and not repeated", () =>
    Effect.gen(function*() {
      const { invoices, requests, sim } = yield* open({ simulator: { unpaidLimit: 1 } })
      const first = yield* invoices.create(order("order-1", { customer: "user-1" }))
      yield* sim.cancel(first.id)
      const error = yield* Effect.flip(invoices.create(order("order-2", { customer: "user-1" })))
      assert.deepInclude(error.reason, { _tag: "RateLimited", scope: "customer", isRetryable: false })
      assert.deepStrictEqual(yield* requests, ["POST /create-invoice", "POST /create-invoice"])
    }))
})

describe("codes that are not documented", () => {
  const noAbsence = { _tag: "InvalidResponse", path: "error", issue: "no code that is documented for absence" }
  const byStatus: ReadonlyArray<readonly [number, object]> = [
    [400, { _tag: "InvalidRequest", field: "request", issue: "not accepted by the provider" }],
    [401, { _tag: "Unauthenticated" }],
    [402, { _tag: "Declined" }],
    [403, { _tag: "Forbidden" }],
    [404, noAbsence],
    [409, { _tag: "Conflict", kind: "other" }],
    [410, noAbsence],
    [422, { _tag: "InvalidRequest", field: "request", issue: "not accepted by the provider" }],
    [429, { _tag: "RateLimited", scope: "account" }],
    [418, { _tag: "Unavailable", evidence: "HTTP 418" }],
    [500, { _tag: "Unavailable", evidence: "HTTP 500" }],
    [503, { _tag: "Unavailable", evidence: "HTTP 503" }]
  ]

  for (const [http, meaning] of byStatus) {
    it.effect(`mean what HTTP ${http} means, and stay in the error with the request's id`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* answering(account, "invoices.get", envelope("SOMETHING_NEW"), http, { times: "always" })
        const { reason } = yield* Effect.flip(account.invoices.get({ id }))
        assert.deepStrictEqual<object>(yield* json(reason), {
          ...meaning,
          code: "SOMETHING_NEW",
          requestId,
          httpStatus: http
        })
      }))
  }

  for (const code of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
    it.effect(`are not looked for among what every object has: ${code}`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* answering(account, "invoices.get", envelope(code), 403)
        const { reason } = yield* Effect.flip(account.invoices.get({ id }))
        assert.deepInclude(reason, { _tag: "Forbidden", code })
      }))
  }

  it.effect("of a 5xx leave the outcome of a write unknown", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const invoice = yield* account.invoices.create(order("order-1"))
      yield* answering(account, "webhookDeliveries.resend", envelope("SOMETHING_NEW"), 502)
      const { reason } = yield* Effect.flip(account.deliveries.resend(invoice.id))
      assert.deepInclude(reason, { _tag: "OutcomeUnknown", trouble: "HTTP 502", code: "SOMETHING_NEW", requestId })
    }))
})

describe("refusals in no documented form", () => {
  const bodies: ReadonlyArray<readonly [string, unknown]> = [
    ["an empty body", ""],
    ["a page", "<!doctype html><h1>Not Found</h1>"],
    ["another form", { detail: "Not Found" }],
    ["an error without a code", { successful: false, error: { message: "no" } }],
    ["an error with an empty code", envelope("")],
    ["a list", []],
    ["null", "null"]
  ]

  for (const status of [404, 410]) {
    for (const [what, body] of bodies) {
      it.effect(`a ${status} with ${what} does not say that there is no such object`, () =>
        Effect.gen(function*() {
          const account = yield* open()
          yield* answering(account, "invoices.get", body, status)
          const { reason } = yield* Effect.flip(account.invoices.get({ id }))
          assert.deepStrictEqual<object>(yield* json(reason), {
            _tag: "InvalidResponse",
            path: "error",
            issue: "not in the documented form",
            httpStatus: status
          })
        }))
    }
  }

  it.effect("another status is taken by itself, without a code", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* answering(account, "invoices.get", "<h1>Forbidden</h1>", 403)
      const { reason } = yield* Effect.flip(account.invoices.get({ id }))
      assert.deepStrictEqual<object>(yield* json(reason), { _tag: "Forbidden", httpStatus: 403 })
    }))

  it.effect("prose, details and overlong words of the provider are not kept", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const body = {
        successful: false,
        request_id: "two words",
        error: { code: "X".repeat(121), message: "quoted prose", details: { quoted: "details" } }
      }
      yield* answering(account, "invoices.get", body, 403)
      const error = yield* Effect.flip(account.invoices.get({ id }))
      assert.deepStrictEqual<object>(yield* json(error.reason), { _tag: "Forbidden", httpStatus: 403 })
      assert.notMatch(error.message, /quoted|two words|XXX/u)
    }))

  it.effect("the documented example itself keeps its code and request id", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* answering(account, "invoices.get", Fixture.text("error"), 409)
      const { reason } = yield* Effect.flip(account.invoices.get({ id }))
      assert.deepInclude(reason, { _tag: "Conflict", code: "ERROR_CODE", requestId: "uuid", httpStatus: 409 })
    }))
})
