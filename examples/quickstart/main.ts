/**
 * Runs the checkout against a simulator of each provider, the second time with nothing changed but the switch.
 *
 * `--provider ecca` runs one.
 */
import { NodeHttpClient, NodeRuntime } from "@effect/platform-node"
import * as Gateway from "@gatefold/core/Gateway"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as Ecryptopay from "@gatefold/ecryptopay/Ecryptopay"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { Cause, ConfigProvider, Effect, Layer } from "effect"
import { parseArgs } from "node:util"
import { checkout } from "./checkout.ts"
import * as Events from "./Events.ts"
import * as Screen from "./Screen.ts"
import * as SimulatedCustomer from "./SimulatedCustomer.ts"

const providers = [Ecca.provider, Ecryptopay.provider]

/** A connect timeout shorter than that of a call: a host that is down is then known not to have got the request. */
const http = NodeHttpClient.layerUndiciOptions({ connect: { timeout: 3000 } })

const runOn = Effect.fn("quickstart")(function*(
  provider: string,
  settings: Readonly<Record<string, string>>,
  simulators: { readonly ecryptopay: EcryptopaySimulator.Service }
) {
  const gateway = Gateway.layerConfig({ providers })
  const program = Effect.gen(function*() {
    // at ecryptopay the address is registered by hand in the dashboard
    yield* simulators.ecryptopay.webhooksTo(yield* Events.webhookUrl(Ecryptopay.provider.account))
    yield* checkout("order-2026-0001")
  })
  const shop = Layer.mergeAll(SimulatedCustomer.layer(simulators.ecryptopay), Events.layer).pipe(
    Layer.provideMerge(gateway),
    Layer.provide(http),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ ...settings, GATEFOLD_PROVIDER: provider })))
  )
  return yield* Effect.provide(program, shop)
})

const main = Effect.gen(function*() {
  const ecca = yield* EccaSimulator.make()
  yield* ecca.withdraw({ amount: "150.00", networkFee: "1.00", status: "succeeded" })
  const ecryptopay = yield* EcryptopaySimulator.make()
  const settings = {
    ...ecca.settings,
    ...ecryptopay.settings,
    // 25 seconds in earnest: here the renewal should not keep anybody waiting
    ECRYPTOPAY_QUOTE_LASTS: "1 second"
  }
  let paid = 0
  const chosen = yield* chosenProviders
  for (const provider of chosen) {
    const exit = yield* Effect.exit(runOn(provider, settings, { ecryptopay }).pipe(Effect.timeout("30 seconds")))
    if (exit._tag === "Success") paid += 1
    else yield* Screen.failure(message(exit.cause))
  }
  yield* Screen.summary(paid, chosen.length - paid)
  return paid === chosen.length
})

/** All providers, or the one that `--provider` names. */
const chosenProviders = Effect.gen(function*() {
  const names = providers.map(({ id }) => String(id))
  const { values } = parseArgs({ options: { provider: { type: "string" } } })
  const { provider } = values
  if (provider === undefined) return names
  return names.includes(provider)
    ? [provider]
    : yield* Effect.fail({ message: `there is no provider "${provider}": choose ${names.join(" or ")}` })
})

const message = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error)
}

const exitCode = Effect.scoped(main).pipe(
  Effect.map((isPaid) => isPaid ? 0 : 1),
  Effect.catchCause((cause) => Effect.as(Screen.failure(message(cause)), 2))
)

NodeRuntime.runMain(Effect.map(exitCode, (code) => {
  process.exitCode = code
}))
