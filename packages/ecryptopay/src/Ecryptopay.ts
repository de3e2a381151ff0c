/**
 * ecryptopay: payments priced in Mexican pesos and paid in crypto by QR code.
 *
 * `Ecryptopay.layer(options)` provides exactly the services that ecryptopay has, `Ecryptopay.layerConfig` the same from
 * environment variables, and `Ecryptopay.provider` is for `Gateway.layerConfig`.
 */
import * as Currency from "@gatefold/core/Currency"
import { PaymentId } from "@gatefold/core/Identifiers"
import * as Provider from "@gatefold/core/Provider"
import * as Webhooks from "@gatefold/core/Webhooks"
import * as Effect from "effect/Effect"
import { check, type EcryptopayOptions, settings } from "./EcryptopayOptions.ts"
import { readClaim } from "./EcryptopayWebhook.ts"
import * as account from "./internal/account.ts"
import * as mapping from "./internal/mapping.ts"
import { invoices, payments } from "./internal/payments.ts"

export type { EcryptopayOptions } from "./EcryptopayOptions.ts"

/** What customers pay in where nothing is said, as at the provider. */
const bitcoin = new Currency.Currency({ code: Currency.Code.make("BTC") })

/** The descriptor. */
export const provider = Provider.make({
  id: "ecryptopay",
  name: "ecryptopay",
  currencies: ["MXN"],
  capabilities: {
    invoices: { create: "emulated", get: "emulated", list: "emulated" },
    payments: { create: "native", get: "native", list: "native", watch: "native" },
    webhookEvents: { admit: "native", resolve: "native", receive: "native", diagnose: "native" }
  },
  operations: {
    "invoices.create": account.createPayment,
    "invoices.list": account.listPayments,
    "payments.create": account.createPayment,
    "payments.get": account.getPayment,
    "payments.list": account.listPayments
  },
  settings,
  check,
  make: Effect.fnUntraced(function*(options: EcryptopayOptions, identity) {
    const held = yield* account.make(options, identity)
    const asset = Currency.parse(options.payWith ?? bitcoin) ?? bitcoin
    if ((options.states?.paid ?? []).length === 0) {
      yield* Effect.logWarning(
        `${identity.account}: ECRYPTOPAY_PAID_STATES is empty, so no payment can ever be taken for paid`
      )
    }
    return {
      invoices: invoices(held, asset),
      payments: payments(held, asset),
      webhookEvents: yield* Webhooks.make({
        ...identity,
        proving: { mode: "readback" },
        readClaim,
        observe: (id) =>
          Effect.map(held.quotes.observe(PaymentId.make(id)), (value) => mapping.invoice(held.reading, value)),
        readBacksPerMinute: options.readBacksPerMinute
      })
    }
  })
})

/** Every service that ecryptopay has, from options. */
export const layer = provider.layer

/** Every service that ecryptopay has, from environment variables. */
export const layerConfig = provider.layerConfig
