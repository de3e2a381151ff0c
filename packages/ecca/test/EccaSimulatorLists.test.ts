import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { start, uuid } from "./EccaSimulatorFixture.ts"

/** `count` invoices, a minute apart. */
const startWith = Effect.fnUntraced(function*(count: number, options: Parameters<typeof start>[0] = {}) {
  const started = yield* start(options)
  const ids: Array<string> = []
  for (let made = 0; made < count; made++) {
    ids.push(yield* started.createId())
    yield* started.sim.advance("1 minute")
  }
  const list = (query: string) => Effect.map(started.call(`/invoices${query}`), ({ json }) => json)
  const idsOf = (query: string) =>
    Effect.map(list(query), ({ data }) => data.map((one: { invoice_id: string }) => one.invoice_id))
  return { ...started, ids, list, idsOf }
})

describe("EccaSimulator: GET /api/v1/invoices", () => {
  it.effect("pages of 20, newest first, with the documented keys around them", () =>
    Effect.gen(function*() {
      const { ids, list } = yield* startWith(21)
      const { data, ...page } = yield* list("")
      assert.deepStrictEqual(page, { successful: true, page: 1, per_page: 20, total: 21, total_pages: 2 })
      assert.deepStrictEqual(data.map((one: { invoice_id: string }) => one.invoice_id), ids.toReversed().slice(0, 20))
      const last = yield* list("?page=2")
      assert.deepInclude(last, { page: 2, per_page: 20, total: 21, total_pages: 2 })
      assert.deepStrictEqual(last.data.map((one: { invoice_id: string }) => one.invoice_id), [ids[0]])
    }))

  it.effect("items are as in get, but a deal has no sub_status", () =>
    Effect.gen(function*() {
      const { ids: [id = ""], list, read, sim } = yield* startWith(1)
      yield* sim.pay(id)
      const { deal: { sub_status, ...deal }, ...invoice } = yield* read(id)
      assert.isString(sub_status)
      assert.deepStrictEqual((yield* list("")).data, [{ ...invoice, deal }])
    }))

  it.effect("an exact boundary: the last full page, and the empty one behind it", () =>
    Effect.gen(function*() {
      const { ids, idsOf, list } = yield* startWith(4)
      assert.deepStrictEqual(yield* idsOf("?page=2&per_page=2&order=asc"), ids.slice(2))
      assert.deepInclude(yield* list("?page=3&per_page=2"), { total: 4, total_pages: 2, page: 3, data: [] })
      assert.deepInclude(yield* list("?page=99"), { total: 4, total_pages: 1, data: [] })
    }))

  it.effect("orders both ways, and two of one moment by which came first", () =>
    Effect.gen(function*() {
      const { createId, ids, idsOf } = yield* startWith(2)
      const twins = [yield* createId(), yield* createId()]
      assert.deepStrictEqual(yield* idsOf("?order=asc"), [...ids, ...twins])
      assert.deepStrictEqual(yield* idsOf("?order=desc"), [...ids, ...twins].toReversed())
    }))

  it.effect("filters by status and currency", () =>
    Effect.gen(function*() {
      const { createId, ids: [first = "", second], idsOf, sim } = yield* startWith(2)
      const tenge = yield* createId({ currency_code: "KZT" })
      yield* sim.pay(first)
      assert.deepStrictEqual(yield* idsOf("?status=success"), [first])
      assert.deepStrictEqual(yield* idsOf("?status=pending"), [tenge, second])
      assert.deepStrictEqual(yield* idsOf("?currency=KZT"), [tenge])
      assert.deepStrictEqual(yield* idsOf("?currency=UAH&status=pending&order=asc"), [second])
      assert.deepStrictEqual(yield* idsOf("?status=nonsense"), [])
    }))

  it.effect("an invoice that comes between two pages pushes the others on", () =>
    Effect.gen(function*() {
      const { createId, ids, idsOf } = yield* startWith(3)
      assert.deepStrictEqual(yield* idsOf("?per_page=2"), [ids[2], ids[1]])
      yield* createId()
      assert.deepStrictEqual(yield* idsOf("?per_page=2&page=2"), [ids[1], ids[0]])
    }))

  it.effect("takes up to 500 on a page and refuses what is no page", () =>
    Effect.gen(function*() {
      const { call } = yield* start()
      assert.strictEqual((yield* call("/invoices?per_page=500")).json.per_page, 500)
      for (const query of ["page=0", "page=-1", "page=x", "page=1.5", "per_page=0", "per_page=501", "order=up"]) {
        const { json, status } = yield* call(`/invoices?${query}`)
        assert.deepStrictEqual([status, json.error.code], [422, "VALIDATION_FAILED"], query)
      }
    }))

  it.effect("answers an empty list as it is told to, since that is not documented", () =>
    Effect.gen(function*() {
      const { call } = yield* start()
      assert.deepStrictEqual((yield* call("/invoices")).json, {
        successful: true,
        page: 1,
        per_page: 20,
        total: 0,
        total_pages: 0,
        data: []
      })
      const other = yield* start({ emptyInvoiceList: "404" })
      const { json, status } = yield* other.call("/invoices")
      assert.deepStrictEqual([status, json.error.code], [404, "INVOICE_NOT_FOUND"])
      yield* other.create()
      assert.strictEqual((yield* other.call("/invoices?page=2")).status, 404)
      assert.strictEqual((yield* other.call("/invoices")).status, 200)
    }))
})

describe("EccaSimulator: withdrawals", () => {
  it.effect("GET /withdrawals/{uuid}: the documented fields; the four nullable ones are left out while null", () =>
    Effect.gen(function*() {
      const { call, sim } = yield* start()
      const uuidOfIt = yield* sim.withdraw({ amount: "150.00" })
      assert.match(uuidOfIt, uuid)
      assert.deepStrictEqual((yield* call(`/withdrawals/${uuidOfIt}`)).json, {
        successful: true,
        data: {
          withdraw_uuid: uuidOfIt,
          withdrawal_method_id: 1,
          address: "TXqZ5nM3YwK8vR2pL7dFcJ6hG9bE4sA1uN",
          amount: "150.00",
          network_fee: "1.00",
          amount_to_receive: "149.00",
          status: "pending",
          created_at: "1970-01-01T00:00:00+00:00",
          updated_at: "1970-01-01T00:00:00+00:00"
        }
      })
    }))

  it.effect("shows what happened to one", () =>
    Effect.gen(function*() {
      const { call, sim } = yield* start({ absentFields: "null" })
      const id = yield* sim.withdraw({ amount: "10.123456", networkFee: "0.5", address: "T1", memo: "7" })
      const read = Effect.map(call(`/withdrawals/${id}`), ({ json }) => json.data)
      assert.deepInclude(yield* read, {
        amount_to_receive: "9.623456",
        address: "T1",
        address_memo: "7",
        substatus: null,
        external_tx_id: null,
        processed_at: null
      })
      yield* sim.advance("1 minute")
      yield* sim.updateWithdrawal(id, { substatus: "processing" })
      assert.deepInclude(yield* read, { status: "pending", substatus: "processing", processed_at: null })
      yield* sim.advance("4 minutes")
      yield* sim.updateWithdrawal(id, { status: "success", externalTxId: "a1b2" })
      assert.deepInclude(yield* read, {
        status: "success",
        external_tx_id: "a1b2",
        updated_at: "1970-01-01T00:05:00+00:00",
        processed_at: "1970-01-01T00:05:00+00:00"
      })
      assert.strictEqual((yield* Effect.flip(sim.updateWithdrawal("x", {}))).reason, "NotFound")
    }))

  it.effect("is as far as told, by the guide's words, and not further than the guide knows", () =>
    Effect.gen(function*() {
      const { call, sim } = yield* start()
      const words = { pending: "pending", succeeded: "success", failed: "failed", canceled: "cancelled" } as const
      for (const status of ["pending", "succeeded", "failed", "canceled"] as const) {
        const id = yield* sim.withdraw({ amount: "2.00", status })
        const { data } = (yield* call(`/withdrawals/${id}`)).json
        assert.strictEqual(data.status, words[status])
        assert.strictEqual("processed_at" in data, status !== "pending")
        assert.strictEqual("external_tx_id" in data, status === "succeeded")
      }
      const refused = yield* Effect.flip(sim.withdraw({ amount: "2.00", status: "processing" }))
      assert.strictEqual(refused.reason, "NotOffered")
      assert.strictEqual((yield* call("/withdrawals")).json.total, 4)
    }))

  it.effect("lists them newest first, by status, with words that the guide does not know", () =>
    Effect.gen(function*() {
      const { call, sim } = yield* start({
        withdrawals: [{ amount: "1.00" }, { amount: "2.00", status: "succeeded" }, { amount: "3.00", status: "failed" }]
      })
      const [, second] = (yield* call("/withdrawals?order=asc")).json.data
      yield* sim.updateWithdrawal(second.withdraw_uuid, { status: "completed" })
      yield* sim.advance("1 second")
      yield* sim.withdraw({ amount: "4.00" })
      const amounts = (query: string) =>
        Effect.map(call(`/withdrawals${query}`), ({ json }) => json.data.map((one: { amount: string }) => one.amount))
      assert.deepStrictEqual(yield* amounts(""), ["4.00", "3.00", "2.00", "1.00"])
      assert.deepStrictEqual(yield* amounts("?order=asc&per_page=3"), ["1.00", "2.00", "3.00"])
      assert.deepStrictEqual(yield* amounts("?status=pending"), ["4.00", "1.00"])
      assert.deepStrictEqual(yield* amounts("?status=completed"), ["2.00"])
      const { data: _, ...page } = (yield* call("/withdrawals?page=2&per_page=3")).json
      assert.deepStrictEqual(page, { successful: true, page: 2, per_page: 3, total: 4, total_pages: 2 })
    }))

  it.effect("404 WITHDRAWALS_NOT_FOUND where a page would be empty", () =>
    Effect.gen(function*() {
      const { call, sim } = yield* start()
      const codeOf = (query: string) =>
        Effect.map(call(`/withdrawals${query}`), ({ json, status }) => [status, json.error?.code])
      assert.deepStrictEqual(yield* codeOf(""), [404, "WITHDRAWALS_NOT_FOUND"])
      yield* sim.withdraw({ amount: "1.50" })
      assert.deepStrictEqual(yield* codeOf(""), [200, undefined])
      assert.deepStrictEqual(yield* codeOf("?status=failed"), [404, "WITHDRAWALS_NOT_FOUND"])
      assert.deepStrictEqual(yield* codeOf("?page=2&per_page=1"), [404, "WITHDRAWALS_NOT_FOUND"])
    }))
})
