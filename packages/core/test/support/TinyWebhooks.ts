/**
 * The tiny provider's webhooks, and the account that receives them. It reads back over real sockets.
 */
import type { GatewayError } from "@gatefold/core/GatewayError"
import { AccountId, InvoiceId, ProviderId } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import * as RawWebhook from "@gatefold/core/RawWebhook"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import * as Webhooks from "@gatefold/core/Webhooks"
import type * as WebhookSignature from "@gatefold/core/WebhookSignature"
import * as Wire from "@gatefold/core/Wire"
import { Duration, Effect, Redacted, Result, Schema } from "effect"
import { createHmac } from "node:crypto"
import * as TinyProvider from "./TinyProvider.ts"

export const scheme: WebhookSignature.Scheme = {
  algorithm: "sha256",
  signedText: "{timestamp}.{body}",
  encoding: "hex",
  prefix: "",
  signatureHeader: "x-signature",
  timestampHeader: "x-timestamp",
  tolerance: Duration.minutes(5)
}

export const identity = { provider: ProviderId.make("tiny"), account: AccountId.make("main") }

const secrets = [Redacted.make("new-secret"), Redacted.make("old-secret")] as const

/** How webhooks are proven in each mode. */
export const provings = {
  readback: { mode: "readback" },
  "signature+readback": { mode: "signature+readback", scheme, secrets },
  signature: { mode: "signature", scheme, secrets }
} as const satisfies Readonly<Record<string, Webhooks.Proving>>

export type Mode = keyof typeof provings

export const modes = ["readback", "signature+readback", "signature"] as const

const Body = Schema.Struct({
  thing: Schema.Struct({ id: InvoiceId, state: Schema.Literals(["open", "paid"]) }),
  event: Schema.optional(Schema.Struct({ id: Schema.String, type: Schema.String }))
})

export const invoice = (id: InvoiceId, status: Invoice.Status): Invoice.Invoice =>
  Invoice.make({ ...identity, id, status, providerStatus: status })

/** A body that says that a thing is paid. */
export const paid = (id = "one") =>
  JSON.stringify({ thing: { id, state: "paid" }, event: { id: "e-1", type: "thing.paid" }, note: "hunter2" })

/** A webhook as the provider signs it, at a moment given in seconds. */
export const signed = (body: string, at = 0, secret = "new-secret"): RawWebhook.RawWebhook =>
  RawWebhook.make({
    body,
    headers: {
      "x-timestamp": String(at),
      "x-signature": createHmac("sha256", secret).update(`${at}.${body}`).digest("hex")
    }
  })

const readClaim = (json: unknown): Result.Result<Webhooks.Claim, Wire.Unreadable> =>
  Result.map(Wire.decode(Body)(json), ({ event, thing }) => ({
    invoice: thing.id,
    eventId: event?.id,
    eventType: event?.type,
    statement: invoice(thing.id, thing.state)
  }))

/** Starts the provider, whose things are all open, and the account that receives its webhooks. */
export const start = Effect.fnUntraced(function*(mode: Mode, overrides: Partial<Webhooks.Options> = {}) {
  const { baseUrl, server } = yield* TinyProvider.start
  const { client } = yield* TinyProvider.connect(baseUrl, { retry: RetryPolicy.once })
  const observe = (id: InvoiceId): Effect.Effect<Invoice.Invoice, GatewayError> =>
    Effect.map(
      client.call(TinyProvider.operations.read, { method: "GET", path: `/things/${id}` }, TinyProvider.Thing),
      (thing) => invoice(InvoiceId.make(thing.id), "open")
    )
  const events = yield* Webhooks.make({ ...identity, proving: provings[mode], readClaim, observe, ...overrides })
  return { events, server, observe, reads: Effect.map(server.requests, ({ length }) => length) }
})
