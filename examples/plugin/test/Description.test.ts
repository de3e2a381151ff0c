/**
 * The adapter and its simulator, each against the server's own description. Neither knows the other, so the description
 * is what keeps both of them honest; and each judgement is held against something that it must refuse.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Identifiers, Invoices, Withdrawals } from "@gatefold/core"
import { Fault, type RecordedRequest, type SimulatorError } from "@gatefold/core/Simulator"
import * as Btcpay from "@gatefold/example-plugin/Btcpay"
import { ConfigProvider, Context, Effect, Layer, Stream } from "effect"
import * as BtcpaySimulator from "./BtcpaySimulator.ts"
import * as Description from "./support/Description.ts"
import * as Receiver from "./support/Receiver.ts"
import * as StoreClient from "./support/StoreClient.ts"

/** Compiled once: that takes a third of a second. */
const description = await Effect.runPromise(Description.make)

const start = Effect.fnUntraced(function*(options?: BtcpaySimulator.Options) {
  const simulator = yield* BtcpaySimulator.make({ webhooks: "manual", ...options })
  return { simulator, store: StoreClient.make(simulator) }
})

type World = Effect.Success<ReturnType<typeof start>>

const accepts = (problems: ReadonlyArray<string>) => assert.deepStrictEqual(problems, [])
const refuses = (problems: ReadonlyArray<string>, because: RegExp) => assert.match(problems.join("\n"), because)

const jsonType = { "content-type": "application/json" }

/** The request with these members in its body. */
const changed = (changes: object) => (request: RecordedRequest): Description.HttpRequest => ({
  ...request,
  body: JSON.stringify({ ...JSON.parse(request.body), ...changes })
})

/** The request with nothing but this in its query. */
const asking = (query: string) => (request: RecordedRequest): Description.HttpRequest => ({
  ...request,
  url: `${request.url.split("?")[0]}?${query}`
})

type Reach = (world: World, id: string) => Effect.Effect<unknown, SimulatorError>

const states: Readonly<Record<string, Reach>> = {
  "New": () => Effect.void,
  "New, PaidPartial": ({ simulator }, id) => simulator.pay(id, "partial"),
  "Processing": ({ simulator }, id) => simulator.confirming(id),
  "Settled": ({ simulator }, id) => simulator.pay(id),
  "Settled, PaidOver": ({ simulator }, id) => simulator.pay(id, "over"),
  "Expired": ({ simulator }, id) => simulator.expire(id),
  "Expired, PaidPartial": ({ simulator }, id) => Effect.andThen(simulator.pay(id, "partial"), simulator.expire(id)),
  "Expired, PaidLate": ({ simulator }, id) => Effect.andThen(simulator.expire(id), simulator.pay(id)),
  "Settled, Marked": ({ simulator }, id) =>
    Effect.andThen(Effect.andThen(simulator.expire(id), simulator.pay(id)), simulator.settleLate(id)),
  "Invalid": ({ simulator }, id) => Effect.andThen(simulator.confirming(id), simulator.fail(id))
}

describe("every answer about an invoice is as described", () => {
  it.effect.each(Object.entries(states))("%s", ([name, reach]) =>
    Effect.gen(function*() {
      const world = yield* start()
      const { store } = world
      const created = yield* store.post("/invoices", StoreClient.order)
      accepts(description.answer("Invoices_CreateInvoice", created.status, created.json))
      const id = String(created.object["id"])
      yield* reach(world, id)

      const one = yield* store.get(`/invoices/${id}`)
      assert.strictEqual(`${one.object["status"]}, ${one.object["additionalStatus"]}`.replace(/, None$/u, ""), name)
      accepts(description.answer("Invoices_GetInvoice", one.status, one.json))

      const list = yield* store.get("/invoices?includePaymentMethods=true")
      assert.lengthOf(list.items, 1)
      accepts(description.answer("Invoices_GetInvoices", list.status, list.json))

      const methods = yield* store.get(`/invoices/${id}/payment-methods`)
      assert.lengthOf(methods.items, 1)
      accepts(description.answer("Invoices_GetInvoicePaymentMethods", methods.status, methods.json))
    }))
})

describe("an answer about an invoice that is not as described is refused", () => {
  it.effect.each<readonly [StoreClient.Members, RegExp]>([
    [{ status: "Paid" }, /status must be equal to one of the allowed values/u],
    [{ status: null }, /status must be string/u],
    [{ additionalStatus: "Late" }, /additionalStatus must be equal to one of/u],
    [{ amount: 10 }, /amount must be string/u],
    [{ amount: "ten" }, /amount must match format "decimal"/u],
    [{ paidAmount: "1e3" }, /paidAmount must match format/u],
    [{ createdTime: "1795260626" }, /createdTime must be number/u],
    [{ metadata: [] }, /metadata must be object/u],
    [{ checkout: { redirectUrl: "https://shop.example" } }, /checkout must NOT have additional properties/u],
    [{ orderId: "order-1" }, /must NOT have additional properties/u]
  ])("%j", ([changes, because]) =>
    Effect.gen(function*() {
      const { store } = yield* start()
      const { object } = yield* store.post("/invoices", StoreClient.order)
      const spoilt = { ...object, ...changes }
      refuses(description.answer("Invoices_GetInvoice", 200, spoilt), because)
      refuses(description.answer("Invoices_CreateInvoice", 200, spoilt), because)
      refuses(description.answer("Invoices_GetInvoices", 200, [spoilt]), because)
    }))
})

describe("an invoice's payment methods", () => {
  it.effect.each<readonly [StoreClient.Members, RegExp]>([
    [{ due: 0.0001 }, /due must be string/u],
    [{ rate: "64,392.23" }, /rate must match format "decimal"/u],
    [{ paymentMethod: "BTC" }, /must NOT have additional properties/u],
    [{ payments: [{ status: "Confirmed" }] }, /status must be equal to one of the allowed values/u],
    [{ payments: null }, /payments must be array/u]
  ])("are refused with %j", ([changes, because]) =>
    Effect.gen(function*() {
      const { simulator, store } = yield* start()
      const id = yield* store.create()
      yield* simulator.pay(id)
      const { items } = yield* store.get(`/invoices/${id}/payment-methods`)
      const spoilt = items.map((item) => ({ ...item, ...changes }))
      refuses(description.answer("Invoices_GetInvoicePaymentMethods", 200, spoilt), because)
    }))
})

describe("payouts", () => {
  const statuses = ["pending", "processing", "succeeded", "canceled"] as const

  it.effect.each(statuses)("that are %s are as described", (status) =>
    Effect.gen(function*() {
      const { simulator, store } = yield* start()
      const id = yield* simulator.withdraw({ amount: "25.50", status })
      const one = yield* store.get(`/payouts/${id}`)
      accepts(description.answer("GetStorePayout", one.status, one.json))
      const list = yield* store.get("/payouts?includeCancelled=true")
      assert.lengthOf(list.items, 1)
      accepts(description.answer("PullPayments_GetStorePayouts", list.status, list.json))
    }))

  it.effect("are as described when they are approved", () =>
    Effect.gen(function*() {
      const { simulator, store } = yield* start()
      const id = yield* simulator.withdraw({ amount: "25.50" })
      yield* simulator.approve(id)
      const { json, object, status } = yield* store.get(`/payouts/${id}`)
      assert.strictEqual(object["state"], "AwaitingPayment")
      accepts(description.answer("GetStorePayout", status, json))
    }))

  it.effect("differ from the description in their date as real servers send it, and that is seen", () =>
    Effect.gen(function*() {
      const { simulator, store } = yield* start({ payoutDates: "number" })
      const id = yield* simulator.withdraw({ amount: "25.50" })
      const { json } = yield* store.get(`/payouts/${id}`)
      refuses(description.answer("GetStorePayout", 200, json), /date must be string/u)
    }))

  it.effect.each<readonly [StoreClient.Members, RegExp]>([
    [{ state: "Failed" }, /state must be equal to one of the allowed values/u],
    [{ originalAmount: 25.5 }, /originalAmount must be string/u],
    [{ originalAmount: null }, /originalAmount must be string/u],
    [{ payoutAmount: "much" }, /payoutAmount must match format "decimal"/u],
    [{ paymentProof: null }, /paymentProof must be object/u],
    [{ revision: "0" }, /revision must be integer/u]
  ])("are refused with %j", ([changes, because]) =>
    Effect.gen(function*() {
      const { simulator, store } = yield* start()
      const id = yield* simulator.withdraw({ amount: "25.50" })
      const { object } = yield* store.get(`/payouts/${id}`)
      const spoilt = { ...object, ...changes }
      refuses(description.answer("GetStorePayout", 200, spoilt), because)
      refuses(description.answer("PullPayments_GetStorePayouts", 200, [spoilt]), because)
    }))
})

describe("refusals", () => {
  it.effect("of an order are described as a list of what is wrong where", () =>
    Effect.gen(function*() {
      const { store } = yield* start()
      const { items, json, status } = yield* store.post("/invoices", { amount: "-1", currency: "XXX" })
      assert.strictEqual(status, 400)
      assert.deepStrictEqual(items.map(({ path }) => path), ["amount", "currency"])
      accepts(description.answer("Invoices_CreateInvoice", 400, json))
      refuses(description.answer("Invoices_CreateInvoice", 400, items[0]), /must be array/u)
      refuses(description.answer("Invoices_CreateInvoice", 400, [{ ...items[0], path: null }]), /path must be string/u)
    }))

  it.effect("of credentials are described for the list of invoices", () =>
    Effect.gen(function*() {
      const { simulator } = yield* start()
      const { json, status } = yield* StoreClient.make(simulator, { BTCPAY_API_KEY: "guess" }).get("/invoices")
      accepts(description.answer("Invoices_GetInvoices", status, json))
      refuses(description.answer("Invoices_GetInvoices", status, { code: 401 }), /code must be string/u)
      refuses(description.answer("Invoices_GetInvoices", status, [json]), /must be object/u)
    }))

  it.effect("of another store are described for the list of invoices, and elsewhere only as a status", () =>
    Effect.gen(function*() {
      const { simulator } = yield* start()
      const elsewhere = StoreClient.make(simulator, { BTCPAY_STORE_ID: "elsewhere" })
      const list = yield* elsewhere.get("/invoices")
      accepts(description.answer("Invoices_GetInvoices", list.status, list.json))
      const created = yield* elsewhere.post("/invoices", StoreClient.order)
      assert.strictEqual(created.status, 403)
      accepts(description.answer("Invoices_CreateInvoice", created.status, created.json))
      refuses(description.answer("Invoices_CreateInvoice", 402, created.json), /does not answer 402/u)
    }))

  it.effect.each([
    { path: "/invoices/nobody", operationId: "Invoices_GetInvoice" },
    { path: "/invoices/nobody/payment-methods", operationId: "Invoices_GetInvoicePaymentMethods" },
    { path: "/payouts/nobody", operationId: "GetStorePayout" }
  ])(
    "of $path are described as a status; the body is a problem as it is described elsewhere",
    ({ operationId, path }) =>
      Effect.gen(function*() {
        const { store } = yield* start()
        const { json, object, status } = yield* store.get(path)
        assert.strictEqual(status, 404)
        accepts(description.answer(operationId, status, json))
        accepts(description.answer("Invoices_GetInvoices", status, json))
        refuses(
          description.answer("Invoices_GetInvoices", status, { ...object, message: 404 }),
          /message must be string/u
        )
      })
  )
})

describe("webhooks", () => {
  const text = (body: Uint8Array) => new TextDecoder().decode(body)

  const told = (reach: Reach) =>
    Effect.gen(function*() {
      const world = yield* start()
      const id = yield* world.store.create()
      yield* reach(world, id)
      const { body, headers } = yield* world.simulator.webhook(id)
      return { ...world, headers, body: text(body), event: JSON.parse(text(body)) }
    })

  it.effect.each(Object.entries(states))("about %s are as described", ([, reach]) =>
    Effect.gen(function*() {
      const { body, headers } = yield* told(reach)
      accepts(description.webhook(headers, body))
    }))

  it.effect("of every type are as described, each sent by itself", () =>
    Effect.gen(function*() {
      const { simulator, store } = yield* start({ webhooks: "auto" })
      const receiver = yield* Receiver.make
      yield* simulator.webhooksTo(receiver.url)
      const [paid, late, failed] = yield* Effect.all([store.create(), store.create(), store.create()])
      yield* simulator.pay(paid)
      yield* simulator.expire(late)
      yield* simulator.pay(late)
      yield* simulator.fail(failed)
      yield* simulator.webhooksSettled
      const received = yield* receiver.received
      assert.deepStrictEqual(
        [...new Set(received.map(({ body }) => String(JSON.parse(body).type)))].toSorted(),
        [
          "InvoiceCreated",
          "InvoiceExpired",
          "InvoiceInvalid",
          "InvoicePaymentSettled",
          "InvoiceProcessing",
          "InvoiceReceivedPayment",
          "InvoiceSettled"
        ]
      )
      for (const { body, headers } of received) {
        accepts(description.webhook({ "btcpay-sig": String(headers["btcpay-sig"]), ...jsonType }, body))
      }
    }))

  it.effect("that are forged are as described too: nothing but the signature tells", () =>
    Effect.gen(function*() {
      const { simulator } = yield* start()
      const { body, headers } = yield* simulator.forge("HMprBnL9BTXWuPvpoKBS6e")
      accepts(description.webhook(headers, text(body)))
    }))

  it.effect("of an unknown type are not described", () =>
    Effect.gen(function*() {
      const { simulator } = yield* start()
      const { body, headers } = yield* simulator.unknownEvent
      refuses(description.webhook(headers, text(body)), /no webhook/u)
    }))

  it.effect("are refused without a signature", () =>
    Effect.gen(function*() {
      const { body } = yield* told(({ simulator }, id) => simulator.pay(id))
      refuses(description.webhook(jsonType, body), /must have required property 'btcpay-sig'/u)
    }))

  it.effect.each<readonly [StoreClient.Members, RegExp]>([
    [{ isRedelivery: "false" }, /isRedelivery must be boolean/u],
    [{ timestamp: "now" }, /timestamp must be number/u],
    [{ invoiceId: null }, /invoiceId must be string/u],
    [{ overPaid: 1 }, /overPaid must be boolean/u],
    [{ status: "Settled" }, /must NOT have additional properties/u],
    [{ type: "InvoiceExpired" }, /must NOT have additional properties/u],
    [{ type: "InvoicePaid" }, /There is no webhook InvoicePaid/u]
  ])("are refused with %j", ([changes, because]) =>
    Effect.gen(function*() {
      const { event, headers } = yield* told(({ simulator }, id) => simulator.pay(id))
      refuses(description.webhook(headers, JSON.stringify({ ...event, ...changes })), because)
    }))
})

describe("the adapter", () => {
  const connect = Effect.fnUntraced(function*(simulator: BtcpaySimulator.BtcpaySimulator) {
    const environment = ConfigProvider.layer(ConfigProvider.fromEnvRecord({ ...simulator.settings }))
    const services = yield* Layer.build(
      Layer.provide(Btcpay.layerConfig, Layer.merge(environment, NodeHttpClient.layerUndici))
    )
    return {
      invoices: Context.get(services, Invoices.Invoices),
      withdrawals: Context.get(services, Withdrawals.Withdrawals)
    }
  })

  const order = {
    reference: "order-1",
    price: { amount: "250.00", currency: "MXN" },
    description: "Two books",
    successUrl: "https://shop.example/thanks"
  }

  /** Everything that the adapter ever asks for, and what it sent. */
  const requests = Effect.gen(function*() {
    const { simulator } = yield* start()
    const { invoices, withdrawals } = yield* connect(simulator)
    const { id } = yield* invoices.create(order)
    yield* invoices.create({ ...order, reference: "order-2" })
    yield* simulator.pay(id)
    yield* invoices.get({ id })
    yield* invoices.get({ reference: "order-2" })
    yield* Stream.runDrain(invoices.list())
    yield* Stream.runDrain(invoices.list({ status: "paid", pageSize: 1 }))
    const payout = Identifiers.WithdrawalId.make(yield* simulator.withdraw({ amount: "25.50" }))
    yield* withdrawals.get(payout)
    yield* Stream.runDrain(withdrawals.list())
    yield* simulator.arm(Fault.Reset({ effect: "applied" }), { operation: "invoices.create" })
    yield* invoices.create({ ...order, reference: "order-3" })
    return yield* simulator.requests
  })

  it.effect("sends only what is described, of every kind", () =>
    Effect.gen(function*() {
      const sent = yield* requests
      assert.sameMembers([...new Set(sent.flatMap(({ operations }) => operations))], [
        "invoices.create",
        "invoices.get",
        "invoices.list",
        "withdrawals.get",
        "withdrawals.list"
      ])
      for (const request of sent) accepts(description.request(request))
    }))

  const spoil: ReadonlyArray<{
    readonly what: string
    readonly operation: string
    readonly how: (request: RecordedRequest) => Description.HttpRequest
    readonly because: RegExp
  }> = [
    {
      what: "an amount as a number",
      operation: "invoices.create",
      how: changed({ amount: 250 }),
      because: /amount must be string/u
    },
    {
      what: "an amount with a comma",
      operation: "invoices.create",
      how: changed({ amount: "1,250.00" }),
      because: /amount must match format "decimal"/u
    },
    {
      what: "a member that is not described",
      operation: "invoices.create",
      how: changed({ orderId: "order-1" }),
      because: /must NOT have additional properties/u
    },
    {
      what: "a checkout option that is not described",
      operation: "invoices.create",
      how: changed({ checkout: { redirectUrl: "https://shop.example/thanks" } }),
      because: /checkout must NOT have additional properties/u
    },
    {
      what: "a speed policy that is none",
      operation: "invoices.create",
      how: changed({ checkout: { speedPolicy: "Fastest" } }),
      because: /speedPolicy must be equal to one of the allowed values/u
    },
    {
      what: "no body",
      operation: "invoices.create",
      how: (request) => ({ ...request, body: "" }),
      because: /must have required property 'requestBody'/u
    },
    {
      what: "half a body",
      operation: "invoices.create",
      how: (request) => ({ ...request, body: request.body.slice(0, -1) }),
      because: /requestBody must be object/u
    },
    {
      what: "a filter that is not described",
      operation: "invoices.list",
      how: asking("cursor=1"),
      because: /query must NOT have additional properties/u
    },
    {
      what: "a status that is none",
      operation: "invoices.list",
      how: asking("status=Paid"),
      because: /status must be equal to one of the allowed values/u
    },
    {
      what: "a number of invoices that is none",
      operation: "invoices.list",
      how: asking("take=all"),
      because: /take must be number/u
    },
    {
      what: "a flag that is none",
      operation: "withdrawals.list",
      how: asking("includeCancelled=yes"),
      because: /includeCancelled must be boolean/u
    },
    {
      what: "another method",
      operation: "invoices.get",
      how: (request) => ({ ...request, method: "PATCH" }),
      because: /is not described/u
    },
    {
      what: "another way to say the key",
      operation: "invoices.get",
      how: (request) => ({ ...request, headers: { ...request.headers, authorization: "Bearer key" } }),
      because: /Authorization/u
    }
  ]

  it.effect.each(spoil)("would be caught at sending $what", ({ because, how, operation }) =>
    Effect.gen(function*() {
      const sent = yield* requests
      const found = sent.filter(({ operations }) => operations.includes(operation))
      assert.isNotEmpty(found)
      for (const request of found) refuses(description.request(how(request)), because)
    }))
})
