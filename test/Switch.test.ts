import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Accounts from "@gatefold/core/Accounts"
import * as Gateway from "@gatefold/core/Gateway"
import * as Invoice from "@gatefold/core/Invoice"
import { Invoices } from "@gatefold/core/Invoices"
import * as Money from "@gatefold/core/Money"
import type { Simulator } from "@gatefold/core/Simulator"
import { WebhookEvents } from "@gatefold/core/WebhookEvents"
import { Withdrawals } from "@gatefold/core/Withdrawals"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as Ecryptopay from "@gatefold/ecryptopay/Ecryptopay"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { ConfigProvider, Effect, Layer, Stream } from "effect"

const simulators = Effect.all({
  ecca: EccaSimulator.make({ webhooks: "manual" }),
  ecryptopay: EcryptopaySimulator.make({ webhooks: "manual" })
})

const gateway = (settings: Readonly<Record<string, string>>) =>
  Gateway.layerConfig({ providers: [Ecca.provider, Ecryptopay.provider] }).pipe(
    Layer.provide(NodeHttpClient.layerUndici),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ ...settings })))
  )

const order = (reference: string) =>
  Effect.gen(function*() {
    const { currencies } = yield* Gateway.Gateway
    const [currency = "MXN"] = yield* currencies
    return {
      reference,
      price: yield* Money.make("250.00", currency),
      webhookUrl: "https://shop.example/hook",
      successUrl: "https://shop.example/ok",
      failureUrl: "https://shop.example/no"
    }
  })

/** A shop's checkout that knows no provider. */
const checkout = (customer: Simulator) =>
  Effect.gen(function*() {
    const invoices = yield* Invoices
    const asked = yield* order("order-1")
    const opened = yield* invoices.create(asked)
    const before = Invoice.covers(asked.price, opened)
    yield* customer.pay(opened.id)
    const { receive } = yield* WebhookEvents
    const event = yield* receive(yield* customer.webhook(opened.id))
    const merged = yield* Effect.fromResult(Invoice.merge(opened, event.invoice))
    return { before, after: Invoice.covers(asked.price, merged), listed: yield* Stream.runCollect(invoices.list()) }
  })

describe("one program", () => {
  it.effect("takes a payment on whichever provider the switch names, and on no other", () =>
    Effect.gen(function*() {
      const { ecca, ecryptopay } = yield* simulators
      const settings = { ...ecca.settings, ...ecryptopay.settings }
      for (const [name, chosen, other] of [["ecca", ecca, ecryptopay], ["ecryptopay", ecryptopay, ecca]] as const) {
        const booked = (yield* other.books).length
        const result = yield* Effect.provide(checkout(chosen), gateway({ ...settings, GATEFOLD_PROVIDER: name }))
        assert.isFalse(result.before)
        assert.isTrue(result.after)
        assert.strictEqual(result.listed.length, 1)
        assert.strictEqual((yield* other.books).length, booked)
      }
    }))

  it.effect("keeps proving the webhooks of the account that was switched away from", () =>
    Effect.gen(function*() {
      const { ecca, ecryptopay } = yield* simulators
      const settings = { ...ecca.settings, ...ecryptopay.settings }
      const open = Effect.flatMap(order("order-2"), (asked) => Invoices.use(({ create }) => create(asked)))
      const opened = yield* Effect.provide(open, gateway({ ...settings, GATEFOLD_PROVIDER: "ecca" }))
      yield* ecca.pay(opened.id)
      const webhook = yield* ecca.webhook(opened.id)
      const event = yield* Accounts.on("ecca", WebhookEvents.use(({ receive }) => receive(webhook))).pipe(
        Effect.provide(gateway({ ...settings, GATEFOLD_PROVIDER: "ecryptopay" }))
      )
      assert.strictEqual(event.invoice.id, opened.id)
      assert.strictEqual(event.invoice.status, "paid")
    }))

  it.effect("is told what the chosen provider lacks, before and when it asks for it", () =>
    Effect.gen(function*() {
      const { ecca, ecryptopay } = yield* simulators
      const settings = { ...ecca.settings, ...ecryptopay.settings, GATEFOLD_PROVIDER: "ecryptopay" }
      const program = Effect.gen(function*() {
        const asked = yield* Gateway.supports("withdrawals.list")
        const { list } = yield* Withdrawals
        return { asked, error: yield* Effect.flip(Stream.runDrain(list())) }
      })
      const { asked, error } = yield* Effect.provide(program, gateway(settings))
      assert.isFalse(asked)
      assert.strictEqual(error.reason._tag, "Unsupported")
    }))

  it.effect("starts with one provider's settings alone", () =>
    Effect.gen(function*() {
      const { ecca } = yield* simulators
      const ids = yield* Accounts.Accounts.useSync(({ ids }) => ids).pipe(
        Effect.provide(gateway({ ...ecca.settings, GATEFOLD_PROVIDER: "ecca" }))
      )
      assert.deepStrictEqual(ids.map(String), ["ecca"])
    }))
})
