/**
 * The golden exchanges against the server's own description, which has to accept every request and every answer, and to
 * refuse each when something is wrong with it. The contract plays the same files against the adapter.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { subject } from "./contract.ts"
import * as Description from "./support/Description.ts"

const description = await Effect.runPromise(Description.make)

const described = Schema.decodeSync(
  Schema.fromJsonString(Schema.Struct({ "x-webhooks": Schema.Record(Schema.String, Schema.Json) }))
)(readFileSync(new URL("./fixtures/btcpay.json", import.meta.url), "utf8"))

const Headers = Schema.Record(Schema.String, Schema.String)

const Exchange = Schema.Struct({
  request: Schema.Struct({
    method: Schema.String,
    path: Schema.String,
    headers: Headers,
    json: Schema.optionalKey(Schema.Json)
  }),
  response: Schema.Struct({ status: Schema.Finite, json: Schema.optionalKey(Schema.Json) })
})

type Exchange = typeof Exchange.Type

const File = Schema.fromJsonString(Schema.Struct({ source: Schema.String, exchanges: Schema.Array(Exchange) }))

const folder = new URL("./golden/", import.meta.url)

const files = readdirSync(folder).map((name) => ({
  name,
  ...Schema.decodeSync(File)(readFileSync(new URL(name, folder), "utf8"))
}))

/** Which operation of the description a request is for. */
const operationOf = ({ method, path }: Exchange["request"]): string => {
  const [, collection = "", item] = /^\/api\/v1\/stores\/[^/]+\/(\w+)(\/[^/?]+)?(?:\?.*)?$/u.exec(path) ?? []
  const operations: Readonly<Record<string, string>> = {
    "POST invoices": "Invoices_CreateInvoice",
    "GET invoices": "Invoices_GetInvoices",
    "GET invoices/": "Invoices_GetInvoice",
    "GET payouts": "PullPayments_GetStorePayouts",
    "GET payouts/": "GetStorePayout"
  }
  return operations[`${method} ${collection}${item === undefined ? "" : "/"}`] ?? "none"
}

/** A request as it is sent: texts such as `{BTCPAY_API_KEY}` stand for settings. */
const sent = ({ headers, json, method, path }: Exchange["request"]): Description.HttpRequest => ({
  method,
  url: path,
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replace(/\{\w+\}/u, "a-key")])
  ),
  body: json === undefined ? "" : JSON.stringify(json)
})

const requestProblems = ({ request }: Exchange) => description.request(sent(request))

const answerProblems = ({ request, response: { json, status } }: Exchange) =>
  description.answer(operationOf(request), status, json)

const exchanges = files.flatMap(({ exchanges, name }) =>
  exchanges.map((exchange) => [`${name}: ${exchange.request.method} ${exchange.request.path}`, exchange] as const)
)

const isObject = (json: Schema.Json | undefined): json is Schema.JsonObject =>
  typeof json === "object" && json !== null && !Array.isArray(json)

/** The same with one member, or the first object of a list, as nobody describes it. */
const spoilt = (json: Schema.Json): Schema.Json => {
  if (Array.isArray(json)) return json.length === 0 ? "none" : json.map(spoilt)
  return isObject(json)
    ? Object.fromEntries(Object.entries(json).map(([name, value]) => [name, typeof value === "string" ? 1 : value]))
    : json
}

/** Ways in which a request is none of the description. */
const wrongRequests: Readonly<Record<string, (exchange: Exchange) => Description.HttpRequest>> = {
  "without a key": ({ request }) => ({ ...sent(request), headers: {} }),
  "by another method": ({ request }) => ({ ...sent(request), method: "PATCH" }),
  "at another path": ({ request }) => ({ ...sent(request), url: request.path.replace("/stores/", "/shops/") })
}

describe("a golden exchange is as the server describes it", () => {
  it.each(exchanges)("%s", (_, exchange) => {
    assert.deepStrictEqual(requestProblems(exchange), [])
    assert.deepStrictEqual(answerProblems(exchange), [])
  })

  it("in every operation that the adapter has", () => {
    const described = new Set(exchanges.map(([, { request }]) => operationOf(request)))
    assert.deepStrictEqual([...described].toSorted(), [
      "GetStorePayout",
      "Invoices_CreateInvoice",
      "Invoices_GetInvoice",
      "Invoices_GetInvoices",
      "PullPayments_GetStorePayouts"
    ])
  })

  it("and its source names the operations", () => {
    for (const { exchanges, name, source } of files) {
      for (const { request } of exchanges) assert.include(source, operationOf(request), name)
    }
  })
})

describe("a golden exchange with something wrong in it is refused", () => {
  it.each(exchanges)("%s", (_, exchange) => {
    for (const [how, wrong] of Object.entries(wrongRequests)) {
      assert.isNotEmpty(description.request(wrong(exchange)), how)
    }
    const { request, response } = exchange
    if (request.json !== undefined) {
      assert.isNotEmpty(requestProblems({ ...exchange, request: { ...request, json: spoilt(request.json) } }))
    }
    if (isDescribed(exchange) && response.json !== undefined) {
      assert.isNotEmpty(answerProblems({ ...exchange, response: { ...response, json: spoilt(response.json) } }))
    }
  })

  it("and so is an answer with a status that is not described", () => {
    const [, created] = exchanges.find(([, { request }]) => request.method === "POST") ?? []
    assert.isDefined(created)
    assert.isNotEmpty(answerProblems({ ...created, response: { ...created.response, status: 201 } }))
  })
})

/** These answers have no body in the description, so that none is wrong. */
const bodiless: ReadonlySet<string> = new Set([
  "Invoices_CreateInvoice 403",
  "Invoices_GetInvoice 403",
  "Invoices_GetInvoice 404",
  "GetStorePayout 404",
  "PullPayments_GetStorePayouts 404"
])

const isDescribed = ({ request, response }: Exchange): boolean =>
  !bodiless.has(`${operationOf(request)} ${response.status}`)

const samples = new URL("./webhooks/", import.meta.url)

const Sample = Schema.fromJsonString(Schema.Struct({ body: Schema.Record(Schema.String, Schema.Json) }))

describe("the sample of a webhook", () => {
  const signed = { "btcpay-sig": `sha256=${"0".repeat(64)}`, "content-type": "application/json" }

  for (const name of readdirSync(samples)) {
    it(`${name} is as described, and has to be`, () => {
      const { body } = Schema.decodeSync(Sample)(readFileSync(new URL(name, samples), "utf8"))
      assert.deepStrictEqual(description.webhook(signed, JSON.stringify(body)), [])
      assert.strictEqual(body["type"], name.split(".")[0])
      for (const wrong of [{ ...body, type: "InvoicePaid" }, { ...body, invoiceId: 1 }, { ...body, invented: true }]) {
        assert.isNotEmpty(description.webhook(signed, JSON.stringify(wrong)))
      }
    })
  }

  it("is there for each type that is described, and is declared to the contract", () => {
    const types = [...new Set(readdirSync(samples).map((name) => name.split(".")[0] ?? ""))].toSorted()
    assert.deepStrictEqual(types, Object.keys(described["x-webhooks"]).toSorted())
    assert.deepStrictEqual(Object.keys(subject.webhooks?.events ?? {}).toSorted(), types)
  })
})
