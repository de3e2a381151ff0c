/**
 * A merchant's account at a simulated Ecca: the adapter under test, built by its public layer, over real sockets.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { Catalog, Gateway, Invoices, type NewInvoice, Payments, RetryPolicy } from "@gatefold/core"
import { WebhookDeliveries, WebhookEvents, Withdrawals } from "@gatefold/core"
import { Fault, type Match } from "@gatefold/core/Simulator"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as EccaCustomer from "@gatefold/ecca/EccaCustomer"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import { Context, Effect, Layer, Redacted } from "effect"
import type { HttpClient } from "effect/http"

/** Three tries without pauses, so that a test needs no time. */
export const noPauses: RetryPolicy.RetryPolicy = { ...RetryPolicy.standard, base: 0, cap: 0, tries: 3 }

export interface Setup {
  readonly simulator?: EccaSimulator.Options
  readonly options?: Partial<Ecca.EccaOptions>
  readonly http?: Layer.Layer<HttpClient.HttpClient>
}

const defaultUrls: EccaSimulator.DefaultUrls = {
  callback: "https://shop.example/hook",
  success: "https://shop.example/thanks",
  fail: "https://shop.example/sorry"
}

/** Starts a simulator and opens an account of it. No webhook is sent by itself. */
export const open = Effect.fnUntraced(function*(setup: Setup = {}) {
  const sim = yield* EccaSimulator.make({ webhooks: "manual", defaultUrls, ...setup.simulator })
  const options = { ...optionsFor(sim), ...setup.options }
  return {
    sim,
    options,
    ...yield* connect(options, setup.http),
    /** Every request so far, such as `GET /invoices/order-1`. */
    requests: Effect.map(sim.requests, (all) => all.map(({ method, url }) => `${method} ${url.slice(7)}`))
  }
})

/** The adapter of an account, as another process may have it too. */
export const connect = Effect.fnUntraced(function*(
  options: Ecca.EccaOptions,
  http: Layer.Layer<HttpClient.HttpClient> = NodeHttpClient.layerUndici
) {
  const layer = Layer.merge(Ecca.layer(options), EccaCustomer.layer(options))
  const services = yield* Effect.orDie(Layer.build(Layer.fresh(Layer.provide(layer, http))))
  return {
    gateway: Context.get(services, Gateway.Gateway),
    invoices: Context.get(services, Invoices.Invoices),
    payments: Context.get(services, Payments.Payments),
    withdrawals: Context.get(services, Withdrawals.Withdrawals),
    webhooks: Context.get(services, WebhookEvents.WebhookEvents),
    deliveries: Context.get(services, WebhookDeliveries.WebhookDeliveries),
    catalog: Context.get(services, Catalog.Catalog),
    customer: Context.get(services, EccaCustomer.EccaCustomer)
  }
})

export type Account = Effect.Success<ReturnType<typeof open>>

/** The options of the account that a simulator has. */
export const optionsFor = ({ settings }: EccaSimulator.Service) => {
  const [first = "", ...others] = (settings["ECCA_WEBHOOK_SECRETS"] ?? "").split(",")
  const options: Ecca.EccaOptions = {
    apiKey: Redacted.make(settings["ECCA_API_KEY"] ?? ""),
    baseUrl: settings["ECCA_BASE_URL"],
    webhookSecrets: [Redacted.make(first), ...others.map((secret) => Redacted.make(secret))],
    retry: noPauses
  }
  return options
}

/** An order of a guest. */
export const order = (reference: string, changes: Partial<NewInvoice.NewInvoice> = {}): NewInvoice.NewInvoice => ({
  reference,
  price: { amount: "1500.00", currency: "UAH" },
  ...changes
})

/** The next answer of this operation, word for word, whatever was asked; nothing takes effect. */
export const answering = (
  { sim }: Pick<Account, "sim">,
  operation: string,
  body: unknown,
  status = 200,
  match: Omit<Match, "operation"> = {}
) =>
  sim.arm(
    Fault.Answer({ effect: "none", status, body: typeof body === "string" ? body : JSON.stringify(body) }),
    { operation, ...match }
  )

/** A refusal in the documented envelope. */
export const envelope = (code: string, more: object = {}) => ({
  successful: false,
  request_id: "5f0c1c6e-0b1d-4a55-9a0e-6f0f9c9d2b11",
  error: { code, message: "prose", ...more }
})
