/**
 * The three calls of the customer's side, as far as they are known: only their names are documented [LLMS].
 *
 * Neither bodies nor answers nor authentication are. They are offered as they are, JSON in and JSON out with every
 * number as the text of its digits, for a merchant who has learnt more than the documentation says.
 */
import type { GatewayError } from "@gatefold/core/GatewayError"
import { AccountId, type InvoiceId, ProviderId } from "@gatefold/core/Identifiers"
import { path } from "@gatefold/core/ProviderClient"
import * as Settings from "@gatefold/core/Settings"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { check, type EccaOptions } from "./EccaOptions.ts"
import * as context from "./internal/context.ts"
import * as operations from "./internal/operations.ts"

export interface Service {
  /** `GET …/payment-methods`: the methods that this invoice can be paid with. */
  readonly paymentMethods: (invoice: InvoiceId) => Effect.Effect<unknown, GatewayError>
  /** `POST …/select-method`: chooses a method, which makes a deal. `OutcomeUnknown` is settled by reading the invoice. */
  readonly selectMethod: (invoice: InvoiceId, body: Schema.Json) => Effect.Effect<unknown, GatewayError>
  /** `POST …/cancel`: ends the invoice. `OutcomeUnknown` is settled by reading the invoice. */
  readonly cancel: (invoice: InvoiceId, body: Schema.Json) => Effect.Effect<unknown, GatewayError>
}

export class EccaCustomer extends Context.Service<EccaCustomer, Service>()("@gatefold/ecca/EccaCustomer") {}

/**
 * The calls with an account's options, which are checked as `Ecca.layer` checks them. The API key is sent along: whether
 * it is needed is not known.
 */
export const make = Effect.fnUntraced(function*(
  options: EccaOptions
): Effect.fn.Return<Service, Settings.SettingsError, HttpClient.HttpClient> {
  const { client } = yield* context.make(options, yield* identity(options))
  return {
    paymentMethods: (invoice) =>
      client.call(
        operations.customerMethods,
        { method: "GET", path: path`/public/invoice/${invoice}/payment-methods` },
        Schema.Unknown
      ),
    selectMethod: (invoice, body) =>
      client.call(
        operations.customerSelect,
        { method: "POST", path: path`/public/invoice/${invoice}/select-method`, body },
        Schema.Unknown
      ),
    cancel: (invoice, body) =>
      client.call(
        operations.cancelInvoice,
        { method: "POST", path: path`/public/invoice/${invoice}/cancel`, body },
        Schema.Unknown
      )
  }
})

const identity = Effect.fnUntraced(function*(options: EccaOptions) {
  const account = options.account ?? "ecca"
  const problems = check(options)
  if (problems.length > 0) return yield* new Settings.SettingsError({ problems })
  if (Schema.is(AccountId)(account)) return { provider: ProviderId.make("ecca"), account }
  return yield* new Settings.SettingsError({ problems: [Settings.wrong("ECCA_ACCOUNT", "letters, digits, _ and -")] })
})

/** The calls as a layer. */
export const layer = (
  options: EccaOptions
): Layer.Layer<EccaCustomer, Settings.SettingsError, HttpClient.HttpClient> => Layer.effect(EccaCustomer, make(options))
