/**
 * Signatures of webhooks: an HMAC over the raw bytes, in the scheme that is configured.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Hex from "effect/encoding/Hex"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Hmac from "./internal/hmac.ts"
import type { RawWebhook } from "./RawWebhook.ts"
import type { Why } from "./WebhookRejected.ts"
import * as Wire from "./Wire.ts"

/** How a provider signs. */
export interface Scheme {
  readonly algorithm: Hmac.Algorithm
  /** What is signed: `{timestamp}` and `{body}` stand for the header's text and the raw bytes. */
  readonly signedText: string
  readonly encoding: "hex" | "base64"
  /** What stands before the signature in its header, such as `sha256=`. */
  readonly prefix: string
  readonly signatureHeader: string
  /** `undefined` where the provider sends no time. */
  readonly timestampHeader?: string | undefined
  /**
   * How far the signing time may lie from now, either way. Only `signature` mode asks for it, and only where the time is
   * signed. @default 5 minutes
   */
  readonly tolerance?: Duration.Duration | undefined
}

/** A signature that one of the secrets made. */
export interface Verified {
  /** Position of the secret that matched. */
  readonly secret: number
  /** `undefined` where none that can be read was signed. */
  readonly signedAt: DateTime.Utc | undefined
}

/** Why a signature does not hold. */
export interface Unproven {
  readonly why: Extract<Why, "MissingSignature" | "MalformedSignature" | "InvalidSignature">
  readonly detail: string
}

/** Bytes of a signature. */
const sizes = { sha256: 32, sha384: 48, sha512: 64 } as const

/** Makes and checks signatures of one scheme. */
export interface Signer {
  /** Finds the secret that signed these bytes. Compares in constant time and never throws, whatever the headers hold. */
  readonly verify: (webhook: RawWebhook) => Effect.Effect<Verified, Unproven>
  /** The headers that sign a body with the first secret, for tests of receivers. */
  readonly sign: (body: Uint8Array, timestamp: string) => Effect.Effect<Readonly<Record<string, string>>>
}

/** Prepares the secrets, none of which may be empty: settings see to that. */
export const make = Effect.fnUntraced(function*(scheme: Scheme, secrets: ReadonlyArray<Redacted.Redacted>) {
  const hmacs = yield* Effect.forEach(
    secrets,
    (secret) => Hmac.make(scheme.algorithm, utf8.encode(Redacted.value(secret)))
  )
  const signedParts = signedPartsOf(scheme.signedText)
  const signer: Signer = {
    verify: Effect.fnUntraced(function*(webhook) {
      const { tag, timestamp } = yield* Effect.fromResult(readHeaders(scheme, webhook))
      const signed = signedParts(timestamp, webhook.body)
      const matches = yield* Effect.forEach(hmacs, ({ verify }) => verify(tag, signed))
      const secret = matches.indexOf(true)
      if (secret < 0) {
        return yield* Effect.fail<Unproven>({ why: "InvalidSignature", detail: "no configured secret made it" })
      }
      return { secret, signedAt: signsTime(scheme) ? Option.getOrUndefined(parseTime(timestamp)) : undefined }
    }),
    sign: Effect.fnUntraced(function*(body, timestamp) {
      const tag = yield* hmacs[0]?.sign(signedParts(timestamp, body)) ?? Effect.succeed(new Uint8Array())
      return {
        [scheme.signatureHeader]: scheme.prefix + (scheme.encoding === "hex" ? Hex.encode(tag) : Base64.encode(tag)),
        ...(scheme.timestampHeader === undefined ? {} : { [scheme.timestampHeader]: timestamp })
      }
    })
  }
  return signer
})

/** Whether the signature covers the time that is sent; one that anybody can change says nothing. */
export const signsTime = ({ signedText, timestampHeader }: Scheme): boolean =>
  timestampHeader !== undefined && signedText.includes("{timestamp}")

const standardTolerance = Duration.minutes(5)

/** Whether a signing time is within the tolerance of `now`, both edges included. */
export const isFresh = (
  { tolerance = standardTolerance }: Scheme,
  signedAt: DateTime.Utc,
  now: DateTime.Utc
): boolean => Math.abs(DateTime.toEpochMillis(now) - DateTime.toEpochMillis(signedAt)) <= Duration.toMillis(tolerance)

const readHeaders = (scheme: Scheme, webhook: RawWebhook) =>
  Result.flatMap(present(webhook, scheme.signatureHeader), (signature) =>
    Result.flatMap(
      signsTime(scheme) ? present(webhook, scheme.timestampHeader ?? "") : Result.succeed(""),
      (timestamp) => Result.map(readTag(scheme, signature), (tag) => ({ tag, timestamp }))
    ))

const readTag = (scheme: Scheme, signature: string): Result.Result<Uint8Array, Unproven> => {
  if (!signature.startsWith(scheme.prefix)) return malformed(scheme.signatureHeader)
  const text = signature.slice(scheme.prefix.length)
  const tag = scheme.encoding === "hex" ? Hex.decode(text) : Base64.decode(text)
  return Result.isFailure(tag) || tag.success.length !== sizes[scheme.algorithm]
    ? malformed(scheme.signatureHeader)
    : Result.succeed(tag.success)
}

const present = (webhook: RawWebhook, header: string): Result.Result<string, Unproven> => {
  const value = webhook.header(header)?.trim() ?? ""
  return value === "" ? Result.fail({ why: "MissingSignature", detail: `no ${header}` }) : Result.succeed(value)
}

const malformed = (header: string): Result.Result<never, Unproven> =>
  Result.fail({ why: "MalformedSignature", detail: `${header} is not in the configured form` })

const utf8 = new TextEncoder()

/** Reads the template once, and fills it in for each webhook. */
const signedPartsOf = (signedText: string) => {
  const template = signedText.split(/(\{body\}|\{timestamp\})/u)
    .filter((part) => part !== "")
    .map((part) => part === "{body}" || part === "{timestamp}" ? part : utf8.encode(part))
  return (timestamp: string, body: Uint8Array): ReadonlyArray<Uint8Array> =>
    template.map((part) => part === "{body}" ? body : part === "{timestamp}" ? utf8.encode(timestamp) : part)
}

/** Seconds (up to 11 digits), milliseconds (12 or more), or a timestamp in words. */
const parseTime = (text: string): Option.Option<DateTime.Utc> => {
  if (/^\d{1,11}$/u.test(text)) return DateTime.make(Number(text) * 1000)
  return /^\d{12,15}$/u.test(text) ? DateTime.make(Number(text)) : Wire.parseTimestamp(text)
}

/**
 * Names every known scheme under which one of the secrets signed these bytes, for setting up an endpoint whose scheme is
 * not documented. It accepts nothing.
 */
export const diagnose = Effect.fnUntraced(function*(
  scheme: Scheme,
  secrets: ReadonlyArray<Redacted.Redacted>,
  webhook: RawWebhook
) {
  const header = webhook.header(scheme.signatureHeader) ?? ""
  const matching: Array<string> = []
  for (const candidate of candidates(scheme, header)) {
    const { verify } = yield* make(candidate, secrets)
    if (Option.isSome(yield* Effect.option(verify(webhook)))) {
      matching.push(`${candidate.algorithm} ${candidate.encoding} "${candidate.prefix}" over ${candidate.signedText}`)
    }
  }
  return matching
})

const candidates = (scheme: Scheme, header: string): ReadonlyArray<Scheme> => {
  const prefix = /^[a-z0-9_-]{1,12}=(?=.)/iu.exec(header)?.[0] ?? ""
  const texts = new Set([scheme.signedText, "{timestamp}.{body}", "{body}", "{timestamp}{body}", "{body}.{timestamp}"])
  return [...texts].flatMap((signedText) =>
    (["sha256", "sha384", "sha512"] as const).flatMap((algorithm) =>
      (["hex", "base64"] as const).map((encoding) => ({ ...scheme, signedText, algorithm, encoding, prefix }))
    )
  )
}
