/**
 * The documented answers, and what exactly becomes of each field.
 */
import { assert, describe, it } from "@effect/vitest"
import { InvoiceId, PaymentId } from "@gatefold/core/Identifiers"
import * as RawWebhook from "@gatefold/core/RawWebhook"
import { Fault } from "@gatefold/core/Simulator"
import { Effect, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as Fixture from "./support/Fixture.ts"
import { blankInvoice, blankPayment, invoiceJson, paymentJson, shown } from "./support/Models.ts"
import { counts, open, reasonOf, requestsOf } from "./support/Shop.ts"

const id = "48213"
const paymentId = PaymentId.make(id)
const invoiceId = InvoiceId.make(id)
const price = { amount: "250.00", currency: "MXN" }

/** An account to which the provider gives the documented token. */
const signedIn = Effect.fnUntraced(function*(overrides: Parameters<typeof open>[0] = {}) {
  const shop = yield* open({ states: Fixture.states, ...overrides })
  yield* shop.simulator.arm(Fixture.answer("token"), { operation: "token", times: "always" })
  const answers = (operation: string, body: string, status = 200) =>
    shop.simulator.arm(Fixture.json(body, status), { operation })
  /** The list is asked first, and does not have it. */
  const answersInvoice = (body: string) => Effect.andThen(answers("payments.list", "[]"), answers("payments.get", body))
  return { ...shop, answers, answersInvoice }
})

const account = { provider: "ecryptopay", account: "ecryptopay", references: [] }
const prices = [{ amount: "250.00", currency: { code: "MXN" } }]

const firstQuote = shown(
  { amount: "0.00021053", currency: "BTC" },
  "2026-11-20T10:00:25.000Z",
  "https://ecryptopay.com/qr/48213-1.png"
)
const created = { ...blankPayment, id, createdAt: "2026-11-20T10:00:00.000Z", ...firstQuote }

const renewedQuote = shown(
  { amount: "0.00021047", currency: "BTC" },
  "2026-11-20T10:00:25.000Z",
  "https://ecryptopay.com/qr/48213-2.png"
)
const read = {
  ...blankPayment,
  id,
  providerStatus: "estado_uno",
  createdAt: "2026-11-20T09:58:30.000Z",
  ...renewedQuote
}

const listed = [
  {
    ...blankPayment,
    id: "48212",
    status: "paid",
    providerStatus: "estado_dos",
    coverage: "full",
    createdAt: "2026-11-20T09:40:00.000Z"
  },
  { ...blankPayment, id, providerStatus: "estado_uno", createdAt: "2026-11-20T09:58:30.000Z" }
] as const

const listedInvoice = {
  ...account,
  ...blankInvoice,
  id,
  prices,
  providerStatus: "estado_uno",
  createdAt: "2026-11-20T09:58:30.000Z",
  updatedAt: "2026-11-20T10:00:00.000Z",
  observedAt: "2026-11-20T10:00:00.000Z",
  payments: [listed[1]]
}

describe("the documented answer", () => {
  it.effect("of the token call is what the other calls are signed in with", () =>
    Effect.gen(function*() {
      const { answers, payments, simulator } = yield* signedIn()
      yield* answers("payments.list", "[]")
      yield* Stream.runCollect(payments.list())
      const [list] = yield* requestsOf(simulator, "payments.list")
      assert.strictEqual(list?.headers["authorization"], "Bearer f0e1d2c3b4a5968778695a4b3c2d1e0f")
    }))

  it.effect("of a create becomes a payment", () =>
    Effect.gen(function*() {
      const { answers, payments } = yield* signedIn()
      yield* answers("payments.create", Fixture.text("created"), 201)
      assert.deepStrictEqual(paymentJson(yield* payments.create({ price })), created)
    }))

  it.effect("of a create becomes an invoice with that one payment", () =>
    Effect.gen(function*() {
      const { answers, invoices } = yield* signedIn()
      yield* answers("payments.create", Fixture.text("created"), 201)
      assert.deepStrictEqual(invoiceJson(yield* invoices.create({ reference: "order-7", price })), {
        ...account,
        ...blankInvoice,
        id,
        prices,
        createdAt: "2026-11-20T10:00:00.000Z",
        updatedAt: "2026-11-20T10:00:00.000Z",
        observedAt: "2026-11-20T10:00:00.000Z",
        payments: [created],
        checkout: firstQuote.checkout
      })
    }))

  it.effect("of a read becomes a payment", () =>
    Effect.gen(function*() {
      const { answers, payments } = yield* signedIn()
      yield* answers("payments.get", Fixture.text("payment"))
      assert.deepStrictEqual(paymentJson(yield* payments.get(paymentId)), read)
    }))

  it.effect("of a read becomes an invoice with that one payment", () =>
    Effect.gen(function*() {
      const { answersInvoice, invoices } = yield* signedIn()
      yield* answersInvoice(Fixture.text("payment"))
      assert.deepStrictEqual(invoiceJson(yield* invoices.get({ id: invoiceId })), {
        ...account,
        ...blankInvoice,
        id,
        prices,
        providerStatus: "estado_uno",
        createdAt: "2026-11-20T09:58:30.000Z",
        updatedAt: "2026-11-20T10:00:00.000Z",
        observedAt: "2026-11-20T10:00:00.000Z",
        payments: [read],
        checkout: renewedQuote.checkout
      })
    }))

  it.effect("of a list becomes payments in its order, without an amount due that may be stale", () =>
    Effect.gen(function*() {
      const { answers, payments, simulator } = yield* signedIn()
      yield* answers("payments.list", Fixture.text("list"))
      assert.deepStrictEqual((yield* Stream.runCollect(payments.list())).map((one) => paymentJson(one)), [...listed])
      assert.deepStrictEqual(yield* counts(simulator), { token: 1, "payments.list": 1 })
    }))

  it.effect("of a list becomes invoices in its order", () =>
    Effect.gen(function*() {
      const { answers, invoices } = yield* signedIn()
      yield* answers("payments.list", Fixture.text("list"))
      const [first, second, ...more] = (yield* Stream.runCollect(invoices.list())).map((one) => invoiceJson(one))
      assert.deepStrictEqual(more, [])
      assert.deepStrictEqual(first, {
        ...account,
        ...blankInvoice,
        id: "48212",
        prices: [{ amount: "1234.50", currency: { code: "MXN" } }],
        status: "paid",
        providerStatus: "estado_dos",
        coverage: "full",
        createdAt: "2026-11-20T09:40:00.000Z",
        updatedAt: "2026-11-20T09:47:12.000Z",
        observedAt: "2026-11-20T10:00:00.000Z",
        payments: [listed[0]]
      })
      assert.deepStrictEqual(second, listedInvoice)
    }))

  it.effect("of an empty list is no payment at all", () =>
    Effect.gen(function*() {
      const { answers, payments } = yield* signedIn()
      yield* answers("payments.list", "[]")
      assert.deepStrictEqual(yield* Stream.runCollect(payments.list()), [])
    }))

  it.effect("to a webhook is what counts, and nothing of the webhook's body but the id", () =>
    Effect.gen(function*() {
      const { answers, webhooks } = yield* signedIn()
      yield* answers("payments.list", Fixture.text("list"))
      const headers = { "content-type": "application/json" }
      const event = yield* webhooks.receive(RawWebhook.make({ headers, body: Fixture.text("webhook") }))
      assert.deepStrictEqual(invoiceJson(event.invoice), listedInvoice)
    }))
})

/** The documented payment with other fields. */
const payment = (fields: Record<string, string>) =>
  `{${
    Object.entries({
      id,
      currency: "\"btc\"",
      amount: "\"250.00\"",
      currency_amount: "\"0.00021047\"",
      state: "\"estado_uno\"",
      qr_image_path: "\"/qr/1.png\"",
      ...fields
    }).map(([name, value]) => `"${name}":${value}`).join(",")
  }}`

describe("digits", () => {
  it.effect.each(["12345678901234567890", "9007199254740993", "1", "0"])(
    "of the id %s survive, from the answer to the next request",
    (long) =>
      Effect.gen(function*() {
        const { answers, payments, simulator } = yield* signedIn()
        yield* answers("payments.create", payment({ id: long }), 201)
        const made = yield* payments.create({ price })
        assert.strictEqual(made.id, long)
        yield* TestClock.adjust("1 minute")
        yield* answers("payments.get", payment({ id: long }))
        assert.strictEqual((yield* payments.get(made.id)).id, long)
        const [get] = yield* requestsOf(simulator, "payments.get")
        assert.strictEqual(get?.url, `/api/v1/payments/${long}`)
      })
  )

  it.effect("of an id that is text survive as well", () =>
    Effect.gen(function*() {
      const { answers, payments } = yield* signedIn()
      yield* answers("payments.create", payment({ id: "\"12345678901234567890\"" }), 201)
      assert.strictEqual((yield* payments.create({ price })).id, "12345678901234567890")
    }))

  it.effect.each([
    { wire: "0.00021047", due: "0.00021047" },
    { wire: "\"0.00021047\"", due: "0.00021047" },
    { wire: "0.1000000000", due: "0.1000000000" },
    { wire: "1e-7", due: "0.00000010" },
    { wire: "0.000000000000000001", due: "0.000000000000000001" },
    { wire: "12345678901234567890.123456789012345678", due: "12345678901234567890.123456789012345678" },
    { wire: "3", due: "3.00000000" }
  ])("of the amount due $wire survive, whether text or number", ({ due, wire }) =>
    Effect.gen(function*() {
      const { answers, payments } = yield* signedIn()
      yield* answers("payments.get", payment({ currency_amount: wire }))
      assert.deepStrictEqual(paymentJson(yield* payments.get(paymentId)).due, {
        amount: due,
        currency: { code: "BTC" }
      })
    }))

  it.effect.each([
    { wire: "250", price: "250.00" },
    { wire: "\"250.0\"", price: "250.00" },
    { wire: "90071992547409930.01", price: "90071992547409930.01" },
    { wire: "\"249.999\"", price: "249.999" }
  ])("of the price $wire survive", ({ price, wire }) =>
    Effect.gen(function*() {
      const { answersInvoice, invoices } = yield* signedIn()
      yield* answersInvoice(payment({ amount: wire }))
      const read = invoiceJson(yield* invoices.get({ id: invoiceId }))
      assert.deepStrictEqual(read.prices, [{ amount: price, currency: { code: "MXN" } }])
    }))
})

describe("the QR image", () => {
  it.effect.each([
    { path: "https://cdn.example/qr/1.png", image: "https://cdn.example/qr/1.png" },
    { path: "/qr/1.png", image: "ORIGIN/qr/1.png" },
    { path: "//cdn.example/qr/1.png", image: "http://cdn.example/qr/1.png", isRefused: true },
    { path: "http://cdn.example/qr/1.png", image: "", isRefused: true },
    { path: "javascript:alert(1)", image: "", isRefused: true },
    { path: "data:image/png;base64,AAAA", image: "", isRefused: true },
    { path: "https://user:pass@cdn.example/1.png", image: "", isRefused: true },
    { path: "", image: "", isRefused: true }
  ])("at \"$path\" is shown at a safe address or not at all", ({ image, isRefused, path }) =>
    Effect.gen(function*() {
      const { answers, payments, simulator } = yield* signedIn()
      yield* answers("payments.get", payment({ qr_image_path: JSON.stringify(path) }))
      const { checkout, quote } = paymentJson(yield* payments.get(paymentId))
      if (isRefused === true) {
        assert.deepStrictEqual({ checkout, quote }, { checkout: undefined, quote: undefined })
      } else {
        assert.include(checkout, { _tag: "ScanQr", image: image.replace("ORIGIN", simulator.url) })
        assert.isDefined(quote)
      }
    }))
})

describe("times", () => {
  it.effect.each([
    { wire: "2026-11-20T10:00:00.000Z", at: "2026-11-20T10:00:00.000Z" },
    { wire: "2026-11-20T04:00:00.250-06:00", at: "2026-11-20T10:00:00.250Z" },
    { wire: "2026-11-20 10:00:00 UTC", at: "2026-11-20T10:00:00.000Z" },
    { wire: "2026-11-20 04:00:00 -0600", at: "2026-11-20T10:00:00.000Z" },
    { wire: "2026-02-30 04:00:00 -0600", at: undefined },
    { wire: "20/11/2026", at: undefined },
    { wire: "", at: undefined }
  ])("are read as \"$wire\", and what cannot be read costs nothing else", ({ at, wire }) =>
    Effect.gen(function*() {
      const { answersInvoice, invoices } = yield* signedIn()
      const time = JSON.stringify(wire)
      yield* answersInvoice(payment({ created_at: time, updated_at: time }))
      const { createdAt, prices: read, status, updatedAt } = invoiceJson(yield* invoices.get({ id: invoiceId }))
      assert.deepStrictEqual({ createdAt, updatedAt, status, read }, {
        createdAt: at,
        updatedAt: at,
        status: "open",
        read: prices
      })
    }))

  it.effect.each(["iso", "spaced", "offset"] as const)(
    "come the same in the simulator's format %s",
    (timestamps) =>
      Effect.gen(function*() {
        const { invoices } = yield* open({}, { timestamps })
        const { createdAt, updatedAt } = invoiceJson(yield* invoices.create({ reference: "order-7", price }))
        assert.deepStrictEqual({ createdAt, updatedAt }, {
          createdAt: "2026-11-20T10:00:00.000Z",
          updatedAt: "2026-11-20T10:00:00.000Z"
        })
      })
  )
})

const undocumented: ReadonlyArray<{
  readonly what: string
  readonly body: string
  readonly reason: Record<string, string>
}> = [
  { what: "another payment", body: payment({ id: "48214" }), reason: { _tag: "IntegrityMismatch", field: "id" } },
  { what: "no id", body: "{}", reason: { _tag: "InvalidResponse", path: "id" } },
  {
    what: "an id that is no integer",
    body: payment({ id: "48213.5" }),
    reason: { _tag: "InvalidResponse", path: "id" }
  },
  { what: "no amount", body: payment({ amount: "null" }), reason: { _tag: "InvalidResponse", path: "amount" } },
  { what: "an empty amount", body: payment({ amount: "\"\"" }), reason: { _tag: "InvalidResponse", path: "amount" } },
  {
    what: "an amount with a thousands separator",
    body: payment({ amount: "\"1,250.00\"" }),
    reason: { _tag: "InvalidResponse", path: "amount" }
  },
  {
    what: "an amount due that is no number",
    body: payment({ currency_amount: "\"NaN\"" }),
    reason: { _tag: "InvalidResponse", path: "currency_amount" }
  },
  {
    what: "a state that is no text",
    body: payment({ state: "{}" }),
    reason: { _tag: "InvalidResponse", path: "state" }
  },
  { what: "a list", body: `[${payment({})}]`, reason: { _tag: "InvalidResponse", path: "body" } },
  { what: "null", body: "null", reason: { _tag: "InvalidResponse", path: "body" } }
]

describe("an answer that is not as documented", () => {
  it.effect.each(undocumented)(
    "$what in place of the payment is refused",
    ({ body, reason }) =>
      Effect.gen(function*() {
        const { answers, payments } = yield* signedIn()
        yield* answers("payments.get", body)
        assert.deepInclude(yield* reasonOf(payments.get(paymentId)), reason)
      })
  )

  it.effect("fields that nobody knows are tolerated", () =>
    Effect.gen(function*() {
      const { answers, payments } = yield* signedIn()
      yield* answers("payments.get", payment({ confirmations: "{\"seen\":3}", id: "48213" }))
      assert.strictEqual((yield* payments.get(paymentId)).status, "pending")
    }))

  it.effect("one unreadable item makes the whole list unreadable: it could have been the one that matters", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* signedIn()
      const body = `[${payment({})},{"id":1}]`
      yield* simulator.arm(Fault.Answer({ effect: "none", status: 200, body }), { operation: "payments.list" })
      const reason = yield* reasonOf(Stream.runCollect(payments.list()))
      assert.include(reason, { _tag: "InvalidResponse", path: "1.currency" })
    }))
})
