import { assert, describe, it } from "@effect/vitest"
import * as RawWebhook from "@gatefold/core/RawWebhook"
import { Fault } from "@gatefold/core/Simulator"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { createHmac } from "node:crypto"
import { eventually, start, startReceiver } from "./EccaSimulatorFixture.ts"

const secret = "ecca-simulator-webhook-secret"

const hmac = (text: string, key = secret) => createHmac("sha256", key).update(text, "utf8").digest("hex")

/** A simulator and a shop that listens, whose URL is that of the account's settings. */
const startBoth = Effect.fnUntraced(function*(options: EccaSimulator.Options = {}) {
  const receiver = yield* startReceiver
  const started = yield* start(options)
  yield* started.sim.webhooksTo(receiver.hook)
  const createId = (changes: Record<string, unknown> = {}) => started.createId({ callback_url: undefined, ...changes })
  return { ...started, createId, receiver, settled: started.sim.advance(0) }
})

describe("EccaSimulator: what a webhook says", () => {
  it.effect("after a method was chosen: the deal's fields are filled, and there is no reason", () =>
    Effect.gen(function*() {
      const { createId, receiver, settled, sim } = yield* startBoth()
      const id = yield* createId({ external_id: "order-1" })
      yield* sim.advance("8 minutes")
      yield* sim.pay(id)
      yield* settled
      const [request, ...more] = yield* receiver.requests
      assert.deepStrictEqual(more, [])
      assert.deepStrictEqual(JSON.parse(request?.body ?? ""), {
        event_id: `${id}:success:480`,
        order_id: id,
        external_id: "order-1",
        state_word: "success",
        sum: "1500.00",
        sum_currency: "UAH",
        sub_status: "transfer_seen",
        rate_usd: "41.32",
        sum_with_fee: "1537.50",
        usdt_credit: "35.57",
        is_adjusted: false,
        adjusted_sum: null
      })
    }))

  for (const [end, status] of [["expire", "expired"], ["cancel", "canceled"]] as const) {
    it.effect(`${status} before a choice: the deal's fields are null or false, and there is a reason`, () =>
      Effect.gen(function*() {
        const { createId, sim } = yield* startBoth()
        const id = yield* createId()
        yield* sim[end](id)
        const payload = JSON.parse(new TextDecoder().decode((yield* sim.webhook(id)).body))
        assert.deepInclude(payload, {
          event_id: `${id}:${status}:0`,
          state_word: status,
          sub_status: null,
          rate_usd: null,
          sum_with_fee: null,
          usdt_credit: null,
          is_adjusted: false,
          adjusted_sum: null
        })
        assert.isString(payload.reason)
      }))
  }

  it.effect("an adjustment has an event of its own, and what is read back stays as it was", () =>
    Effect.gen(function*() {
      const { createId, events, read, settled, sim } = yield* startBoth()
      const id = yield* createId()
      assert.strictEqual((yield* Effect.flip(sim.adjust(id, "1.00"))).reason, "InvalidTransition")
      yield* sim.pay(id)
      const before = yield* read(id)
      yield* sim.advance("1 minute")
      yield* sim.adjust(id, "1400.5")
      yield* settled
      const [newest, oldest] = yield* events(id)
      assert.deepStrictEqual([newest.event_type, oldest.event_type], ["invoice.adjusted", "invoice.success"])
      assert.deepInclude(JSON.parse(newest.request_payload), {
        event_id: `${id}:adjusted:60`,
        state_word: "success",
        sum: "1500.00",
        is_adjusted: true,
        adjusted_sum: "1400.50"
      })
      yield* sim.adjust(id)
      const [untold] = yield* events(id)
      assert.deepInclude(JSON.parse(untold.request_payload), { is_adjusted: true, adjusted_sum: null })
      assert.strictEqual((yield* Effect.flip(sim.adjust(id, "1e3"))).reason, "NotOffered")
      assert.deepStrictEqual(yield* read(id), before)
    }))

  it.effect("tells where the undocumented fields sit", () =>
    Effect.gen(function*() {
      const { createId, sim } = yield* startBoth()
      const id = yield* createId({ amount: "250" })
      yield* sim.fail(id)
      const payload = JSON.parse(new TextDecoder().decode((yield* sim.webhook(id)).body))
      const { amount, currency, status } = EccaSimulator.payloadFields
      assert.deepStrictEqual([payload[status], payload[amount], payload[currency]], ["fail", "250.00", "UAH"])
    }))
})

describe("EccaSimulator: how a webhook is sent", () => {
  it.effect("POST with JSON and three headers, signed over timestamp and body", () =>
    Effect.gen(function*() {
      const { createId, receiver, settled, sim } = yield* startBoth()
      const id = yield* createId()
      yield* sim.advance("90500 millis")
      yield* sim.pay(id)
      yield* settled
      const [request] = yield* receiver.requests
      assert.deepInclude(request, { method: "POST", url: "/hook" })
      assert.deepInclude(request?.headers, {
        "content-type": "application/json",
        "x-signature-timestamp": "90",
        "x-idempotency-key": `${id}:success:90`,
        "x-signature": hmac(`90.${request?.body}`)
      })
    }))

  it.effect("sign of any scheme, since the documentation names none", () =>
    Effect.gen(function*() {
      const schemes: ReadonlyArray<readonly [EccaSimulator.Signing, (body: string) => string, string]> = [
        [{ text: "body" }, (body) => hmac(body), "60"],
        [{ text: "timestamp+body", timestamp: "millis" }, (body) => hmac(`60000${body}`), "60000"],
        [{ timestamp: "iso" }, (body) => hmac(`1970-01-01T00:01:00Z.${body}`), "1970-01-01T00:01:00Z"],
        [
          { algorithm: "sha512", encoding: "base64", prefix: "v1=" },
          (body) => `v1=${createHmac("sha512", secret).update(`60.${body}`).digest("base64")}`,
          "60"
        ]
      ]
      for (const [signing, expected, timestamp] of schemes) {
        const { createId, sim } = yield* startBoth({ signing, webhooks: "manual" })
        const id = yield* createId()
        yield* sim.advance("1 minute")
        yield* sim.pay(id)
        const webhook = yield* sim.webhook(id)
        assert.strictEqual(webhook.header("X-Signature"), expected(new TextDecoder().decode(webhook.body)))
        assert.strictEqual(webhook.header("X-Signature-Timestamp"), timestamp)
      }
    }))

  it.effect("each attempt has a timestamp of its own, or that of the event, as chosen; likewise the key", () =>
    Effect.gen(function*() {
      const attempt = yield* startBoth({ webhooks: "manual", signing: { idempotencyKey: "attempt" } })
      const event = yield* startBoth({ webhooks: "manual", signing: { timestampOf: "event" } })
      const headersOf = Effect.fnUntraced(function*({ createId, sim }: typeof attempt) {
        const id = yield* createId()
        yield* sim.pay(id)
        const first = yield* sim.webhook(id)
        yield* sim.advance("1 minute")
        const second = yield* sim.webhook(id)
        return ["x-signature-timestamp", "x-idempotency-key"].map((name) => [first.header(name), second.header(name)])
      })
      const [[firstTime, secondTime] = [], [firstKey, secondKey] = []] = yield* headersOf(attempt)
      assert.deepStrictEqual([firstTime, secondTime], ["0", "60"])
      assert.notStrictEqual(firstKey, secondKey)
      const [times, [one, other] = []] = yield* headersOf(event)
      assert.deepStrictEqual(times, ["0", "0"])
      assert.strictEqual(one, other)
    }))

  it.effect("the first secret signs, and after a rotation the new one", () =>
    Effect.gen(function*() {
      const { createId, sim } = yield* startBoth({ webhookSecrets: ["new", "old"], webhooks: "manual" })
      const id = yield* createId()
      yield* sim.pay(id)
      const signed = Effect.map(sim.webhook(id), (webhook) => [
        webhook.header("x-signature"),
        `0.${new TextDecoder().decode(webhook.body)}`
      ])
      const [before, text = ""] = yield* signed
      assert.strictEqual(before, hmac(text, "new"))
      yield* sim.rotateWebhookSecret("newest")
      assert.strictEqual((yield* signed)[0], hmac(text, "newest"))
    }))

  it.effect("one webhook for each end, and none for a choice of method", () =>
    Effect.gen(function*() {
      const { createId, receiver, settled, sim } = yield* startBoth()
      const [paid, failed, canceled, expired] = yield* Effect.all([createId(), createId(), createId(), createId()])
      yield* sim.chooseMethod(paid, "monobank")
      yield* settled
      assert.deepStrictEqual(yield* receiver.requests, [])
      yield* sim.pay(paid)
      yield* sim.fail(failed)
      yield* sim.cancel(canceled)
      yield* sim.advance("20 minutes")
      const told = (yield* receiver.requests).map(({ body }) => JSON.parse(body).event_id).toSorted()
      const expected = [`${paid}:success:0`, `${failed}:fail:0`, `${canceled}:canceled:0`, `${expired}:expired:1200`]
      assert.deepStrictEqual(told, expected.toSorted())
    }))

  it.effect("a late payment tells expired first and success after it", () =>
    Effect.gen(function*() {
      const { createId, events, receiver, settled, sim } = yield* startBoth()
      const id = yield* createId()
      yield* sim.chooseMethod(id, "monobank")
      yield* sim.advance("25 minutes")
      yield* sim.pay(id)
      yield* settled
      const told = (yield* receiver.requests).map(({ body }) => JSON.parse(body))
      assert.deepStrictEqual(told.map((one) => one.state_word), ["expired", "success"])
      assert.isString(told[0].sub_status)
      const types = (yield* events(id)).map((event: { event_type: string }) => event.event_type)
      assert.deepStrictEqual(types, ["invoice.success", "invoice.expired"])
    }))

  it.effect("the URL of the request wins over the account's", () =>
    Effect.gen(function*() {
      const { createId, receiver, settled, sim } = yield* startBoth()
      const other = yield* startReceiver
      const id = yield* createId({ callback_url: other.hook })
      yield* sim.pay(id)
      yield* settled
      assert.lengthOf(yield* receiver.requests, 0)
      assert.lengthOf(yield* other.requests, 1)
      assert.strictEqual((yield* sim.webhook(id)).path, "/hook")
    }))

  it.effect("nothing is sent where there is no URL, and never off this machine", () =>
    Effect.gen(function*() {
      const { createId, events, receiver, sim } = yield* startBoth()
      const nowhere = yield* createId()
      const elsewhere = yield* createId({ callback_url: "https://yoursite.com/hook" })
      yield* sim.webhooksTo(undefined)
      yield* sim.pay(nowhere)
      yield* sim.pay(elsewhere)
      yield* sim.advance("1 minute")
      assert.deepStrictEqual(yield* receiver.requests, [])
      assert.deepInclude((yield* events(nowhere))[0], { status: "pending", total_attempts: 0, callback_url: null })
      const [event] = yield* events(elsewhere)
      assert.include(event.attempts[0].error_message, "not on this machine")
      for (const id of [nowhere, elsewhere]) {
        assert.strictEqual((yield* Effect.flip(sim.deliver(id))).reason, "NotOffered")
        assert.strictEqual((yield* sim.webhook(id)).method, "POST")
      }
    }))

  it.effect("a payment does not wait for the receiver", () =>
    Effect.gen(function*() {
      const { createId, read, receiver, sim } = yield* startBoth()
      const id = yield* createId()
      yield* receiver.arm(Fault.Timeout({ effect: "none" }))
      yield* sim.pay(id)
      assert.strictEqual((yield* read(id)).status, "success")
    }))
})

describe("EccaSimulator: retries and history", () => {
  it.effect("no events is 200 with an empty list", () =>
    Effect.gen(function*() {
      const { call, createId } = yield* startBoth()
      const id = yield* createId({ external_id: "quiet" })
      assert.deepStrictEqual((yield* call("/invoices/quiet/webhooks")).json, {
        successful: true,
        invoice_id: id,
        external_id: "quiet",
        events_count: 0,
        events: []
      })
    }))

  it.effect("every event with every attempt, under the documented keys", () =>
    Effect.gen(function*() {
      const { call, createId, receiver, settled, sim } = yield* startBoth()
      const id = yield* createId()
      yield* sim.pay(id)
      yield* settled
      const { json } = yield* call(`/invoices/${id}/webhooks`)
      assert.strictEqual(json.events_count, 1)
      const [event] = json.events
      const [attempt] = event.attempts
      assert.isTrue(Number.isInteger(event.event_id))
      assert.deepStrictEqual(event, {
        event_id: event.event_id,
        event_type: "invoice.success",
        status: "success",
        callback_url: receiver.hook,
        auto_attempts: 1,
        manual_attempts: 0,
        total_attempts: 1,
        next_retry_at: null,
        locked_at: null,
        locked_by: null,
        request_payload: (yield* receiver.requests)[0]?.body,
        created_at: "1970-01-01T00:00:00Z",
        updated_at: "1970-01-01T00:00:00Z",
        attempts: [{
          try_number: 1,
          trigger: "auto",
          attempt_status: "taken",
          http_status: 200,
          response_headers: attempt.response_headers,
          response_body: "{\"thanks\":true}",
          error_message: null,
          duration_ms: 0,
          created_at: "1970-01-01T00:00:00Z"
        }]
      })
      assert.strictEqual(attempt.response_headers["content-type"], "application/json")
    }))

  it.effect("tries again after 30 seconds, 2 minutes and 10 minutes, and then gives up for good", () =>
    Effect.gen(function*() {
      const { createId, events, receiver, settled, sim } = yield* startBoth()
      const id = yield* createId()
      yield* receiver.arm(Fault.Unavailable(), { times: "always" })
      yield* sim.pay(id)
      yield* settled
      const state = Effect.map(events(id), ([{ next_retry_at, status, total_attempts }]) => [
        total_attempts,
        status,
        next_retry_at
      ])
      assert.deepStrictEqual(yield* state, [1, "pending", "1970-01-01T00:00:30Z"])
      yield* sim.advance("29 seconds")
      assert.deepStrictEqual(yield* state, [1, "pending", "1970-01-01T00:00:30Z"])
      yield* sim.advance("1 second")
      assert.deepStrictEqual(yield* state, [2, "pending", "1970-01-01T00:02:30Z"])
      yield* sim.advance("2 minutes")
      assert.deepStrictEqual(yield* state, [3, "pending", "1970-01-01T00:12:30Z"])
      yield* sim.advance("10 minutes")
      assert.deepStrictEqual(yield* state, [4, "dead", null])
      yield* sim.advance("10 days")
      assert.lengthOf(yield* receiver.requests, 4)
      const bodies = new Set((yield* receiver.requests).map(({ body }) => body))
      assert.strictEqual(bodies.size, 1)
    }))

  it.effect("all of it happens in its turn on one long way, and stops at the first success", () =>
    Effect.gen(function*() {
      const { createId, events, receiver, sim } = yield* startBoth({ webhookRetries: ["1 minute", "1 hour", "1 day"] })
      const id = yield* createId()
      yield* receiver.arm(Fault.ErrorPage({ effect: "none" }))
      yield* receiver.arm(Fault.Hangup({ effect: "none" }))
      yield* sim.advance("10 days")
      const [event] = yield* events(id)
      assert.deepInclude(event, { event_type: "invoice.expired", status: "success", auto_attempts: 3 })
      assert.deepStrictEqual(
        event.attempts.map((
          one: Record<string, unknown>
        ) => [one["try_number"], one["http_status"], one["created_at"]]),
        [[1, 500, "1970-01-01T00:20:00Z"], [2, null, "1970-01-01T00:21:00Z"], [3, 200, "1970-01-01T01:21:00Z"]]
      )
      assert.isNotNull(event.attempts[1].error_message)
    }))

  it.effect("retries by itself as the program's clock runs", () =>
    Effect.gen(function*() {
      const { createId, receiver, settled, sim } = yield* startBoth()
      yield* receiver.arm(Fault.Unavailable())
      yield* sim.pay(yield* createId())
      yield* settled
      yield* TestClock.adjust("31 seconds")
      const requests = yield* eventually(receiver.requests, (all) => all.length === 2)
      assert.lengthOf(requests, 2)
    }))

  it.effect("no answer within 15 seconds is a failed attempt", () =>
    Effect.gen(function*() {
      const { createId, events, receiver, sim } = yield* startBoth()
      const id = yield* createId()
      yield* receiver.arm(Fault.Timeout({ effect: "applied" }))
      yield* sim.pay(id)
      yield* sim.advance("14 seconds")
      assert.deepInclude((yield* events(id))[0], { total_attempts: 0, locked_at: "1970-01-01T00:00:00Z" })
      yield* sim.advance("1 second")
      const [event] = yield* events(id)
      assert.deepInclude(event, { status: "pending", locked_at: null, next_retry_at: "1970-01-01T00:00:45Z" })
      assert.deepInclude(event.attempts[0], { http_status: null, response_body: null, duration_ms: 15_000 })
      assert.include(event.attempts[0].error_message, "15 seconds")
      yield* sim.advance("30 seconds")
      assert.deepInclude((yield* events(id))[0], { status: "success", auto_attempts: 2 })
    }))

  it.effect("a redirect is no success", () =>
    Effect.gen(function*() {
      const { createId, events, receiver, settled, sim } = yield* startBoth()
      const id = yield* createId()
      yield* receiver.arm(Fault.Redirect({ to: receiver.hook }))
      yield* sim.pay(id)
      yield* settled
      assert.deepInclude((yield* events(id))[0], { status: "pending", total_attempts: 1 })
    }))
})

describe("EccaSimulator: resend", () => {
  it.effect("sends the latest event again, echoes the platform's id, and records a manual attempt", () =>
    Effect.gen(function*() {
      const { createId, events, receiver, resend, settled, sim } = yield* startBoth()
      const id = yield* createId({ external_id: "mine" })
      yield* sim.pay(id)
      yield* sim.adjust(id, "1.00")
      yield* settled
      const { json, status } = yield* resend("mine")
      const [adjusted, success] = yield* events(id)
      assert.strictEqual(status, 200)
      assert.isTrue(Number.isInteger(json.resend.attempt_id))
      assert.deepStrictEqual(json, {
        successful: true,
        invoice_id: id,
        event_id: adjusted.event_id,
        resend: { ok: true, http_status: 200, duration_ms: 0, attempt_id: json.resend.attempt_id }
      })
      assert.deepInclude(adjusted, { auto_attempts: 1, manual_attempts: 1, total_attempts: 2 })
      assert.deepStrictEqual(
        adjusted.attempts.map((one: Record<string, unknown>) => [one["try_number"], one["trigger"]]),
        [[1, "auto"], [2, "manual"]]
      )
      assert.strictEqual(success.total_attempts, 1)
      assert.lengthOf(yield* receiver.requests, 3)
    }))

  it.effect("a failed one leaves the automatic schedule alone", () =>
    Effect.gen(function*() {
      const { createId, events, receiver, resend, settled, sim } = yield* startBoth()
      const id = yield* createId()
      yield* receiver.arm(Fault.Unavailable(), { times: 2 })
      yield* sim.pay(id)
      yield* settled
      yield* sim.advance("10 seconds")
      const { json } = yield* resend(id)
      assert.deepInclude(json.resend, { ok: false, http_status: 503 })
      assert.deepInclude((yield* events(id))[0], { status: "pending", next_retry_at: "1970-01-01T00:00:30Z" })
      yield* sim.advance("20 seconds")
      assert.deepInclude((yield* events(id))[0], { status: "success", auto_attempts: 2, manual_attempts: 1 })
    }))

  it.effect("revives an event that was given up", () =>
    Effect.gen(function*() {
      const { createId, events, receiver, resend, settled, sim } = yield* startBoth({ webhookRetries: [] })
      const id = yield* createId()
      yield* receiver.arm(Fault.Unavailable())
      yield* sim.pay(id)
      yield* settled
      assert.strictEqual((yield* events(id))[0].status, "dead")
      assert.isTrue((yield* resend(id)).json.resend.ok)
      assert.strictEqual((yield* events(id))[0].status, "success")
    }))

  for (const place of ["meta", "details"] as const) {
    it.effect(`429 WEBHOOK_RESEND_COOLDOWN within 15 seconds, and in "${place}" when it may be done again`, () =>
      Effect.gen(function*() {
        const { createId, resend, sim } = yield* startBoth({ cooldownMetaIn: place })
        const id = yield* createId()
        yield* sim.cancel(id)
        yield* sim.advance("1 minute")
        assert.strictEqual((yield* resend(id)).status, 200)
        yield* sim.advance("10500 millis")
        const { json, status } = yield* resend(id)
        assert.deepStrictEqual([status, json.error.code], [429, "WEBHOOK_RESEND_COOLDOWN"])
        const meta = { retry_after_sec: 5, next_allowed_at: "1970-01-01T00:01:15Z" }
        assert.deepStrictEqual(json.error[place], meta)
        assert.notDeepEqual(json.error[place === "meta" ? "details" : "meta"], meta)
        yield* sim.advance("4500 millis")
        assert.strictEqual((yield* resend(id)).status, 200)
      }))
  }

  it.effect("409 WEBHOOK_RESEND_CONFLICT while the event is being sent, by whomever", () =>
    Effect.gen(function*() {
      const { createId, receiver, resend, sim } = yield* startBoth()
      const id = yield* createId()
      yield* receiver.arm(Fault.Timeout({ effect: "none" }), { times: 2 })
      yield* sim.pay(id)
      yield* eventually(receiver.requests, (all) => all.length === 1)
      const conflict = yield* resend(id)
      assert.deepStrictEqual([conflict.status, conflict.json.error.code], [409, "WEBHOOK_RESEND_CONFLICT"])
      yield* sim.advance("15 seconds")
      const waiting = yield* Effect.forkChild(resend(id))
      yield* eventually(receiver.requests, (all) => all.length === 2)
      assert.strictEqual((yield* resend(id)).status, 409)
      yield* sim.advance("15 seconds")
      assert.deepInclude((yield* Fiber.join(waiting)).json.resend, {
        ok: false,
        http_status: null,
        duration_ms: 15_000
      })
    }))

  it.effect("404 with a code of its own where nothing has happened yet", () =>
    Effect.gen(function*() {
      const { createId, resend } = yield* startBoth()
      const { json, status } = yield* resend(yield* createId())
      assert.deepStrictEqual([status, json.error.code], [404, "WEBHOOK_EVENT_NOT_FOUND"])
    }))
})

describe("EccaSimulator: webhooks at a test's hand", () => {
  it.effect("in manual mode nothing goes out until it is delivered", () =>
    Effect.gen(function*() {
      const { createId, events, receiver, sim } = yield* startBoth({ webhooks: "manual" })
      const id = yield* createId()
      yield* sim.pay(id)
      yield* sim.advance("1 day")
      assert.deepStrictEqual(yield* receiver.requests, [])
      assert.deepInclude((yield* events(id))[0], { status: "pending", next_retry_at: null })
      assert.deepStrictEqual(yield* sim.deliver(id), { status: 200 })
      assert.lengthOf(yield* receiver.requests, 1)
      assert.deepInclude((yield* events(id))[0], { status: "success", manual_attempts: 1 })
    }))

  it.effect("deliver tells how the receiver answered, or that it did not", () =>
    Effect.gen(function*() {
      const { createId, receiver, sim } = yield* startBoth({ webhooks: "manual" })
      const id = yield* createId()
      yield* sim.fail(id)
      yield* receiver.arm(Fault.Unavailable())
      yield* receiver.arm(Fault.Reset({ effect: "none" }))
      assert.deepStrictEqual(yield* sim.deliver(id), { status: 503 })
      assert.deepStrictEqual(yield* sim.deliver(id), { status: undefined })
      assert.deepStrictEqual(yield* sim.deliver(id), { status: 200 })
      yield* receiver.arm(Fault.Refused())
      assert.deepStrictEqual(yield* sim.deliver(id), { status: undefined })
    }))

  it.effect("deliver sends what webhook shows, changed on its way as told", () =>
    Effect.gen(function*() {
      const { createId, receiver, sim } = yield* startBoth({ webhooks: "manual" })
      const id = yield* createId()
      yield* sim.pay(id)
      const shown = yield* sim.webhook(id)
      const body = new TextEncoder().encode(new TextDecoder().decode(shown.body).replace("1500.00", "1500.01"))
      const mangle = (webhook: RawWebhook.RawWebhook) => RawWebhook.make({ ...webhook, body })
      yield* sim.deliver(id)
      yield* sim.deliver(id, mangle)
      const [plain, mangled] = yield* receiver.requests
      assert.deepStrictEqual(plain?.body, new TextDecoder().decode(shown.body))
      assert.include(mangled?.body, "1500.01")
      assert.strictEqual(mangled?.headers["x-signature"], shown.header("x-signature"))
      assert.deepStrictEqual((yield* sim.webhook(id, mangle)).body, body)
    }))

  it.effect("deliver does not get in the way of an attempt that is under way", () =>
    Effect.gen(function*() {
      const { createId, events, receiver, resend, sim } = yield* startBoth()
      const id = yield* createId()
      yield* receiver.arm(Fault.Timeout({ effect: "none" }))
      yield* receiver.arm(Fault.Unavailable())
      yield* sim.pay(id)
      yield* eventually(receiver.requests, (all) => all.length === 1)
      assert.deepStrictEqual(yield* sim.deliver(id), { status: 503 })
      assert.strictEqual((yield* resend(id)).status, 409)
      assert.lengthOf(yield* receiver.requests, 2)
      yield* sim.advance("15 seconds")
      assert.deepInclude((yield* events(id))[0], { status: "pending", auto_attempts: 1, manual_attempts: 1 })
    }))

  it.effect("webhook and deliver have nothing to tell of an open invoice", () =>
    Effect.gen(function*() {
      const { createId, sim } = yield* startBoth()
      const id = yield* createId()
      assert.strictEqual((yield* Effect.flip(sim.webhook(id))).reason, "NotFound")
      assert.strictEqual((yield* Effect.flip(sim.deliver(id))).reason, "NotFound")
    }))

  it.effect("a forged webhook says paid, well made in all but the secret, and changes nothing", () =>
    Effect.gen(function*() {
      const { createId, read, receiver, sim } = yield* startBoth()
      const id = yield* createId({ external_id: "mine" })
      for (const  of of[id, "nobody"]) {
        const forged = yield* sim.forge(of)
        const text = new TextDecoder().decode(forged.body)
        assert.deepInclude(JSON.parse(text), { order_id: of, state_word: "success", event_id: `${of}:success:0` })
        assert.match(forged.header("x-signature") ?? "", /^[0-9a-f]{64}$/)
        assert.notStrictEqual(forged.header("x-signature"), hmac(`0.${text}`))
        assert.strictEqual(forged.path, "/hook")
      }
      assert.strictEqual((yield* read(id)).status, "pending")
      assert.deepStrictEqual(yield* receiver.requests, [])
    }))
})
