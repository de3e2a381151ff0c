/** Runs a number of cases over histories of both simulators. */
import { NodeHttpClient } from "@effect/platform-node"
import * as Gateway from "@gatefold/core/Gateway"
import type { NewInvoice } from "@gatefold/core/NewInvoice"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as Ecryptopay from "@gatefold/ecryptopay/Ecryptopay"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { ConfigProvider, Effect, Layer, Random } from "effect"
import * as Histories from "./Histories.ts"
import * as Laws from "./Laws.ts"

const casesPerHistory = 40
const actsPerHistory = 6
const historiesPerSimulator = 25

export interface Outcome {
  readonly cases: number
  readonly broken: ReadonlyArray<Laws.Broken>
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

const onEcryptopay = Effect.gen(function*() {
  const provider = yield* EcryptopaySimulator.make({ webhooks: "manual" })
  return { provider, settings: provider.settings, currency: "MXN", extra: [(id: string) => provider.confirming(id)] }
})

const gateway = (settings: Readonly<Record<string, string>>, id: string) =>
  Gateway.layerConfig({ providers: [Ecca.provider, Ecryptopay.provider] }).pipe(
    Layer.provide(NodeHttpClient.layerUndici),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ ...settings, GATEFOLD_PROVIDER: id })))
  )

const judge = Effect.fnUntraced(function*(steps: ReadonlyArray<Histories.Step>) {
  const broken = [...Laws.sameFact(steps)]
  for (let each = 0; each < casesPerHistory; each++) broken.push(...yield* Laws.converges(steps))
  return broken
})

/** Some histories at a fresh simulator of one provider. */
const batch = (id: "ecca" | "ecryptopay", histories: number) =>
  Effect.scoped(Effect.gen(function*() {
    const { currency, extra, provider, settings } = yield* (id === "ecca" ? onEcca : onEcryptopay)
    const one = (index: number) =>
      Effect.flatMap(
        Histories.history(provider, order(`order-${index}`, currency), actsPerHistory, extra),
        judge
      )
    const broken = yield* Effect.forEach(Array.from({ length: histories }, (_, index) => index), one).pipe(
      Effect.provide(gateway(settings, id))
    )
    return broken.flat()
  }))

/** At least `cases` cases, half of them at each provider. A seed makes a run repeatable. */
export const run = (cases: number, seed: string): Effect.Effect<Outcome, unknown> =>
  Effect.gen(function*() {
    const histories = Math.ceil(cases / casesPerHistory / 2)
    const broken: Array<Laws.Broken> = []
    for (const id of ["ecca", "ecryptopay"] as const) {
      for (let done = 0; done < histories; done += historiesPerSimulator) {
        broken.push(...yield* batch(id, Math.min(historiesPerSimulator, histories - done)))
      }
    }
    return { cases: histories * casesPerHistory * 2, broken }
  }).pipe(Random.withSeed(seed))
