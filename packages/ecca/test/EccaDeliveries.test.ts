/**
 * The provider's own record of its webhooks, and sending one again.
 */
import { assert, describe, it } from "@effect/vitest"
import { Identifiers } from "@gatefold/core"
import { Duration, Effect } from "effect"
import { type Account, answering, envelope, open, order, type Setup } from "./support/EccaAccount.ts"
import * as Fixture from "./support/Fixture.ts"
import * as Receiver from "./support/Receiver.ts"

const example = Fixture.json("webhooks.history")
const [event] = example.events
const id = Identifiers.InvoiceId.make(example.invoice_id)

/** A paid invoice whose webhooks go to a receiver. */
const setUp = Effect.fnUntraced(function*(setup: Setup = {}) {
  const account = yield* open(setup)
  const receiver = yield* Receiver.start
  yield* account.sim.webhooksTo(receiver.hook)
  const invoice = yield* account.invoices.create(order("order-1"))
  yield* account.sim.pay(invoice.id)
  return { account, receiver, id: invoice.id }
})

/** Reads a history whose one event is the documented example with some fields changed. */
const read = Effect.fnUntraced(function*(changes: object) {
  const account: Account = yield* open()
  yield* answering(account, "webhookDeliveries.history", { ...example, events: [{ ...event, ...changes }] })
  const [delivery] = yield* account.deliveries.history(id)
  return delivery
})

describe("history", () => {
  it.effect("without any webhook is empty", () =>
    Effect.gen(function*() {
      const { deliveries, invoices } = yield* open()
      const invoice = yield* invoices.create(order("order-1"))
      assert.deepStrictEqual(yield* deliveries.history(invoice.id), [])
    }))

  it.effect("has every event, newest first, each with its tries, oldest first", () =>
    Effect.gen(function*() {
      const { account, id, receiver } = yield* setUp()
      yield* receiver.answerWith(500)
      yield* account.sim.deliver(id)
      yield* account.sim.deliver(id)
      yield* account.sim.advance("1 minute")
      yield* account.sim.adjust(id)
      const [adjusted, paid] = yield* account.deliveries.history(id)
      assert.deepInclude(adjusted, { type: "invoice.adjusted", status: "pending", isAdjustment: true, attempts: [] })
      assert.deepInclude(paid, { type: "invoice.success", status: "delivered", isAdjustment: false })
      assert.deepStrictEqual(paid?.attempts.map(({ httpStatus, number, trigger }) => [number, trigger, httpStatus]), [
        [1, "manual", 500],
        [2, "manual", 200]
      ])
    }))

  for (
    const [word, status] of [
      ["pending", "pending"],
      ["success", "delivered"],
      ["dead", "dead"],
      ["DEAD", "unknown"],
      ["constructor", "unknown"],
      ["", "unknown"]
    ]
  ) {
    it.effect(`calls "${word}" ${status}, with the word kept`, () =>
      Effect.gen(function*() {
        const { providerStatus, status: ours } = (yield* read({ status: word })) ?? {}
        assert.deepStrictEqual([ours, providerStatus], [status, word])
      }))
  }

  it.effect("keeps every digit of an event's number", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const body = Fixture.text("webhooks.history").replace("\"event_id\": 123", "\"event_id\": 12345678901234567890")
      yield* answering(account, "webhookDeliveries.history", body)
      const [delivery] = yield* account.deliveries.history(id)
      assert.strictEqual(delivery?.id, "12345678901234567890")
    }))

  it.effect("reads events without what may be absent", () =>
    Effect.gen(function*() {
      for (const absent of [null, undefined]) {
        const delivery = yield* read({
          status: absent,
          next_retry_at: absent,
          created_at: absent,
          request_payload: absent,
          locked_at: absent,
          attempts: absent
        })
        assert.deepStrictEqual({ ...delivery }, {
          id: "123",
          type: "string",
          status: "unknown",
          providerStatus: "",
          isAdjustment: false,
          attempts: []
        })
      }
    }))

  it.effect("numbers tries that have no number, and reads tries that got no answer", () =>
    Effect.gen(function*() {
      const attempts = [{}, { http_status: null, duration_ms: null, trigger: "manual" }, { duration_ms: 1500 }]
      const delivery = yield* read({ attempts })
      assert.deepStrictEqual<object>(delivery?.attempts.map((attempt) => ({ ...attempt })) ?? [], [
        { number: 1, trigger: "", outcome: "" },
        { number: 2, trigger: "manual", outcome: "" },
        { number: 3, trigger: "", outcome: "", duration: Duration.millis(1500) }
      ])
    }))

  it.effect("about another invoice is a mismatch", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* answering(account, "webhookDeliveries.history", { ...example, invoice_id: "another" })
      const { operation, reason } = yield* Effect.flip(account.deliveries.history(id))
      assert.strictEqual(operation, "webhookDeliveries.history")
      assert.deepInclude(reason, { _tag: "IntegrityMismatch", field: "id", asked: id, got: "another" })
    }))
})

describe("resend", () => {
  it.effect("sends the latest event again and tells how the receiver answered", () =>
    Effect.gen(function*() {
      const { account, id, receiver } = yield* setUp()
      const accepted = yield* account.deliveries.resend(id)
      assert.deepInclude(accepted, { wasAccepted: true, httpStatus: 200 })
      const [delivery] = yield* account.deliveries.history(id)
      assert.strictEqual(accepted.event, delivery?.id)
      yield* account.sim.advance("15 seconds")
      yield* receiver.answerWith(503)
      assert.deepInclude(yield* account.deliveries.resend(id), { wasAccepted: false, httpStatus: 503 })
      assert.strictEqual((yield* receiver.received).length, 2)
    }))

  it.effect("tells of a receiver that did not answer, by no status", () =>
    Effect.gen(function*() {
      const { account, id } = yield* setUp()
      yield* account.sim.webhooksTo("http://127.0.0.1:1/")
      const resent = yield* account.deliveries.resend(id)
      assert.isFalse(resent.wasAccepted)
      assert.doesNotHaveAnyKeys(resent, ["httpStatus"])
    }))

  for (const cooldownMetaIn of ["details", "meta"] as const) {
    it.effect(`too soon is limited for this object, with the time to wait (in error.${cooldownMetaIn})`, () =>
      Effect.gen(function*() {
        const { account, id } = yield* setUp({ simulator: { cooldownMetaIn } })
        yield* account.deliveries.resend(id)
        yield* account.sim.advance("4 seconds")
        const error = yield* Effect.flip(account.deliveries.resend(id))
        assert.deepInclude(error.reason, {
          _tag: "RateLimited",
          scope: "object",
          code: "WEBHOOK_RESEND_COOLDOWN",
          isRetryable: false
        })
        assert.strictEqual(error.retryAfter && Duration.toMillis(error.retryAfter), 11_000)
        assert.strictEqual((yield* account.requests).length, 3)
        yield* account.sim.advance("11 seconds")
        assert.isTrue((yield* account.deliveries.resend(id)).wasAccepted)
      }))
  }

  const cooldown = envelope("WEBHOOK_RESEND_COOLDOWN")
  const places: ReadonlyArray<readonly [string, object, number | undefined]> = [
    ["beside the error, in `meta`", { ...cooldown, meta: { retry_after_sec: 7 } }, 7_000],
    ["beside the error", { ...cooldown, retry_after_sec: 7 }, 7_000],
    ["as text", envelope("WEBHOOK_RESEND_COOLDOWN", { details: { retry_after_sec: "7" } }), 7_000],
    ["nowhere", cooldown, undefined],
    ["below zero", envelope("WEBHOOK_RESEND_COOLDOWN", { meta: { retry_after_sec: -1 } }), undefined],
    ["in words", envelope("WEBHOOK_RESEND_COOLDOWN", { meta: { retry_after_sec: "soon" } }), undefined]
  ]
  for (const [where, body, millis] of places) {
    it.effect(`reads the time to wait ${where}: ${millis ?? "none"}`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* answering(account, "webhookDeliveries.resend", body, 429)
        const error = yield* Effect.flip(account.deliveries.resend(id))
        assert.deepInclude(error.reason, { _tag: "RateLimited", scope: "object" })
        assert.strictEqual(error.retryAfter && Duration.toMillis(error.retryAfter), millis)
      }))
  }

  it.effect("while the provider is at it is a conflict: busy", () =>
    Effect.gen(function*() {
      const { account, id } = yield* setUp()
      yield* account.sim.refuseWith("WEBHOOK_RESEND_CONFLICT", { operation: "webhookDeliveries.resend" })
      const { reason } = yield* Effect.flip(account.deliveries.resend(id))
      assert.deepInclude(reason, { _tag: "Conflict", kind: "busy", isRetryable: false })
    }))

  it.effect("of an invoice without an event is refused by a code that is not documented", () =>
    Effect.gen(function*() {
      const { deliveries, invoices } = yield* open()
      const invoice = yield* invoices.create(order("order-1"))
      const { reason } = yield* Effect.flip(deliveries.resend(invoice.id))
      assert.deepInclude(reason, { _tag: "NotFound", code: "WEBHOOK_EVENT_NOT_FOUND" })
    }))

  it.effect("answered about another invoice is a mismatch", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* answering(account, "webhookDeliveries.resend", {
        ...Fixture.json("webhooks.resend"),
        invoice_id: "another"
      })
      const { reason } = yield* Effect.flip(account.deliveries.resend(id))
      assert.deepInclude(reason, { _tag: "IntegrityMismatch", field: "id", asked: id, got: "another" })
    }))
})
