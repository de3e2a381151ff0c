/**
 * Webhooks that tell of nothing that happened here: forged ones, and authentic ones that were made to order.
 */
import type * as RawWebhook from "@gatefold/core/RawWebhook"
import { randomUUID } from "node:crypto"
import * as Deals from "./Deals.ts"
import * as Invoice from "./Invoice.ts"
import type { Platform } from "./Platform.ts"
import * as Times from "./Times.ts"
import * as WebhookPayload from "./WebhookPayload.ts"

/** Signed as every webhook that is sent now. */
export const sign = (platform: Platform, body: string | Uint8Array, now: number): RawWebhook.RawWebhook =>
  stamp(platform, body, `${randomUUID()}:made_to_order:${Times.unixSeconds(now)}`, now)

/** The guide knows webhooks about invoices only [WH]; this is about none, and every name in it but `event_id` is invented. */
export const unknownEvent = (platform: Platform, now: number): RawWebhook.RawWebhook => {
  const eventId = `${randomUUID()}:requisites_rotated:${Times.unixSeconds(now)}`
  const body = JSON.stringify({
    event_id: eventId,
    event_type: "platform.requisites_rotated",
    rotated_pool: "pool_7",
    rotated_at: Times.zulu(now)
  })
  return stamp(platform, body, eventId, now)
}

const stamp = (platform: Platform, body: string | Uint8Array, eventId: string, now: number) =>
  platform.outbox.signed({ body, eventId, eventAt: now, sentAt: now }, undefined)

/** Well made in all but the secret: as if the customer paid at this moment. */
export const forge = (platform: Platform, id: string, now: number): RawWebhook.RawWebhook => {
  const invoice = platform.ledger.find(id) ?? stranger(id, now)
  const paid = Deals.withDeal(platform.market(), Invoice.pay)(invoice, now) ?? { ...invoice, status: "success" }
  const { body, eventId } = WebhookPayload.make(paid, "success", now)
  const message = { body, eventId, eventAt: now, sentAt: now }
  return platform.outbox.signed(message, invoice.invoiceId, "a secret that Ecca never gave out")
}

/** An invoice that is on nobody's books. */
const stranger = (id: string, now: number): Invoice.Invoice => ({
  invoiceId: id,
  externalId: id,
  customerId: "nobody",
  purpose: undefined,
  amount: "1500.00",
  currency: "UAH",
  status: "pending",
  label: undefined,
  requestedCallback: undefined,
  callbackUrl: "",
  successUrl: "",
  failUrl: "",
  createdAt: now,
  expiresAt: now + 1,
  finishedAt: undefined,
  deal: undefined
})
