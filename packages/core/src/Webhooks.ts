/**
 * Builds an adapter's `WebhookEvents`. The proving itself is here, alike for all providers; an adapter says only where
 * the id sits in a body and how an invoice is read.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import { GatewayError, Unavailable } from "./GatewayError.ts"
import type { AccountId, InvoiceId, ProviderId } from "./Identifiers.ts"
import * as FirstRejections from "./internal/firstRejections.ts"
import { word } from "./internal/keepable.ts"
import { prove } from "./internal/proven.ts"
import * as ReadBack from "./internal/readBack.ts"
import * as Seal from "./internal/seal.ts"
import type * as Invoice from "./Invoice.ts"
import * as Present from "./Present.ts"
import type { RawWebhook } from "./RawWebhook.ts"
import { Admitted, Proof, Snapshot } from "./WebhookEvent.ts"
import type * as WebhookEvents from "./WebhookEvents.ts"
import * as WebhookOwnership from "./WebhookOwnership.ts"
import { WebhookRejected, type Why } from "./WebhookRejected.ts"
import * as WebhookSignature from "./WebhookSignature.ts"
import * as Wire from "./Wire.ts"

/** The most bytes that a webhook may have. */
export const maxBytes = 65_536

/** What an adapter reads in a body about an invoice. In `readback` mode only the id is used. */
export interface Claim {
  readonly invoice: InvoiceId
  readonly eventId?: string | undefined
  readonly eventType?: string | undefined
  /** The sender's key of this delivery, where a header tells one. */
  readonly deliveryKey?: string | undefined
  /** The invoice as the body states it, where the mode is `signature` and the merchant told where its fields sit. */
  readonly statement?: Invoice.Invoice | undefined
}

/**
 * What an adapter says of a body that it can read and that is about something else, such as a payout. It is rejected as
 * `UnknownEvent` and acknowledged in every mode, so that it is not sent for ever; nothing else follows from it.
 */
export type AboutNoInvoice = "about no invoice"

/** How this account's webhooks are proven. */
export type Proving =
  | { readonly mode: "readback" }
  | {
    readonly mode: "signature" | "signature+readback"
    readonly scheme: WebhookSignature.Scheme
    readonly secrets: readonly [Redacted.Redacted, ...ReadonlyArray<Redacted.Redacted>]
  }

export interface Options {
  readonly provider: ProviderId
  readonly account: AccountId
  readonly proving: Proving
  /**
   * Finds the claim in a body's JSON, numbers as text, and in the headers. It fails for a body that it cannot read, which
   * is `InvalidPayload`, or `UnknownEvent` if the provider signed it.
   */
  readonly readClaim: (json: unknown, webhook: RawWebhook) => Result.Result<Claim | AboutNoInvoice, Wire.Unreadable>
  /** Reads the invoice as polls read it, so that a webhook and a poll of one fact are the same fact. */
  readonly observe: (id: InvoiceId) => Effect.Effect<Invoice.Invoice, GatewayError>
  /** How many invoices may be read back in a minute, apart from all other calls. @default 600 */
  readonly readBacksPerMinute?: number | undefined
}

export const make = Effect.fnUntraced(function*(options: Options) {
  const { account, proving, provider } = options
  const rejected = (why: Why, detail: string) => new WebhookRejected({ provider, account, why, detail })
  const verify = yield* verifier(proving)
  const sealer = proving.mode === "signature" ? yield* Seal.make(proving.scheme, proving.secrets) : Seal.open
  const readBack = yield* ReadBack.make({ ...options, limit: options.readBacksPerMinute ?? 600, window: "1 minute" })
  const hook = yield* WebhookOwnership.Current

  const diagnose: WebhookEvents.Service["diagnose"] = (webhook) =>
    proving.mode === "readback"
      ? Effect.succeed([])
      : WebhookSignature.diagnose(proving.scheme, proving.secrets, webhook)

  const first = FirstRejections.make(account, diagnose)

  const check = Effect.fnUntraced(function*(webhook: RawWebhook) {
    if (webhook.body.length > maxBytes) return yield* rejected("TooLarge", `more than ${maxBytes} bytes`)
    const now = yield* DateTime.now
    const signature = yield* Effect.mapError(verify(webhook, now), ({ detail, why }) => rejected(why, detail))
    const json = Wire.parseJson(webhook.body)
    if (Result.isFailure(json)) return yield* rejected("InvalidPayload", json.failure.message)
    const read = options.readClaim(json.success, webhook)
    if (Result.isFailure(read)) {
      // what the provider signed is an event of its own, though of no invoice
      return yield* rejected(signature === undefined ? "InvalidPayload" : "UnknownEvent", read.failure.message)
    }
    const claim = read.success
    if (claim === "about no invoice") return yield* rejected("UnknownEvent", claim)
    return admitted(options, claim, signature, now)
  })

  const counters = secretCounters(options)

  const watched = Effect.fnUntraced(function*(webhook: RawWebhook) {
    const admission = yield* Effect.tapError(check(webhook), (rejection) => first.rejected(rejection, webhook))
    yield* first.admitted
    const counter = counters[admission.proof.secret ?? -1]
    if (counter !== undefined) yield* Metric.update(counter, 1)
    return admission
  })

  /** What the signed body states, if this account's own admission says so. */
  const stated = Effect.fnUntraced(function*({ proof, statement }: Admission, isOurs: Effect.Effect<boolean>) {
    if (proof.mode !== "signature" || !(yield* isOurs)) {
      return yield* rejected("InvalidSignature", "not admitted with a secret of this account")
    }
    if (statement === undefined) {
      return yield* rejected("InvalidPayload", "the body does not state the invoice where the settings say")
    }
    return statement
  })

  /** An invoice that we own and the provider does not know may be known to it a moment later. */
  const read = (id: InvoiceId, owned: boolean | undefined) =>
    Effect.catchReason(
      readBack(id, owned === true),
      "GatewayError",
      "NotFound",
      (_, error) => Effect.fail(owned === true ? error : rejected("UnknownObject", "the provider does not know it"))
    )

  const settle = Effect.fnUntraced(function*(admission: Admission, isOurs: Effect.Effect<boolean>) {
    if (admission.account !== account) return yield* rejected("UnknownObject", "admitted for another account")
    const owned = yield* isOwned(options, hook, admission.invoice)
    if (owned === false) return yield* rejected("UnknownObject", "the application does not own it")
    const invoice = yield* (proving.mode === "signature" ? stated(admission, isOurs) : read(admission.invoice, owned))
    if (invoice.id !== admission.invoice || invoice.account !== account) {
      return yield* rejected("UnknownObject", "what was found is another object")
    }
    const { deliveryKey, eventId, eventType, receivedAt, signedAt } = admission
    const proof = new Proof({ mode: proving.mode, ...Present.only({ secret: admission.proof.secret }) })
    return prove(
      new Snapshot({
        provider,
        account,
        proof,
        receivedAt,
        invoice,
        ...Present.only({ deliveryKey, eventId, eventType, signedAt })
      })
    )
  })

  const service: WebhookEvents.Service = {
    admit: (webhook) => Effect.flatMap(watched(webhook), (admission) => sealer.seal(new Admitted(admission))),
    resolve: (admission) => settle(admission, sealer.isSealed(admission)),
    // between the two nobody else has had it in hand, so that it needs no seal
    receive: (webhook) => Effect.flatMap(watched(webhook), (admission) => settle(admission, Effect.succeed(true))),
    diagnose
  }
  return service
})

/** `undefined` where the application has no way to tell. The hook of the call goes before the one of the layer. */
const isOwned = (
  { account, provider }: Options,
  ofLayer: WebhookOwnership.Owns | undefined,
  id: InvoiceId
): Effect.Effect<boolean | undefined, GatewayError> =>
  Effect.flatMap(WebhookOwnership.Current, (ofCall) => {
    const owns = ofCall ?? ofLayer
    if (owns === undefined) return Effect.undefined
    const reason = new Unavailable({ evidence: "the ownership hook failed" })
    const failed = () =>
      Effect.fail(new GatewayError({ provider, account, operation: "webhookEvents.resolve", reason }))
    return Effect.suspend(() => owns(account, id)).pipe(Effect.catch(failed), Effect.catchDefect(failed))
  })

const secretsUsed = Metric.counter("gatefold_webhook_secrets", {
  description: "Webhooks by the secret that signed them, by position: whether an old one may be taken out",
  incremental: true
})

const secretCounters = ({ account, proving }: Options) =>
  proving.mode === "readback"
    ? []
    : proving.secrets.map((_, secret) => Metric.withAttributes(secretsUsed, { account, secret: String(secret) }))

type Verify = (
  webhook: RawWebhook,
  now: DateTime.Utc
) => Effect.Effect<WebhookSignature.Verified | undefined, WebhookSignature.Unproven | Stale>

interface Stale {
  readonly why: "StaleTimestamp"
  readonly detail: string
}

const verifier = (proving: Proving): Effect.Effect<Verify> => {
  if (proving.mode === "readback") return Effect.succeed(() => Effect.undefined)
  const { mode, scheme, secrets } = proving
  return Effect.map(WebhookSignature.make(scheme, secrets), (signer): Verify => (webhook, now) =>
    Effect.filterOrFail(
      signer.verify(webhook),
      ({ signedAt }) => mode !== "signature" || isFresh(scheme, signedAt, now),
      (): Stale => ({ why: "StaleTimestamp", detail: "signed too long ago, in the future, or at no time we can read" })
    ))
}

const isFresh = (scheme: WebhookSignature.Scheme, signedAt: DateTime.Utc | undefined, now: DateTime.Utc): boolean =>
  !WebhookSignature.signsTime(scheme) || (signedAt !== undefined && WebhookSignature.isFresh(scheme, signedAt, now))

/** What was found out about a webhook, before it is made into data that may be stored or into an event. */
type Admission = Schema.Struct.Type<typeof Admitted.fields>

/** Of an unsigned body nothing is kept but the id: everything else comes from the provider. */
const admitted = (
  { account, proving, provider }: Options,
  claim: Claim,
  signature: WebhookSignature.Verified | undefined,
  receivedAt: DateTime.Utc
): Admission => ({
  provider,
  account,
  invoice: claim.invoice,
  proof: new Proof({ mode: proving.mode, ...Present.only({ secret: signature?.secret }) }),
  receivedAt,
  ...Present.only({
    signedAt: signature?.signedAt,
    deliveryKey: signature === undefined || claim.deliveryKey === undefined ? undefined : word(claim.deliveryKey),
    eventId: signature === undefined ? undefined : claim.eventId,
    eventType: signature === undefined ? undefined : claim.eventType,
    statement: proving.mode === "signature" ? claim.statement : undefined
  })
})
