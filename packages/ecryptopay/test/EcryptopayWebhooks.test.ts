/**
 * Webhooks that nobody signs: a body is only a hint where to look, and what counts is what the provider says then.
 */
import { assert, describe, it } from "@effect/vitest"
import { Invoice, Money, RawWebhook, WebhookEvent, WebhookOwnership } from "@gatefold/core"
import { InvoiceId } from "@gatefold/core/Identifiers"
import { Fault } from "@gatefold/core/Simulator"
import type { WebhookRejected } from "@gatefold/core/WebhookRejected"
import { EcryptopayWebhook } from "@gatefold/ecryptopay"
import { Effect, Schema } from "effect"
import { TestClock } from "effect/testing"
import { eventually, turns } from "./support/RealTime.ts"
import * as Receiver from "./support/Receiver.ts"
import { connect, counts, open, since, throughTime } from "./support/Shop.ts"
import * as Viewer from "./support/Viewer.ts"

const price = Money.makeUnsafe("250.00", "MXN")

const openWithPayment = Effect.fnUntraced(function*(...options: Parameters<typeof open>) {
  const shop = yield* open(...options)
  const { id } = yield* shop.payments.create({ price })
  return { ...shop, id, invoiceId: InvoiceId.make(id), seen: yield* since(shop.simulator) }
})

const raw = (body: string | Uint8Array) => RawWebhook.make({ headers: { "content-type": "application/json" }, body })

const rejectionOf = <A, E, R>(effect: Effect.Effect<A, E | WebhookRejected, R>) =>
  Effect.map(Effect.flip(effect), (error) => {
    if (!(error instanceof Error && "why" in error && "httpStatus" in error)) return assert.fail(String(error))
    return { why: error.why, httpStatus: error.httpStatus }
  })

describe("a webhook", () => {
  it.effect("becomes what the provider says about that payment, and the same fact as a poll", () =>
    Effect.gen(function*() {
      const { id, invoiceId, invoices, simulator, webhooks } = yield* openWithPayment()
      yield* simulator.pay(id)
      const event = yield* webhooks.receive(yield* simulator.webhook(id))
      assert.isTrue(WebhookEvent.isWebhookEvent(event))
      assert.strictEqual(event.invoice.id, invoiceId)
      assert.isTrue(Invoice.covers(price, event.invoice))
      const { eventId, eventType, proof, signedAt } = event.snapshot
      assert.strictEqual(proof.mode, "readback")
      assert.deepStrictEqual([eventId, eventType, signedAt], [undefined, undefined, undefined])
      const polled = yield* invoices.get({ id: invoiceId })
      assert.strictEqual(event.key, Invoice.factKey(polled))
      assert.strictEqual(polled.updatedAt?.epochMilliseconds, event.invoice.updatedAt?.epochMilliseconds)
    }))

  it.effect("of each change, as the simulator posts it, leads to the state in the books, in any order", () =>
    Effect.gen(function*() {
      const receiver = yield* Receiver.make
      const { id, simulator, webhooks } = yield* openWithPayment({}, { webhooks: "auto" })
      yield* simulator.webhooksTo(receiver.url)
      yield* simulator.confirming(id)
      yield* simulator.pay(id, "partial")
      yield* simulator.pay(id)
      yield* simulator.webhooksSettled
      const received = yield* receiver.received
      assert.strictEqual(received.length, 3)
      for (const { body } of [...received].reverse()) {
        const { invoice } = yield* webhooks.receive(raw(body))
        assert.deepInclude(invoice, { status: "paid", coverage: "full" })
      }
    }))

  it.effect("of a payment with a long id, written as the number that it is, names that payment", () =>
    Effect.gen(function*() {
      const { id, simulator, webhooks } = yield* openWithPayment({}, { firstId: 12_345_678_901_234_567_890n })
      const webhook = yield* simulator.webhook(id)
      assert.include(Buffer.from(webhook.body).toString(), "\"id\":12345678901234567890,")
      assert.strictEqual((yield* webhooks.receive(webhook)).invoice.id, "12345678901234567890")
    }))

  it.effect("made for a test of a receiver is as the provider's own", () =>
    Effect.gen(function*() {
      const { id, simulator, webhooks } = yield* openWithPayment()
      const { body } = EcryptopayWebhook.make({
        id,
        state: "cobrado_bien",
        amount: "250.00",
        currency: "btc",
        currencyAmount: "0.00021047"
      })
      const own = JSON.parse(Buffer.from((yield* simulator.webhook(id)).body).toString())
      const made = JSON.parse(Buffer.from(body).toString())
      const { created_at: _created, updated_at: _updated, ...members } = own
      assert.sameMembers(Object.keys(made), Object.keys(members))
      assert.strictEqual(String((yield* webhooks.admit(raw(body))).invoice), id)
    }))
})

describe("a forged webhook", () => {
  it.effect("that says \"paid\" changes nothing: the event says what the provider says", () =>
    Effect.gen(function*() {
      const { id, invoiceId, invoices, simulator, webhooks } = yield* openWithPayment()
      const forged = yield* simulator.forge(id)
      assert.include(Buffer.from(forged.body).toString(), "cobrado_bien")
      const event = yield* webhooks.receive(forged)
      assert.deepInclude(event.invoice, { status: "open", providerStatus: "en_espera_7", coverage: "none" })
      assert.strictEqual(event.invoice.price?.toString(), "250.00 MXN")
      assert.isFalse(Invoice.covers(price, event.invoice))
      assert.isFalse(Invoice.covers(Money.makeUnsafe("999999.99", "MXN"), event.invoice))
      assert.strictEqual(event.key, Invoice.factKey(yield* invoices.get({ id: invoiceId })))
    }))

  it.effect("that says less than the truth does not take anything back", () =>
    Effect.gen(function*() {
      const { id, simulator, webhooks } = yield* openWithPayment()
      yield* simulator.pay(id)
      const event = yield* webhooks.receive(raw(`{"id":${id},"state":"se_fue_el_tren","amount":"0.01"}`))
      assert.isTrue(Invoice.covers(price, event.invoice))
    }))

  it.effect("for an unknown payment is rejected and acknowledged, so that it is not sent for ever", () =>
    Effect.gen(function*() {
      const { simulator, webhooks } = yield* openWithPayment()
      for (const id of ["99999", "12345678901234567890123"]) {
        const rejection = yield* rejectionOf(webhooks.receive(yield* simulator.forge(id)))
        assert.deepStrictEqual(rejection, { why: "UnknownObject", httpStatus: 200 })
      }
    }))

  it.effect("for a payment of ours never renews its quote, watched or not", () =>
    Effect.gen(function*() {
      const { id, payments, seen, simulator, webhooks } = yield* openWithPayment()
      const forged = yield* simulator.forge(id)
      const flood = Effect.forEach(Array.from({ length: 10 }), () => Effect.exit(webhooks.receive(forged)), {
        concurrency: "unbounded"
      })
      yield* flood
      yield* TestClock.adjust("22 seconds")
      yield* flood
      assert.isUndefined((yield* seen)["payments.get"])
      const viewer = yield* Viewer.open(payments.watch(id))
      for (let second = 0; second < 50; second++) {
        yield* Effect.andThen(TestClock.adjust("1 second"), turns())
        if (second % 5 === 0) yield* flood
      }
      assert.strictEqual((yield* seen)["payments.get"], 3)
      yield* simulator.scanAndPay(viewer.qr()?.image ?? "")
      assert.strictEqual((yield* simulator.books)[0]?.providerStatus, "cobrado_bien")
    }))

  it.effect("is not even looked at when the application does not know the payment", () =>
    Effect.gen(function*() {
      const asked: Array<string> = []
      const { id, seen, simulator, webhooks } = yield* openWithPayment()
      const forged = yield* simulator.forge(id)
      const receive = Effect.provideService(
        webhooks.receive(forged),
        WebhookOwnership.Current,
        (account, invoice) => Effect.sync(() => asked.push(`${account}/${invoice}`) > 1)
      )
      assert.deepStrictEqual(yield* rejectionOf(receive), { why: "UnknownObject", httpStatus: 200 })
      assert.deepStrictEqual(yield* seen, {})
      assert.strictEqual(String((yield* receive).invoice.id), id)
      assert.deepStrictEqual(asked, [`ecryptopay/${id}`, `ecryptopay/${id}`])
    }))
})

describe("what is no webhook", () => {
  const bytes = (...values: ReadonlyArray<number>) => Uint8Array.from(values)

  it.effect.each([
    { what: "nothing", body: "" },
    { what: "no JSON", body: "id=48213" },
    { what: "half a JSON", body: "{\"id\":48213" },
    { what: "a list", body: "[48213]" },
    { what: "a number", body: "48213" },
    { what: "null", body: "null" },
    { what: "no id", body: "{\"state\":\"cobrado_bien\"}" },
    { what: "the id null", body: "{\"id\":null}" },
    { what: "an empty id", body: "{\"id\":\"\"}" },
    { what: "an id that is an object", body: "{\"id\":{\"id\":48213}}" },
    { what: "an id that is a list", body: "{\"id\":[48213]}" },
    { what: "a fraction", body: "{\"id\":48213.5}" },
    { what: "a negative number", body: "{\"id\":-48213}" },
    { what: "an id with zeros before it", body: "{\"id\":\"048213\"}" },
    { what: "an id with something after it", body: "{\"id\":\"48213x\"}" },
    { what: "an id with a blank", body: "{\"id\":\"48213 \"}" },
    { what: "a way to another place", body: "{\"id\":\"../oauth/token\"}" },
    { what: "a dot", body: "{\"id\":\"..\"}" },
    { what: "an id without an end", body: `{"id":${"9".repeat(300)}}` },
    { what: "bytes that are no text", body: bytes(0x7b, 0x22, 0xff, 0x22, 0x7d) }
  ])("$what: is rejected, and nothing is asked", ({ body }) =>
    Effect.gen(function*() {
      const { seen, webhooks } = yield* openWithPayment()
      const rejection = yield* rejectionOf(webhooks.receive(raw(body)))
      assert.deepStrictEqual(rejection, { why: "InvalidPayload", httpStatus: 400 })
      assert.deepStrictEqual(yield* seen, {})
    }))

  it.effect("is larger than 64 KiB", () =>
    Effect.gen(function*() {
      const { id, seen, webhooks } = yield* openWithPayment()
      const sized = (length: number) => raw(`{"id":${id}}`.padEnd(length))
      assert.deepStrictEqual(yield* rejectionOf(webhooks.receive(sized(65_537))), { why: "TooLarge", httpStatus: 413 })
      assert.deepStrictEqual(yield* seen, {})
      assert.strictEqual(String((yield* webhooks.receive(sized(65_536))).invoice.id), id)
    }))

  it.effect("tells nobody what was in it", () =>
    Effect.gen(function*() {
      const { webhooks } = yield* openWithPayment()
      const error = yield* Effect.flip(webhooks.receive(raw("{\"id\":\"secreto de alguien\"}")))
      assert.notInclude(`${error} ${JSON.stringify(error)}`, "secreto")
    }))
})

describe("a hint", () => {
  it.effect("is only the id, asks nothing, and can be resolved later by another process", () =>
    Effect.gen(function*() {
      const { id, seen, simulator, webhooks } = yield* openWithPayment()
      const admitted = yield* webhooks.admit(yield* simulator.forge(id))
      assert.deepStrictEqual(yield* seen, {})
      const codec = Schema.fromJsonString(Schema.toCodecJson(WebhookEvent.Admitted))
      const stored = yield* Schema.encodeEffect(codec)(admitted)
      assert.deepStrictEqual(JSON.parse(stored), {
        provider: "ecryptopay",
        account: "ecryptopay",
        invoice: id,
        proof: { mode: "readback" },
        receivedAt: "2026-11-20T10:00:00.000Z"
      })
      yield* simulator.pay(id)
      const other = yield* connect(simulator)
      const event = yield* other.webhooks.resolve(yield* Schema.decodeEffect(codec)(stored))
      assert.strictEqual(event.invoice.status, "paid")
    }))

  it.effect("for another account is not this account's to resolve", () =>
    Effect.gen(function*() {
      const { id, seen, simulator, webhooks } = yield* openWithPayment()
      const other = yield* connect(simulator, { account: "eu" })
      const admitted = yield* other.webhooks.admit(yield* simulator.forge(id))
      assert.strictEqual(admitted.account, "eu")
      assert.strictEqual((yield* rejectionOf(webhooks.resolve(admitted))).why, "UnknownObject")
      assert.deepStrictEqual(yield* seen, {})
    }))

  it.effect.each([
    { lane: "ErrorPage", fault: Fault.ErrorPage({ effect: "none" }), reason: "Unavailable" },
    { lane: "Timeout", fault: Fault.Timeout({ effect: "none" }), reason: "Unavailable" },
    { lane: "RateLimited", fault: Fault.RateLimited({ retryAfter: "60" }), reason: "RateLimited" },
    { lane: "Truncated", fault: Fault.Truncated(), reason: "InvalidResponse" },
    { lane: "Refused", fault: Fault.Refused(), reason: "Unavailable" }
  ])("waits while the provider cannot be asked: $lane", ({ fault, reason }) =>
    Effect.gen(function*() {
      const { id, simulator, webhooks } = yield* openWithPayment()
      yield* simulator.pay(id)
      const admitted = yield* webhooks.admit(yield* simulator.webhook(id))
      yield* simulator.arm(fault, { times: "always" })
      const { value } = yield* throughTime(simulator, Effect.flip(webhooks.resolve(admitted)))
      assert.strictEqual(value._tag === "GatewayError" ? value.reason._tag : value._tag, reason)
      yield* simulator.disarm
      yield* TestClock.adjust("1 minute")
      const { value: event } = yield* throughTime(simulator, webhooks.resolve(admitted))
      assert.strictEqual(event.invoice.status, "paid")
    }))
})

describe("diagnose", () => {
  it.effect("knows no scheme that would match, because nothing is signed", () =>
    Effect.gen(function*() {
      const { id, simulator, webhooks } = yield* openWithPayment()
      assert.deepStrictEqual(yield* webhooks.diagnose(yield* simulator.webhook(id)), [])
    }))
})

describe("a webhook that comes while a page is open", () => {
  it.effect("closes the page at once", () =>
    Effect.gen(function*() {
      const { id, payments, simulator, webhooks } = yield* openWithPayment()
      const viewer = yield* Viewer.open(payments.watch(id))
      yield* eventually("the page is shown", Effect.sync(() => viewer.qr() !== undefined))
      yield* simulator.scanAndPay(viewer.qr()?.image ?? "")
      yield* webhooks.receive(yield* simulator.webhook(id))
      yield* eventually("the page is done", Effect.sync(() => viewer.isDone()))
      assert.strictEqual(viewer.now()?.status, "paid")
      assert.isUndefined((yield* counts(simulator))["payments.get"])
    }))
})
