/** What the contract suite needs to know about Template Pay. */
import type { Subject } from "@gatefold/testkit/Subject"
import * as Template from "../src/Template.ts"
import * as TemplateSimulator from "./TemplateSimulator.ts"

export const subject: Subject = {
  provider: Template.provider,
  simulator: TemplateSimulator.make,
  order: { price: { amount: "250.00", currency: "EUR" } },
  webhooks: {
    proof: "signature+readback",
    secrets: "TEMPLATE_WEBHOOK_SECRETS",
    // a sample of each documented type
    events: { "invoice.paid": new URL("./webhooks/invoice-paid.json", import.meta.url) }
  },
  golden: new URL("./golden/", import.meta.url),
  baseUrl: { variable: "TEMPLATE_BASE_URL", path: "" },
  // why each operation that the descriptor does not declare is absent, for the report
  absent: {},
  // each word that Template Pay documents for a state, with what it means
  words: { invoice: {} }
}
