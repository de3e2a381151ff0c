/**
 * What cannot be asked for is refused by the name of its field before anything is sent, a token included.
 */
import { assert, describe, it } from "@effect/vitest"
import { Money } from "@gatefold/core"
import { InvoiceId } from "@gatefold/core/Identifiers"
import type { NewInvoice } from "@gatefold/core/NewInvoice"
import type { NewPayment } from "@gatefold/core/Payments"
import { Effect, Stream } from "effect"
import { counts, open, reasonOf } from "./support/Shop.ts"

const price = { amount: "250.00", currency: "MXN" }
const mxn = (amount: string) => ({ price: { amount, currency: "MXN" } })

interface Wrong<Input> {
  readonly field: string
  readonly input: Partial<Input>
}

const wrongPayments: ReadonlyArray<Wrong<NewPayment>> = [
  ...[
    "0",
    "0.00",
    "-1",
    "1e3",
    "1.005",
    "NaN",
    "Infinity",
    "",
    " 1",
    "1 ",
    "+1",
    ".5",
    "1.",
    "1,000.00",
    "0x10",
    "١",
    "9".repeat(31)
  ].map((amount) => ({ field: "amount", input: mxn(amount) })),
  { field: "amount", input: { price: Money.makeUnsafe("0.001", "MXN") } },
  ...["USD", "BTC", "MXV", "MXN@TRON", "", "M X", "ＭＸＮ"].map((currency) => ({
    field: "currency",
    input: { price: { amount: "250.00", currency } }
  })),
  { field: "currency", input: { price: Money.makeUnsafe("250.00", "USD") } },
  ...["", " ", "b t c", "btc\n", "₿", "x".repeat(33), "USDT@TRON", "USDT@"].map((payWith) => ({
    field: "payWith",
    input: { payWith }
  })),
  { field: "payWith", input: { payWith: { code: "USDT", network: "TRON" } } }
]

const wrongInvoices: ReadonlyArray<Wrong<NewInvoice>> = [
  ...wrongPayments,
  ...["", "x".repeat(121), "order 7", "órden", "a/b", ".hidden", "~x", "a\nb", "a?b"].map((reference) => ({
    field: "reference",
    input: { reference }
  })),
  ...["http://shop.example", "javascript:alert(1)", "/thanks", "", "https://a:b@shop.example", "https://"].flatMap((
    url
  ) => [
    { field: "successUrl", input: { successUrl: url } },
    { field: "failureUrl", input: { failureUrl: url } },
    { field: "webhookUrl", input: { webhookUrl: url } }
  ]),
  { field: "customer", input: { customer: " " } },
  { field: "description", input: { description: "x".repeat(513) } }
]

const show = ({ field, input }: Wrong<unknown>) => `${field} of ${JSON.stringify(input).slice(0, 60)}`

describe("Payments.create", () => {
  it.effect.each(wrongPayments.map((wrong) => ({ ...wrong, title: show(wrong) })))(
    "refuses $title",
    ({ field, input }) =>
      Effect.gen(function*() {
        const { payments, simulator } = yield* open()
        assert.deepInclude(yield* reasonOf(payments.create({ price, ...input })), { _tag: "InvalidRequest", field })
        assert.deepStrictEqual(yield* counts(simulator), {})
      })
  )
})

describe("Invoices.create", () => {
  it.effect.each(wrongInvoices.map((wrong) => ({ ...wrong, title: show(wrong) })))(
    "refuses $title",
    ({ field, input }) =>
      Effect.gen(function*() {
        const { invoices, simulator } = yield* open()
        const error = yield* Effect.flip(invoices.create({ reference: "order-7", price, ...input }))
        assert.deepInclude(error.reason, { _tag: "InvalidRequest", field })
        assert.strictEqual(error.operation, "invoices.create")
        assert.deepStrictEqual(yield* counts(simulator), {})
      })
  )
})

describe("lists", () => {
  it.effect("have no filters: asking for one is refused and not ignored", () =>
    Effect.gen(function*() {
      const { invoices, payments, simulator } = yield* open()
      const refused = [
        { field: "status", call: Stream.runDrain(payments.list({ status: "paid" })) },
        { field: "status", call: Stream.runDrain(invoices.list({ status: "paid" })) },
        { field: "currency", call: Stream.runDrain(invoices.list({ currency: "MXN" })) },
        { field: "order", call: Stream.runDrain(invoices.list({ order: "newest first" })) }
      ]
      for (const { call, field } of refused) {
        assert.deepInclude(yield* reasonOf(call), { _tag: "InvalidRequest", field })
      }
      assert.deepStrictEqual(yield* counts(simulator), {})
    }))

  it.effect("take a filter that asks for nothing, and have no pages", () =>
    Effect.gen(function*() {
      const { invoices, payments, simulator } = yield* open()
      yield* Effect.forEach(Array.from({ length: 3 }), () => payments.create({ price }))
      const all = yield* Stream.runCollect(invoices.list({ status: undefined, pageSize: 2 }))
      assert.strictEqual(all.length, 3)
      assert.strictEqual((yield* counts(simulator))["payments.list"], 1)
    }))

  it.effect("drop nothing and ask once, however many there are", () =>
    Effect.gen(function*() {
      const { invoices, payments, simulator } = yield* open()
      const made = yield* Effect.forEach(Array.from({ length: 120 }), () => payments.create({ price }), {
        concurrency: 20
      })
      const ids = made.map(({ id }) => Number(id)).sort((a, b) => a - b).map(String)
      assert.deepStrictEqual((yield* Stream.runCollect(payments.list())).map(({ id }) => String(id)), ids)
      assert.deepStrictEqual((yield* Stream.runCollect(invoices.list())).map(({ id }) => String(id)), ids)
      const first = yield* Stream.runCollect(Stream.take(payments.list(), 1))
      assert.strictEqual(first.length, 1)
      assert.strictEqual((yield* counts(simulator))["payments.list"], 3)
    }))

  it.effect("ask anew each time they are run, not when they are made", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      const list = payments.list()
      assert.deepStrictEqual(yield* counts(simulator), {})
      assert.strictEqual((yield* Stream.runCollect(list)).length, 0)
      yield* payments.create({ price })
      assert.strictEqual((yield* Stream.runCollect(list)).length, 1)
    }))
})

describe("Invoices.get", () => {
  it.effect("by reference is not supported: the provider keeps none", () =>
    Effect.gen(function*() {
      const { invoices, simulator } = yield* open()
      const made = yield* invoices.create({ reference: "order-7", price })
      assert.deepStrictEqual(made.references, [])
      const error = yield* Effect.flip(invoices.get({ reference: "order-7" }))
      assert.deepInclude(error.reason, { _tag: "Unsupported", capability: "invoices.getByReference" })
      const byId = yield* invoices.get({ id: InvoiceId.make(made.id) })
      assert.isUndefined(byId.reference)
      assert.deepStrictEqual(yield* counts(simulator), { token: 1, "payments.create": 1, "payments.list": 1 })
    }))
})
