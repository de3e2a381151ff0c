/**
 * Payment methods and currencies of an account.
 */
import { assert, describe, it } from "@effect/vitest"
import { Gateway, Money } from "@gatefold/core"
import { Effect } from "effect"
import { answering, open } from "./support/EccaAccount.ts"
import * as Fixture from "./support/Fixture.ts"

const [method] = Fixture.json("payment-methods").data
const [currency] = Fixture.json("currencies").data

describe("payment methods", () => {
  it.effect("of all currencies, or of one by the provider's filter", () =>
    Effect.gen(function*() {
      const { catalog, requests } = yield* open()
      const all = yield* catalog.paymentMethods()
      const some = yield* catalog.paymentMethods("kzt")
      assert.includeMembers(all.map(({ code }) => code), ["monobank", "privatbank", "bank_kzt"])
      assert.deepStrictEqual(some.map(({ code }) => code), ["bank_kzt"])
      assert.deepStrictEqual(yield* requests, ["GET /payment-methods", "GET /payment-methods?currency=KZT"])
    }))

  it.effect("of no currency are refused before anything is sent", () =>
    Effect.gen(function*() {
      const { catalog, requests } = yield* open()
      for (const asked of ["", "U AH", "ü"]) {
        const { reason } = yield* Effect.flip(catalog.paymentMethods(asked))
        assert.deepInclude(reason, { _tag: "InvalidRequest", field: "currency" })
      }
      assert.deepStrictEqual(yield* requests, [])
    }))

  it.effect("keep every digit of limits, commissions and the time to pay, text or number", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const body = Fixture.text("payment-methods")
        .replace("\"100.00\"", "0.1")
        .replace("\"10000.00\"", "90071992547409931.01")
        .replace("\"client_commission\": \"2.50\"", "\"client_commission\": 2.675")
        .replace("\"payment_time\": 15", "\"payment_time\": 12345678901234567890")
      yield* answering(account, "catalog.paymentMethods", body)
      const [first] = yield* account.catalog.paymentMethods()
      const commission = first?.customerCommission
      assert.deepStrictEqual([`${first?.minimum}`, `${first?.maximum}`, first?.paymentTime], [
        "0.10 UAH",
        "90071992547409931.01 UAH",
        "12345678901234567890"
      ])
      const percent = Money.makeUnsafe("2.675", "PERCENT").amount
      assert.deepStrictEqual([commission?.value, commission?.scale], [percent.value, percent.scale])
    }))

  it.effect("without what may be absent", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const bare = { name: "Cash", method_code: "cash", currency: { code: "UAH" }, logo_url: null, min_sum: null }
      yield* answering(account, "catalog.paymentMethods", { data: [bare] })
      const [first] = yield* account.catalog.paymentMethods()
      assert.deepStrictEqual(Object.keys(first ?? {}).toSorted(), ["code", "currency", "name"])
    }))

  for (const logo of ["http://ecca-ex.com/logo.png", "javascript:alert(1)", "/logo.png", ""]) {
    it.effect(`without a logo that no page should load: ${JSON.stringify(logo)}`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* answering(account, "catalog.paymentMethods", { data: [{ ...method, logo_url: logo }] })
        const [first] = yield* account.catalog.paymentMethods()
        assert.strictEqual(first?.code, "monobank")
        assert.doesNotHaveAnyKeys(first, ["logo"])
      }))
  }

  for (
    const [path, changes] of [
      ["data.0.method_code", { method_code: "" }],
      ["data.0.min_sum", { min_sum: "1e3" }],
      ["data.0.currency", { currency: "UAH" }]
    ] as const
  ) {
    it.effect(`that cannot be understood (${path}) fail as a whole`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* answering(account, "catalog.paymentMethods", { data: [{ ...method, ...changes }] })
        const { reason } = yield* Effect.flip(account.catalog.paymentMethods())
        assert.deepInclude(reason, { _tag: "InvalidResponse", path })
      }))
  }
})

describe("currencies", () => {
  it.effect("have the rate of the moment", () =>
    Effect.gen(function*() {
      const { catalog, sim } = yield* open()
      yield* sim.setRate("UAH", "42.129")
      const [first] = yield* catalog.currencies
      // the provider rounds down to two decimals [CUR]
      assert.deepStrictEqual([first?.rate?.value.value, first?.rate?.value.scale], [BigInt(4212), 2])
      assert.deepStrictEqual([`${first?.rate?.base}`, `${first?.rate?.counter}`], ["USDT", "UAH"])
    }))

  it.effect("may lack everything but their code", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* answering(account, "catalog.currencies", { data: [{ currency: "UAH" }, { ...currency, rate: null }] })
      const [bare, rateless] = yield* account.catalog.currencies
      assert.deepStrictEqual(Object.keys(bare ?? {}), ["currency"])
      assert.doesNotHaveAnyKeys(rateless, ["rate"])
    }))

  it.effect("are what the gateway says that the account may ask for", () =>
    Effect.gen(function*() {
      const { gateway } = yield* open()
      const all = yield* gateway.currencies
      assert.deepStrictEqual(all.map(String), ["UAH", "KZT"])
    }))
})

describe("the gateway", () => {
  it.effect("says what the account can do: everything but what nobody documents", () =>
    Effect.gen(function*() {
      const { gateway } = yield* open()
      assert.deepStrictEqual([gateway.provider, gateway.name, `${gateway.account}`], ["ecca", "Ecca", "ecca"])
      assert.deepStrictEqual(Object.fromEntries(gateway.capabilities), {
        "invoices.create": "native",
        "invoices.get": "native",
        "invoices.getByReference": "native",
        "invoices.list": "native",
        "payments.get": "emulated",
        "payments.list": "emulated",
        "withdrawals.get": "native",
        "withdrawals.list": "native",
        "webhookEvents.admit": "native",
        "webhookEvents.resolve": "native",
        "webhookEvents.receive": "native",
        "webhookEvents.diagnose": "native",
        "webhookDeliveries.history": "native",
        "webhookDeliveries.resend": "native",
        "catalog.paymentMethods": "native",
        "catalog.currencies": "native"
      })
    }))

  it.effect("can cancel once the merchant tells the body of that call", () =>
    Effect.gen(function*() {
      const { gateway } = yield* open({ options: { cancelBody: null } })
      const level = yield* Effect.provideService(Gateway.capability("invoices.cancel"), Gateway.Gateway, gateway)
      assert.strictEqual(level, "native")
    }))
})
