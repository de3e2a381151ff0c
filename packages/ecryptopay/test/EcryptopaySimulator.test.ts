/**
 * The simulated API against what the provider documents of it.
 */
import { assert, describe, it } from "@effect/vitest"
import { Fault } from "@gatefold/core/Simulator"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { login, passwordGrant, refreshGrant, requestToken, send, text, withToken } from "./support/SimulatorClient.ts"

const start = Effect.fnUntraced(function*(options?: EcryptopaySimulator.Options) {
  const simulator = yield* EcryptopaySimulator.make(options)
  return { simulator, api: yield* login(simulator) }
})

const bodyOfCreate = { currency: "btc", amount: "250.00" }

describe("the token endpoint", () => {
  it.effect("answers the password grant with the documented members", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_790_000_000_999)
      const simulator = yield* EcryptopaySimulator.make()
      const { headers, object, status } = yield* requestToken(simulator, passwordGrant(simulator))
      assert.strictEqual(status, 200)
      assert.strictEqual(headers.get("cache-control"), "no-store")
      assert.sameMembers(Object.keys(object), [
        "access_token",
        "token_type",
        "expires_in",
        "refresh_token",
        "created_at"
      ])
      assert.strictEqual(object["token_type"], "Bearer")
      assert.strictEqual(object["expires_in"], 7200)
      assert.strictEqual(object["created_at"], 1_790_000_000)
      const token = text(object["access_token"])
      assert.strictEqual((yield* withToken(simulator, token).get("/payments")).status, 200)
    }))

  it.effect.each([
    { wrong: { client_id: "nobody" }, status: 401, error: "invalid_client" },
    { wrong: { client_secret: undefined }, status: 401, error: "invalid_client" },
    { wrong: { email: "someone@else.test" }, status: 400, error: "invalid_grant" },
    { wrong: { password: "guess" }, status: 400, error: "invalid_grant" },
    { wrong: { grant_type: "client_credentials" }, status: 400, error: "unsupported_grant_type" },
    { wrong: { grant_type: undefined }, status: 400, error: "invalid_request" }
  ])("refuses $wrong with $status $error", ({ error, status, wrong }) =>
    Effect.gen(function*() {
      const simulator = yield* EcryptopaySimulator.make()
      const reply = yield* requestToken(simulator, { ...passwordGrant(simulator), ...wrong })
      assert.strictEqual(reply.status, status)
      assert.deepStrictEqual(reply.object, { error })
    }))

  it.effect("reads JSON only", () =>
    Effect.gen(function*() {
      const simulator = yield* EcryptopaySimulator.make()
      const body = JSON.stringify(passwordGrant(simulator))
      const reply = yield* send(`${simulator.url}/api/v1/oauth/token`, { method: "POST", body })
      assert.strictEqual(reply.status, 400)
    }))

  it.effect("makes tokens that end after expires_in", () =>
    Effect.gen(function*() {
      const { api, simulator } = yield* start({ expiresIn: "1 minute" })
      yield* simulator.advance("59 seconds")
      assert.strictEqual((yield* api.get("/payments")).status, 200)
      yield* simulator.advance("1 second")
      assert.strictEqual((yield* api.get("/payments")).status, 401)
      assert.strictEqual((yield* (yield* login(simulator)).get("/payments")).status, 200)
    }))

  it.effect("exchanges a refresh token once, for another one", () =>
    Effect.gen(function*() {
      const simulator = yield* EcryptopaySimulator.make()
      const first = yield* requestToken(simulator, passwordGrant(simulator))
      const second = yield* requestToken(simulator, refreshGrant(simulator, first.object["refresh_token"]))
      const again = yield* requestToken(simulator, refreshGrant(simulator, first.object["refresh_token"]))
      const third = yield* requestToken(simulator, refreshGrant(simulator, second.object["refresh_token"]))
      assert.deepStrictEqual([second.status, again.status, third.status], [200, 400, 200])
      assert.deepStrictEqual(again.object, { error: "invalid_grant" })
      assert.notStrictEqual(second.object["access_token"], first.object["access_token"])
      assert.notStrictEqual(second.object["refresh_token"], first.object["refresh_token"])
      const api = withToken(simulator, text(second.object["access_token"]))
      assert.strictEqual((yield* api.get("/payments")).status, 200)
    }))

  it.effect("takes a refresh token from its own client only, and leaves it unspent", () =>
    Effect.gen(function*() {
      const simulator = yield* EcryptopaySimulator.make()
      const { object } = yield* requestToken(simulator, passwordGrant(simulator))
      const grant = refreshGrant(simulator, object["refresh_token"])
      assert.strictEqual((yield* requestToken(simulator, { ...grant, client_secret: "guess" })).status, 401)
      assert.strictEqual((yield* requestToken(simulator, grant)).status, 200)
    }))

  it.effect("can do without the refresh grant, which is not documented", () =>
    Effect.gen(function*() {
      const simulator = yield* EcryptopaySimulator.make({ refreshGrant: false })
      const { object } = yield* requestToken(simulator, passwordGrant(simulator))
      const refused = yield* requestToken(simulator, refreshGrant(simulator, object["refresh_token"]))
      assert.strictEqual(refused.status, 400)
      assert.deepStrictEqual(refused.object, { error: "unsupported_grant_type" })
    }))

  it.effect("revokes access tokens and not refresh tokens", () =>
    Effect.gen(function*() {
      const simulator = yield* EcryptopaySimulator.make()
      const { object } = yield* requestToken(simulator, passwordGrant(simulator))
      yield* simulator.revokeTokens
      const api = withToken(simulator, text(object["access_token"]))
      assert.strictEqual((yield* api.get("/payments")).status, 401)
      const refreshed = yield* requestToken(simulator, refreshGrant(simulator, object["refresh_token"]))
      assert.strictEqual(refreshed.status, 200)
    }))
})

describe("creating a payment", () => {
  it.effect("answers with the payment, with its QR image and without a state", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_795_168_800_000)
      const { api, simulator } = yield* start({ firstId: 7n })
      const { object, status } = yield* api.post("/payments/", bodyOfCreate)
      assert.strictEqual(status, 201)
      assert.match(text(object["currency_amount"]), /^0\.000\d{5}$/u)
      assert.deepStrictEqual(object, {
        id: 7,
        currency: "btc",
        amount: "250.00",
        currency_amount: object["currency_amount"],
        created_at: "2026-11-20T10:00:00.000Z",
        updated_at: "2026-11-20T10:00:00.000Z",
        qr_image_path: `${simulator.url}/qr/7-1.png`
      })
      assert.deepStrictEqual(yield* simulator.books, [{
        id: "7",
        reference: undefined,
        amount: "250.00",
        currency: "MXN",
        status: "open",
        providerStatus: "en_espera_7"
      }])
    }))

  it.effect("converts to bitcoin unless told otherwise", () =>
    Effect.gen(function*() {
      const { api } = yield* start()
      assert.strictEqual((yield* api.post("/payments/", { amount: "10" })).object["currency"], "btc")
      assert.strictEqual((yield* api.post("/payments/", { amount: "10", currency: "xrp" })).object["currency"], "xrp")
    }))

  it.effect.each([
    { sent: "250", kept: "250.00" },
    { sent: "0.1", kept: "0.10" },
    { sent: "0.01", kept: "0.01" },
    { sent: "999999999999.99", kept: "999999999999.99" }
  ])("keeps $sent pesos as $kept", ({ kept, sent }) =>
    Effect.gen(function*() {
      const { api } = yield* start()
      assert.strictEqual((yield* api.post("/payments/", { amount: sent })).object["amount"], kept)
    }))

  it.effect.each([
    { amount: "0" },
    { amount: "0.00" },
    { amount: "-1" },
    { amount: "1.005" },
    { amount: "1e3" },
    { amount: "" },
    { amount: " 1" },
    { amount: "1,000.00" },
    { amount: "1000000000000" },
    { amount: 250 },
    {},
    { amount: "250.00", currency: "BTC" },
    { amount: "250.00", currency: "doge" }
  ])("refuses %j and books nothing", (body) =>
    Effect.gen(function*() {
      const { api, simulator } = yield* start()
      const reply = yield* api.post("/payments/", body)
      assert.strictEqual(reply.status, 422)
      assert.match(reply.headers.get("content-type") ?? "", /^application\/json/u)
      assert.deepStrictEqual(Object.keys(reply.object), ["error"])
      assert.deepStrictEqual(yield* simulator.books, [])
    }))

  it.effect("refuses what is not a JSON object", () =>
    Effect.gen(function*() {
      const { api, simulator } = yield* start()
      for (const body of ["", "{\"amount\":", "[]", "\"250.00\""]) {
        assert.strictEqual((yield* api.post("/payments/", body)).status, 400, body)
      }
      assert.deepStrictEqual(yield* simulator.books, [])
    }))

  it.effect("is served with the trailing slash only, as documented", () =>
    Effect.gen(function*() {
      const { api, simulator } = yield* start()
      assert.strictEqual((yield* api.post("/payments", bodyOfCreate)).status, 404)
      assert.deepStrictEqual(yield* simulator.books, [])
    }))

  it.effect.each([
    { currency: "btc", decimals: 8 },
    { currency: "eth", decimals: 18 },
    { currency: "ltc", decimals: 8 },
    { currency: "xrp", decimals: 6 },
    { currency: "usdt", decimals: 6 }
  ])("quotes $currency with $decimals decimals", ({ currency, decimals }) =>
    Effect.gen(function*() {
      const { api } = yield* start()
      const { coins } = yield* api.create("250.00", currency)
      assert.match(coins, new RegExp(`^\\d+\\.\\d{${decimals}}$`, "u"))
      assert.notMatch(coins, /^[0.]+$/u)
    }))
})

describe("reading payments", () => {
  it.effect("renews the quote of the one that is read: another amount, another image, the same price", () =>
    Effect.gen(function*() {
      const { api } = yield* start()
      const created = yield* api.create("250.00")
      const first = yield* api.read(created.id)
      const second = yield* api.read(created.id)
      assert.sameMembers(Object.keys(first), [
        "id",
        "currency",
        "amount",
        "currency_amount",
        "state",
        "qr_image_path",
        "created_at",
        "updated_at"
      ])
      assert.strictEqual(second["amount"], "250.00")
      assert.strictEqual(new Set([created.coins, first["currency_amount"], second["currency_amount"]]).size, 3)
      assert.strictEqual(new Set([created.qr, first["qr_image_path"], second["qr_image_path"]]).size, 3)
    }))

  it.effect("changes the amount with each renewal, however small it is", () =>
    Effect.gen(function*() {
      const { api } = yield* start()
      const { coins, id } = yield* api.create("0.01", "xrp")
      let former = coins
      for (let round = 0; round < 20; round++) {
        const renewed = text((yield* api.read(id))["currency_amount"])
        assert.notStrictEqual(renewed, former)
        former = renewed
      }
    }))

  it.effect("rounds the amount up, so that it is never too little nor nothing", () =>
    Effect.gen(function*() {
      const { api } = yield* start()
      assert.strictEqual((yield* api.create("0.01", "btc")).coins, "0.00000001")
    }))

  it.effect("quotes the same for the same seed, and otherwise for another", () =>
    Effect.gen(function*() {
      const quotes = (seed: bigint) =>
        Effect.gen(function*() {
          const { api } = yield* start({ seed })
          const { coins, id } = yield* api.create("250.00", "eth")
          return [coins, (yield* api.read(id))["currency_amount"]]
        })
      assert.deepStrictEqual(yield* quotes(5n), yield* quotes(5n))
      assert.notDeepEqual(yield* quotes(5n), yield* quotes(6n))
    }))

  it.effect("lists all payments with their state and without images, and renews nothing", () =>
    Effect.gen(function*() {
      const { api } = yield* start()
      const a = yield* api.create("250.00")
      const b = yield* api.create("10.00", "usdt")
      const { items } = yield* api.get("/payments")
      assert.deepStrictEqual(items.map((item) => [String(item["id"]), item["currency_amount"], item["state"]]), [
        [a.id, a.coins, "en_espera_7"],
        [b.id, b.coins, "en_espera_7"]
      ])
      for (const item of items) {
        assert.sameMembers(Object.keys(item), [
          "id",
          "currency",
          "amount",
          "currency_amount",
          "state",
          "created_at",
          "updated_at"
        ])
      }
      assert.deepStrictEqual((yield* api.get("/payments")).items, items)
    }))

  it.effect("answers an empty array when there is none", () =>
    Effect.gen(function*() {
      const { api } = yield* start()
      assert.strictEqual((yield* api.get("/payments")).text, "[]")
    }))

  it.effect("answers 404 with JSON for an unknown id", () =>
    Effect.gen(function*() {
      const { api } = yield* start()
      yield* api.create("250.00")
      for (const id of ["1", "048213", "x", "48213%20"]) {
        const reply = yield* api.get(`/payments/${id}`)
        assert.strictEqual(reply.status, 404, id)
        assert.deepStrictEqual(reply.object, { error: "not found" })
      }
    }))

  it.effect("writes ids that no JavaScript number can hold digit for digit", () =>
    Effect.gen(function*() {
      const { api, simulator } = yield* start({ firstId: 90_071_992_547_409_931_234n })
      const raw = (reply: { readonly text: string }) => reply.text.match(/"id":\d+/gu)
      assert.deepStrictEqual(raw(yield* api.post("/payments/", bodyOfCreate)), ["\"id\":90071992547409931234"])
      assert.deepStrictEqual(raw(yield* api.post("/payments/", bodyOfCreate)), ["\"id\":90071992547409931235"])
      assert.deepStrictEqual(raw(yield* api.get("/payments/90071992547409931235")), ["\"id\":90071992547409931235"])
      assert.strictEqual(raw(yield* api.get("/payments"))?.length, 2)
      const webhook = yield* simulator.webhook("90071992547409931235")
      assert.include(new TextDecoder().decode(webhook.body), "\"id\":90071992547409931235,")
    }))

  it.effect.each(
    [
      { timestamps: "iso", created: "2026-11-20T01:02:03.000Z", updated: "2026-11-20T01:02:08.000Z" },
      { timestamps: "spaced", created: "2026-11-20 01:02:03 UTC", updated: "2026-11-20 01:02:08 UTC" },
      { timestamps: "offset", created: "2026-11-19 19:02:03 -0600", updated: "2026-11-19 19:02:08 -0600" }
    ] as const
  )("writes times in the format $timestamps", ({ created, timestamps, updated }) =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_795_136_523_000)
      const { api, simulator } = yield* start({ timestamps })
      const { id } = yield* api.create("250.00")
      yield* simulator.advance("5 seconds")
      const payment = yield* api.read(id)
      assert.deepStrictEqual([payment["created_at"], payment["updated_at"]], [created, updated])
    }))

  it.effect("writes image paths without a host if asked to", () =>
    Effect.gen(function*() {
      const { api, simulator } = yield* start({ qrPaths: "relative" })
      const { id, qr } = yield* api.create("250.00")
      assert.strictEqual(qr, `/qr/${id}-1.png`)
      assert.strictEqual((yield* send(simulator.url + qr)).status, 200)
    }))
})

describe("every call but the token call", () => {
  it.effect("needs a token that holds", () =>
    Effect.gen(function*() {
      const { api, simulator } = yield* start()
      const { id } = yield* api.create("250.00")
      const stranger = withToken(simulator, "made-up")
      const replies = [
        yield* stranger.get("/payments"),
        yield* stranger.get(`/payments/${id}`),
        yield* stranger.post("/payments/", bodyOfCreate),
        yield* send(`${simulator.url}/api/v1/payments`)
      ]
      assert.deepStrictEqual(replies.map(({ status }) => status), [401, 401, 401, 401])
      assert.strictEqual((yield* simulator.books).length, 1)
    }))

  it.effect("is recorded under the operations that it serves", () =>
    Effect.gen(function*() {
      const { api, simulator } = yield* start()
      const { id } = yield* api.create("250.00")
      yield* api.read(id)
      yield* api.get("/payments")
      yield* api.get("/currencies")
      const recorded = yield* simulator.requests
      assert.deepStrictEqual(recorded.map(({ method, operations, url }) => [`${method} ${url}`, operations]), [
        ["POST /api/v1/oauth/token", ["token"]],
        ["POST /api/v1/payments/", ["payments.create", "invoices.create"]],
        [`GET /api/v1/payments/${id}`, ["payments.get", "invoices.get"]],
        ["GET /api/v1/payments", ["payments.list", "invoices.list"]],
        ["GET /api/v1/currencies", []]
      ])
    }))

  it.effect("can go wrong before or after it took effect", () =>
    Effect.gen(function*() {
      const { api, simulator } = yield* start()
      yield* simulator.arm(Fault.Unavailable(), { operation: "invoices.create" })
      yield* simulator.arm(Fault.ErrorPage({ effect: "applied" }), { operation: "payments.create" })
      assert.strictEqual((yield* api.get("/payments")).status, 200)
      const refused = yield* api.post("/payments/", bodyOfCreate)
      assert.deepStrictEqual([refused.status, refused.text], [503, "Service Unavailable"])
      assert.deepStrictEqual(yield* simulator.books, [])
      assert.strictEqual((yield* api.post("/payments/", bodyOfCreate)).status, 500)
      assert.strictEqual((yield* simulator.books).length, 1)
    }))
})

describe("a simulator", () => {
  it.effect("is a layer, too", () =>
    Effect.gen(function*() {
      const simulator = yield* EcryptopaySimulator.EcryptopaySimulator
      assert.strictEqual((yield* (yield* login(simulator)).create("5")).id, "3")
    }).pipe(Effect.provide(EcryptopaySimulator.layer({ firstId: 3n }))))

  it.effect("has secrets of its own unless they are given", () =>
    Effect.gen(function*() {
      const one = yield* EcryptopaySimulator.make()
      const other = yield* EcryptopaySimulator.make({ credentials: { password: "given" } })
      assert.strictEqual(other.settings["ECRYPTOPAY_PASSWORD"], "given")
      assert.strictEqual(other.settings["ECRYPTOPAY_BASE_URL"], `${other.url}/api/v1`)
      for (const name of ["ECRYPTOPAY_PASSWORD", "ECRYPTOPAY_CLIENT_ID", "ECRYPTOPAY_CLIENT_SECRET"]) {
        assert.notStrictEqual(one.settings[name], other.settings[name])
      }
      assert.strictEqual((yield* requestToken(other, passwordGrant(one))).status, 401)
    }))
})
