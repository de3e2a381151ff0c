/**
 * A shop with an account at a simulated Ecca, and what its receivers do with proven events.
 */
import { NodeHttpClient } from "@effect/platform-node"
import * as Accounts from "@gatefold/core/Accounts"
import * as Gateway from "@gatefold/core/Gateway"
import { Invoices } from "@gatefold/core/Invoices"
import type { RawWebhook } from "@gatefold/core/RawWebhook"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import type { WebhookEvent } from "@gatefold/core/WebhookEvent"
import type * as WebhookReceiver from "@gatefold/core/WebhookReceiver"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as EccaWebhook from "@gatefold/ecca/EccaWebhook"
import { ConfigProvider, Context, Effect, Layer, Logger, Metric, Redacted } from "effect"
import type { Start } from "./Servers.ts"

/** What is provided to the gateway besides its settings, such as a limiter or a hook. */
export type Extra = Layer.Layer<never>

/** Opens the shop: a paid invoice, a server in front of it, and everything that is seen of it. */
export const open = Effect.fnUntraced(function*(
  start: Start,
  more: Partial<WebhookReceiver.Options<unknown, never>> & { readonly extra?: Extra } = {}
) {
  const { extra = Layer.empty, ...options } = more
  const simulator = yield* EccaSimulator.make({ webhooks: "manual", defaultUrls })
  const services = yield* Layer.build(gateway(simulator.settings).pipe(Layer.provide(extra)))
  const invoice = yield* Context.get(services, Invoices).create({
    reference: "order-1",
    price: { amount: "1500.00", currency: "UAH" }
  })
  yield* simulator.pay(invoice.id)
  const events: Array<WebhookEvent> = []
  const logs: Array<string> = []
  const metrics: Metric.MetricRegistry = new Map()
  const onEvent = (event: WebhookEvent) => Effect.sync(() => void events.push(event))
  const origin = yield* start({ onEvent, ...options }).pipe(
    Effect.provideService(Accounts.Accounts, Context.get(services, Accounts.Accounts)),
    Effect.provideService(Metric.MetricRegistry, metrics),
    // the first answer counts, and no test shall need time for retries
    Effect.provideService(RetryPolicy.Current, RetryPolicy.once),
    Effect.provideService(
      Logger.CurrentLoggers,
      new Set([Logger.make(({ message }) => void logs.push(String(message)))])
    )
  )
  return {
    simulator,
    invoice,
    /** Proven events, oldest first. */
    events,
    /** Lines of the receiver's log. */
    logs,
    origin,
    url: `${origin}/webhooks/ecca`,
    sign: (body: string) => EccaWebhook.sign(optionsFor(simulator.settings), body),
    /** How many webhooks there were, by account and outcome. */
    counted: Effect.map(
      Effect.provideService(Metric.snapshot, Metric.MetricRegistry, metrics),
      (all) =>
        Object.fromEntries(all.flatMap(({ attributes, id, state }) =>
          id === "gatefold_webhooks" && "count" in state
            ? [[`${attributes?.["account"]} ${attributes?.["outcome"]}`, Number(state.count)]]
            : []
        ))
    )
  }
})

export type Shop = Effect.Success<ReturnType<typeof open>>

const defaultUrls = {
  callback: "https://shop.example/hook",
  success: "https://shop.example/thanks",
  fail: "https://shop.example/sorry"
}

const gateway = (settings: Readonly<Record<string, string>>) =>
  Gateway.layerConfig({ providers: [Ecca.provider] }).pipe(
    Layer.provide(NodeHttpClient.layerUndici),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ ...settings, GATEFOLD_PROVIDER: "ecca" })))
  )

const optionsFor = (settings: Readonly<Record<string, string>>): Ecca.EccaOptions => ({
  apiKey: Redacted.make(settings["ECCA_API_KEY"] ?? ""),
  webhookSecrets: [Redacted.make(settings["ECCA_WEBHOOK_SECRETS"]?.split(",")[0] ?? "")]
})

/** Sends a webhook as it is, with changes to the request if there are any. */
export const post = (url: string, { body, headers }: RawWebhook, changes: RequestInit = {}) =>
  Effect.promise(async () => {
    const response = await fetch(url, {
      method: "POST",
      body: Uint8Array.from(body),
      ...changes,
      headers: { ...headers, ...changes.headers }
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  })
