import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { eventually, start, startReceiver } from "./EccaSimulatorFixture.ts"

const payloadOf = ({ body }: { readonly body: Uint8Array }) => JSON.parse(new TextDecoder().decode(body))

const odd = "half_forgotten"

describe("EccaSimulator: an invoice by another word", () => {
  it.effect("says the word wherever it is read, and the books keep the truth beside it", () =>
    Effect.gen(function*() {
      const { call, createId, read, sim } = yield* start()
      const id = yield* createId()
      const before = yield* read(id)
      yield* sim.relabel(id, odd)
      assert.deepStrictEqual(yield* read(id), { ...before, status: odd })
      const statuses = (query: string) =>
        Effect.map(call(`/invoices${query}`), ({ json }) => json.data.map((one: { status: string }) => one.status))
      assert.deepStrictEqual(yield* statuses(""), [odd])
      assert.deepStrictEqual(yield* statuses(`?status=${odd}`), [odd])
      assert.deepStrictEqual(yield* statuses("?status=pending"), [])
      const open = yield* call(`/public/invoice/${id}/payment-methods`)
      assert.strictEqual(open.json.data.status, odd)
      const chosen = yield* call(`/public/invoice/${id}/select-method`, { body: { method_code: "monobank" } })
      assert.strictEqual(chosen.json.data.status, odd)
      const [entry] = yield* sim.books
      assert.deepInclude(entry, { id, status: "open", providerStatus: odd })
    }))

  it.effect("says it in the webhooks about the present status, whose ids and types are made of it", () =>
    Effect.gen(function*() {
      const receiver = yield* startReceiver
      const { createId, events, sim } = yield* start()
      yield* sim.webhooksTo(receiver.hook)
      const id = yield* createId({ callback_url: undefined })
      yield* sim.begin(id)
      yield* sim.advance("20 minutes")
      yield* sim.pay(id)
      yield* sim.advance(0)
      yield* sim.adjust(id, "1400.00")
      yield* sim.advance(0)
      const before = payloadOf(yield* sim.webhook(id))
      yield* sim.relabel(id, odd)
      assert.deepStrictEqual(payloadOf(yield* sim.webhook(id)), { ...before, state_word: odd })
      const history = yield* events(id)
      assert.deepStrictEqual(history.map((event: { event_type: string }) => event.event_type), [
        "invoice.adjusted",
        `invoice.${odd}`,
        "invoice.expired"
      ])
      const told = history.map((event: { request_payload: string }) => JSON.parse(event.request_payload))
      assert.deepStrictEqual(told.map((one: { state_word: string }) => one.state_word), [odd, odd, "expired"])
      assert.deepInclude(told[1], { event_id: `${id}:${odd}:1200`, is_adjusted: false, sub_status: "transfer_seen" })
      yield* sim.deliver(id)
      const sent = (yield* receiver.requests).map(({ body }) => JSON.parse(body).state_word)
      assert.deepStrictEqual(sent, ["expired", "success", "success", odd])
      yield* sim.adjust(id, "1300.00")
      assert.deepInclude(payloadOf(yield* sim.webhook(id)), { state_word: odd, adjusted_sum: "1300.00" })
    }))

  it.effect("repeats under the new word what was not taken under the old one", () =>
    Effect.gen(function*() {
      const receiver = yield* startReceiver
      const { createId, sim } = yield* start({ webhookRetries: ["1 minute"] })
      yield* sim.webhooksTo(`${receiver.url}/nowhere`)
      const id = yield* createId({ callback_url: undefined })
      yield* sim.pay(id)
      yield* eventually(receiver.requests, ({ length }) => length === 1)
      yield* sim.advance(0)
      yield* sim.relabel(id, odd)
      yield* sim.advance("1 minute")
      assert.deepStrictEqual((yield* receiver.requests).map(({ body }) => JSON.parse(body).state_word), [
        "success",
        odd
      ])
    }))

  it.effect("lasts until the status changes for real, and the last word given counts", () =>
    Effect.gen(function*() {
      const { createId, read, sim } = yield* start()
      const id = yield* createId({ external_id: "order-1" })
      const word = Effect.map(read(id), ({ status }) => status)
      yield* sim.relabel(id, "first")
      yield* sim.relabel("order-1", odd)
      yield* sim.chooseMethod(id, "monobank")
      yield* sim.advance("19 minutes")
      yield* Effect.flip(sim.adjust(id))
      assert.strictEqual(yield* word, odd, "a choice, time and what is refused change no status")
      yield* sim.advance("1 minute")
      assert.strictEqual(yield* word, "expired")
      yield* sim.relabel(id, odd)
      yield* sim.pay(id)
      assert.strictEqual(yield* word, "success")
      assert.deepInclude(payloadOf(yield* sim.webhook(id)), { event_id: `${id}:success:1200`, state_word: "success" })
    }))

  it.effect("is a word and no status: whatever it says, the invoice can do what it could", () =>
    Effect.gen(function*() {
      const { createId, read, sim } = yield* start()
      const id = yield* createId()
      yield* sim.relabel(id, "success")
      assert.deepInclude((yield* sim.books)[0], { status: "open", providerStatus: "success" })
      assert.strictEqual((yield* Effect.flip(sim.webhook(id))).reason, "NotFound")
      assert.strictEqual((yield* Effect.flip(sim.adjust(id))).reason, "InvalidTransition")
      yield* sim.cancel(id)
      assert.strictEqual((yield* read(id)).status, "canceled")
    }))

  it.effect("leaves all others alone, and there must be one", () =>
    Effect.gen(function*() {
      const { createId, read, sim } = yield* start()
      const [id, other] = yield* Effect.all([createId(), createId()])
      yield* sim.pay(id)
      yield* sim.pay(other)
      yield* sim.relabel(id, odd)
      assert.strictEqual((yield* read(other)).status, "success")
      assert.strictEqual(payloadOf(yield* sim.webhook(other)).state_word, "success")
      assert.strictEqual((yield* Effect.flip(sim.relabel("nobody", odd))).reason, "NotFound")
    }))
})

describe("EccaSimulator: a withdrawal by another word", () => {
  it.effect("says it until its status changes for real", () =>
    Effect.gen(function*() {
      const { call, sim } = yield* start()
      const id = yield* sim.withdraw({ amount: "150.00" })
      const read = Effect.map(call(`/withdrawals/${id}`), ({ json }) => json.data)
      const listed = (status: string) => Effect.map(call(`/withdrawals?status=${status}`), (reply) => reply.status)
      const before = yield* read
      yield* sim.relabel(id, odd)
      assert.deepStrictEqual(yield* read, { ...before, status: odd })
      assert.deepStrictEqual([yield* listed(odd), yield* listed("pending")], [200, 404])
      yield* sim.updateWithdrawal(id, { substatus: "processing" })
      yield* sim.updateWithdrawal(id, { status: "pending" })
      assert.deepInclude(yield* read, { status: odd, substatus: "processing" })
      yield* sim.updateWithdrawal(id, { status: "failed" })
      assert.strictEqual((yield* read).status, "failed")
      assert.deepStrictEqual([yield* listed(odd), yield* listed("failed")], [404, 200])
    }))
})
