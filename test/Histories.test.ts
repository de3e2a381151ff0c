import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Gateway from "@gatefold/core/Gateway"
import type { InvoiceId } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import { Invoices } from "@gatefold/core/Invoices"
import * as Money from "@gatefold/core/Money"
import type { SimulatorError } from "@gatefold/core/Simulator"
import { WebhookEvents } from "@gatefold/core/WebhookEvents"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as Ecryptopay from "@gatefold/ecryptopay/Ecryptopay"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { ConfigProvider, Effect, Equal, Layer, Result, Schema } from "effect"

const gateway = (id: string, settings: Readonly<Record<string, string>>) =>
  Gateway.layerConfig({ providers: [Ecca.provider, Ecryptopay.provider] }).pipe(
    Layer.provide(NodeHttpClient.layerUndici),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ ...settings, GATEFOLD_PROVIDER: id })))
  )

const json = Schema.fromJsonString(Invoice.Invoice)

type Act = (id: InvoiceId) => Effect.Effect<void, SimulatorError>

interface Provider {
  readonly name: string
  readonly settings: Readonly<Record<string, string>>
  readonly currency: string
  readonly webhook: EccaSimulator.Service["webhook"]
}

/** Opens an invoice of 250.00, lets things happen to it, and folds what webhooks and reads say after each of them. */
const live = (provider: Provider, acts: ReadonlyArray<Act>) =>
  Effect.gen(function*() {
    const invoices = yield* Invoices
    const { receive } = yield* WebhookEvents
    const price = yield* Money.make("250.00", provider.currency)
    const opened = yield* invoices.create({
      reference: "order-1",
      price,
      webhookUrl: "https://shop.example/hook",
      successUrl: "https://shop.example/ok",
      failureUrl: "https://shop.example/no"
    })
    let state = opened
    for (const act of acts) {
      yield* act(opened.id)
      const read = yield* invoices.get({ id: opened.id })
      const webhook = yield* Effect.option(Effect.flatMap(provider.webhook(opened.id), receive))
      for (const observed of [read, ...webhook._tag === "Some" ? [webhook.value.invoice] : []]) {
        state = yield* Effect.fromResult(Invoice.merge(state, observed))
      }
    }
    const stored = yield* Schema.encodeEffect(json)(state)
    const restored = yield* Schema.decodeEffect(json)(stored)
    assert.isTrue(Equal.equals(restored, state), "it is the same after it was stored")
    assert.strictEqual(Result.getOrThrow(Invoice.merge(restored, state)).status, state.status)
    return {
      status: state.status,
      coverage: state.coverage,
      conditions: Invoice.conditions(state),
      covers: Invoice.covers(price, state)
    }
  }).pipe(Effect.provide(gateway(provider.name, provider.settings)))

const ecca = Effect.map(EccaSimulator.make({ webhooks: "manual" }), (simulator) => ({
  name: "ecca",
  settings: {
    ...simulator.settings,
    ECCA_WEBHOOK_ADJUSTED_AMOUNT_FIELD: EccaSimulator.payloadFields.adjustedAmount
  },
  currency: "UAH",
  webhook: simulator.webhook,
  simulator
}))

const ecryptopay = Effect.map(EcryptopaySimulator.make({ webhooks: "manual" }), (simulator) => ({
  name: "ecryptopay",
  settings: simulator.settings,
  currency: "MXN",
  webhook: simulator.webhook,
  simulator
}))

describe("what can happen to an invoice at Ecca", () => {
  it.effect("is paid after the invoice expired, in the time that the deal has: covered", () =>
    Effect.gen(function*() {
      const provider = yield* ecca
      const { chooseMethod, expire, pay } = provider.simulator
      const outcome = yield* live(provider, [
        (id) => chooseMethod(id, "monobank"),
        expire,
        () => provider.simulator.advance("1 minute"),
        (id) => pay(id)
      ])
      assert.deepStrictEqual(outcome, { status: "paid", coverage: "full", conditions: [], covers: true })
    }))

  it.effect("is adjusted to less after its success: not covered any more", () =>
    Effect.gen(function*() {
      const provider = yield* ecca
      const { adjust, pay } = provider.simulator
      const outcome = yield* live(provider, [(id) => pay(id), (id) => adjust(id, "240.00")])
      assert.deepStrictEqual(outcome, { status: "paid", coverage: "full", conditions: ["adjusted"], covers: false })
    }))

  it.effect("is adjusted to more after its success: still covered", () =>
    Effect.gen(function*() {
      const provider = yield* ecca
      const { adjust, pay } = provider.simulator
      const outcome = yield* live(provider, [(id) => pay(id), (id) => adjust(id, "260.00")])
      assert.deepStrictEqual(outcome, { status: "paid", coverage: "full", conditions: ["adjusted"], covers: true })
    }))

  it.effect("is adjusted to nobody knows what: not covered", () =>
    Effect.gen(function*() {
      const provider = yield* ecca
      const { adjust, pay } = provider.simulator
      const outcome = yield* live(provider, [(id) => pay(id), (id) => adjust(id)])
      assert.deepStrictEqual(outcome, { status: "paid", coverage: "full", conditions: ["adjusted"], covers: false })
    }))
})

describe("what can happen to an invoice at ecryptopay", () => {
  it.effect("is paid in part, expires, and is paid late and over", () =>
    Effect.gen(function*() {
      const provider = yield* ecryptopay
      const { expire, pay } = provider.simulator
      const outcome = yield* live(provider, [(id) => pay(id, "partial"), expire, (id) => pay(id, "over")])
      assert.deepStrictEqual(outcome, {
        status: "paid",
        coverage: "over",
        conditions: ["overpaid", "late"],
        covers: true
      })
    }))

  it.effect("is paid in part and no more: not covered", () =>
    Effect.gen(function*() {
      const provider = yield* ecryptopay
      const outcome = yield* live(provider, [(id) => provider.simulator.pay(id, "partial")])
      assert.deepStrictEqual(outcome, {
        status: "processing",
        coverage: "partial",
        conditions: ["underpaid"],
        covers: false
      })
    }))

  it.effect("has its success taken back: a flag beside `paid`, and not covered", () =>
    Effect.gen(function*() {
      const provider = yield* ecryptopay
      const { pay, reverse } = provider.simulator
      const outcome = yield* live(provider, [(id) => pay(id), reverse])
      assert.deepStrictEqual(outcome, { status: "paid", coverage: "full", conditions: ["reversed"], covers: false })
    }))
})
