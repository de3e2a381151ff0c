/**
 * The other ways to prove a webhook, the signing schemes that the documentation leaves open, and the signer for tests.
 */
import { assert, describe, it } from "@effect/vitest"
import { Identifiers, Invoice, Money, RawWebhook, WebhookEvent, type WebhookRejected } from "@gatefold/core"
import type { EccaOptions } from "@gatefold/ecca/EccaOptions"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as EccaWebhook from "@gatefold/ecca/EccaWebhook"
import { DateTime, Duration, Effect, Redacted, Schema } from "effect"
import { TestClock } from "effect/testing"
import { createHmac } from "node:crypto"
import { type Account, connect, open, order } from "./support/EccaAccount.ts"

const { adjustedAmount, amount, currency, status } = EccaSimulator.payloadFields

const price = Money.makeUnsafe("1500.00", "UAH")

const whyNot = <A, E extends { readonly _tag: string }>(effect: Effect.Effect<A, E>) =>
  Effect.map(Effect.flip(effect), (error) => {
    const isRejected = (e: { readonly _tag: string }): e is WebhookRejected.WebhookRejected =>
      e._tag === "WebhookRejected"
    return isRejected(error) ? error.why : error._tag
  })

const signed = (options: EccaOptions, body: object) => EccaWebhook.sign(options, JSON.stringify(body))

describe("readback: no secret, and nothing undocumented but the id", () => {
  const setUp = Effect.gen(function*() {
    const account = yield* open({ options: { webhookProof: "readback", webhookSecrets: undefined } })
    const { id } = yield* account.invoices.create(order("order-1"))
    return { account, id }
  })

  it.effect("an unsigned webhook is a hint to look, and says what the provider says", () =>
    Effect.gen(function*() {
      const { account, id } = yield* setUp
      const forged = yield* account.sim.forge(id)
      const event = yield* account.webhooks.receive(RawWebhook.make({ headers: {}, body: forged.body }))
      assert.strictEqual(event.invoice.status, "open", "whatever the webhook says")
      assert.deepStrictEqual({ ...event.snapshot.proof }, { mode: "readback" })
      assert.doesNotHaveAnyKeys(event.snapshot, ["eventId", "signedAt"])
      yield* account.sim.pay(id)
      const paid = yield* account.webhooks.receive(yield* account.sim.webhook(id))
      assert.strictEqual(paid.key, Invoice.factKey(yield* account.invoices.get({ id })))
      assert.isTrue(Invoice.covers(price, paid.invoice))
    }))

  it.effect("an admission holds nothing of the body but the id", () =>
    Effect.gen(function*() {
      const { account, id } = yield* setUp
      const { body } = yield* account.sim.forge(id)
      const admitted = yield* account.webhooks.admit(RawWebhook.make({ headers: {}, body }))
      assert.deepStrictEqual(Object.keys(admitted).toSorted(), [
        "account",
        "invoice",
        "proof",
        "provider",
        "receivedAt"
      ])
      assert.strictEqual(admitted.invoice, id)
    }))

  it.effect("an id that the provider does not know is acknowledged and dropped, a body without one is refused", () =>
    Effect.gen(function*() {
      const { account } = yield* setUp
      const send = (body: string) => account.webhooks.receive(RawWebhook.make({ headers: {}, body }))
      assert.strictEqual(yield* whyNot(send("{\"order_id\":\"unheard-of\"}")), "UnknownObject")
      assert.strictEqual(yield* whyNot(send("{}")), "InvalidPayload")
      assert.strictEqual(yield* whyNot(send("order_id=1")), "InvalidPayload")
      assert.strictEqual(yield* whyNot(send(" ".repeat(65_537))), "TooLarge")
    }))

  it.effect("there is no scheme to be diagnosed", () =>
    Effect.gen(function*() {
      const { account, id } = yield* setUp
      assert.deepStrictEqual(yield* account.webhooks.diagnose(yield* account.sim.forge(id)), [])
    }))
})

describe("signature: the payload is believed, by the fields that the merchant knows", () => {
  const options: Partial<EccaOptions> = {
    webhookProof: "signature",
    payloadFields: { status, amount, currency, adjustedAmount }
  }

  const setUp = Effect.fnUntraced(function*(changes: Partial<EccaOptions> = {}) {
    const account = yield* open({ options: { ...options, ...changes } })
    const { id } = yield* account.invoices.create(order("order-1"))
    return { account, id }
  })

  for (
    const [verb, expected] of [
      ["pay", "paid"],
      ["fail", "failed"],
      ["expire", "expired"],
      ["cancel", "canceled"]
    ] as const
  ) {
    it.effect(`${expected}: is the same fact as a poll's, and asks nobody`, () =>
      Effect.gen(function*() {
        const { account, id } = yield* setUp()
        yield* account.sim[verb](id)
        const webhook = yield* account.sim.webhook(id)
        const before = (yield* account.requests).length
        const event = yield* account.webhooks.receive(webhook)
        assert.strictEqual((yield* account.requests).length, before)
        assert.deepInclude(event.invoice, { status: expected, references: [Identifiers.Reference.make("order-1")] })
        assert.deepStrictEqual({ ...event.snapshot.proof }, { mode: "signature", secret: 0 })
        const poll = yield* account.invoices.get({ id })
        assert.strictEqual(event.key, Invoice.factKey(poll))
        assert.strictEqual(Invoice.covers(price, event.invoice), expected === "paid")
        // whichever comes first, both end in the state of the poll, which knows more
        const merged = yield* Effect.fromResult(Invoice.merge(event.invoice, poll))
        assert.deepStrictEqual(merged, yield* Effect.fromResult(Invoice.merge(poll, event.invoice)))
        assert.strictEqual(Invoice.factKey(merged), event.key)
      }))
  }

  for (const [to, covers] of [["1600.00", true], ["1400.00", false], [undefined, false]] as const) {
    it.effect(`adjusted to ${to ?? "an amount that is not told"}: is the same fact as a poll's`, () =>
      Effect.gen(function*() {
        const { account, id } = yield* setUp()
        yield* account.sim.pay(id)
        const before = yield* account.webhooks.receive(yield* account.sim.webhook(id))
        yield* account.sim.adjust(id, to)
        const event = yield* account.webhooks.receive(yield* account.sim.webhook(id))
        assert.strictEqual(event.key, Invoice.factKey(yield* account.invoices.get({ id })))
        assert.isTrue(event.invoice.isAdjusted)
        assert.strictEqual(Invoice.covers(price, event.invoice), covers)
        assert.notStrictEqual(event.key, before.key)
        for (const [a, b] of [[before, event], [event, before]] as const) {
          const merged = yield* Effect.fromResult(Invoice.merge(a.invoice, b.invoice))
          assert.strictEqual(Invoice.factKey(merged), event.key, "in whatever order they come")
        }
      }))
  }

  it.effect("adjusted, where the merchant does not know to how much: does not cover", () =>
    Effect.gen(function*() {
      const { account, id } = yield* setUp({ payloadFields: { status, amount, currency } })
      yield* account.sim.pay(id)
      yield* account.sim.adjust(id, "1600.00")
      const event = yield* account.webhooks.receive(yield* account.sim.webhook(id))
      assert.isTrue(event.invoice.isAdjusted)
      assert.isFalse(Invoice.covers(price, event.invoice))
      assert.strictEqual(event.key, Invoice.factKey(yield* account.invoices.get({ id })))
    }))

  it.effect("fields may sit anywhere, and numbers keep every digit", () =>
    Effect.gen(function*() {
      const { account } = yield* setUp({
        payloadFields: { status: "data.state.word", amount: "data.money.sum", currency: "data.money.unit" }
      })
      const body = "{\"order_id\":12345678901234567890,\"external_id\":\"order-7\",\"data\":" +
        "{\"state\":{\"word\":\"success\"},\"money\":{\"sum\":90071992547409931.10,\"unit\":\"uah\"}}}"
      const event = yield* account.webhooks.receive(yield* EccaWebhook.sign(account.options, body))
      assert.strictEqual(event.invoice.id, Identifiers.InvoiceId.make("12345678901234567890"))
      assert.deepStrictEqual([event.invoice.status, `${event.invoice.price}`], ["paid", "90071992547409931.10 UAH"])
    }))

  it.effect("a status that nobody knows is unknown, kept with its word", () =>
    Effect.gen(function*() {
      const { account, id } = yield* setUp()
      const body = { order_id: id, [status]: "on_hold", [amount]: "1500.00", [currency]: "UAH" }
      const { invoice } = yield* account.webhooks.receive(yield* signed(account.options, body))
      assert.deepInclude(invoice, { status: "unknown", providerStatus: "on_hold", coverage: "none" })
      assert.deepStrictEqual(invoice.unrecognized, ["on_hold"])
    }))

  const statement = { order_id: "a", [status]: "success", [amount]: "1500.00", [currency]: "UAH" }
  const partial: ReadonlyArray<readonly [string, object]> = [
    ["no status", { ...statement, [status]: undefined }],
    ["no amount", { ...statement, [amount]: undefined }],
    ["no currency", { ...statement, [currency]: undefined }],
    ["an amount that is none", { ...statement, [amount]: "1e3" }],
    ["an empty amount", { ...statement, [amount]: "" }],
    ["a currency that is none", { ...statement, [currency]: "₴" }],
    ["a status that is no word", { ...statement, [status]: { word: "success" } }]
  ]
  for (const [what, body] of partial) {
    it.effect(`${what} where the settings say: InvalidPayload`, () =>
      Effect.gen(function*() {
        const { account } = yield* setUp()
        assert.strictEqual(
          yield* whyNot(account.webhooks.receive(yield* signed(account.options, body))),
          "InvalidPayload"
        )
      }))
  }

  it.effect("a field is never found among what every object has", () =>
    Effect.gen(function*() {
      const { account } = yield* setUp({ payloadFields: { status: "constructor.name", amount, currency } })
      assert.strictEqual(
        yield* whyNot(account.webhooks.receive(yield* signed(account.options, statement))),
        "InvalidPayload"
      )
    }))

  const edges: ReadonlyArray<readonly [string, Duration.Input, Duration.Duration | undefined, boolean]> = [
    ["of now", 0, undefined, true],
    ["of five minutes ago, to the second", "5 minutes", undefined, true],
    ["of five minutes and a millisecond ago", 300_001, undefined, false],
    ["within a tolerance of its own", "1 hour", Duration.hours(1), true],
    ["beyond a tolerance of its own", 3_600_001, Duration.hours(1), false],
    ["beyond a shorter tolerance", 1_001, Duration.seconds(1), false]
  ]
  for (const [what, age, webhookTolerance, isFresh] of edges) {
    it.effect(`a signature ${what} ${isFresh ? "is fresh" : "is stale"}`, () =>
      Effect.gen(function*() {
        const { account, id } = yield* setUp({ webhookTolerance })
        yield* account.sim.pay(id)
        const webhook = yield* account.sim.webhook(id)
        yield* TestClock.adjust(age)
        if (isFresh) return assert.strictEqual((yield* account.webhooks.receive(webhook)).invoice.status, "paid")
        assert.strictEqual(yield* whyNot(account.webhooks.receive(webhook)), "StaleTimestamp")
      }))
  }

  for (const [ahead, isFresh] of [["5 minutes", true], ["301 seconds", false]] as const) {
    it.effect(`a signature of ${ahead} from now ${isFresh ? "is fresh" : "is stale"}`, () =>
      Effect.gen(function*() {
        const { account, id } = yield* setUp()
        yield* account.sim.pay(id)
        yield* account.sim.advance(ahead)
        const webhook = yield* account.sim.webhook(id)
        if (isFresh) return assert.strictEqual((yield* account.webhooks.receive(webhook)).invoice.status, "paid")
        assert.strictEqual(yield* whyNot(account.webhooks.receive(webhook)), "StaleTimestamp")
      }))
  }

  it.effect("a forged or altered one is no statement either", () =>
    Effect.gen(function*() {
      const { account, id } = yield* setUp()
      const forged = yield* account.sim.forge(id)
      assert.strictEqual(yield* whyNot(account.webhooks.receive(forged)), "InvalidSignature")
      yield* account.sim.expire(id)
      const webhook = yield* account.sim.webhook(id)
      const altered = RawWebhook.make({
        ...webhook,
        body: new TextDecoder().decode(webhook.body).replace("\"state_word\":\"expired\"", "\"state_word\":\"success\"")
      })
      assert.strictEqual(yield* whyNot(account.webhooks.receive(altered)), "InvalidSignature")
    }))

  it.effect("what was admitted and stored is resolved by itself", () =>
    Effect.gen(function*() {
      const { account, id } = yield* setUp()
      yield* account.sim.pay(id)
      const admitted = yield* account.webhooks.admit(yield* account.sim.webhook(id))
      assert.strictEqual(admitted.statement?.status, "paid")
      assert.strictEqual((yield* account.webhooks.resolve(admitted)).invoice.status, "paid")
      const encoded = JSON.stringify(yield* Schema.encodeEffect(WebhookEvent.Admitted)(admitted))
      const stored = yield* Schema.decodeUnknownEffect(WebhookEvent.Admitted)(JSON.parse(encoded))
      assert.strictEqual((yield* account.webhooks.resolve(stored)).key, (yield* account.webhooks.resolve(admitted)).key)
    }))

  it.effect("what was altered where it was stored is no statement of the provider", () =>
    Effect.gen(function*() {
      const { account, id } = yield* setUp()
      yield* account.sim.expire(id)
      const admitted = yield* account.webhooks.admit(yield* account.sim.webhook(id))
      const encoded = JSON.stringify(yield* Schema.encodeEffect(WebhookEvent.Admitted)(admitted))
      const altered = JSON.parse(encoded.replace("\"status\":\"expired\"", "\"status\":\"paid\""))
      const stored = yield* Schema.decodeUnknownEffect(WebhookEvent.Admitted)(altered)
      assert.strictEqual(stored.statement?.status, "paid")
      assert.strictEqual(yield* whyNot(account.webhooks.resolve(stored)), "InvalidSignature")
    }))
})

/** What the simulator signs, and the options that say the same. */
const schemes: ReadonlyArray<readonly [string, EccaSimulator.Signing, Partial<EccaOptions>, string]> = [
  ["the body only", { text: "body" }, { webhookSignedText: "{body}" }, "sha256 hex \"\" over {body}"],
  [
    "time and body without a point",
    { text: "timestamp+body" },
    { webhookSignedText: "{timestamp}{body}" },
    "sha256 hex \"\" over {timestamp}{body}"
  ],
  ["base64", { encoding: "base64" }, { webhookEncoding: "base64" }, "sha256 base64 \"\" over {timestamp}.{body}"],
  ["a prefix", { prefix: "sha256=" }, { webhookPrefix: "sha256=" }, "sha256 hex \"sha256=\" over {timestamp}.{body}"],
  ["SHA-512", { algorithm: "sha512" }, { webhookAlgorithm: "sha512" }, "sha512 hex \"\" over {timestamp}.{body}"],
  [
    "all of it another way",
    { text: "body", encoding: "base64", prefix: "v1=", algorithm: "sha512" },
    { webhookSignedText: "{body}", webhookEncoding: "base64", webhookPrefix: "v1=", webhookAlgorithm: "sha512" },
    "sha512 base64 \"v1=\" over {body}"
  ]
]

describe("signing schemes that the documentation leaves open", () => {
  const paid = Effect.fnUntraced(function*(signing: EccaSimulator.Signing, options: Partial<EccaOptions>) {
    const account: Account = yield* open({ simulator: { signing }, options })
    const { id } = yield* account.invoices.create(order("order-1"))
    yield* account.sim.pay(id)
    return { account, id, webhook: yield* account.sim.webhook(id) }
  })

  for (const [what, signing, options, diagnosis] of schemes) {
    it.effect(`${what}: is taken where the options say so`, () =>
      Effect.gen(function*() {
        const { account, id, webhook } = yield* paid(signing, options)
        assert.strictEqual((yield* account.webhooks.receive(webhook)).invoice.id, id)
        const altered = RawWebhook.make({ ...webhook, body: `${new TextDecoder().decode(webhook.body)} ` })
        assert.strictEqual(yield* whyNot(account.webhooks.receive(altered)), "InvalidSignature")
      }))

    it.effect(`${what}: is refused where they do not, and named to whoever asks`, () =>
      Effect.gen(function*() {
        const { account, webhook } = yield* paid(signing, {})
        assert.include(["InvalidSignature", "MalformedSignature"], yield* whyNot(account.webhooks.receive(webhook)))
        assert.deepStrictEqual(yield* account.webhooks.diagnose(webhook), [diagnosis])
        assert.include(["InvalidSignature", "MalformedSignature"], yield* whyNot(account.webhooks.receive(webhook)))
      }))

    it.effect(`${what}: is what the signer for tests makes with the same options`, () =>
      Effect.gen(function*() {
        const { account, id } = yield* paid(signing, options)
        const webhook = yield* EccaWebhook.sign(account.options, JSON.stringify({ order_id: id }))
        assert.strictEqual((yield* account.webhooks.receive(webhook)).invoice.id, id)
      }))
  }

  for (const timestamp of ["seconds", "millis", "iso"] as const) {
    it.effect(`the time in ${timestamp} is read, and a window is kept by it`, () =>
      Effect.gen(function*() {
        const fields = { status, amount, currency }
        // milliseconds of 1970 could be seconds of today
        yield* TestClock.setTime(1_714_237_200_000)
        const { account, id } = yield* paid({ timestamp }, { webhookProof: "signature", payloadFields: fields })
        yield* account.sim.advance("4 minutes")
        const webhook = yield* account.sim.webhook(id)
        const { snapshot } = yield* account.webhooks.receive(webhook)
        assert.strictEqual(snapshot.signedAt && DateTime.toEpochMillis(snapshot.signedAt), 1_714_237_440_000)
        yield* TestClock.adjust("10 minutes")
        assert.strictEqual(yield* whyNot(account.webhooks.receive(webhook)), "StaleTimestamp")
      }))
  }

  it.effect("a time that nobody can read proves no freshness, and is no obstacle to a look", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const { id } = yield* account.invoices.create(order("order-1"))
      const body = JSON.stringify({ order_id: id, [status]: "success", [amount]: "1500.00", [currency]: "UAH" })
      const signature = createHmac("sha256", "ecca-simulator-webhook-secret").update(`soon.${body}`).digest("hex")
      const webhook = RawWebhook.make({
        headers: { "x-signature": signature, "x-signature-timestamp": "soon" },
        body
      })
      const event = yield* account.webhooks.receive(webhook)
      assert.doesNotHaveAnyKeys(event.snapshot, ["signedAt"])
      const believing = yield* connect({
        ...account.options,
        webhookProof: "signature",
        payloadFields: { status, amount, currency }
      })
      assert.strictEqual(yield* whyNot(believing.webhooks.receive(webhook)), "StaleTimestamp")
    }))

  it.effect("the event's own time, repeated in every retry, is too old for a window and not for a look", () =>
    Effect.gen(function*() {
      const { account, id } = yield* paid({ timestampOf: "event" }, {})
      yield* account.sim.advance("6 hours")
      yield* TestClock.adjust("10 minutes")
      const retry = yield* account.sim.webhook(id)
      assert.strictEqual(retry.header("x-signature-timestamp"), "0")
      assert.strictEqual((yield* account.webhooks.receive(retry)).invoice.status, "paid")
      const believing = yield* connect({
        ...account.options,
        webhookProof: "signature",
        payloadFields: { status, amount, currency }
      })
      assert.strictEqual(yield* whyNot(believing.webhooks.receive(retry)), "StaleTimestamp")
    }))
})

describe("EccaWebhook.sign", () => {
  const secrets = [Redacted.make("whsec-first"), Redacted.make("whsec-second")] as const
  const options: EccaOptions = { apiKey: Redacted.make("key"), webhookSecrets: secrets }
  const body = "{\"order_id\":\"a\",\"назва\":\"☃\"}"

  it.effect("signs with the first secret, at the current time in seconds, as node:crypto does", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust("1714237200999 millis")
      const webhook = yield* EccaWebhook.sign(options, body)
      assert.deepStrictEqual({ ...webhook.headers }, {
        "content-type": "application/json",
        "x-idempotency-key": "test",
        "x-signature": createHmac("sha256", "whsec-first").update(`1714237200.${body}`).digest("hex"),
        "x-signature-timestamp": "1714237200"
      })
      assert.strictEqual(new TextDecoder().decode(webhook.body), body)
      assert.strictEqual(webhook.method, "POST")
    }))

  const variants = [
    [{ webhookSignedText: "{body}" }, () => createHmac("sha256", "whsec-first").update(body).digest("hex")],
    [{ webhookEncoding: "base64" }, () => createHmac("sha256", "whsec-first").update(`0.${body}`).digest("base64")],
    [{ webhookAlgorithm: "sha384" }, () => createHmac("sha384", "whsec-first").update(`0.${body}`).digest("hex")],
    [{ webhookAlgorithm: "sha512" }, () => createHmac("sha512", "whsec-first").update(`0.${body}`).digest("hex")],
    [
      { webhookPrefix: "sha256=", webhookSignedText: "v0:{timestamp}:{body}:{timestamp}" },
      () => `sha256=${createHmac("sha256", "whsec-first").update(`v0:0:${body}:0`).digest("hex")}`
    ]
  ] as const
  for (const [changes, expected] of variants) {
    it.effect(`signs as the options say: ${JSON.stringify(changes)}`, () =>
      Effect.gen(function*() {
        const webhook = yield* EccaWebhook.sign({ ...options, ...changes }, body)
        assert.strictEqual(webhook.header("X-Signature"), expected())
      }))
  }

  it.effect("signs bytes as they are, and takes an idempotency key", () =>
    Effect.gen(function*() {
      const bytes = Uint8Array.of(0, 255, 10, 13)
      const webhook = yield* EccaWebhook.sign(options, bytes, "key-7")
      const expected = createHmac("sha256", "whsec-first").update("0.").update(bytes).digest("hex")
      assert.deepStrictEqual([webhook.header("x-signature"), webhook.header("x-idempotency-key")], [expected, "key-7"])
      assert.deepStrictEqual([...webhook.body], [...bytes])
    }))
})
