/**
 * The webhooks of the simulated provider, and the page on which a person plays its customer.
 */
import { assert, describe, it } from "@effect/vitest"
import * as RawWebhook from "@gatefold/core/RawWebhook"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Receiver from "./support/Receiver.ts"
import { login, send, text } from "./support/SimulatorClient.ts"

const start = Effect.fnUntraced(function*(options?: EcryptopaySimulator.Options) {
  const simulator = yield* EcryptopaySimulator.make(options)
  const receiver = yield* Receiver.make
  yield* simulator.webhooksTo(receiver.url)
  const api = yield* login(simulator)
  const { id, qr } = yield* api.create("250.00")
  /** The states that the receiver was told, oldest first. */
  const told = Effect.gen(function*() {
    yield* simulator.webhooksSettled
    return (yield* receiver.received).map(({ body }) => JSON.parse(body).state)
  })
  return { simulator, receiver, api, id, qr, told }
})

const bodyOf = (webhook: RawWebhook.RawWebhook): string => new TextDecoder().decode(webhook.body)

describe("a webhook", () => {
  it.effect("is an unsigned POST of the payment without its QR image", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_795_168_800_000)
      const { api, id, receiver, simulator } = yield* start()
      yield* simulator.pay(id)
      yield* simulator.webhooksSettled
      const [webhook, ...others] = yield* receiver.received
      assert.isEmpty(others)
      assert.strictEqual(webhook?.method, "POST")
      assert.strictEqual(webhook?.path, "/hooks/ecryptopay?shop=1")
      assert.strictEqual(webhook?.headers["content-type"], "application/json")
      assert.isEmpty(Object.keys(webhook?.headers ?? {}).filter((name) => /sign|hmac|secret|event|auth/u.test(name)))
      const [listed] = (yield* api.get("/payments")).items
      assert.deepStrictEqual(JSON.parse(webhook?.body ?? ""), {
        id: 48213,
        currency: "btc",
        amount: "250.00",
        created_at: "2026-11-20T10:00:00.000Z",
        updated_at: "2026-11-20T10:00:00.000Z",
        state: "cobrado_bien",
        currency_amount: listed?.["currency_amount"]
      })
    }))

  it.effect("is sent for each change of the state and for nothing else", () =>
    Effect.gen(function*() {
      const { api, id, simulator, told } = yield* start()
      yield* api.read(id)
      yield* simulator.advance("1 minute")
      assert.deepStrictEqual(yield* told, [])
      yield* simulator.confirming(id)
      assert.deepStrictEqual(yield* told, ["viendo_bloques"])
      yield* simulator.pay(id, "partial")
      yield* told
      yield* simulator.pay(id, "partial")
      yield* Effect.ignore(simulator.cancel(id))
      assert.deepStrictEqual(yield* told, ["viendo_bloques", "falta_un_poco"])
      yield* simulator.pay(id)
      yield* told
      yield* simulator.reverse(id)
      assert.deepStrictEqual(yield* told, ["viendo_bloques", "falta_un_poco", "cobrado_bien", "devuelto_x"])
    }))

  it.effect("tells of an expiry that comes with the provider's clock", () =>
    Effect.gen(function*() {
      const { simulator, told } = yield* start()
      yield* simulator.advance("15 minutes")
      assert.deepStrictEqual(yield* told, ["se_fue_el_tren"])
      yield* simulator.advance("15 minutes")
      assert.deepStrictEqual(yield* told, ["se_fue_el_tren"])
    }))

  it.effect("tells of an expiry that comes by itself, without any request", () =>
    Effect.gen(function*() {
      const { told } = yield* start({ ttl: "2 minutes" })
      yield* TestClock.adjust("119 seconds")
      assert.deepStrictEqual(yield* told, [])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* told, ["se_fue_el_tren"])
    }))

  it.effect("is tried once, because no retries are documented", () =>
    Effect.gen(function*() {
      const { id, receiver, simulator, told } = yield* start()
      yield* receiver.answerWith(500)
      yield* simulator.pay(id)
      assert.lengthOf(yield* told, 1)
      yield* simulator.advance("1 day")
      assert.lengthOf(yield* told, 1)
    }))

  it.effect("is tried again, word for word, after the pauses that the option says", () =>
    Effect.gen(function*() {
      const { id, receiver, simulator, told } = yield* start({ webhookRetries: ["1 minute", "5 minutes"] })
      yield* receiver.answerWith(500)
      yield* simulator.pay(id)
      assert.lengthOf(yield* told, 1)
      yield* simulator.advance("59 seconds")
      assert.lengthOf(yield* told, 1)
      yield* simulator.advance("1 second")
      assert.lengthOf(yield* told, 2)
      yield* simulator.advance("1 hour")
      assert.lengthOf(yield* told, 3)
      yield* simulator.advance("1 hour")
      assert.lengthOf(yield* told, 3)
      assert.strictEqual(new Set((yield* receiver.received).map(({ body }) => body)).size, 1)
    }))

  it.effect("catches up on all retries that one leap of the clock makes due", () =>
    Effect.gen(function*() {
      const { id, receiver, simulator, told } = yield* start({ webhookRetries: ["1 minute", "5 minutes"] })
      yield* receiver.answerWith(500)
      yield* simulator.pay(id)
      yield* told
      yield* simulator.advance("6 minutes")
      assert.lengthOf(yield* told, 3)
    }))

  it.effect("is tried again by itself, until it is accepted", () =>
    Effect.gen(function*() {
      const { id, receiver, simulator, told } = yield* start({ webhookRetries: ["1 minute", "1 minute"] })
      yield* receiver.answerWith(503)
      yield* simulator.pay(id)
      yield* told
      yield* receiver.answerWith(204)
      yield* TestClock.adjust("1 minute")
      assert.lengthOf(yield* told, 2)
      yield* TestClock.adjust("10 minutes")
      assert.lengthOf(yield* told, 2)
    }))

  it.effect("goes nowhere when no URL is registered any more", () =>
    Effect.gen(function*() {
      const { id, simulator, told } = yield* start()
      yield* simulator.webhooksTo(undefined)
      yield* simulator.pay(id)
      assert.deepStrictEqual(yield* told, [])
      assert.strictEqual((yield* Effect.flip(simulator.deliver(id))).reason, "InvalidTransition")
    }))

  it.effect("that reaches nobody harms nothing", () =>
    Effect.gen(function*() {
      const { id, simulator, told } = yield* start()
      yield* simulator.webhooksTo("http://127.0.0.1:1/")
      yield* simulator.pay(id)
      yield* told
      assert.deepStrictEqual(yield* simulator.deliver(id), { status: undefined })
      assert.strictEqual((yield* simulator.books)[0]?.status, "paid")
    }))
})

describe("webhooks by hand", () => {
  it.effect("are sent when asked for, and tell how they were answered", () =>
    Effect.gen(function*() {
      const { id, receiver, simulator, told } = yield* start({ webhooks: "manual" })
      yield* simulator.pay(id)
      assert.deepStrictEqual(yield* told, [])
      assert.deepStrictEqual(yield* simulator.deliver(id), { status: 200 })
      yield* receiver.answerWith(422)
      assert.deepStrictEqual(yield* simulator.deliver(id), { status: 422 })
      assert.deepStrictEqual(yield* told, ["cobrado_bien", "cobrado_bien"])
    }))

  it.effect("are the newest, as it is or would be sent", () =>
    Effect.gen(function*() {
      const { id, receiver, simulator } = yield* start({ webhooks: "manual" })
      assert.strictEqual(JSON.parse(bodyOf(yield* simulator.webhook(id))).state, "en_espera_7")
      yield* simulator.pay(id)
      const webhook = yield* simulator.webhook(id)
      assert.strictEqual(JSON.parse(bodyOf(webhook)).state, "cobrado_bien")
      yield* simulator.deliver(id)
      const [received] = yield* receiver.received
      assert.deepStrictEqual([received?.method, received?.path, received?.body], [
        webhook.method,
        webhook.path,
        bodyOf(webhook)
      ])
      assert.strictEqual(received?.headers["user-agent"], webhook.header("User-Agent"))
    }))

  it.effect("can be mangled on their way", () =>
    Effect.gen(function*() {
      const { id, receiver, simulator } = yield* start({ webhooks: "manual" })
      const mangle = (webhook: RawWebhook.RawWebhook) =>
        RawWebhook.make({ ...webhook, headers: { "x-added": "1" }, body: `${bodyOf(webhook)} ` })
      yield* simulator.deliver(id, mangle)
      const [received] = yield* receiver.received
      assert.strictEqual(received?.headers["x-added"], "1")
      assert.isTrue(received?.body.endsWith("} "))
      assert.isTrue(bodyOf(yield* simulator.webhook(id, mangle)).endsWith("} "))
    }))
})

describe("a webhook about a payment by another word", () => {
  const stateOf = (webhook: RawWebhook.RawWebhook) => JSON.parse(bodyOf(webhook)).state

  it.effect("says the word, also of a payment to which nothing has happened, and is not sent by itself", () =>
    Effect.gen(function*() {
      const { id, simulator, told } = yield* start()
      yield* simulator.relabel(id, "medio_raro")
      assert.strictEqual(stateOf(yield* simulator.webhook(id)), "medio_raro")
      yield* simulator.pay(id)
      assert.strictEqual(stateOf(yield* simulator.webhook(id)), "cobrado_bien")
      const before = JSON.parse(bodyOf(yield* simulator.webhook(id)))
      yield* simulator.relabel(id, "medio_raro")
      assert.deepStrictEqual(JSON.parse(bodyOf(yield* simulator.webhook(id))), { ...before, state: "medio_raro" })
      assert.deepStrictEqual(yield* told, ["cobrado_bien"])
      yield* simulator.deliver(id)
      assert.deepStrictEqual(yield* told, ["cobrado_bien", "medio_raro"])
    }))

  it.effect("says it in what is left of the retries, and the former states' stay as they were", () =>
    Effect.gen(function*() {
      const { id, receiver, simulator, told } = yield* start({ webhookRetries: ["1 minute"] })
      yield* receiver.answerWith(500)
      yield* simulator.confirming(id)
      yield* told
      yield* simulator.pay(id)
      yield* told
      yield* simulator.relabel(id, "medio_raro")
      yield* simulator.advance("1 minute")
      assert.sameMembers((yield* told).slice(2), ["viendo_bloques", "medio_raro"])
    }))
})

describe("a webhook about something that nobody documented", () => {
  it.effect("is unsigned JSON that names no payment, and is sent to nobody", () =>
    Effect.gen(function*() {
      const { id, receiver, simulator, told } = yield* start()
      const webhook = yield* simulator.unknownEvent
      const real = yield* simulator.webhook(id)
      assert.deepStrictEqual({ ...webhook.headers }, { ...real.headers })
      assert.deepStrictEqual([webhook.method, webhook.path], [real.method, real.path])
      assert.doesNotHaveAnyKeys(JSON.parse(bodyOf(webhook)), Object.keys(JSON.parse(bodyOf(real))))
      assert.isNotEmpty(Object.keys(JSON.parse(bodyOf(webhook))))
      assert.notInclude(bodyOf(webhook), id)
      assert.deepStrictEqual(yield* told, [])
      assert.isEmpty(yield* receiver.received)
    }))
})

describe("a forged webhook", () => {
  it.effect("looks like one, says paid, lies about the amount, and is sent to nobody", () =>
    Effect.gen(function*() {
      const { id, simulator, told } = yield* start()
      const forged = yield* simulator.forge(id)
      const real = yield* simulator.webhook(id)
      assert.deepStrictEqual([forged.method, forged.path, forged.headers], [real.method, real.path, real.headers])
      const said = JSON.parse(bodyOf(forged))
      assert.sameMembers(Object.keys(said), Object.keys(JSON.parse(bodyOf(real))))
      assert.deepStrictEqual([said.id, said.state], [48213, "cobrado_bien"])
      assert.notStrictEqual(said.amount, "250.00")
      assert.deepStrictEqual(yield* told, [])
      assert.strictEqual((yield* simulator.books)[0]?.status, "open")
    }))

  it.effect("can be of any id, digit for digit", () =>
    Effect.gen(function*() {
      const { simulator } = yield* start()
      assert.include(bodyOf(yield* simulator.forge("90071992547409931234")), "\"id\":90071992547409931234,")
      assert.include(bodyOf(yield* simulator.forge("no\"number")), "\"id\":\"no\\\"number\",")
    }))
})

describe("the customer's page", () => {
  const press = (simulator: EcryptopaySimulator.Service, id: string, form: Record<string, string>) =>
    send(`${simulator.url}/pay/${id}`, { method: "POST", body: new URLSearchParams(form) })

  it.effect("shows the price, the QR image and a form that needs no script", () =>
    Effect.gen(function*() {
      const { id, qr, simulator } = yield* start()
      const { headers, text: page } = yield* send(`${simulator.url}/pay/${id}`)
      assert.strictEqual(headers.get("content-type"), "text/html; charset=utf-8")
      assert.include(page, "250.00 MXN")
      assert.include(page, `<img src="${new URL(qr).pathname}"`)
      assert.include(page, "<form method=\"post\">")
      assert.notInclude(page, "<script")
    }))

  it.effect("pays what its QR code shows", () =>
    Effect.gen(function*() {
      const { id, qr, simulator } = yield* start()
      const reply = yield* press(simulator, id, { action: "scan", qr: new URL(qr).pathname })
      assert.deepStrictEqual([reply.status, reply.headers.get("location")], [303, `/pay/${id}`])
      assert.strictEqual((yield* simulator.books)[0]?.providerStatus, "cobrado_bien")
      assert.notInclude((yield* send(`${simulator.url}/pay/${id}`)).text, "<form")
    }))

  it.effect("warns of a QR code that is too old, and takes what it says for too little", () =>
    Effect.gen(function*() {
      const { id, qr, simulator } = yield* start()
      assert.notInclude((yield* send(`${simulator.url}/pay/${id}`)).text, "older than 25 seconds")
      yield* simulator.advance("26 seconds")
      assert.include((yield* send(`${simulator.url}/pay/${id}`)).text, "older than 25 seconds")
      yield* press(simulator, id, { action: "scan", qr })
      assert.strictEqual((yield* simulator.books)[0]?.providerStatus, "falta_un_poco")
    }))

  it.effect.each([
    { action: "partial", word: "falta_un_poco" },
    { action: "over", word: "cobrado_de_mas" },
    { action: "confirming", word: "viendo_bloques" },
    { action: "fail", word: "no_se_pudo_3" },
    { action: "cancel", word: "ya_no_quiso" }
  ])("has a button for $action", ({ action, word }) =>
    Effect.gen(function*() {
      const { id, simulator } = yield* start()
      assert.include((yield* send(`${simulator.url}/pay/${id}`)).text, `value="${action}"`)
      assert.strictEqual((yield* press(simulator, id, { action })).status, 303)
      assert.strictEqual((yield* simulator.books)[0]?.providerStatus, word)
    }))

  it.effect("says what is not possible", () =>
    Effect.gen(function*() {
      const { id, simulator } = yield* start()
      yield* simulator.pay(id)
      assert.strictEqual((yield* press(simulator, id, { action: "partial" })).status, 409)
      assert.strictEqual((yield* press(simulator, id, { action: "constructor" })).status, 400)
      const unknown = yield* send(`${simulator.url}/pay/${encodeURIComponent("<b>")}`)
      assert.strictEqual(unknown.status, 404)
      assert.notInclude(unknown.text, "<b>")
    }))

  it.effect("is not recorded, renews no quote and meets no fault", () =>
    Effect.gen(function*() {
      const { api, id, qr, simulator } = yield* start()
      const before = (yield* simulator.requests).length
      yield* send(`${simulator.url}/pay/${id}`)
      yield* send(qr)
      assert.lengthOf(yield* simulator.requests, before)
      yield* simulator.scanAndPay(qr)
      assert.strictEqual(text((yield* api.read(id))["state"]), "cobrado_bien")
    }))
})
