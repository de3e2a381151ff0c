/**
 * A merchant's program on the ecryptopay adapter, over real sockets to the simulator, through what is public alone.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { Gateway, Invoices, Payments, WebhookEvents } from "@gatefold/core"
import type { GatewayError } from "@gatefold/core/GatewayError"
import type { RecordedRequest } from "@gatefold/core/Simulator"
import { Ecryptopay } from "@gatefold/ecryptopay"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { ConfigProvider, Context, DateTime, type Duration, Effect, Fiber, Layer, Result } from "effect"
import type { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { hasEnded, turns } from "./RealTime.ts"

/** When every test begins: 2026-11-20T10:00:00Z. */
export const morning = 1_795_168_800_000

/** The options that this simulator's settings make. */
export const optionsOf = Effect.fnUntraced(function*(simulator: EcryptopaySimulator.Service) {
  const provider = ConfigProvider.fromEnvRecord({ ...simulator.settings })
  const reading = yield* Effect.provideService(Ecryptopay.provider.read, ConfigProvider.ConfigProvider, provider)
  return Result.getOrThrow(reading)
})

/** Opens an account of this simulator. */
export const connect = Effect.fnUntraced(function*(
  simulator: EcryptopaySimulator.Service,
  overrides: Partial<Ecryptopay.EcryptopayOptions> = {},
  transport: Layer.Layer<HttpClient.HttpClient> = NodeHttpClient.layerUndici
) {
  const options: Ecryptopay.EcryptopayOptions = { ...yield* optionsOf(simulator), ...overrides }
  const services = yield* Layer.build(Ecryptopay.layer(options).pipe(Layer.provide(transport)))
  return {
    options,
    gateway: Context.get(services, Gateway.Gateway),
    payments: Context.get(services, Payments.Payments),
    invoices: Context.get(services, Invoices.Invoices),
    webhooks: Context.get(services, WebhookEvents.WebhookEvents)
  }
})

/** Starts a simulator and opens an account of it, at ten in the morning. */
export const open = Effect.fnUntraced(function*(
  overrides: Partial<Ecryptopay.EcryptopayOptions> = {},
  simulated: EcryptopaySimulator.Options = {}
) {
  yield* TestClock.setTime(morning)
  const simulator = yield* EcryptopaySimulator.make({ webhooks: "manual", ...simulated })
  return { simulator, ...yield* connect(simulator, overrides) }
})

/** What an operation's requests were, oldest first. */
export const requestsOf = (
  simulator: EcryptopaySimulator.Service,
  operation: string
): Effect.Effect<ReadonlyArray<RecordedRequest>> =>
  Effect.map(simulator.requests, (all) => all.filter(({ operations }) => operations.includes(operation)))

/** How often each of the four calls was made; calls that were not made are left out. */
export const counts = Effect.fnUntraced(function*(simulator: EcryptopaySimulator.Service) {
  const made: Record<string, number> = {}
  for (const { method, operations, url } of yield* simulator.requests) {
    const name = names.find((each) => operations.includes(each)) ?? `${method} ${url}`
    made[name] = (made[name] ?? 0) + 1
  }
  return made
})

const names = ["token", "payments.create", "payments.get", "payments.list"]

/** Takes note of what was counted: the inner effect tells what came on top of it. */
export const since = (simulator: EcryptopaySimulator.Service) =>
  Effect.map(counts(simulator), (before) => Effect.map(counts(simulator), (now) => difference(before, now)))

const difference = (before: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    Object.entries(now).flatMap(([name, count]) => {
      const more = count - (before[name] ?? 0)
      return more === 0 ? [] : [[name, more] as const]
    })
  )

/** The reason of a failure. */
export const reasonOf = <A, R>(call: Effect.Effect<A, GatewayError, R>) =>
  Effect.map(Effect.flip(call), (e) => e.reason)

/** Runs to the end, and lets time pass whenever nothing else is waited for. Tells how long it took. */
export const throughTime = Effect.fnUntraced(function*<A, E, R>(
  simulator: EcryptopaySimulator.Service,
  effect: Effect.Effect<A, E, R>,
  step: Duration.Input = "1 second"
) {
  const began = yield* DateTime.now
  const fiber = yield* Effect.forkChild(effect)
  let seen = -1
  while (!hasEnded(fiber)) {
    yield* turns()
    const arrived = (yield* simulator.requests).length
    if (arrived === seen && !hasEnded(fiber)) yield* TestClock.adjust(step)
    seen = arrived
  }
  const value = yield* Fiber.join(fiber)
  return { value, took: DateTime.distance(began, yield* DateTime.now) }
})
