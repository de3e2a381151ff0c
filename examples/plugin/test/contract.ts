/** What the contract suite needs to know about BTCPay Server. */
import * as Btcpay from "@gatefold/example-plugin/Btcpay"
import type { Subject } from "@gatefold/testkit/Subject"
import * as BtcpaySimulator from "./BtcpaySimulator.ts"

const sample = (name: string): URL => new URL(`./webhooks/${name}.json`, import.meta.url)

export const subject: Subject = {
  provider: Btcpay.provider,
  golden: new URL("./golden/", import.meta.url),
  baseUrl: { variable: "BTCPAY_BASE_URL", path: "" },
  simulator: BtcpaySimulator.make({ webhooks: "manual" }),
  order: { price: { amount: "250.00", currency: "EUR" }, successUrl: "https://shop.example/thanks" },
  webhooks: {
    proof: "signature+readback",
    secrets: "BTCPAY_WEBHOOK_SECRETS",
    events: {
      InvoiceCreated: sample("InvoiceCreated"),
      InvoiceReceivedPayment: sample("InvoiceReceivedPayment"),
      InvoicePaymentSettled: sample("InvoicePaymentSettled"),
      InvoiceProcessing: sample("InvoiceProcessing"),
      InvoiceSettled: sample("InvoiceSettled"),
      InvoiceExpired: sample("InvoiceExpired"),
      InvoiceInvalid: sample("InvoiceInvalid")
    },
    foreign: sample("InvoiceSettled.other-store")
  },
  variants: {
    "proof by reading back": { settings: { BTCPAY_WEBHOOK_PROOF: "readback" }, webhooks: { proof: "readback" } }
  },
  absent: {
    payments: "Another request per invoice would tell what its payment methods got; the invoice says what counts.",
    "invoices.cancel": "Marking an invoice Invalid does not stop its address from taking money.",
    webhookDeliveries: "They belong to a webhook of the store, whose id the adapter does not know.",
    catalog: "The rates that a store can use are not told by the API."
  },
  words: {
    invoice: { New: "open", Processing: "processing", Settled: "paid", Expired: "expired", Invalid: "failed" },
    axes: { additionalStatus: ["None", "PaidPartial", "PaidOver", "PaidLate", "Marked", "Invalid"] },
    withdrawal: {
      AwaitingApproval: "pending",
      AwaitingPayment: "pending",
      InProgress: "processing",
      Completed: "succeeded",
      Cancelled: "canceled"
    }
  }
}
