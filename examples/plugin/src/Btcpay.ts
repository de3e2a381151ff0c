/**
 * BTCPay Server: invoices on a hosted page, paid in crypto; payouts; signed webhooks. One account is one store.
 *
 * `Btcpay.layer(options)` provides exactly the services that it has, `Btcpay.layerConfig` the same from environment
 * variables, and `Btcpay.provider` is for `Gateway.layerConfig`.
 */
import * as Provider from "@gatefold/core/Provider"
import * as WebhookProof from "@gatefold/core/WebhookProof"
import * as Webhooks from "@gatefold/core/Webhooks"
import type { Scheme } from "@gatefold/core/WebhookSignature"
import * as Effect from "effect/Effect"
import * as account from "./account.ts"
import { type BtcpayOptions, check, settings } from "./BtcpayOptions.ts"
import { byId, currencies, invoices } from "./invoices.ts"
import * as mapping from "./mapping.ts"
import { withdrawals } from "./withdrawals.ts"

export type { BtcpayOptions } from "./BtcpayOptions.ts"

/** The descriptor. */
export const provider = Provider.make({
  id: "btcpay",
  name: "BTCPay Server",
  currencies,
  capabilities: {
    invoices: { create: "native", get: "native", getByReference: "emulated", list: "native" },
    withdrawals: { get: "native", list: "native" },
    webhookEvents: { admit: "native", resolve: "native", receive: "native", diagnose: "native" }
  },
  operations: {
    "invoices.create": account.createInvoice,
    "invoices.get": account.getInvoice,
    "invoices.list": account.listInvoices,
    "withdrawals.get": account.getPayout,
    "withdrawals.list": account.listPayouts
  },
  settings,
  check,
  make: Effect.fnUntraced(function*(options: BtcpayOptions, identity) {
    const store = yield* account.make(options, identity)
    return {
      invoices: invoices(store),
      withdrawals: withdrawals(store),
      webhookEvents: yield* Webhooks.make({
        ...identity,
        proving: WebhookProof.proving(options, scheme),
        readClaim: mapping.claim(options.storeId),
        observe: (id) => byId(store, id),
        readBacksPerMinute: options.readBacksPerMinute
      })
    }
  })
})

/** `BTCPay-Sig: sha256=…` is over the body alone. */
const scheme: Scheme = {
  algorithm: "sha256",
  signedText: "{body}",
  encoding: "hex",
  prefix: "sha256=",
  signatureHeader: "btcpay-sig"
}

/** Every service that BTCPay Server has, from options. */
export const layer = provider.layer

/** Every service that BTCPay Server has, from environment variables. */
export const layerConfig = provider.layerConfig
