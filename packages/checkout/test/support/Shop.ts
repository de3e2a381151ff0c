/**
 * A shop with a checkout on simulated providers: both accounts are configured, and one of them is chosen.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { Checkout } from "@gatefold/checkout/Checkout"
import * as CheckoutLayer from "@gatefold/checkout/Checkout"
import type { Choices } from "@gatefold/checkout/CheckoutOptions"
import type { NewOrder } from "@gatefold/checkout/Order"
import * as Gateway from "@gatefold/core/Gateway"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as Ecryptopay from "@gatefold/ecryptopay/Ecryptopay"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { ConfigProvider, Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { Database } from "./Databases.ts"

export type Account = "ecca" | "ecryptopay"

/** Both providers, which send webhooks only when they are told to. */
export const providers = Effect.gen(function*() {
  return {
    ecca: yield* EccaSimulator.make({ webhooks: "manual" }),
    ecryptopay: yield* EcryptopaySimulator.make({ webhooks: "manual" })
  }
})

export type Providers = Effect.Success<typeof providers>

/** How one process of the shop is set up. */
export interface Setup {
  /** Where new attempts go. */
  readonly chosen?: Account
  readonly options?: Choices
  /** Put over the settings of the simulators; `undefined` takes one away. */
  readonly settings?: Readonly<Record<string, string | undefined>>
}

const quiet: Choices = { pollInterval: "1 hour" }

/** Starts a process of the shop on a database. By default it looks after things only when it is told to. */
export const start = Effect.fnUntraced(function*(
  { ecca, ecryptopay }: Providers,
  database: Pick<Database, "client">,
  { chosen = "ecca", options, settings }: Setup = {}
) {
  const environment = { ...ecca.settings, ...ecryptopay.settings, GATEFOLD_PROVIDER: chosen, ...settings }
  const accounts = Gateway.layerConfig({ providers: [Ecca.provider, Ecryptopay.provider] }).pipe(
    Layer.provide(NodeHttpClient.layerUndici),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(defined(environment))))
  )
  const context = yield* Layer.build(
    CheckoutLayer.layer({ ...quiet, ...options }).pipe(
      Layer.provideMerge(Layer.fresh(accounts)),
      Layer.provideMerge(Layer.fresh(database.client))
    )
  )
  return { checkout: Context.get(context, Checkout), sql: Context.get(context, SqlClient.SqlClient), context }
})

export type Shop = Effect.Success<ReturnType<typeof start>>

const defined = (settings: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]))

/** An order that Ecca can take. */
export const order = (reference: string, changes: Partial<NewOrder> = {}): NewOrder => ({
  reference,
  price: { amount: "1500.00", currency: "UAH" },
  successUrl: "https://shop.example/thanks",
  failureUrl: "https://shop.example/sorry",
  webhookUrl: "https://shop.example/hook",
  ...changes
})

/** An order in pesos, which ecryptopay can take. */
export const pesos = (reference: string, changes: Partial<NewOrder> = {}): NewOrder => ({
  reference,
  price: { amount: "250.00", currency: "MXN" },
  ...changes
})
