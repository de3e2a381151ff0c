import { assert, describe, it } from "@effect/vitest"
import { Fault } from "@gatefold/core/Simulator"
import type * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as Effect from "effect/Effect"
import { example, type Reply, start, uuid } from "./EccaSimulatorFixture.ts"

/** Holds an answer against the documented envelope [ERR]. */
const assertRefusal = (reply: Reply, status: number, code: string) => {
  const { error, request_id, ...rest } = reply.json
  assert.deepStrictEqual([reply.status, error.code], [status, code])
  assert.deepStrictEqual(rest, { successful: false })
  assert.match(request_id, uuid)
  assert.isNotEmpty(error.message)
}

const paths = ["/invoices", "/invoices/x", "/invoices/x/webhooks", "/payment-methods", "/currencies", "/withdrawals"]

describe("EccaSimulator: access", () => {
  for (const [title, key] of [["missing", undefined], ["empty", ""]] as const) {
    it.effect(`401 API_KEY_MISSING when the key is ${title}, on every endpoint, before anything else`, () =>
      Effect.gen(function*() {
        const { call, sim } = yield* start()
        const headers = { "x-api-key": key ?? "" }
        for (const path of paths) assertRefusal(yield* call(path, { headers }), 401, "API_KEY_MISSING")
        const created = yield* call("/create-invoice", { method: "POST", body: {}, headers })
        assertRefusal(created, 401, "API_KEY_MISSING")
        assert.deepStrictEqual(created.json.error, { code: "API_KEY_MISSING", message: "Missing X-Api-Key header" })
        const bare = yield* Effect.promise(() => fetch(`${sim.url}/api/v1/currencies`))
        assert.strictEqual(bare.status, 401)
      }))
  }

  it.effect("403 API_KEY_INVALID for any other key, and for the old one after a rotation", () =>
    Effect.gen(function*() {
      const { call, sim } = yield* start({ apiKey: "first" })
      const reply = yield* call("/currencies", { headers: { "x-api-key": "wrong" } })
      assertRefusal(reply, 403, "API_KEY_INVALID")
      assert.strictEqual(reply.json.error.message, "Invalid or inactive API key")
      assert.strictEqual((yield* call("/currencies")).status, 200)
      yield* sim.rotateApiKey("second")
      assertRefusal(yield* call("/currencies"), 403, "API_KEY_INVALID")
      assert.strictEqual((yield* call("/currencies", { headers: { "x-api-key": "second" } })).status, 200)
    }))

  const blocks: ReadonlyArray<readonly [Partial<EccaSimulator.AccountState>, string]> = [
    [{ owner: "blocked" }, "OWNER_BLOCKED"],
    [{ merchant: "blocked" }, "MERCHANT_BLOCKED"],
    [{ merchant: "inactive" }, "MERCHANT_NOT_ACTIVE"]
  ]
  for (const [state, code] of blocks) {
    it.effect(`403 ${code} on every endpoint, until the account is set right`, () =>
      Effect.gen(function*() {
        const { call, create, sim } = yield* start()
        yield* sim.setAccount(state)
        assertRefusal(yield* create(), 403, code)
        assertRefusal(yield* call("/invoices"), 403, code)
        yield* sim.setAccount({ owner: "active", merchant: "active" })
        assert.strictEqual((yield* create()).status, 201)
      }))
  }

  it.effect("an unknown path is a bare 404 without the envelope", () =>
    Effect.gen(function*() {
      const { call } = yield* start()
      const reply = yield* call("/nothing")
      assert.strictEqual(reply.status, 404)
      assert.isUndefined(reply.json)
    }))
})

describe("EccaSimulator: what create refuses", () => {
  const problems: ReadonlyArray<readonly [string, Record<string, unknown>]> = [
    ["more than 2 decimals", { amount: "1500.001" }],
    ["an amount of nothing", { amount: "0.00" }],
    ["a negative amount", { amount: "-1.00" }],
    ["an exponent", { amount: "1e3" }],
    ["an amount with a comma", { amount: "1,50" }],
    ["an empty amount", { amount: "" }],
    ["an amount as a JSON number", { amount: 1500 }],
    ["no amount", { amount: undefined }],
    ["a currency in small letters", { currency_code: "uah" }],
    ["no currency", { currency_code: undefined }],
    ["no customer", { customer_id: undefined }],
    ["an empty customer", { customer_id: "" }],
    ["a customer of 129 characters", { customer_id: "c".repeat(129) }],
    ["no external_id", { external_id: undefined }],
    ["an external_id of 129 characters", { external_id: "e".repeat(129) }],
    ["a purpose of 513 characters", { purpose: "p".repeat(513) }],
    ["a purpose that is null", { purpose: null }],
    ["a webhook URL over plain HTTP", { callback_url: "http://yoursite.com/hook" }],
    ["a return URL that is none", { success_url: "yoursite.com" }],
    ["a return URL that is a script", { fail_url: "javascript:alert(1)" }]
  ]
  for (const [title, changes] of problems) {
    it.effect(`422 for ${title}`, () =>
      Effect.gen(function*() {
        const { create, sim } = yield* start()
        const reply = yield* create(changes)
        assertRefusal(reply, 422, "VALIDATION_FAILED")
        assert.deepStrictEqual(Object.keys(reply.json.error.details.fields), Object.keys(changes))
        assert.deepStrictEqual(yield* sim.books, [])
      }))
  }

  it.effect("takes everything at its limit, and a webhook URL of this machine", () =>
    Effect.gen(function*() {
      const { create } = yield* start()
      const longest = { customer_id: "c".repeat(128), external_id: "e".repeat(128), purpose: "p".repeat(512) }
      const reply = yield* create({ ...longest, callback_url: "http://127.0.0.1:1/hook" })
      assert.strictEqual(reply.status, 201)
    }))

  it.effect("422 for a body that is not JSON, not an object, or not labelled as JSON", () =>
    Effect.gen(function*() {
      const { call } = yield* start()
      const text = { "content-type": "text/plain" }
      assertRefusal(yield* call("/create-invoice", { body: "{\"amount\":" }), 422, "VALIDATION_FAILED")
      assertRefusal(yield* call("/create-invoice", { body: "[1]" }), 422, "VALIDATION_FAILED")
      assertRefusal(yield* call("/create-invoice", { body: "" }), 422, "VALIDATION_FAILED")
      assertRefusal(yield* call("/create-invoice", { body: example, headers: text }), 422, "VALIDATION_FAILED")
    }))

  it.effect("409 DUPLICATE_EXTERNAL_ID, which comes before the customer's pending invoice, and for good", () =>
    Effect.gen(function*() {
      const { create, createId, sim } = yield* start()
      const same = { external_id: "spent", customer_id: "ann" }
      const id = yield* createId(same)
      assertRefusal(yield* create(same), 409, "DUPLICATE_EXTERNAL_ID")
      yield* sim.expire(id)
      assertRefusal(yield* create(same), 409, "DUPLICATE_EXTERNAL_ID")
      assertRefusal(yield* create({ external_id: "spent" }), 409, "DUPLICATE_EXTERNAL_ID")
      assert.lengthOf(yield* sim.books, 1)
    }))

  it.effect("409 PENDING_INVOICE_EXISTS while the same customer has one, and not for another customer", () =>
    Effect.gen(function*() {
      const { create, createId, sim } = yield* start()
      const id = yield* createId({ customer_id: "ann" })
      assertRefusal(yield* create({ customer_id: "ann" }), 409, "PENDING_INVOICE_EXISTS")
      assert.strictEqual((yield* create({ customer_id: "bob" })).status, 201)
      yield* sim.pay(id)
      assert.strictEqual((yield* create({ customer_id: "ann" })).status, 201)
    }))

  it.effect("403 CUSTOMER_RATE_LIMIT after so many unpaid invoices within the hour", () =>
    Effect.gen(function*() {
      const { create, createId, sim } = yield* start({ unpaidLimit: 2 })
      const ann = { customer_id: "ann" }
      yield* sim.pay(yield* createId(ann))
      yield* sim.cancel(yield* createId(ann))
      yield* sim.advance("1 minute")
      yield* sim.fail(yield* createId(ann))
      const reply = yield* create(ann)
      assertRefusal(reply, 403, "CUSTOMER_RATE_LIMIT")
      assert.strictEqual(reply.json.error.message, "Customer created too many unpaid invoices")
      assert.strictEqual(reply.json.error.details.window_minutes, 60)
      assert.strictEqual((yield* create({ customer_id: "bob" })).status, 201)
      yield* sim.advance("59 minutes")
      assert.strictEqual((yield* create(ann)).status, 201)
    }))

  it.effect("422 CURRENCY_INVALID for a currency that the account has not", () =>
    Effect.gen(function*() {
      const { create } = yield* start()
      assertRefusal(yield* create({ currency_code: "MXN" }), 422, "CURRENCY_INVALID")
    }))

  for (const url of ["callback_url", "success_url", "fail_url"]) {
    it.effect(`422 MISSING_REQUIRED_URLS without ${url} where the settings have none`, () =>
      Effect.gen(function*() {
        const { create } = yield* start()
        assertRefusal(yield* create({ [url]: undefined }), 422, "MISSING_REQUIRED_URLS")
      }))
  }

  const outages: ReadonlyArray<readonly [Partial<EccaSimulator.AccountState>, string]> = [
    [{ requisites: "none" }, "NO_AVAILABLE_REQUISITES"],
    [{ deals: "disabled" }, "DEALS_SYSTEM_DISABLED"]
  ]
  for (const [state, code] of outages) {
    it.effect(`503 ${code}, after everything that is wrong with the request itself`, () =>
      Effect.gen(function*() {
        const { call, create, createId, sim } = yield* start()
        yield* createId({ external_id: "spent" })
        yield* sim.setAccount(state)
        assertRefusal(yield* create(), 503, code)
        assertRefusal(yield* create({ external_id: "spent" }), 409, "DUPLICATE_EXTERNAL_ID")
        assert.strictEqual((yield* call("/invoices")).status, 200)
        assert.lengthOf(yield* sim.books, 1)
      }))
  }

  it.effect("of two creates at once with one external_id, one is refused", () =>
    Effect.gen(function*() {
      const { create } = yield* start()
      const replies = yield* Effect.all(
        [create({ external_id: "one" }), create({ external_id: "one" }), create({ external_id: "one" })],
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(replies.map(({ status }) => status).toSorted(), [201, 409, 409])
    }))
})

describe("EccaSimulator: what is not found", () => {
  it.effect("404 INVOICE_NOT_FOUND when neither id matches", () =>
    Effect.gen(function*() {
      const { call, resend } = yield* start()
      const id = "00000000-0000-4000-8000-000000000000"
      assertRefusal(yield* call(`/invoices/${id}`), 404, "INVOICE_NOT_FOUND")
      assertRefusal(yield* call(`/invoices/${id}/webhooks`), 404, "INVOICE_NOT_FOUND")
      assertRefusal(yield* resend(id), 404, "INVOICE_NOT_FOUND")
      assertRefusal(yield* call(`/public/invoice/${id}/payment-methods`), 404, "INVOICE_NOT_FOUND")
    }))

  it.effect("404 WITHDRAWAL_NOT_FOUND for an unknown UUID", () =>
    Effect.gen(function*() {
      const { call } = yield* start()
      const reply = yield* call("/withdrawals/b3f1a2c4-5d6e-7f8a-9b0c-1d2e3f4a5b6c")
      assertRefusal(reply, 404, "WITHDRAWAL_NOT_FOUND")
      assert.deepStrictEqual(reply.json.error.details, {})
    }))
})

describe("EccaSimulator: rates", () => {
  const causes = [
    ["RATES_UNAVAILABLE", 503],
    ["RATES_INVALID", 503],
    ["RATE_INVALID", 422],
    ["RATE_NOT_FOUND", 404]
  ] as const
  for (const [rates, status] of causes) {
    it.effect(`${status} ${rates} from the currencies while rates are in that state`, () =>
      Effect.gen(function*() {
        const { call, sim } = yield* start()
        yield* sim.setAccount({ rates })
        assertRefusal(yield* call("/currencies"), status, rates)
        assert.strictEqual((yield* call("/payment-methods")).status, 200)
        yield* sim.setAccount({ rates: "current" })
        assert.strictEqual((yield* call("/currencies")).status, 200)
      }))
  }
})

describe("EccaSimulator: refusals on demand and faults", () => {
  const documented: ReadonlyArray<readonly [EccaSimulator.RefusalCode, number]> = [
    ["API_KEY_MISSING", 401],
    ["API_KEY_INVALID", 403],
    ["OWNER_BLOCKED", 403],
    ["MERCHANT_BLOCKED", 403],
    ["MERCHANT_NOT_ACTIVE", 403],
    ["DUPLICATE_EXTERNAL_ID", 409],
    ["PENDING_INVOICE_EXISTS", 409],
    ["CUSTOMER_RATE_LIMIT", 403],
    ["CURRENCY_INVALID", 422],
    ["MISSING_REQUIRED_URLS", 422],
    ["NO_AVAILABLE_REQUISITES", 503],
    ["DEALS_SYSTEM_DISABLED", 503],
    ["INVOICE_NOT_FOUND", 404],
    ["WEBHOOK_RESEND_CONFLICT", 409],
    ["WEBHOOK_RESEND_COOLDOWN", 429],
    ["RATES_UNAVAILABLE", 503],
    ["RATES_INVALID", 503],
    ["RATE_INVALID", 422],
    ["RATE_NOT_FOUND", 404],
    ["WITHDRAWALS_NOT_FOUND", 404],
    ["WITHDRAWAL_NOT_FOUND", 404]
  ]
  for (const [code, status] of documented) {
    it.effect(`any endpoint can be made to answer ${code} with its documented status`, () =>
      Effect.gen(function*() {
        const { create, sim } = yield* start()
        yield* sim.refuseWith(code)
        assertRefusal(yield* create(), status, code)
        assert.deepStrictEqual(yield* sim.books, [])
        assert.strictEqual((yield* create()).status, 201)
      }))
  }

  it.effect("a refusal on demand waits for its operation and lasts as long as it is told to", () =>
    Effect.gen(function*() {
      const { call, create, sim } = yield* start()
      yield* sim.refuseWith("CUSTOMER_RATE_LIMIT", { operation: "invoices.create", times: 2 })
      assert.strictEqual((yield* call("/invoices")).status, 200)
      assertRefusal(yield* create(), 403, "CUSTOMER_RATE_LIMIT")
      assertRefusal(yield* create(), 403, "CUSTOMER_RATE_LIMIT")
      assert.strictEqual((yield* create()).status, 201)
    }))

  it.effect("Unavailable is the documented 503 NO_AVAILABLE_REQUISITES, and nothing took effect", () =>
    Effect.gen(function*() {
      const { create, sim } = yield* start()
      yield* sim.arm(Fault.Unavailable(), { operation: "invoices.create" })
      assertRefusal(yield* create(), 503, "NO_AVAILABLE_REQUISITES")
      assert.deepStrictEqual(yield* sim.books, [])
    }))

  it.effect("a create whose answer is lost is on the books", () =>
    Effect.gen(function*() {
      const { create, sim } = yield* start()
      yield* sim.arm(Fault.EmptyBody(), { operation: "invoices.create" })
      const reply = yield* create({ external_id: "lost" })
      assert.deepStrictEqual([reply.status, reply.text], [201, ""])
      assert.deepStrictEqual((yield* sim.books).map(({ reference }) => reference), ["lost"])
      assertRefusal(yield* create({ external_id: "lost" }), 409, "DUPLICATE_EXTERNAL_ID")
    }))
})
