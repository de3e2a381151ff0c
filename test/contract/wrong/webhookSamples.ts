import { WebhookRejected } from "@gatefold/core"
import { Effect, Predicate, Result } from "effect"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import type { Wrong } from "../Wrong.ts"
import { btcpayClaiming, told, webhooksOf } from "./proving.ts"

const unreadable = new WebhookRejected.WebhookRejected({
  provider: ecca.provider.id,
  account: ecca.provider.account,
  why: "InvalidPayload",
  detail: ""
})

/** BTCPay that takes webhooks of this type for something that is about no invoice. */
const forgetting = (type: string) =>
  btcpayClaiming((right) => (json, webhook) =>
    Result.map(
      right(json, webhook),
      (claim) => claim !== "about no invoice" && claim.eventType === type ? "about no invoice" : claim
    )
  )

export const webhookSamples: ReadonlyArray<Wrong> = [
  {
    name: "forgot that a webhook may say InvoiceProcessing",
    caughtBy: "documented-webhooks-are-understood",
    found: /the documented webhook InvoiceProcessing should become an event/u,
    subject: forgetting("InvoiceProcessing")
  },
  {
    name: "forgot that a webhook may say InvoiceReceivedPayment",
    caughtBy: "documented-webhooks-are-understood",
    found: /the documented webhook InvoiceReceivedPayment should become an event/u,
    subject: forgetting("InvoiceReceivedPayment")
  },
  {
    name: "does not read a webhook of an invoice for which no method was selected",
    caughtBy: "documented-webhooks-are-understood",
    found: /the documented webhook expired should become an event/u,
    subject: webhooksOf(ecca, ({ admit }) => ({
      admit: (webhook) => told(webhook)["sub_status"] === null ? Effect.fail(unreadable) : admit(webhook)
    }))
  },
  {
    name: "believes webhooks of every store that has its secret",
    caughtBy: "webhook-of-another-account-is-not-believed",
    found: /a signed webhook of another account should not be believed/u,
    subject: btcpayClaiming((right, storeId) => (json, webhook) =>
      right(Predicate.isObject(json) && "storeId" in json ? { ...json, storeId } : json, webhook)
    )
  }
]
