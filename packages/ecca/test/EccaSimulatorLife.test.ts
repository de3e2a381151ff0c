import { assert, describe, it } from "@effect/vitest"
import type { SimulatorError } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { browse, start } from "./EccaSimulatorFixture.ts"

const reasonOf = (effect: Effect.Effect<unknown, SimulatorError>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason)

describe("EccaSimulator: the life of an invoice", () => {
  it.effect("expires at the end of its window, to the second, when the clock is moved", () =>
    Effect.gen(function*() {
      const { createId, read, sim } = yield* start()
      const id = yield* createId()
      yield* sim.advance("1199 seconds")
      assert.strictEqual((yield* read(id)).status, "pending")
      yield* sim.advance("1 second")
      const invoice = yield* read(id)
      assert.strictEqual(invoice.status, "expired")
      assert.strictEqual(invoice.finished_at, "1970-01-01T00:20:00+00:00")
      assert.isFalse(invoice.method_selected)
      assert.notProperty(invoice, "deal")
    }))

  it.effect("it and its deal end when they were due, also if that is noticed later", () =>
    Effect.gen(function*() {
      const { createId, read, sim } = yield* start({ ttl: "90500 millis" })
      const id = yield* createId()
      yield* sim.chooseMethod(id, "monobank")
      // the platform looks at its clock once a second
      yield* TestClock.adjust("91 seconds")
      assert.strictEqual((yield* read(id)).finished_at, "1970-01-01T00:01:30+00:00")
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual((yield* read(id)).deal.finished_at, "1970-01-01T00:11:30+00:00")
    }))

  it.effect("expires by itself as the program's clock runs", () =>
    Effect.gen(function*() {
      const { createId, events } = yield* start({ ttl: "1 minute" })
      const id = yield* createId()
      yield* TestClock.adjust("61 seconds")
      assert.deepInclude((yield* events(id))[0], { event_type: "invoice.expired", created_at: "1970-01-01T00:01:00Z" })
    }))

  it.effect("is paid by the first method that takes the amount", () =>
    Effect.gen(function*() {
      const { createId, read, sim } = yield* start()
      const methods = []
      for (const amount of ["100.00", "10000.01", "15000.01", "99.99"]) {
        const id = yield* createId({ amount })
        yield* sim.pay(id)
        methods.push((yield* read(id)).deal.payment_method_code)
      }
      assert.deepStrictEqual(methods, ["monobank", "privatbank", "bank_uah", "bank_uah"])
    }))

  it.effect("is paid by the method that was chosen, with its commissions and the rate of that moment", () =>
    Effect.gen(function*() {
      const { createId, read, sim } = yield* start()
      const id = yield* createId({ amount: "1500.00" })
      yield* sim.setRate("UAH", "40.00")
      yield* sim.chooseMethod(id, "privatbank")
      yield* sim.setRate("UAH", "50.00")
      const open = yield* read(id)
      assert.deepInclude(open, { status: "pending", method_selected: true })
      assert.deepInclude(open.deal, {
        payment_method_name: "PrivatBank UA",
        amount_fiat: "1515.00",
        conversion_rate: "40.00",
        // 1500.00 less 2 % and 1.5 %, at 40.00
        merchant_usdt: "36.18",
        finished_at: null,
        mark_paid_at: null
      })
      assert.notStrictEqual(open.deal.status, "completed")
      yield* sim.pay(id)
      assert.deepInclude((yield* read(id)).deal, { deal_id: open.deal.deal_id, status: "completed" })
    }))

  it.effect("begins to be paid by the first method that takes the amount, unless one was chosen", () =>
    Effect.gen(function*() {
      const { createId, read, sim } = yield* start()
      const [id, chosen] = [yield* createId({ amount: "10000.01" }), yield* createId()]
      yield* sim.begin(id)
      const begun = yield* read(id)
      assert.deepInclude(begun, { status: "pending", method_selected: true })
      assert.deepInclude(begun.deal, { payment_method_code: "privatbank", mark_paid_at: null })
      yield* sim.begin(id)
      assert.deepStrictEqual(yield* read(id), begun)
      yield* sim.pay(id)
      assert.strictEqual((yield* read(id)).deal.deal_id, begun.deal.deal_id)
      yield* sim.chooseMethod(chosen, "privatbank")
      yield* sim.begin(chosen)
      assert.strictEqual((yield* read(chosen)).deal.payment_method_code, "privatbank")
    }))

  it.effect("cannot begin to be paid when it has ended without a choice, or where nothing takes it", () =>
    Effect.gen(function*() {
      const { createId, read, sim } = yield* start()
      const [expired, canceled, paid] = yield* Effect.all([createId(), createId(), createId()])
      yield* sim.expire(expired)
      yield* sim.cancel(canceled)
      yield* sim.pay(paid)
      assert.strictEqual(yield* reasonOf(sim.begin(expired)), "InvalidTransition")
      assert.strictEqual(yield* reasonOf(sim.begin(canceled)), "InvalidTransition")
      assert.strictEqual(yield* reasonOf(sim.begin("nobody")), "NotFound")
      const before = yield* read(paid)
      yield* sim.begin(paid)
      assert.deepStrictEqual(yield* read(paid), before)
    }))

  it.effect("a method that does not take the amount, or is of another currency, is not offered", () =>
    Effect.gen(function*() {
      const { createId, sim } = yield* start()
      const id = yield* createId({ amount: "99.99" })
      for (const code of ["monobank", "bank_kzt", "nonsense"]) {
        assert.strictEqual(yield* reasonOf(sim.chooseMethod(id, code)), "NotOffered")
      }
      yield* sim.chooseMethod(id, "bank_uah")
      assert.strictEqual(yield* reasonOf(sim.chooseMethod(id, "bank_uah")), "InvalidTransition")
    }))

  it.effect("fails in a try to pay, and is canceled with or without one", () =>
    Effect.gen(function*() {
      const { createId, read, sim } = yield* start()
      const [failed, canceled, left] = yield* Effect.all([createId(), createId(), createId()])
      yield* sim.chooseMethod(left, "monobank")
      yield* sim.advance("1 minute")
      yield* sim.fail(failed)
      yield* sim.cancel(canceled)
      yield* sim.cancel(left)
      const at = "1970-01-01T00:01:00+00:00"
      assert.deepInclude(yield* read(failed), { status: "fail", finished_at: at, method_selected: true })
      assert.deepInclude(yield* read(canceled), { status: "canceled", finished_at: at, method_selected: false })
      const { deal, ...invoice } = yield* read(left)
      assert.deepInclude(invoice, { status: "canceled", method_selected: true })
      assert.deepInclude(deal, { finished_at: at, mark_paid_at: null })
    }))

  it.effect("a deal can be paid late, after the invoice expired and until its own window closes", () =>
    Effect.gen(function*() {
      const { createId, read, sim } = yield* start()
      const [late, tooLate] = yield* Effect.all([createId(), createId()])
      yield* sim.chooseMethod(late, "monobank")
      yield* sim.chooseMethod(tooLate, "monobank")
      yield* sim.advance("29 minutes")
      assert.strictEqual((yield* read(late)).status, "expired")
      yield* sim.pay(late)
      assert.deepInclude(yield* read(late), { status: "success", finished_at: "1970-01-01T00:29:00+00:00" })
      yield* sim.advance("1 minute")
      const { deal, status } = yield* read(tooLate)
      assert.strictEqual(status, "expired")
      assert.deepInclude(deal, { finished_at: "1970-01-01T00:30:00+00:00", mark_paid_at: null })
      assert.strictEqual(yield* reasonOf(sim.pay(tooLate)), "InvalidTransition")
    }))

  it.effect("cannot be paid after it expired without a method", () =>
    Effect.gen(function*() {
      const { createId, sim } = yield* start()
      const id = yield* createId()
      yield* sim.expire(id)
      assert.strictEqual(yield* reasonOf(sim.pay(id)), "InvalidTransition")
    }))

  it.effect("can be made to expire now, and its deal still be paid for 10 minutes", () =>
    Effect.gen(function*() {
      const { createId, read, sim } = yield* start()
      const id = yield* createId()
      yield* sim.chooseMethod(id, "monobank")
      yield* sim.advance("1 minute")
      yield* sim.expire(id)
      const { deal, ...invoice } = yield* read(id)
      assert.deepInclude(invoice, { status: "expired", expires_at: "1970-01-01T00:01:00+00:00" })
      assert.strictEqual(deal.expires_at, "1970-01-01T00:11:00+00:00")
      yield* sim.advance("9 minutes")
      yield* sim.pay(id)
      assert.strictEqual((yield* read(id)).status, "success")
    }))

  for (const end of ["pay", "fail", "cancel"] as const) {
    it.effect(`nothing follows after ${end}`, () =>
      Effect.gen(function*() {
        const { createId, read, sim } = yield* start()
        const id = yield* createId()
        yield* sim[end](id)
        const before = yield* read(id)
        for (const next of ["pay", "fail", "cancel", "expire"] as const) {
          assert.strictEqual(yield* reasonOf(sim[next](id)), "InvalidTransition")
        }
        yield* sim.advance("1 day")
        assert.deepStrictEqual(yield* read(id), before)
      }))
  }

  it.effect("offers no part or over payment and no reversal, and knows no stranger", () =>
    Effect.gen(function*() {
      const { createId, read, sim } = yield* start()
      const id = yield* createId()
      assert.strictEqual(yield* reasonOf(sim.pay(id, "partial")), "NotOffered")
      assert.strictEqual(yield* reasonOf(sim.pay(id, "over")), "NotOffered")
      assert.strictEqual((yield* read(id)).status, "pending")
      yield* sim.pay(id, "full")
      assert.strictEqual(yield* reasonOf(sim.reverse(id)), "NotOffered")
      for (const act of [sim.pay, sim.fail, sim.expire, sim.cancel, sim.adjust, sim.webhook, sim.deliver]) {
        assert.strictEqual(yield* reasonOf(act("nobody")), "NotFound")
      }
    }))

  it.effect("takes the merchant's own id as well", () =>
    Effect.gen(function*() {
      const { create, read, sim } = yield* start()
      yield* create({ external_id: "order 7" })
      yield* sim.pay("order 7")
      assert.strictEqual((yield* read("order%207")).status, "success")
    }))
})

describe("EccaSimulator: the hosted page, with forms and no scripts", () => {
  const open = Effect.fnUntraced(function*(changes: Record<string, unknown> = {}) {
    const started = yield* start()
    const { json } = yield* started.create({
      success_url: "https://shop.example/ok?a=1",
      fail_url: "https://shop.example/no",
      ...changes
    })
    const link: string = json.payment_link
    const post = (step: string, form: Record<string, string> = {}) => browse(`${link}/${step}`, form)
    return { ...started, id: String(json.invoice_id), link, post }
  })

  it.effect("the customer chooses a method, pays, and returns to success_url", () =>
    Effect.gen(function*() {
      const { id, link, post, read } = yield* open()
      const first = yield* browse(link)
      assert.strictEqual(first.status, 200)
      assert.match(first.headers.get("content-type") ?? "", /^text\/html/)
      assert.include(first.text, `<form method="post" action="/pay/${id}/method">`)
      for (const shown of ["1500.00 UAH", "Monobank UA", "1537.50 UAH", "PrivatBank UA", "1515.00 UAH"]) {
        assert.include(first.text, shown)
      }
      const chosen = yield* post("method", { method_code: "privatbank" })
      assert.deepStrictEqual([chosen.status, chosen.headers.get("location")], [303, `/pay/${id}`])
      assert.deepInclude((yield* read(id)).deal, { payment_method_code: "privatbank" })
      const second = yield* browse(link)
      assert.include(second.text, "1515.00 UAH")
      assert.include(second.text, `action="/pay/${id}/paid"`)
      const paid = yield* post("paid")
      assert.deepStrictEqual([paid.status, paid.headers.get("location")], [303, "https://shop.example/ok?a=1"])
      assert.strictEqual((yield* read(id)).status, "success")
    }))

  for (const [step, status] of [["failed", "fail"], ["cancel", "canceled"]] as const) {
    it.effect(`${step} leads to fail_url`, () =>
      Effect.gen(function*() {
        const { id, post, read } = yield* open()
        yield* post("method", { method_code: "monobank" })
        const done = yield* post(step)
        assert.deepStrictEqual([done.status, done.headers.get("location")], [303, "https://shop.example/no"])
        assert.strictEqual((yield* read(id)).status, status)
      }))
  }

  it.effect("shows how it ended, with the way back to the shop and no more buttons", () =>
    Effect.gen(function*() {
      const { id, link, sim } = yield* open()
      yield* sim.pay(id)
      const paid = yield* browse(link)
      assert.include(paid.text, "This invoice is paid")
      assert.include(paid.text, "href=\"https://shop.example/ok?a=1\"")
      assert.notInclude(paid.text, "<form")
      const other = yield* open()
      yield* other.sim.advance("20 minutes")
      const expired = yield* browse(other.link)
      assert.include(expired.text, "This invoice has expired")
      assert.include(expired.text, "href=\"https://shop.example/no\"")
      assert.notInclude(expired.text, "<form")
    }))

  it.effect("an expired invoice with an open deal can still be paid on it", () =>
    Effect.gen(function*() {
      const { link, post, read, id, sim } = yield* open()
      yield* post("method", { method_code: "monobank" })
      yield* sim.advance("25 minutes")
      assert.include((yield* browse(link)).text, `action="/pay/${id}/paid"`)
      assert.strictEqual((yield* post("paid")).headers.get("location"), "https://shop.example/ok?a=1")
      assert.strictEqual((yield* read(id)).status, "success")
    }))

  it.effect("a step that is not possible leads back to the page and changes nothing", () =>
    Effect.gen(function*() {
      const { id, post, read } = yield* open()
      for (const form of [{ method_code: "nonsense" }, {}]) {
        assert.strictEqual((yield* post("method", form)).headers.get("location"), `/pay/${id}`)
      }
      assert.isFalse((yield* read(id)).method_selected)
      yield* post("cancel")
      assert.strictEqual((yield* post("paid")).headers.get("location"), `/pay/${id}`)
      assert.strictEqual((yield* read(id)).status, "canceled")
    }))

  it.effect("writes what the shop sent as text, never as markup", () =>
    Effect.gen(function*() {
      const { link } = yield* open({ external_id: "<b>1</b>", purpose: "\"<script>alert(1)</script>&" })
      const { text } = yield* browse(link)
      assert.notInclude(text, "<script>")
      assert.notInclude(text, "<b>1</b>")
      assert.include(text, "&quot;&lt;script&gt;alert(1)&lt;/script&gt;&amp;")
    }))

  it.effect("an unknown invoice has a page, too, and none of this is in the log of requests", () =>
    Effect.gen(function*() {
      const { sim } = yield* start()
      for (const path of ["/pay/nobody", "/pay/%3Cscript%3E"]) {
        const page = yield* browse(sim.url + path)
        assert.strictEqual(page.status, 404)
        assert.include(page.text, "There is no such invoice")
      }
      assert.strictEqual((yield* browse(`${sim.url}/pay/nobody/paid`, {})).status, 404)
      assert.deepStrictEqual(yield* sim.requests, [])
    }))
})

describe("EccaSimulator: the customer-side endpoints (their bodies are invented)", () => {
  it.effect("a customer without a key sees methods, chooses one, and cancels", () =>
    Effect.gen(function*() {
      const { call, createId, read } = yield* start()
      const id = yield* createId()
      const none = { headers: { "x-api-key": "" } }
      const methods = yield* call(`/public/invoice/${id}/payment-methods`, none)
      assert.deepInclude(methods.json.data.methods[0], { method_code: "monobank", amount_to_pay: "1537.50" })
      const body = { method_code: "monobank" }
      const chosen = yield* call(`/public/invoice/${id}/select-method`, { ...none, body })
      assert.strictEqual(chosen.status, 200)
      assert.strictEqual((yield* read(id)).deal.deal_id, chosen.json.data.deal.deal_id)
      const again = yield* call(`/public/invoice/${id}/select-method`, { ...none, body })
      assert.strictEqual(again.status, 409)
      const canceled = yield* call(`/public/invoice/${id}/cancel`, { ...none, method: "POST" })
      assert.deepStrictEqual([canceled.status, canceled.json.data.status], [200, "canceled"])
      assert.strictEqual((yield* read(id)).status, "canceled")
      assert.strictEqual((yield* call(`/public/invoice/${id}/cancel`, { ...none, method: "POST" })).status, 409)
    }))

  it.effect("knows the platform's id only, and refuses what cannot be chosen", () =>
    Effect.gen(function*() {
      const { call, createId, sim } = yield* start()
      const id = yield* createId({ external_id: "mine" })
      const select = (ref: string, body: unknown) =>
        Effect.map(call(`/public/invoice/${ref}/select-method`, { body }), ({ json }) => json.error?.code)
      assert.strictEqual(yield* select("mine", { method_code: "monobank" }), "INVOICE_NOT_FOUND")
      assert.strictEqual(yield* select(id, { method_code: "nonsense" }), "VALIDATION_FAILED")
      assert.strictEqual(yield* select(id, {}), "VALIDATION_FAILED")
      yield* sim.setAccount({ requisites: "none" })
      assert.strictEqual(yield* select(id, { method_code: "monobank" }), "NO_AVAILABLE_REQUISITES")
    }))
})
