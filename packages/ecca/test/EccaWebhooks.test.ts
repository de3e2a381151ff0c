/**
 * Webhooks under the default proof: the signature, and then what the provider says when it is asked.
 */
import { assert, describe, it } from "@effect/vitest"
import { Invoice, Money, RawWebhook, WebhookEvent, WebhookOwnership, WebhookRejected } from "@gatefold/core"
import { Fault, type Mangle } from "@gatefold/core/Simulator"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as EccaWebhook from "@gatefold/ecca/EccaWebhook"
import { DateTime, Effect, Redacted, Schema } from "effect"
import { TestClock } from "effect/testing"
import { answering, connect, envelope, open, order, type Setup } from "./support/EccaAccount.ts"
import * as Lanes from "./support/Lanes.ts"
import * as Receiver from "./support/Receiver.ts"

/** An account with a paid invoice, and how its webhook comes in. */
const setUp = Effect.fnUntraced(function*(setup: Setup = {}) {
  const account = yield* open(setup)
  const invoice = yield* account.invoices.create(order("order-1"))
  yield* account.sim.pay(invoice.id)
  return { account, id: invoice.id, webhook: yield* account.sim.webhook(invoice.id) }
})

const withHeaders = (webhook: RawWebhook.RawWebhook, changes: Readonly<Record<string, string | undefined>>) => {
  const headers = Object.entries({ ...webhook.headers, ...changes }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const]
  )
  return RawWebhook.make({ ...webhook, headers: Object.fromEntries(headers) })
}

const withBody = (webhook: RawWebhook.RawWebhook, body: string | Uint8Array) => RawWebhook.make({ ...webhook, body })

const textOf = ({ body }: RawWebhook.RawWebhook) => new TextDecoder().decode(body)

const rejection = (error: object): WebhookRejected.WebhookRejected =>
  error instanceof WebhookRejected.WebhookRejected ? error : assert.fail(`not rejected: ${error}`)

describe("a webhook that the provider signed", () => {
  it.effect("is an event that says what the provider says when it is asked", () =>
    Effect.gen(function*() {
      const { account, id, webhook } = yield* setUp()
      const event = yield* account.webhooks.receive(webhook)
      const poll = yield* account.invoices.get({ id })
      assert.isTrue(WebhookEvent.isWebhookEvent(event))
      assert.deepStrictEqual(event.invoice, poll)
      assert.strictEqual(event.key, Invoice.factKey(poll))
      const { account: name, eventId, proof, provider } = event.snapshot
      assert.deepStrictEqual([`${provider}`, `${name}`, eventId], ["ecca", "ecca", `${id}:success:0`])
      assert.deepStrictEqual({ ...proof }, { mode: "signature+readback", secret: 0 })
      assert.isTrue(Invoice.covers(Money.makeUnsafe("1500.00", "UAH"), event.invoice))
    }))

  it.effect("is admitted without asking anybody, and read back with its history when it is resolved", () =>
    Effect.gen(function*() {
      const { account, id, webhook } = yield* setUp()
      const admitted = yield* account.webhooks.admit(webhook)
      assert.strictEqual((yield* account.requests).length, 1)
      yield* account.webhooks.resolve(admitted)
      assert.deepStrictEqual((yield* account.requests).slice(1), [
        `GET /invoices/${id}`,
        `GET /invoices/${id}/webhooks`
      ])
    }))

  it.effect("is admitted as something that can be stored, holds nothing of the body, and is no event", () =>
    Effect.gen(function*() {
      const { account, id, webhook } = yield* setUp()
      const admitted = yield* account.webhooks.admit(webhook)
      assert.isFalse(WebhookEvent.isWebhookEvent(admitted))
      const stored = JSON.stringify(yield* Schema.encodeEffect(WebhookEvent.Admitted)(admitted))
      assert.deepStrictEqual(JSON.parse(stored), {
        provider: "ecca",
        account: "ecca",
        invoice: id,
        proof: { mode: "signature+readback", secret: 0 },
        eventId: `${id}:success:0`,
        deliveryKey: `${id}:success:0`,
        signedAt: "1970-01-01T00:00:00.000Z",
        receivedAt: "1970-01-01T00:00:00.000Z"
      })
      const again = yield* Schema.decodeUnknownEffect(WebhookEvent.Admitted)(JSON.parse(stored))
      const event = yield* account.webhooks.resolve(again)
      assert.strictEqual(event.key, (yield* account.webhooks.receive(webhook)).key)
    }))

  it.effect("before a method was picked says the same as a poll, too", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const { id } = yield* account.invoices.create(order("order-1"))
      yield* account.sim.expire(id)
      const webhook = yield* account.sim.webhook(id)
      // the other of the two documented variants: no deal, and a reason
      assert.deepInclude(JSON.parse(textOf(webhook)), { sub_status: null, rate_usd: null, is_adjusted: false })
      assert.property(JSON.parse(textOf(webhook)), "reason")
      const event = yield* account.webhooks.receive(webhook)
      assert.strictEqual(event.invoice.status, "expired")
      assert.strictEqual(event.key, Invoice.factKey(yield* account.invoices.get({ id })))
    }))

  it.effect("and that is sent again and again, by retries, by hand and by the merchant's resend, is one fact", () =>
    Effect.gen(function*() {
      const { account, id } = yield* setUp({ simulator: { signing: { idempotencyKey: "attempt" } } })
      const receiver = yield* Receiver.start
      yield* account.sim.webhooksTo(receiver.hook)
      for (const status of [500, 200]) {
        yield* receiver.answerWith(status)
        yield* account.sim.deliver(id)
        yield* account.sim.advance("1 hour")
        yield* TestClock.adjust("1 hour")
      }
      yield* account.deliveries.resend(id)
      const received = yield* receiver.received
      assert.strictEqual(received.length, 3)
      const events = yield* Effect.forEach(received, account.webhooks.receive)
      assert.strictEqual(new Set(events.map(({ key }) => key)).size, 1)
      assert.strictEqual(new Set(events.map(({ snapshot }) => snapshot.eventId)).size, 1)
      assert.strictEqual(new Set(received.map((webhook) => webhook.header("x-signature"))).size, 3)
    }))

  it.effect("long ago is still a hint to look: a replay says what is true now, and its age is kept", () =>
    Effect.gen(function*() {
      const { account, id, webhook } = yield* setUp()
      yield* TestClock.adjust("2 hours")
      yield* account.sim.adjust(id)
      const event = yield* account.webhooks.receive(webhook)
      assert.isTrue(event.invoice.isAdjusted)
      const { receivedAt, signedAt } = event.snapshot
      assert.strictEqual(signedAt && DateTime.toEpochMillis(signedAt), 0)
      assert.strictEqual(DateTime.toEpochMillis(receivedAt), 2 * 3_600_000)
    }))

  it.effect("says nothing of its own: what the invoice is, the provider is asked", () =>
    Effect.gen(function*() {
      const { account } = yield* setUp()
      const { id } = yield* account.invoices.create(order("order-2"))
      const { adjustedAmount, amount, status } = EccaSimulator.payloadFields
      const body = { order_id: id, [status]: "success", [amount]: "1.00", [adjustedAmount]: "9.00", is_adjusted: true }
      const event = yield* account.webhooks.receive(yield* EccaWebhook.sign(account.options, JSON.stringify(body)))
      assert.deepInclude(event.invoice, { status: "open", isAdjusted: false })
      assert.strictEqual(`${event.invoice.price}`, "1500.00 UAH")
    }))

  for (
    const [what, wrap] of [
      ["with a byte order mark", (text: string) => `\uFEFF${text}`],
      ["with blanks around", (text: string) => ` \n${text}\n`],
      ["with letters of any language", (text: string) => text.replace("{", "{\"назва\":\"☃\",")]
    ] as const
  ) {
    it.effect(`${what} is read`, () =>
      Effect.gen(function*() {
        const { account, id, webhook } = yield* setUp()
        const signed = yield* EccaWebhook.sign(account.options, wrap(textOf(webhook)))
        assert.strictEqual((yield* account.webhooks.receive(signed)).invoice.id, id)
      }))
  }
})

describe("a webhook is rejected, and nobody is asked, if", () => {
  const alterLastByte: Mangle = (webhook) => {
    const body = Uint8Array.from(webhook.body)
    body[body.length - 2] = (body[body.length - 2] ?? 0) ^ 1
    return withBody(webhook, body)
  }
  const signature = (webhook: RawWebhook.RawWebhook) => webhook.header("x-signature") ?? ""

  const cases: ReadonlyArray<readonly [string, Mangle, WebhookRejected.Why, number]> = [
    ["it has no signature", (w) => withHeaders(w, { "x-signature": undefined }), "MissingSignature", 401],
    ["its signature is empty", (w) => withHeaders(w, { "x-signature": "" }), "MissingSignature", 401],
    ["its signature is blank", (w) => withHeaders(w, { "x-signature": "  " }), "MissingSignature", 401],
    ["it has no time", (w) => withHeaders(w, { "x-signature-timestamp": undefined }), "MissingSignature", 401],
    ["it has no headers at all", (w) => RawWebhook.make({ ...w, headers: {} }), "MissingSignature", 401],
    ["one byte of it was altered", alterLastByte, "InvalidSignature", 401],
    ["a byte was added", (w) => withBody(w, `${textOf(w)} `), "InvalidSignature", 401],
    [
      "it was written out again",
      (w) => withBody(w, JSON.stringify(JSON.parse(textOf(w)), null, 1)),
      "InvalidSignature",
      401
    ],
    ["it is another's body", (w) => withBody(w, textOf(w).replace("success", "expired")), "InvalidSignature", 401],
    ["its time was altered", (w) => withHeaders(w, { "x-signature-timestamp": "1" }), "InvalidSignature", 401],
    ["its body is gone", (w) => withBody(w, ""), "InvalidSignature", 401],
    [
      "its signature is too short",
      (w) => withHeaders(w, { "x-signature": signature(w).slice(2) }),
      "MalformedSignature",
      401
    ],
    [
      "its signature is too long",
      (w) => withHeaders(w, { "x-signature": `${signature(w)}00` }),
      "MalformedSignature",
      401
    ],
    [
      "its signature is half a byte short",
      (w) => withHeaders(w, { "x-signature": signature(w).slice(1) }),
      "MalformedSignature",
      401
    ],
    ["its signature is no hex", (w) => withHeaders(w, { "x-signature": "zz".repeat(32) }), "MalformedSignature", 401],
    [
      "its signature has a prefix that is not configured",
      (w) => withHeaders(w, { "x-signature": `sha256=${signature(w)}` }),
      "MalformedSignature",
      401
    ],
    [
      "its signature was sent twice",
      (w) => withHeaders(w, { "x-signature": `${signature(w)}, ${signature(w)}` }),
      "MalformedSignature",
      401
    ],
    ["it is one byte too large", (w) => withBody(w, " ".repeat(65_537)), "TooLarge", 413]
  ]
  for (const [what, mangle, why, status] of cases) {
    it.effect(`${what}: ${why}`, () =>
      Effect.gen(function*() {
        const { account, webhook } = yield* setUp()
        const before = (yield* account.requests).length
        const error = rejection(yield* Effect.flip(account.webhooks.receive(mangle(webhook))))
        assert.deepStrictEqual([error.why, error.httpStatus, `${error.account}`], [why, status, "ecca"])
        assert.strictEqual((yield* account.requests).length, before)
      }))
  }

  it.effect("somebody else signed it: InvalidSignature", () =>
    Effect.gen(function*() {
      const { account } = yield* setUp()
      const { id } = yield* account.invoices.create(order("order-2"))
      const error = rejection(yield* Effect.flip(account.webhooks.receive(yield* account.sim.forge(id))))
      assert.strictEqual(error.why, "InvalidSignature")
    }))

  const payloads: ReadonlyArray<readonly [string, string | Uint8Array]> = [
    ["is empty", ""],
    ["is not JSON", "order_id=1"],
    ["is cut off", "{\"order_id\":\"a"],
    ["is not UTF-8", Uint8Array.of(0x7b, 0xff, 0x7d)]
  ]
  const otherEvents: ReadonlyArray<readonly [string, string]> = [
    ["is no object", "[]"],
    ["is null", "null"],
    ["has no order_id", "{\"external_id\":\"order-1\"}"],
    ["has an empty order_id", "{\"order_id\":\"\"}"],
    ["has no text as order_id", "{\"order_id\":null}"],
    ["has an order_id that leads elsewhere", "{\"order_id\":\"../withdrawals\"}"],
    ["has an order_id without an end", JSON.stringify({ order_id: "a".repeat(91) })],
    ["has an is_adjusted that is neither yes nor no", "{\"order_id\":\"a\",\"is_adjusted\":\"yes\"}"]
  ]
  const signed = [
    ...payloads.map(([what, body]) => ({ what, body, why: "InvalidPayload", status: 400 })),
    // signed by the provider, and about no invoice: acknowledged, so that it is not sent for ever
    ...otherEvents.map(([what, body]) => ({ what, body, why: "UnknownEvent", status: 200 }))
  ]
  for (const { body, status, what, why } of signed) {
    it.effect(`what was signed ${what}: ${why}`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        const webhook = yield* EccaWebhook.sign(account.options, body)
        const error = rejection(yield* Effect.flip(account.webhooks.receive(webhook)))
        assert.deepStrictEqual([error.why, error.httpStatus], [why, status])
        assert.deepStrictEqual(yield* account.requests, [])
      }))
  }

  it.effect("the application says that it does not own the invoice: UnknownObject", () =>
    Effect.gen(function*() {
      const { account, id, webhook } = yield* setUp()
      const asked: Array<string> = []
      const owning = (owns: boolean) =>
        Effect.provideService(account.webhooks.receive(webhook), WebhookOwnership.Current, (name, invoice) =>
          Effect.sync(() => {
            asked.push(`${name} ${invoice}`)
            return owns
          }))
      const before = (yield* account.requests).length
      const error = rejection(yield* Effect.flip(owning(false)))
      assert.deepStrictEqual([error.why, error.httpStatus], ["UnknownObject", 200])
      assert.strictEqual((yield* account.requests).length, before)
      assert.strictEqual((yield* owning(true)).invoice.id, id)
      assert.deepStrictEqual(asked, [`ecca ${id}`, `ecca ${id}`])
    }))

  it.effect("it was admitted for another account: UnknownObject", () =>
    Effect.gen(function*() {
      const { account, webhook } = yield* setUp()
      const other = yield* connect({ ...account.options, account: "ecca-eu" })
      const admitted = yield* account.webhooks.admit(webhook)
      const error = rejection(yield* Effect.flip(other.webhooks.resolve(admitted)))
      assert.strictEqual(error.why, "UnknownObject")
    }))
})

describe("a webhook of the largest size", () => {
  it.effect("is read: 64 KiB", () =>
    Effect.gen(function*() {
      const { account, id, webhook } = yield* setUp()
      const text = textOf(webhook)
      const signed = yield* EccaWebhook.sign(account.options, text + " ".repeat(65_536 - text.length))
      assert.strictEqual(signed.body.length, 65_536)
      assert.strictEqual((yield* account.webhooks.receive(signed)).invoice.id, id)
    }))
})

describe("reading back", () => {
  it.effect("what the provider does not know is acknowledged and dropped: UnknownObject, HTTP 200", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const webhook = yield* EccaWebhook.sign(
        account.options,
        "{\"order_id\":\"00000000-0000-4000-8000-000000000000\"}"
      )
      const error = rejection(yield* Effect.flip(account.webhooks.receive(webhook)))
      assert.deepStrictEqual([error.why, error.httpStatus], ["UnknownObject", 200])
    }))

  for (
    const lane of Lanes.all.filter(({ kind, takesTime }) => kind !== "fine" && kind !== "unreachable" && !takesTime)
  ) {
    it.effect(`fails while the provider cannot be asked, and works afterwards: ${lane.name}`, () =>
      Effect.gen(function*() {
        const { account, id, webhook } = yield* setUp()
        const admitted = yield* account.webhooks.admit(webhook)
        yield* account.sim.arm(lane.fault, { operation: "invoices.get", times: "always" })
        const error = yield* Effect.flip(account.webhooks.resolve(admitted))
        assert.strictEqual(error._tag, "GatewayError")
        yield* account.sim.disarm
        assert.strictEqual((yield* account.webhooks.resolve(admitted)).invoice.id, id)
      }))
  }

  it.effect("fails if the account is not let in: the webhook is not lost to a wrong key", () =>
    Effect.gen(function*() {
      const { account, webhook } = yield* setUp()
      yield* answering(account, "invoices.get", envelope("API_KEY_INVALID"), 403)
      const error = yield* Effect.flip(account.webhooks.receive(webhook))
      assert.strictEqual(error._tag === "GatewayError" && error.reason._tag, "Unauthenticated")
    }))

  it.effect("fails if the history cannot be read, where an adjustment would stand", () =>
    Effect.gen(function*() {
      const { account, webhook } = yield* setUp()
      yield* account.sim.arm(Fault.ErrorPage({ effect: "none" }), {
        operation: "webhookDeliveries.history",
        times: "always"
      })
      const error = yield* Effect.flip(account.webhooks.receive(webhook))
      assert.strictEqual(error._tag, "GatewayError")
    }))

  it.effect("an answer about another invoice is a mismatch, and no event", () =>
    Effect.gen(function*() {
      const { account, webhook } = yield* setUp()
      const other = yield* account.invoices.create(order("order-2"))
      yield* answering(account, "invoices.get", {
        data: { invoice_id: other.id, external_id: "order-2", amount: "1500.00", currency: "UAH", status: "success" }
      })
      const error = yield* Effect.flip(account.webhooks.receive(webhook))
      assert.strictEqual(error._tag === "GatewayError" && error.reason._tag, "IntegrityMismatch")
    }))
})

describe("rotation of the secret", () => {
  it.effect("takes what either secret signed, and says which, while both are configured", () =>
    Effect.gen(function*() {
      const webhookSecrets = ["whsec-old"] as const
      const { account, id } = yield* setUp({ simulator: { webhookSecrets } })
      const both = yield* connect({
        ...account.options,
        webhookSecrets: [Redacted.make("whsec-new"), Redacted.make("whsec-old")]
      })
      const byOld = yield* account.sim.webhook(id)
      yield* account.sim.rotateWebhookSecret("whsec-new")
      const byNew = yield* account.sim.webhook(id)
      assert.strictEqual((yield* both.webhooks.receive(byOld)).snapshot.proof.secret, 1)
      assert.strictEqual((yield* both.webhooks.receive(byNew)).snapshot.proof.secret, 0)
      const onlyOld = yield* Effect.flip(account.webhooks.receive(byNew))
      assert.strictEqual(rejection(onlyOld).why, "InvalidSignature")
      const onlyNew = yield* connect({ ...account.options, webhookSecrets: [Redacted.make("whsec-new")] })
      assert.strictEqual(rejection(yield* Effect.flip(onlyNew.webhooks.receive(byOld))).why, "InvalidSignature")
    }))
})
