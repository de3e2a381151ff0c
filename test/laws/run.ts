/** Runs a number of cases over histories of both simulators. */
import { NodeHttpClient } from "@effect/platform-node"
import * as Gateway from "@gatefold/core/Gateway"
import { Invoices } from "@gatefold/core/Invoices"
import type { NewInvoice } from "@gatefold/core/NewInvoice"
import { WebhookEvents } from "@gatefold/core/WebhookEvents"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as Ecryptopay from "@gatefold/ecryptopay/Ecryptopay"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import * as Histories from "@gatefold/testkit/Histories"
import { ConfigProvider, Effect, Layer, Random } from "effect"

const casesPerHistory = 40
const actsPerHistory = 6
const historiesPerSimulator = 25

export interface Outcome {
  readonly cases: number
  readonly broken: ReadonlyArray<Histories.Broken>
}

const order = (reference: string, currency: string): NewInvoice => ({
  reference,
  price: { amount: "250.00", currency },
  successUrl: "https://shop.example/ok",
  failureUrl: "https://shop.example/no",
  webhookUrl: "https://shop.example/hook"
})

const onEcca = Effect.gen(function*() {
  const provider = yield* EccaSimulator.make({ webhooks: "manual" })
  const fields = EccaSimulator.payloadFields
  const settings = { ...provider.settings, ECCA_WEBHOOK_ADJUSTED_AMOUNT_FIELD: fields.adjustedAmount }
  return { provider, settings, currency: "UAH", extra: [(id: string) => provider.chooseMethod(id, "monobank")] }
})

/** The one mode in which a webhook's statement and a read are made of different answers. */
const onSignedEcca = Effect.map(onEcca, (ecca) => ({
  ...ecca,
  settings: {
    ...ecca.settings,
    ECCA_WEBHOOK_PROOF: "signature",
    // the provider's clock is moved, and ours is not
    ECCA_WEBHOOK_TOLERANCE: "30 days",
    ECCA_WEBHOOK_STATUS_FIELD: EccaSimulator.payloadFields.status,
    ECCA_WEBHOOK_AMOUNT_FIELD: EccaSimulator.payloadFields.amount,
    ECCA_WEBHOOK_CURRENCY_FIELD: EccaSimulator.payloadFields.currency
  }
}))

const onEcryptopay = Effect.gen(function*() {
  const provider = yield* EcryptopaySimulator.make({ webhooks: "manual" })
  return { provider, settings: provider.settings, currency: "MXN", extra: [(id: string) => provider.confirming(id)] }
})

const gateway = (settings: Readonly<Record<string, string>>, id: string) =>
  Gateway.layerConfig({ providers: [Ecca.provider, Ecryptopay.provider] }).pipe(
    Layer.provide(NodeHttpClient.layerUndici),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ ...settings, GATEFOLD_PROVIDER: id })))
  )

const sources = { ecca: onEcca, "ecca, signed": onSignedEcca, ecryptopay: onEcryptopay }

/** Some histories at a fresh simulator of one provider. */
const batch = (name: keyof typeof sources, histories: number) =>
  Effect.scoped(Effect.gen(function*() {
    const { currency, extra, provider, settings } = yield* sources[name]
    const one = (index: number) =>
      Effect.gen(function*() {
        const observer = { invoices: yield* Invoices, webhookEvents: yield* WebhookEvents }
        const steps = yield* Histories.history({
          observer,
          simulator: provider,
          order: order(`order-${index}`, currency),
          acts: actsPerHistory,
          extra
        })
        return yield* Histories.judge(steps, { areWebhooksRead: name !== "ecca, signed", cases: casesPerHistory })
      })
    const broken = yield* Effect.forEach(Array.from({ length: histories }, (_, index) => index), one).pipe(
      Effect.provide(gateway(settings, name === "ecryptopay" ? "ecryptopay" : "ecca"))
    )
    return broken.flat()
  }))

const names = ["ecca", "ecca, signed", "ecryptopay"] as const

/** At least `cases` cases, equally many of each source. A seed makes a run repeatable. */
export const run = (cases: number, seed: string): Effect.Effect<Outcome, unknown> =>
  Effect.gen(function*() {
    const histories = Math.ceil(cases / casesPerHistory / names.length)
    const broken: Array<Histories.Broken> = []
    for (const name of names) {
      for (let done = 0; done < histories; done += historiesPerSimulator) {
        broken.push(...yield* batch(name, Math.min(historiesPerSimulator, histories - done)))
      }
    }
    return { cases: histories * casesPerHistory * names.length, broken }
  }).pipe(Random.withSeed(seed))
