/**
 * How Ecca's webhooks are signed, as far as is known, and a signer for merchants' own tests.
 */
import * as RawWebhook from "@gatefold/core/RawWebhook"
import * as WebhookProof from "@gatefold/core/WebhookProof"
import type * as Webhooks from "@gatefold/core/Webhooks"
import * as WebhookSignature from "@gatefold/core/WebhookSignature"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { EccaOptions } from "./EccaOptions.ts"

/**
 * The scheme of an account. Documented are the names of the headers and that the signature is an HMAC [WH]; hash, signed
 * text, encoding and the time's unit are assumptions that options replace.
 */
export const scheme = (options: EccaOptions): WebhookSignature.Scheme => ({
  algorithm: options.webhookAlgorithm ?? "sha256",
  signedText: options.webhookSignedText ?? "{timestamp}.{body}",
  encoding: options.webhookEncoding ?? "hex",
  prefix: options.webhookPrefix ?? "",
  signatureHeader: "x-signature",
  timestampHeader: "x-signature-timestamp",
  tolerance: options.webhookTolerance
})

/** How an account's webhooks are proven. */
export const proving = (options: EccaOptions): Webhooks.Proving => WebhookProof.proving(options, scheme(options))

/**
 * Signs a body as Ecca would with the account's first secret, at the current time in seconds: a valid webhook for tests
 * of a receiver. `idempotencyKey` is a header whose meaning is not documented.
 */
export const sign = Effect.fnUntraced(function*(
  options: EccaOptions,
  body: string | Uint8Array,
  idempotencyKey = "test"
) {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body
  const signer = yield* WebhookSignature.make(scheme(options), options.webhookSecrets ?? [])
  const timestamp = String(Math.floor((yield* Clock.currentTimeMillis) / 1000))
  const headers = yield* signer.sign(bytes, timestamp)
  return RawWebhook.make({
    headers: { "content-type": "application/json", "x-idempotency-key": idempotencyKey, ...headers },
    body: bytes
  })
})
