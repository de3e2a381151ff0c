/**
 * Ecca: fiat invoices on a hosted page, settled in USDT; withdrawals; signed webhooks.
 *
 * `Ecca.layer(options)` provides exactly the services that Ecca has, `Ecca.layerConfig` the same from environment
 * variables, and `Ecca.provider` is for `Gateway.layerConfig`.
 */
import * as Provider from "@gatefold/core/Provider"
import * as Webhooks from "@gatefold/core/Webhooks"
import * as Effect from "effect/Effect"
import type { EccaOptions } from "./EccaOptions.ts"
import { check, settings } from "./EccaOptions.ts"
import * as EccaWebhook from "./EccaWebhook.ts"
import { catalog } from "./internal/catalog.ts"
import * as context from "./internal/context.ts"
import { deliveries } from "./internal/deliveries.ts"
import { invoices, payments } from "./internal/invoices.ts"
import { certainly, observe } from "./internal/observe.ts"
import * as operations from "./internal/operations.ts"
import { readClaim } from "./internal/payload.ts"
import { withdrawals } from "./internal/withdrawals.ts"

export type { EccaOptions } from "./EccaOptions.ts"

/** The descriptor. */
export const provider = Provider.make({
  id: "ecca",
  name: "Ecca",
  currencies: "asked",
  capabilities: {
    invoices: { create: "native", get: "native", getByReference: "native", list: "native", cancel: "native" },
    payments: { get: "emulated", list: "emulated" },
    withdrawals: { get: "native", list: "native" },
    webhookEvents: { admit: "native", resolve: "native", receive: "native", diagnose: "native" },
    webhookDeliveries: { history: "native", resend: "native" },
    catalog: { paymentMethods: "native", currencies: "native" }
  },
  operations: {
    "invoices.create": operations.createInvoice,
    "invoices.get": operations.getInvoice,
    "invoices.list": operations.listInvoices,
    "invoices.cancel": operations.cancelInvoice,
    "withdrawals.get": operations.getWithdrawal,
    "withdrawals.list": operations.listWithdrawals,
    "webhookDeliveries.history": operations.webhookHistory,
    "webhookDeliveries.resend": operations.resendWebhook,
    "catalog.paymentMethods": operations.paymentMethods,
    "catalog.currencies": operations.currencies
  },
  settings,
  check,
  without: ({ cancelBody }) => cancelBody === undefined ? ["invoices.cancel"] : [],
  make: Effect.fnUntraced(function*(options: EccaOptions, identity) {
    const ecca = yield* context.make(options, identity)
    const webhookEvents = yield* Webhooks.make({
      ...identity,
      proving: EccaWebhook.proving(options),
      readClaim: readClaim(ecca),
      observe: (id) => certainly(ecca, observe(ecca, { id })),
      readBacksPerMinute: options.readBacksPerMinute
    })
    return {
      invoices: invoices(ecca),
      payments: payments(ecca),
      withdrawals: withdrawals(ecca),
      webhookEvents,
      webhookDeliveries: deliveries(ecca),
      catalog: catalog(ecca)
    }
  })
})

/** Every service that Ecca has, from options. */
export const layer = provider.layer

/** Every service that Ecca has, from environment variables. */
export const layerConfig = provider.layerConfig
