/** What the contract suite needs to know about Ecca. */
import * as Ecca from "@gatefold/ecca/Ecca"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import type { Subject } from "@gatefold/testkit/Subject"

const sample = (name: string): URL => new URL(`./webhooks/${name}.json`, import.meta.url)

export const subject: Subject = {
  provider: Ecca.provider,
  golden: new URL("./golden/", import.meta.url),
  baseUrl: { variable: "ECCA_BASE_URL", path: "/api/v1" },
  simulator: EccaSimulator.make({ webhooks: "manual" }),
  order: {
    price: { amount: "1500.00", currency: "UAH" },
    successUrl: "https://shop.example/thanks",
    failureUrl: "https://shop.example/sorry",
    webhookUrl: "https://shop.example/hook"
  },
  webhooks: {
    proof: "signature+readback",
    secrets: "ECCA_WEBHOOK_SECRETS",
    events: {
      success: sample("success"),
      fail: sample("fail"),
      expired: sample("expired"),
      canceled: sample("canceled")
    }
  },
  variants: {
    "proof by reading back": { settings: { ECCA_WEBHOOK_PROOF: "readback" }, webhooks: { proof: "readback" } },
    "proof by signature": {
      settings: {
        ECCA_WEBHOOK_PROOF: "signature",
        ECCA_WEBHOOK_STATUS_FIELD: EccaSimulator.payloadFields.status,
        ECCA_WEBHOOK_AMOUNT_FIELD: EccaSimulator.payloadFields.amount,
        ECCA_WEBHOOK_CURRENCY_FIELD: EccaSimulator.payloadFields.currency,
        ECCA_WEBHOOK_ADJUSTED_AMOUNT_FIELD: EccaSimulator.payloadFields.adjustedAmount
      },
      // where a body says the status is not documented
      webhooks: { proof: "signature", secrets: "ECCA_WEBHOOK_SECRETS", tolerance: "5 minutes", events: {} }
    },
    "with a cancel body": { settings: { ECCA_CANCEL_BODY: "{}" }, note: "with `ECCA_CANCEL_BODY`" }
  },
  absent: {
    "payments.create": "A customer chooses how to pay on Ecca's page.",
    "payments.watch": "An Ecca invoice shows no quote that would have to be renewed.",
    "invoices.cancel": "The body of the customer-side call is not documented: off unless it is configured."
  },
  words: {
    invoice: { pending: "open", success: "paid", fail: "failed", expired: "expired", canceled: "canceled" },
    withdrawal: { pending: "pending", success: "succeeded", failed: "failed", cancelled: "canceled" }
  }
}
