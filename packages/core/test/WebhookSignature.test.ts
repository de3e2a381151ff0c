/**
 * A signature is believed only if one of the secrets made it of exactly these bytes.
 */
import { NodeCrypto } from "@effect/platform-node"
import { assert, describe, it, vi } from "@effect/vitest"
import * as RawWebhook from "@gatefold/core/RawWebhook"
import * as WebhookSignature from "@gatefold/core/WebhookSignature"
import { DateTime, Duration, Effect, Redacted } from "effect"
import { createHmac } from "node:crypto"
import { Webhook } from "standardwebhooks"
import Stripe from "stripe"

const scheme: WebhookSignature.Scheme = {
  algorithm: "sha256",
  signedText: "{timestamp}.{body}",
  encoding: "hex",
  prefix: "sha256=",
  signatureHeader: "X-Signature",
  timestampHeader: "X-Timestamp",
  tolerance: Duration.minutes(5)
}
const secrets = [Redacted.make("new-secret"), Redacted.make("old-secret")]
const body = "{\"id\":\"i-1\",\"amount\":12.30,\"name\":\"Zoë\"}"
const timestamp = "1760000000"

const hmac = (secret: string, text: string, options: Partial<WebhookSignature.Scheme> = {}) =>
  createHmac(options.algorithm ?? "sha256", secret).update(text).digest(options.encoding ?? "hex")

const signature = `sha256=${hmac("new-secret", `${timestamp}.${body}`)}`

const webhook = (headers: Readonly<Record<string, string>>, of: string | Uint8Array = body) =>
  RawWebhook.make({ headers, body: of })

const verify = (
  headers: Readonly<Record<string, string>>,
  of: string | Uint8Array = body,
  changes: Partial<WebhookSignature.Scheme> = {}
) =>
  WebhookSignature.make({ ...scheme, ...changes }, secrets).pipe(
    Effect.flatMap((signer) => signer.verify(webhook(headers, of))),
    Effect.match({ onFailure: ({ why }) => why, onSuccess: ({ secret }) => `secret ${secret}` })
  )

const signed = { "x-signature": signature, "x-timestamp": timestamp }

describe("a signature holds", () => {
  for (const algorithm of ["sha256", "sha384", "sha512"] as const) {
    for (const encoding of ["hex", "base64"] as const) {
      for (const signedText of ["{body}", "{timestamp}.{body}", "{timestamp}{body}", "v0:{timestamp}:{body}:end"]) {
        it.effect(`${algorithm} ${encoding} over ${signedText}, as Node's crypto makes it`, () =>
          Effect.gen(function*() {
            const text = signedText.replace("{timestamp}", timestamp).replace("{body}", body)
            const headers = {
              "x-signature": `v=${hmac("old-secret", text, { algorithm, encoding })}`,
              "x-timestamp": timestamp
            }
            const changes = { algorithm, encoding, signedText, prefix: "v=" }
            assert.strictEqual(yield* verify(headers, body, changes), "secret 1")
            const signer = yield* WebhookSignature.make({ ...scheme, ...changes }, [...secrets].reverse())
            const made = yield* signer.sign(new TextEncoder().encode(body), timestamp)
            assert.deepStrictEqual(made, {
              "X-Signature": headers["x-signature"],
              "X-Timestamp": timestamp
            })
          }))
      }
    }
  }

  it.effect("tells which secret made it, while secrets are changed", () =>
    Effect.gen(function*() {
      const by = (secret: string) => ({ ...signed, "x-signature": `sha256=${hmac(secret, `${timestamp}.${body}`)}` })
      assert.strictEqual(yield* verify(by("new-secret")), "secret 0")
      assert.strictEqual(yield* verify(by("old-secret")), "secret 1")
      assert.strictEqual(yield* verify(by("older-secret")), "InvalidSignature")
    }))

  it.effect("on the platform's own Mac too", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* verify(signed), "secret 0")
      assert.strictEqual(yield* verify({ ...signed, "x-timestamp": "1" }), "InvalidSignature")
    }).pipe(Effect.provide(NodeCrypto.layerMac)))

  it.effect("on Web Crypto, where the runtime has nothing else", () =>
    Effect.gen(function*() {
      const lookUp = vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined)
      yield* Effect.addFinalizer(() => Effect.sync(() => lookUp.mockRestore()))
      assert.strictEqual(yield* verify(signed), "secret 0")
      assert.strictEqual(yield* verify({ ...signed, "x-timestamp": "1" }), "InvalidSignature")
      assert.isAbove(lookUp.mock.calls.length, 0)
    }))

  it.effect("whatever the case of the header's name and of hex digits, and blanks around", () =>
    Effect.gen(function*() {
      const upper = `sha256=${signature.slice(7).toUpperCase()}`
      assert.strictEqual(yield* verify({ "X-SIGNATURE": ` ${upper} `, "X-Timestamp": ` ${timestamp} ` }), "secret 0")
    }))

  it.effect("over bytes that are no text", () =>
    Effect.gen(function*() {
      const bytes = Uint8Array.of(0, 255, 128, 10, 13)
      const text = createHmac("sha256", "new-secret").update(bytes).digest("hex")
      const changes = { signedText: "{body}" }
      assert.strictEqual(yield* verify({ ...signed, "x-signature": `sha256=${text}` }, bytes, changes), "secret 0")
    }))

  it.effect("that standardwebhooks made", () =>
    Effect.gen(function*() {
      const at = DateTime.toDate(DateTime.makeUnsafe("2026-10-21T07:28:00Z"))
      const theirs = new Webhook(Buffer.from("old-secret").toString("base64")).sign("msg_1", at, body)
      const headers = { "webhook-signature": theirs, "webhook-timestamp": String(at.getTime() / 1000) }
      const changes = {
        signedText: "msg_1.{timestamp}.{body}",
        encoding: "base64",
        prefix: "v1,",
        signatureHeader: "webhook-signature",
        timestampHeader: "webhook-timestamp"
      } as const
      assert.strictEqual(yield* verify(headers, body, changes), "secret 1")
      assert.strictEqual(yield* verify(headers, body.replace("12.30", "12.31"), changes), "InvalidSignature")
    }))

  it.effect("that stripe made", () =>
    Effect.gen(function*() {
      const stripe = new Stripe("sk_test_1")
      const theirs = stripe.webhooks.generateTestHeaderString({
        payload: body,
        secret: "new-secret",
        timestamp: Number(timestamp)
      })
      const made = /v1=([0-9a-f]+)/u.exec(theirs)?.[1] ?? ""
      assert.strictEqual(yield* verify({ ...signed, "x-signature": made }, body, { prefix: "" }), "secret 0")
    }))

  it.effect("that we made, for stripe and standardwebhooks", () =>
    Effect.gen(function*() {
      const now = String(Math.floor(Date.now() / 1000))
      const bytes = new TextEncoder().encode(body)
      const plain = yield* WebhookSignature.make({ ...scheme, prefix: "" }, secrets)
      const { "X-Signature": made } = yield* plain.sign(bytes, now)
      const event = new Stripe("sk_test_1").webhooks.constructEvent(body, `t=${now},v1=${made}`, "new-secret")
      assert.strictEqual(event.id, "i-1")
      const standard = { signedText: "msg_1.{timestamp}.{body}", encoding: "base64", prefix: "v1," } as const
      const { "X-Signature": other } = yield* (yield* WebhookSignature.make({ ...scheme, ...standard }, secrets)).sign(
        bytes,
        now
      )
      const headers = { "webhook-id": "msg_1", "webhook-timestamp": now, "webhook-signature": other ?? "" }
      assert.doesNotThrow(() => new Webhook(Buffer.from("new-secret").toString("base64")).verify(body, headers))
    }))
})

describe("a signature does not hold", () => {
  it.effect("of a body with any one byte altered", () =>
    Effect.gen(function*() {
      const bytes = new TextEncoder().encode(body)
      for (let index = 0; index < bytes.length; index++) {
        const altered = Uint8Array.from(bytes)
        altered[index] = (altered[index] ?? 0) ^ 1
        assert.strictEqual(yield* verify(signed, altered), "InvalidSignature")
      }
    }))

  it.effect("with any one digit altered", () =>
    Effect.gen(function*() {
      for (let index = 7; index < signature.length; index++) {
        const digit = signature[index] === "0" ? "1" : "0"
        const altered = signature.slice(0, index) + digit + signature.slice(index + 1)
        assert.strictEqual(yield* verify({ ...signed, "x-signature": altered }), "InvalidSignature")
      }
    }))

  const bodies: ReadonlyArray<readonly [what: string, body: string]> = [
    ["JSON that was written out again", JSON.stringify(JSON.parse(body))],
    ["a line break at the end", `${body}\n`],
    ["a byte order mark", `\ufeff${body}`],
    ["other spelling of the same letter", body.normalize("NFD")],
    ["nothing", ""]
  ]
  for (const [what, altered] of bodies) {
    it.effect(`of ${what}`, () =>
      Effect.gen(function*() {
        assert.notStrictEqual(altered, body)
        assert.strictEqual(yield* verify(signed, altered), "InvalidSignature")
      }))
  }

  const digits = signature.slice(7)
  const headers: ReadonlyArray<readonly [what: string, headers: Readonly<Record<string, string>>, why: string]> = [
    ["no headers", {}, "MissingSignature"],
    ["no signature", { "x-timestamp": timestamp }, "MissingSignature"],
    ["an empty signature", { ...signed, "x-signature": "" }, "MissingSignature"],
    ["a blank signature", { ...signed, "x-signature": "  " }, "MissingSignature"],
    ["no timestamp", { "x-signature": signature }, "MissingSignature"],
    ["a blank timestamp", { ...signed, "x-timestamp": " " }, "MissingSignature"],
    ["another timestamp", { ...signed, "x-timestamp": "1760000001" }, "InvalidSignature"],
    ["the same timestamp in other words", { ...signed, "x-timestamp": "01760000000" }, "InvalidSignature"],
    ["two timestamps", { ...signed, "x-timestamp": `${timestamp}, ${timestamp}` }, "InvalidSignature"],
    ["no prefix", { ...signed, "x-signature": digits }, "MalformedSignature"],
    ["another prefix", { ...signed, "x-signature": `sha512=${digits}` }, "MalformedSignature"],
    ["a prefix in capitals", { ...signed, "x-signature": `SHA256=${digits}` }, "MalformedSignature"],
    ["the prefix alone", { ...signed, "x-signature": "sha256=" }, "MalformedSignature"],
    ["the prefix twice", { ...signed, "x-signature": `sha256=${signature}` }, "MalformedSignature"],
    ["the signature twice", { ...signed, "x-signature": `${signature}, ${signature}` }, "MalformedSignature"],
    ["a good and a bad one", { ...signed, "x-signature": `${signature}, sha256=00` }, "MalformedSignature"],
    ["a digit less", { ...signed, "x-signature": signature.slice(0, -1) }, "MalformedSignature"],
    ["a byte less", { ...signed, "x-signature": signature.slice(0, -2) }, "MalformedSignature"],
    ["a byte more", { ...signed, "x-signature": `${signature}00` }, "MalformedSignature"],
    ["one byte", { ...signed, "x-signature": "sha256=00" }, "MalformedSignature"],
    ["letters beyond f", { ...signed, "x-signature": `sha256=${"zz".repeat(32)}` }, "MalformedSignature"],
    ["letters of another alphabet", { ...signed, "x-signature": `sha256=${"０1".repeat(32)}` }, "MalformedSignature"],
    ["base64 where hex is configured", {
      ...signed,
      "x-signature": `sha256=${hmac("new-secret", `${timestamp}.${body}`, { encoding: "base64" })}`
    }, "MalformedSignature"],
    ["a text without end", { ...signed, "x-signature": `sha256=${"ab".repeat(500_000)}` }, "MalformedSignature"],
    ["control characters", { ...signed, "x-signature": "sha256=\u0000\u0007" }, "MalformedSignature"],
    ["half a surrogate pair", { "x-signature": "sha256=\ud800", "x-timestamp": "\udc00" }, "MalformedSignature"],
    ["a header named like a method of objects", { constructor: "x", __proto__: "y" }, "MissingSignature"]
  ]
  for (const [what, given, why] of headers) {
    it.effect(`with ${what}: ${why}`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* verify(given), why)
      }))
  }

  const base64 = hmac("new-secret", `${timestamp}.${body}`, { encoding: "base64" })
  for (
    const [what, text] of [
      ["without its padding", base64.replace(/=+$/u, "")],
      ["in the alphabet of URLs", base64.replaceAll("/", "_").replaceAll("+", "-").replace(/^./u, "-")],
      ["twice", `${base64}, ${base64}`],
      ["with a blank inside", `${base64.slice(0, 8)} ${base64.slice(8)}`]
    ] as const
  ) {
    it.effect(`in base64 ${what}: MalformedSignature`, () =>
      Effect.gen(function*() {
        const given = { ...signed, "x-signature": text }
        assert.strictEqual(yield* verify(given, body, { encoding: "base64", prefix: "" }), "MalformedSignature")
      }))
  }

  it.effect("made with an empty secret, which cannot be configured", () =>
    Effect.gen(function*() {
      const exit = yield* Effect.exit(WebhookSignature.make(scheme, [Redacted.make("")]))
      assert.strictEqual(exit._tag, "Failure")
      assert.strictEqual(
        yield* verify({ ...signed, "x-signature": `sha256=${hmac("", `${timestamp}.${body}`)}` }),
        "InvalidSignature"
      )
    }))

  it.effect("and says so without any of the header or the body", () =>
    Effect.gen(function*() {
      const { verify } = yield* WebhookSignature.make(scheme, secrets)
      for (const text of ["sha256=hunter2", `sha256=${"ab".repeat(32)}`, ""]) {
        const { detail } = yield* Effect.flip(verify(webhook({ ...signed, "x-signature": text }, "hunter2")))
        assert.notMatch(detail, /hunter2|abab/u)
      }
    }))
})

describe("the signing time", () => {
  const moments: ReadonlyArray<readonly [text: string, iso: string | undefined]> = [
    ["1760000000", "2025-10-09T08:53:20.000Z"],
    ["0", "1970-01-01T00:00:00.000Z"],
    ["1760000000123", "2025-10-09T08:53:20.123Z"],
    ["2025-10-09T08:53:20Z", "2025-10-09T08:53:20.000Z"],
    ["2025-10-09T08:53:20.5Z", "2025-10-09T08:53:20.500Z"],
    ["2025-10-09T02:53:20-06:00", "2025-10-09T08:53:20.000Z"],
    ["2025-10-09 08:53:20 UTC", "2025-10-09T08:53:20.000Z"],
    ["1760000000.5", undefined],
    ["-1760000000", undefined],
    ["1.76e9", undefined],
    ["99999999999999999999", undefined],
    ["yesterday", undefined]
  ]
  for (const [text, iso] of moments) {
    it.effect(`"${text}" is ${iso ?? "no time that we can read"}`, () =>
      Effect.gen(function*() {
        const headers = { "x-signature": `sha256=${hmac("new-secret", `${text}.${body}`)}`, "x-timestamp": text }
        const { verify } = yield* WebhookSignature.make(scheme, secrets)
        const { signedAt } = yield* verify(webhook(headers))
        assert.strictEqual(signedAt === undefined ? undefined : DateTime.formatIso(signedAt), iso)
      }))
  }

  it.effect("is none where the signature does not cover it, so that anybody could change it", () =>
    Effect.gen(function*() {
      const { verify } = yield* WebhookSignature.make({ ...scheme, signedText: "{body}" }, secrets)
      const given = { "x-signature": `sha256=${hmac("new-secret", body)}`, "x-timestamp": timestamp }
      assert.isUndefined((yield* verify(webhook(given))).signedAt)
    }))

  for (
    const [what, tolerance, edge] of [
      ["the tolerance", Duration.seconds(1), 1_000],
      ["five minutes where no tolerance is said", undefined, 300_000]
    ] as const
  ) {
    it.effect(`is fresh up to ${what}, either way`, () =>
      Effect.sync(() => {
        const at = DateTime.makeUnsafe("2026-10-21T07:28:00Z")
        const after = (milliseconds: number) =>
          WebhookSignature.isFresh({ ...scheme, tolerance }, at, DateTime.add(at, { milliseconds }))
        assert.deepStrictEqual([0, edge, -edge].map(after), [true, true, true])
        assert.deepStrictEqual([edge + 1, -edge - 1].map(after), [false, false])
      }))
  }
})

describe("diagnose", () => {
  const diagnose = (headers: Readonly<Record<string, string>>, given: WebhookSignature.Scheme = scheme) =>
    WebhookSignature.diagnose(given, secrets, webhook(headers))

  for (const algorithm of ["sha256", "sha384", "sha512"] as const) {
    for (const encoding of ["hex", "base64"] as const) {
      for (const text of ["{body}", "{timestamp}.{body}", "{timestamp}{body}", "{body}.{timestamp}"]) {
        for (const prefix of ["", "v1="]) {
          it.effect(`names ${algorithm} ${encoding} "${prefix}" over ${text}, whatever is configured`, () =>
            Effect.gen(function*() {
              const over = text.replace("{timestamp}", timestamp).replace("{body}", body)
              const made = `${prefix}${hmac("old-secret", over, { algorithm, encoding })}`
              assert.deepStrictEqual(yield* diagnose({ ...signed, "x-signature": made }), [
                `${algorithm} ${encoding} "${prefix}" over ${text}`
              ])
            }))
        }
      }
    }
  }

  it.effect("names the body alone where no time is sent, which such a scheme does not need", () =>
    Effect.gen(function*() {
      const headers = { "x-signature": hmac("old-secret", body) }
      assert.deepStrictEqual(yield* diagnose(headers), ["sha256 hex \"\" over {body}"])
      const signer = yield* WebhookSignature.make({ ...scheme, signedText: "{body}", prefix: "" }, secrets)
      assert.deepInclude(yield* signer.verify(webhook(headers)), { secret: 1, signedAt: undefined })
    }))

  it.effect("names nothing for what no secret signed", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* diagnose({ ...signed, "x-signature": hmac("else", body) }), [])
      assert.deepStrictEqual(yield* diagnose({ ...signed, "x-signature": "!" }), [])
      assert.deepStrictEqual(yield* diagnose({}), [])
    }))
})
