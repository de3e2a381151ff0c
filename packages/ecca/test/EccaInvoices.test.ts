/**
 * Reading invoices and their payments: the life cycle, adjustments, words that nobody knows, and answers about others.
 */
import { assert, describe, it } from "@effect/vitest"
import { Identifiers, Invoice, Money } from "@gatefold/core"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as Observer from "@gatefold/simulator/Observer"
import { DateTime, Effect, Stream } from "effect"
import { answering, connect, envelope, open, order } from "./support/EccaAccount.ts"
import * as Fixture from "./support/Fixture.ts"

const stranger = Identifiers.InvoiceId.make("00000000-0000-4000-8000-000000000000")

const price = Money.makeUnsafe("1500.00", "UAH")

describe("an invoice's life", () => {
  it.effect("open: can be checked out, and reading it is one request", () =>
    Effect.gen(function*() {
      const { invoices, requests, sim } = yield* open()
      const created = yield* invoices.create(order("order-1"))
      const invoice = yield* invoices.get({ id: created.id })
      assert.deepInclude(invoice, { status: "open", providerStatus: "pending", coverage: "none" })
      assert.doesNotHaveAnyKeys(invoice, ["paidAt", "settlement"])
      assert.deepStrictEqual({ ...invoice.checkout }, { _tag: "Redirect", url: `${sim.url}/pay/${created.id}` })
      assert.deepStrictEqual(invoice.payments, [])
      assert.isFalse(Invoice.covers(price, invoice))
      assert.deepStrictEqual(yield* requests, ["POST /create-invoice", `GET /invoices/${created.id}`])
    }))

  it.effect("with a method picked: has a payment in a state that is not documented, and stays open", () =>
    Effect.gen(function*() {
      const { invoices, sim } = yield* open()
      const { id } = yield* invoices.create(order("order-1"))
      yield* sim.chooseMethod(id, "monobank")
      const invoice = yield* invoices.get({ id })
      assert.deepStrictEqual([invoice.status, invoice.unrecognized], ["open", []])
      const [payment] = invoice.payments
      assert.deepInclude(payment, { status: "unknown", coverage: "none" })
      assert.doesNotHaveAnyKeys(payment, ["paidAt", "settlement"])
      assert.deepStrictEqual(payment?.unrecognized, payment === undefined ? [] : [payment.providerStatus])
      // the price with the customer's commission
      assert.deepStrictEqual([`${payment?.due}`, payment?.method?.code], ["1537.50 UAH", "monobank"])
    }))

  it.effect("paid: covers its price, and the customer's commission is no overpayment", () =>
    Effect.gen(function*() {
      const { invoices, sim } = yield* open({ simulator: { createEdition: 1 } })
      yield* sim.setRate("UAH", "41.50")
      const created = yield* invoices.create(order("order-1"))
      assert.isUndefined(created.settlement, "an estimate is no settlement")
      yield* sim.chooseMethod(created.id, "monobank")
      yield* sim.advance("8 minutes")
      yield* sim.pay(created.id)
      const invoice = yield* invoices.get({ reference: "order-1" })
      assert.deepInclude(invoice, { status: "paid", providerStatus: "success", coverage: "full", isAdjusted: false })
      assert.strictEqual(`${invoice.settlement?.amount}`, "35.42 USDT")
      assert.strictEqual(invoice.paidAt && DateTime.formatIso(invoice.paidAt), "1970-01-01T00:08:00.000Z")
      assert.isUndefined(invoice.checkout)
      assert.deepStrictEqual(Invoice.conditions(invoice), [])
      assert.isTrue(Invoice.covers(price, invoice))
      assert.isFalse(Invoice.covers(Money.makeUnsafe("1537.50", "UAH"), invoice))
      assert.isFalse(Invoice.covers(Money.makeUnsafe("1500.00", "USDT"), invoice))
    }))

  it.effect("paid after it expired, while the deal's own window was open: is paid, and not late", () =>
    Effect.gen(function*() {
      const { invoices, sim } = yield* open()
      const { id } = yield* invoices.create(order("order-1"))
      yield* sim.chooseMethod(id, "monobank")
      yield* sim.advance("21 minutes")
      assert.strictEqual((yield* invoices.get({ id })).status, "expired")
      yield* sim.pay(id)
      const invoice = yield* invoices.get({ id })
      assert.deepStrictEqual([invoice.status, Invoice.conditions(invoice)], ["paid", []])
    }))

  for (
    const [verb, status, word] of [
      ["expire", "expired", "expired"],
      ["fail", "failed", "fail"],
      ["cancel", "canceled", "canceled"]
    ] as const
  ) {
    it.effect(`${status}: covers nothing, and cannot be checked out`, () =>
      Effect.gen(function*() {
        const { invoices, sim } = yield* open()
        const { id } = yield* invoices.create(order("order-1"))
        yield* sim[verb](id)
        const invoice = yield* invoices.get({ id })
        assert.deepInclude(invoice, { status, providerStatus: word, coverage: "none" })
        assert.doesNotHaveAnyKeys(invoice, ["checkout", "paidAt"])
        assert.isFalse(Invoice.covers(price, invoice))
      }))
  }

  for (const absentFields of ["mixed", "null", "omitted"] as const) {
    it.effect(`reads alike however fields without a value are written: ${absentFields}`, () =>
      Effect.gen(function*() {
        const { invoices, sim } = yield* open({ simulator: { absentFields } })
        const { id } = yield* invoices.create(order("order-1"))
        const fresh = yield* invoices.get({ id })
        assert.deepStrictEqual([fresh.status, fresh.payments, fresh.paidAt], ["open", [], undefined])
        yield* sim.chooseMethod(id, "monobank")
        const [payment] = (yield* invoices.get({ id })).payments
        assert.isUndefined(payment?.paidAt)
        yield* sim.pay(id)
        assert.isTrue(Invoice.covers(price, yield* invoices.get({ id })))
      }))
  }

  it.effect("the same facts by id, by reference and in the list", () =>
    Effect.gen(function*() {
      const { invoices, sim } = yield* open()
      const { id } = yield* invoices.create(order("order-1"))
      yield* sim.pay(id)
      const read = yield* invoices.get({ id })
      const [listed] = yield* Stream.runCollect(invoices.list())
      const keys = [read, yield* invoices.get({ reference: "order-1" }), listed ?? read].map(Invoice.factKey)
      assert.strictEqual(new Set(keys).size, 1)
    }))
})

describe("an adjustment", () => {
  const { adjustedAmount } = EccaSimulator.payloadFields

  /** A paid invoice, with webhooks going nowhere, and an account that knows where the adjusted amount sits. */
  const paid = Effect.gen(function*() {
    const { invoices, options, sim } = yield* open()
    const { id } = yield* invoices.create(order("order-1"))
    yield* sim.pay(id)
    const knowing = yield* connect({ ...options, payloadFields: { adjustedAmount } })
    return { sim, id, without: invoices, knowing: knowing.invoices }
  })

  it.effect("is read with the invoice, webhooks or not; by how much stands nowhere that is documented", () =>
    Effect.gen(function*() {
      const { id, sim, without } = yield* paid
      assert.isTrue(Invoice.covers(price, yield* without.get({ id })))
      yield* sim.adjust(id, "1600.00")
      for (const lookup of [{ id }, { reference: "order-1" }]) {
        const invoice = yield* without.get(lookup)
        assert.deepInclude(invoice, { status: "paid", isAdjusted: true })
        assert.isUndefined(invoice.adjustment?.amount)
        assert.deepStrictEqual(Invoice.conditions(invoice), ["adjusted"])
        assert.isFalse(Invoice.covers(price, invoice), "adjusted by an unknown amount does not cover")
      }
    }))

  for (const [amount, covers] of [["1499.99", false], ["1500.00", true], ["1500.01", true], ["0.01", false]] as const) {
    it.effect(`to ${amount}, in a field that the merchant knows, ${covers ? "covers" : "does not cover"} 1500.00`, () =>
      Effect.gen(function*() {
        const { id, knowing, sim } = yield* paid
        yield* sim.advance("1 hour")
        yield* sim.adjust(id, amount)
        const invoice = yield* knowing.get({ id })
        assert.isTrue(invoice.isAdjusted)
        assert.strictEqual(`${invoice.adjustment?.amount}`, `${amount} UAH`)
        assert.strictEqual(
          invoice.adjustment?.at && DateTime.formatIso(invoice.adjustment.at),
          "1970-01-01T01:00:00.000Z"
        )
        assert.strictEqual(Invoice.covers(price, invoice), covers)
      }))
  }

  it.effect("to an amount that is not told does not cover, also where the merchant knows the field", () =>
    Effect.gen(function*() {
      const { id, knowing, sim } = yield* paid
      yield* sim.adjust(id)
      const invoice = yield* knowing.get({ id })
      assert.isTrue(invoice.isAdjusted)
      assert.isUndefined(invoice.adjustment?.amount)
      assert.isFalse(Invoice.covers(price, invoice))
    }))

  it.effect("to an amount that is not told undoes what was known before", () =>
    Effect.gen(function*() {
      const { id, knowing, sim } = yield* paid
      yield* sim.adjust(id, "1600")
      const before = yield* knowing.get({ id })
      assert.isTrue(Invoice.covers(price, before))
      yield* sim.advance("1 minute")
      yield* sim.adjust(id)
      const after = yield* knowing.get({ id })
      assert.isFalse(Invoice.covers(price, after))
      const merged = yield* Effect.fromResult(Invoice.merge(before, after))
      assert.isFalse(Invoice.covers(price, merged))
    }))

  it.effect("that comes after another counts, whichever is the smaller", () =>
    Effect.gen(function*() {
      const { id, knowing, sim } = yield* paid
      for (const [amount, covers] of [["1400", false], ["1600", true], ["1450", false]] as const) {
        yield* sim.advance("1 minute")
        yield* sim.adjust(id, amount)
        assert.strictEqual(Invoice.covers(price, yield* knowing.get({ id })), covers, amount)
      }
    }))

  /** History entries as they may look, for what is printed of them as a string is not known. */
  const histories: ReadonlyArray<readonly [string, object, boolean]> = [
    ["an event `invoice.adjusted` without a payload", { event_type: "invoice.adjusted", request_payload: null }, true],
    ["a payload as text", { request_payload: "{\"is_adjusted\":true}" }, true],
    ["a payload as an object", { request_payload: { is_adjusted: true } }, true],
    ["a payload that says no", { request_payload: "{\"is_adjusted\":false}" }, false],
    ["a payload that is not JSON", { request_payload: "is_adjusted" }, false],
    ["a payload with another kind of value", { request_payload: { is_adjusted: "no" } }, false],
    ["no payload", {}, false]
  ]
  for (const [what, changes, expected] of histories) {
    it.effect(`${expected ? "is seen in" : "is not read into"} ${what}`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        const { id } = yield* account.invoices.create(order("order-1"))
        yield* account.sim.pay(id)
        const [event] = Fixture.json("webhooks.history").events
        const { request_payload: _, ...rest } = event
        yield* answering(account, "webhookDeliveries.history", {
          ...Fixture.json("webhooks.history"),
          invoice_id: id,
          events: [{ ...rest, event_type: "invoice.success", ...changes }]
        })
        assert.strictEqual((yield* account.invoices.get({ id })).isAdjusted, expected)
      }))
  }
})

describe("a status that nobody knows", () => {
  const invoice = { ...Fixture.json("invoices.get").data, status: "on_hold" }
  const id = Identifiers.InvoiceId.make(invoice.invoice_id)

  it.effect("is unknown, kept with its word, and never taken for paid", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* answering(account, "invoices.get", { successful: true, data: invoice })
      const read = yield* account.invoices.get({ id })
      assert.deepInclude(read, { status: "unknown", providerStatus: "on_hold", coverage: "none" })
      assert.doesNotHaveAnyKeys(read, ["paidAt", "checkout"])
      assert.deepStrictEqual(read.unrecognized, ["on_hold"])
      assert.deepStrictEqual(Invoice.conditions(read), ["unrecognized"])
      assert.isFalse(Invoice.covers(price, read))
    }))

  it.effect("is logged once for each account, and counted each time", () =>
    Effect.gen(function*() {
      const observer = Observer.make()
      const one = yield* open()
      const other = yield* open({ options: { account: "ecca-eu" } })
      yield* observer.watch(Effect.gen(function*() {
        for (const account of [one, other]) {
          yield* answering(account, "invoices.get", { data: invoice }, 200, { times: 2 })
          yield* account.invoices.get({ id })
          yield* account.invoices.get({ id })
          yield* answering(account, "invoices.list", { data: [invoice] })
          yield* Stream.runDrain(account.invoices.list())
          yield* answering(account, "invoices.create", { ...invoice, external_id: "order-1" }, 201)
          yield* account.invoices.create(order("order-1"))
        }
      }))
      assert.strictEqual(observer.logs.length, 2)
      assert.match(observer.warnings()[0] ?? "", /^ecca: status "on_hold"/u)
      assert.match(observer.warnings()[1] ?? "", /^ecca-eu: status "on_hold"/u)
      const counted = yield* observer.metric("gatefold_unrecognized_words")
      assert.deepStrictEqual<object>(counted.map(({ attributes, state }) => ({ ...attributes, ...state })), [
        { provider: "ecca", account: "ecca", count: 4, incremental: true },
        { provider: "ecca", account: "ecca-eu", count: 4, incremental: true }
      ])
    }))

  it.effect("is not said of a word that is known, nor of a deal's, of which only one is documented", () =>
    Effect.gen(function*() {
      const observer = Observer.make()
      const { invoices, sim } = yield* open()
      yield* observer.watch(Effect.gen(function*() {
        const { id } = yield* invoices.create(order("order-1"))
        yield* sim.chooseMethod(id, "monobank")
        yield* invoices.get({ id })
        yield* sim.pay(id)
        yield* invoices.get({ id })
      }))
      assert.deepStrictEqual(observer.logs, [])
      assert.deepStrictEqual(yield* observer.metric("gatefold_unrecognized_words"), [])
    }))

  for (const word of ["constructor", "__proto__", "SUCCESS", " success", ""]) {
    it.effect(`is every word but the documented ones, letter by letter: ${JSON.stringify(word)}`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* answering(account, "invoices.get", { data: { ...invoice, status: word } })
        assert.deepInclude(yield* account.invoices.get({ id }), { status: "unknown", providerStatus: word })
      }))
  }
})

describe("an answer about another invoice than was asked for", () => {
  const data = Fixture.json("invoices.get").data

  it.effect("by id", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* answering(account, "invoices.get", { data })
      const { reason } = yield* Effect.flip(account.invoices.get({ id: stranger }))
      assert.deepInclude(reason, { _tag: "IntegrityMismatch", field: "id", asked: stranger, got: data.invoice_id })
    }))

  for (const [got, changes] of [["order-2026-0001", {}], ["none", { external_id: null }]] as const) {
    it.effect(`by reference, where the answer's is ${got}`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* answering(account, "invoices.get", { data: { ...data, ...changes } })
        const { reason } = yield* Effect.flip(account.invoices.get({ reference: "order-1" }))
        assert.deepInclude(reason, { _tag: "IntegrityMismatch", field: "reference", asked: "order-1", got })
      }))
  }

  it.effect("by a reference that is another invoice's id, which the provider tries first", () =>
    Effect.gen(function*() {
      const { invoices } = yield* open()
      const first = yield* invoices.create(order("order-1"))
      const { reason } = yield* Effect.flip(invoices.get({ reference: first.id }))
      assert.deepInclude(reason, { _tag: "IntegrityMismatch", field: "reference", asked: first.id, got: "order-1" })
    }))

  it.effect("by an id that is another invoice's reference", () =>
    Effect.gen(function*() {
      const { invoices } = yield* open()
      const first = yield* invoices.create(order("order-1"))
      const { reason } = yield* Effect.flip(invoices.get({ id: Identifiers.InvoiceId.make("order-1") }))
      assert.deepInclude(reason, { _tag: "IntegrityMismatch", field: "id", asked: "order-1", got: first.id })
    }))

  it.effect("in the delivery history of a finished one", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const { id } = yield* account.invoices.create(order("order-1"))
      yield* account.sim.pay(id)
      yield* answering(account, "webhookDeliveries.history", Fixture.text("webhooks.history"))
      const { reason } = yield* Effect.flip(account.invoices.get({ id }))
      assert.deepInclude(reason, { _tag: "IntegrityMismatch", field: "id", asked: id, got: data.invoice_id })
    }))
})

describe("a finished invoice whose history is not found", () => {
  it.effect("is not an invoice that is not there", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const { id } = yield* account.invoices.create(order("order-1"))
      yield* account.sim.pay(id)
      yield* answering(account, "webhookDeliveries.history", envelope("INVOICE_NOT_FOUND"), 404)
      const { reason } = yield* Effect.flip(account.invoices.get({ id }))
      assert.strictEqual(reason._tag, "InvalidResponse")
    }))
})

describe("what cannot be asked for", () => {
  for (const reference of ["", " ", "a b", ".", "..", "~a", "x".repeat(121), "a/b", "a%2Fb", "ключ", "a\nb"]) {
    it.effect(`reference ${JSON.stringify(reference.slice(0, 12))}: is refused before anything is sent`, () =>
      Effect.gen(function*() {
        const { invoices, requests } = yield* open()
        const { reason } = yield* Effect.flip(invoices.get({ reference }))
        assert.deepInclude(reason, { _tag: "InvalidRequest", field: "reference" })
        assert.deepStrictEqual(yield* requests, [])
      }))
  }

  for (const id of [".", ".."]) {
    it.effect(`an id that would lead elsewhere (${id}) is refused before anything is sent`, () =>
      Effect.gen(function*() {
        const { invoices, requests } = yield* open()
        const { reason } = yield* Effect.flip(invoices.get({ id: Identifiers.InvoiceId.make(id) }))
        assert.deepInclude(reason, { _tag: "InvalidRequest", field: "id" })
        assert.deepStrictEqual(yield* requests, [])
      }))
  }

  for (const id of ["a/../withdrawals", "a?status=x", "a#b", "%2e%2e", "a%2Fwebhooks"]) {
    it.effect(`an id stays one part of the path: ${id}`, () =>
      Effect.gen(function*() {
        const { invoices, requests } = yield* open()
        const { reason } = yield* Effect.flip(invoices.get({ id: Identifiers.InvoiceId.make(id) }))
        assert.deepInclude(reason, { _tag: "NotFound", code: "INVOICE_NOT_FOUND" })
        assert.deepStrictEqual(yield* requests, [`GET /invoices/${encodeURIComponent(id)}`])
      }))
  }
})

describe("payments, which are the deals of invoices", () => {
  it.effect("are read by the invoice's and the deal's id", () =>
    Effect.gen(function*() {
      const { invoices, payments, sim } = yield* open()
      const { id } = yield* invoices.create(order("order-1"))
      yield* sim.pay(id)
      const [payment] = (yield* invoices.get({ id })).payments
      assert.isTrue(payment?.id.startsWith(`${id}/`))
      assert.deepStrictEqual(yield* payments.get(payment?.id ?? Identifiers.PaymentId.make("x")), payment)
    }))

  it.effect("do not exist where the invoice has none, or another", () =>
    Effect.gen(function*() {
      const { invoices, payments, sim } = yield* open()
      const { id } = yield* invoices.create(order("order-1"))
      const ids = [`${id}/${stranger}`, `${stranger}/${stranger}`]
      for (const payment of ids) {
        const { reason } = yield* Effect.flip(payments.get(Identifiers.PaymentId.make(payment)))
        assert.strictEqual(reason._tag, "NotFound")
      }
      yield* sim.pay(id)
      const { reason } = yield* Effect.flip(payments.get(Identifiers.PaymentId.make(`${id}/${stranger}`)))
      assert.strictEqual(reason._tag, "NotFound")
    }))

  for (const id of ["x", "/", "/x"]) {
    it.effect(`do not exist under what is no such id (${id}), and nothing is sent`, () =>
      Effect.gen(function*() {
        const { payments, requests } = yield* open()
        const { reason } = yield* Effect.flip(payments.get(Identifiers.PaymentId.make(id)))
        assert.strictEqual(reason._tag, "NotFound")
        assert.deepStrictEqual(yield* requests, [])
      }))
  }

  it.effect("are listed with the invoices that have one", () =>
    Effect.gen(function*() {
      const { invoices, payments, sim } = yield* open()
      const paid = yield* invoices.create(order("order-1"))
      yield* invoices.create(order("order-2"))
      const failed = yield* invoices.create(order("order-3"))
      yield* sim.pay(paid.id)
      yield* sim.fail(failed.id)
      const all = yield* Stream.runCollect(payments.list())
      assert.deepStrictEqual(all.map(({ id, status }) => [id.split("/")[0], status]), [
        [failed.id, "unknown"],
        [paid.id, "paid"]
      ])
    }))
})

describe("numbers where the documentation has text", () => {
  /** Written by hand: `JSON.stringify` would write them as floats. */
  const body = Fixture.text("invoices.get")
    .replace("\"1500.00\"", "1500.10")
    .replace("\"1537.50\"", "90071992547409931234.56789")
    .replace("\"41.50\"", "4.150e1")
    .replace("\"35.42\"", "1e-7")
    .replace("\"a1b2c3d4-5678-90ab-cdef-1234567890ab\"", "12345678901234567890")
    .replace("\"8f1b2c3d-4e5f-6789-90ab-cdef12345678\"", "98765432109876543210")
    .replace("\"order-2026-0001\"", "20260001000100010001")
  const history = "{\"invoice_id\":12345678901234567890,\"events\":[]}"

  it.effect("keep every digit", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* answering(account, "invoices.get", body)
      yield* answering(account, "webhookDeliveries.history", history)
      const id = Identifiers.InvoiceId.make("12345678901234567890")
      const invoice = yield* account.invoices.get({ id })
      const [payment] = invoice.payments
      assert.deepStrictEqual(
        {
          id: invoice.id,
          reference: invoice.reference,
          price: `${invoice.price}`,
          payment: payment?.id,
          due: `${payment?.due}`,
          settled: `${invoice.settlement?.amount}`,
          rate: invoice.settlement?.rate && Money.format(
            new Money.Money({
              amount: invoice.settlement.rate.value,
              currency: invoice.settlement.rate.base
            })
          )
        },
        {
          id,
          reference: Identifiers.Reference.make("20260001000100010001"),
          price: "1500.10 UAH",
          payment: Identifiers.PaymentId.make("12345678901234567890/98765432109876543210"),
          due: "90071992547409931234.56789 UAH",
          settled: "0.0000001 USDT",
          rate: "41.50"
        }
      )
    }))

  for (const amount of ["\"1e3\"", "\"\"", "\" 1\"", "\"1,000.00\"", "\"NaN\"", "true", "null", "{}", "1e999", "[]"]) {
    it.effect(`an amount that is none (${amount}) is no invoice, and is not quoted`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* answering(account, "invoices.get", Fixture.text("invoices.get").replace("\"1500.00\"", amount))
        const id = Identifiers.InvoiceId.make(Fixture.json("invoices.get").data.invoice_id)
        const error = yield* Effect.flip(account.invoices.get({ id }))
        assert.deepInclude(error.reason, { _tag: "InvalidResponse", path: "data.amount" })
        assert.notInclude(error.message, "1,000")
      }))
  }
})
