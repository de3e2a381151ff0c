import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Accounts from "@gatefold/core/Accounts"
import * as Gateway from "@gatefold/core/Gateway"
import { GatewayError } from "@gatefold/core/GatewayError"
import { Invoices } from "@gatefold/core/Invoices"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { Fault, type Simulator } from "@gatefold/core/Simulator"
import { WebhookEvents } from "@gatefold/core/WebhookEvents"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as Ecryptopay from "@gatefold/ecryptopay/Ecryptopay"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import * as Observer from "@gatefold/simulator/Observer"
import { ConfigProvider, Effect, Layer, Schema, Stream } from "effect"
import { inspect } from "node:util"

/** Every way in which a value ends up in a log file. */
const renderings = (value: unknown): ReadonlyArray<string> => [
  String(value),
  JSON.stringify(value) ?? "",
  inspect(value, { depth: Infinity, showHidden: true }),
  inspect(value, { depth: Infinity, customInspect: false })
]

const secretsOf = (settings: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  Object.entries(settings)
    .filter(([name]) => /KEY|SECRET|PASSWORD|EMAIL|CLIENT_ID/u.test(name))
    .flatMap(([, value]) => value.split(","))

const faults: ReadonlyArray<Fault> = [
  Fault.Reset({ effect: "applied" }),
  Fault.Hangup({ effect: "none" }),
  Fault.ErrorPage({ effect: "none" }),
  Fault.EmptyBody(),
  Fault.Truncated(),
  Fault.WrongContentType(),
  Fault.Unavailable(),
  Fault.RateLimited({ retryAfter: "1" }),
  Fault.Redirect({ to: "http://127.0.0.1:9/elsewhere" }),
  Fault.Answer({ effect: "none", status: 401, body: "{}" }),
  Fault.Answer({ effect: "none", status: 403, body: "<html>" })
]

const eccaEcho = (secrets: ReadonlyArray<string>) => (id: string) =>
  JSON.stringify({
    data: { invoice_id: id, amount: "250.00", currency: "UAH", status: `state ${secrets.join(" ")}` }
  })

const ecryptopayEcho = (secrets: ReadonlyArray<string>) => (id: string) =>
  JSON.stringify([
    { id, currency: "btc", amount: "250.00", currency_amount: "0.1", state: `state ${secrets.join(" ")}` }
  ])

/** Provokes every kind of failure and collects whatever comes out of it. */
const misadventures = (provider: Simulator, echo: (id: string) => string) =>
  Effect.gen(function*() {
    const invoices = yield* Invoices
    const { receive } = yield* WebhookEvents
    const currencies = yield* Effect.flatMap(Gateway.Gateway, (gateway) => gateway.currencies)
    const asked = {
      reference: "order-1",
      price: { amount: "250.00", currency: currencies[0] ?? "MXN" },
      webhookUrl: "https://shop.example/hook",
      successUrl: "https://shop.example/ok",
      failureUrl: "https://shop.example/no"
    }
    const outcomes: Array<unknown> = []
    const collect = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      Effect.map(Effect.exit(effect), (exit) => void outcomes.push(exit))
    for (const [index, fault] of faults.entries()) {
      yield* provider.arm(fault, { operation: "invoices.create" })
      yield* collect(invoices.create({ ...asked, reference: `order-${index}`, customer: `customer-${index}` }))
      yield* provider.disarm
      yield* provider.arm(fault, { operation: "invoices.list" })
      yield* collect(Stream.runCollect(invoices.list()))
      yield* provider.disarm
    }
    // a well-formed answer with a secret in the words that end up in the state
    const opened = yield* invoices.create({ ...asked, reference: "order-echo", customer: "customer-echo" })
    for (const operation of ["invoices.get", "invoices.list"]) {
      yield* provider.arm(Fault.Answer({ effect: "none", status: 200, body: echo(opened.id) }), { operation })
    }
    yield* collect(invoices.get({ id: opened.id }))
    yield* provider.disarm
    yield* collect(invoices.create({ ...asked, reference: "" }))
    yield* collect(receive(yield* provider.forge("1")))
    yield* provider.arm(Fault.Refused())
    yield* collect(Stream.runCollect(invoices.list()))
    yield* provider.disarm
    return outcomes
  }).pipe(Effect.provideService(RetryPolicy.Current, { ...RetryPolicy.standard, base: "1 millis", tries: 2 }))

describe("secrets", () => {
  it.live("are in no log, span, error or rendering of either provider's failures", () =>
    Effect.gen(function*() {
      const ecca = yield* EccaSimulator.make()
      const ecryptopay = yield* EcryptopaySimulator.make()
      const settings = { ...ecca.settings, ...ecryptopay.settings, GATEFOLD_PROVIDER: "ecca" }
      const seen: Array<string> = []
      const observer = Observer.make()
      const gateway = Gateway.layerConfig({ providers: [Ecca.provider, Ecryptopay.provider] }).pipe(
        Layer.provide(NodeHttpClient.layerUndici),
        Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ ...settings })))
      )
      const program = Effect.gen(function*() {
        seen.push(...renderings(yield* Gateway.Gateway), ...renderings(yield* Accounts.Accounts))
        return [
          ...yield* Accounts.on("ecca", misadventures(ecca, eccaEcho(secretsOf(settings)))),
          ...yield* Accounts.on("ecryptopay", misadventures(ecryptopay, ecryptopayEcho(secretsOf(settings))))
        ]
      })
      const outcomes = yield* observer.watch(Effect.provide(program, gateway))
      seen.push(yield* observer.text)
      for (const outcome of outcomes) seen.push(...renderings(outcome))
      const errors = outcomes.flatMap((outcome) => gatewayErrors(outcome))
      for (const error of errors) seen.push(yield* Schema.encodeEffect(Schema.fromJsonString(GatewayError))(error))

      assert.isAtLeast(errors.length, 20, "the misadventures have to fail to prove anything")
      assert.isTrue(seen.some((text) => text.includes("gatefold.ecca.invoices.create")))
      for (const secret of secretsOf(settings)) {
        const leaks = seen.filter((text) => text.includes(secret))
        assert.deepStrictEqual(leaks, [])
      }
    }))
})

const gatewayErrors = (exit: unknown): ReadonlyArray<GatewayError> => {
  if (typeof exit !== "object" || exit === null || !("cause" in exit)) return []
  const { cause } = exit
  if (typeof cause !== "object" || cause === null || !("reasons" in cause) || !Array.isArray(cause.reasons)) return []
  return cause.reasons.flatMap((reason: { readonly error?: unknown }) =>
    reason.error instanceof GatewayError ? [reason.error] : []
  )
}
