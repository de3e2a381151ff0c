/**
 * What ecryptopay can and cannot do, in the types and at run time.
 */
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import {
  Capability,
  Catalog,
  type Gateway,
  Invoices,
  Payments,
  WebhookDeliveries,
  type WebhookEvents,
  Withdrawals
} from "@gatefold/core"
import type { GatewayError } from "@gatefold/core/GatewayError"
import { InvoiceId, WithdrawalId } from "@gatefold/core/Identifiers"
import { Ecryptopay } from "@gatefold/ecryptopay"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { Effect, Layer, Redacted, Stream } from "effect"
import { FetchHttpClient, type HttpClient } from "effect/http"
import { counts, open, optionsOf, reasonOf } from "./support/Shop.ts"

const withdrawals = Withdrawals.Withdrawals.use((service) => Stream.runCollect(service.list()))
const catalog = Catalog.Catalog.use((service) => service.paymentMethods())
const deliveries = WebhookDeliveries.WebhookDeliveries.use((service) => service.history(InvoiceId.make("48213")))
const payments = Payments.Payments.use((service) => Stream.runCollect(service.list()))
const invoices = Invoices.Invoices.use((service) => Stream.runCollect(service.list()))

/** Compiles for programs that need nothing more than a transport. */
const runs = <A, E>(_program: Effect.Effect<A, E, HttpClient.HttpClient>) => {}

describe("in the types", () => {
  const options = {
    email: Redacted.make("comercio@example.test"),
    password: Redacted.make("a"),
    clientId: Redacted.make("b"),
    clientSecret: Redacted.make("c")
  }
  const layer = Ecryptopay.layer(options)

  it("the layer provides exactly the services that there are, and needs a transport alone", () => {
    expectTypeOf<Layer.Success<typeof layer>>().toEqualTypeOf<
      Gateway.Gateway | Invoices.Invoices | Payments.Payments | WebhookEvents.WebhookEvents
    >()
    expectTypeOf<Layer.Services<typeof layer>>().toEqualTypeOf<HttpClient.HttpClient>()
    expectTypeOf<Layer.Success<typeof Ecryptopay.layerConfig>>().toEqualTypeOf<Layer.Success<typeof layer>>()
  })

  it("a program that needs what there is compiles", () => {
    runs(payments.pipe(Effect.provide(layer)))
    runs(invoices.pipe(Effect.provide(layer)))
  })

  it("a program that needs another service does not compile", () => {
    // @ts-expect-error ecryptopay has no withdrawals
    // @effect-diagnostics-next-line missingEffectContext:off
    runs(withdrawals.pipe(Effect.provide(layer)))
    // @ts-expect-error ecryptopay has no catalog
    // @effect-diagnostics-next-line missingEffectContext:off
    runs(catalog.pipe(Effect.provide(layer)))
    // @ts-expect-error ecryptopay has no history of deliveries
    // @effect-diagnostics-next-line missingEffectContext:off
    runs(deliveries.pipe(Effect.provide(layer)))
  })

  it("it compiles where every service is provided, and fails at run time then", () => {
    const all = Ecryptopay.provider.layerAll(options)
    runs(withdrawals.pipe(Effect.provide(all)))
    runs(catalog.pipe(Effect.provide(all)))
    runs(deliveries.pipe(Effect.provide(all)))
  })
})

const declared: Readonly<Record<string, Capability.Level>> = {
  "invoices.create": "emulated",
  "invoices.get": "emulated",
  "invoices.list": "emulated",
  "payments.create": "native",
  "payments.get": "native",
  "payments.list": "native",
  "payments.watch": "native",
  "webhookEvents.admit": "native",
  "webhookEvents.resolve": "native",
  "webhookEvents.receive": "native",
  "webhookEvents.diagnose": "native"
}

describe("at run time", () => {
  it.effect("the gateway says what there is", () =>
    Effect.gen(function*() {
      const { gateway } = yield* open()
      assert.deepStrictEqual(Object.fromEntries(gateway.capabilities), declared)
      assert.strictEqual(gateway.provider, "ecryptopay")
      assert.strictEqual(gateway.account, "ecryptopay")
      assert.deepStrictEqual((yield* gateway.currencies).map(String), ["MXN"])
    }))

  /** Every operation that is not declared, as somebody would call it. */
  const absent: Readonly<Record<string, Effect.Effect<unknown, GatewayError, Capability.All>>> = {
    "invoices.cancel": Invoices.Invoices.use((service) => service.cancel(InvoiceId.make("48213"))),
    "withdrawals.get": Withdrawals.Withdrawals.use((service) => service.get(WithdrawalId.make("1"))),
    "withdrawals.list": withdrawals,
    "webhookDeliveries.history": deliveries,
    "webhookDeliveries.resend": WebhookDeliveries.WebhookDeliveries.use((service) =>
      service.resend(InvoiceId.make("48213"))
    ),
    "catalog.paymentMethods": catalog,
    "catalog.currencies": Catalog.Catalog.use((service) => service.currencies)
  }

  it("what is absent is every operation that is not declared", () => {
    const all = Object.entries(Capability.services).flatMap(([name, { operations }]) =>
      Object.keys(operations).map((operation) => `${name}.${operation}`)
    )
    assert.sameMembers([...Object.keys(declared), ...Object.keys(absent)], all)
  })

  it.effect("what is absent fails as unsupported, and nothing is sent", () =>
    Effect.gen(function*() {
      const simulator = yield* EcryptopaySimulator.make()
      const layer = Ecryptopay.provider.layerAll(yield* optionsOf(simulator)).pipe(Layer.provide(FetchHttpClient.layer))
      const services = yield* Layer.build(layer)
      for (const [capability, call] of Object.entries(absent)) {
        assert.deepInclude(yield* reasonOf(Effect.provideContext(call, services)), { _tag: "Unsupported", capability })
      }
      assert.deepStrictEqual(yield* counts(simulator), {})
      assert.deepStrictEqual(yield* Effect.provideContext(payments, services), [])
    }))

  it.effect("cancelling is unsupported also where only ecryptopay is there", () =>
    Effect.gen(function*() {
      const { invoices, simulator } = yield* open()
      const reason = yield* reasonOf(invoices.cancel(InvoiceId.make("48213")))
      assert.deepInclude(reason, { _tag: "Unsupported", capability: "invoices.cancel" })
      assert.deepStrictEqual(yield* counts(simulator), {})
    }))
})

describe("the descriptor", () => {
  it("says who it is and what it takes", () => {
    const { currencies, id, name } = Ecryptopay.provider
    assert.deepStrictEqual({ id: String(id), name, currencies }, {
      id: "ecryptopay",
      name: "ecryptopay",
      currencies: ["MXN"]
    })
  })
})
