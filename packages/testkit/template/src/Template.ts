/**
 * Template Pay for Gatefold.
 *
 * `Template.layer(options)` provides exactly the services that it has, `Template.layerConfig` the same from environment
 * variables, and `Template.provider` is for `Gateway.layerConfig`.
 */
import * as Provider from "@gatefold/core/Provider"
import * as Webhooks from "@gatefold/core/Webhooks"
import type { Scheme } from "@gatefold/core/WebhookSignature"
import * as Effect from "effect/Effect"
import * as account from "./account.ts"
import { byId, currencies, invoices } from "./invoices.ts"
import * as mapping from "./mapping.ts"
import { check, settings, type TemplateOptions } from "./TemplateOptions.ts"

export type { TemplateOptions } from "./TemplateOptions.ts"

/** The descriptor: what it can do, and how that is built. The compiler holds the two against each other. */
export const provider = Provider.make({
  id: "template",
  name: "Template Pay",
  currencies,
  capabilities: {
    invoices: { create: "native", get: "native", getByReference: "native" },
    webhookEvents: { admit: "native", resolve: "native", receive: "native", diagnose: "native" }
  },
  operations: { "invoices.create": account.createInvoice, "invoices.get": account.getInvoice },
  settings,
  check,
  make: Effect.fnUntraced(function*(options: TemplateOptions, identity) {
    const mine = yield* account.make(options, identity)
    return {
      invoices: invoices(mine),
      webhookEvents: yield* Webhooks.make({
        ...identity,
        proving: { mode: "signature+readback", scheme, secrets: options.webhookSecrets },
        readClaim: mapping.claim,
        observe: (id) => byId(mine, id),
        readBacksPerMinute: options.readBacksPerMinute
      })
    }
  })
})

// invented: how webhooks are signed
const scheme: Scheme = {
  algorithm: "sha256",
  signedText: "{timestamp}.{body}",
  encoding: "hex",
  prefix: "",
  signatureHeader: "template-signature",
  timestampHeader: "template-timestamp"
}

/** Every service that Template Pay has, from options. */
export const layer = provider.layer

/** Every service that Template Pay has, from environment variables. */
export const layerConfig = provider.layerConfig
