/**
 * What a case has to work with: the adapter, connected over real sockets to a provider of its own, and time that only
 * passes when the case says so.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { levels } from "@gatefold/core/Capability"
import { Catalog } from "@gatefold/core/Catalog"
import { Gateway } from "@gatefold/core/Gateway"
import { Invoices } from "@gatefold/core/Invoices"
import type { NewInvoice } from "@gatefold/core/NewInvoice"
import { Payments } from "@gatefold/core/Payments"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { type Problem, SettingsError } from "@gatefold/core/Settings"
import * as Simulator from "@gatefold/core/Simulator"
import { WebhookDeliveries } from "@gatefold/core/WebhookDeliveries"
import { WebhookEvents } from "@gatefold/core/WebhookEvents"
import { Withdrawals } from "@gatefold/core/Withdrawals"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { randomUUID } from "node:crypto"
import { sandbox } from "./internal/sandbox.ts"
import { turns } from "./internal/turns.ts"
import type * as Subject from "./Subject.ts"
import { Violation } from "./Violation.ts"

/** The adapter's services: those that it lacks fail with `Unsupported`. */
export interface Adapter {
  readonly gateway: Gateway["Service"]
  readonly invoices: Invoices["Service"]
  readonly payments: Payments["Service"]
  readonly withdrawals: Withdrawals["Service"]
  readonly webhookEvents: WebhookEvents["Service"]
  readonly webhookDeliveries: WebhookDeliveries["Service"]
  readonly catalog: Catalog["Service"]
}

/** How to connect another time: as another process, with other settings, or over another transport. */
export interface Connection {
  /** Put over the settings of the world; `undefined` takes one away. */
  readonly settings?: Readonly<Record<string, string | undefined>> | undefined
  readonly transport?: Transport | Layer.Layer<HttpClient.HttpClient> | undefined
}

export type Transport = "undici" | "fetch"

export interface World {
  readonly subject: Subject.Subject
  /** How webhooks are proven in this variant; `undefined` where there are none. */
  readonly webhooks: Subject.DocumentedWebhooks | undefined
  readonly simulator: Simulator.Simulator
  /** The settings by which the adapter reaches the simulator. */
  readonly settings: Readonly<Record<string, string>>
  readonly adapter: Adapter
  readonly connect: (connection?: Connection) => Effect.Effect<Adapter, SettingsError, Scope.Scope>
  /** An order with a reference that no other order of this world has. */
  readonly order: (changes?: Partial<NewInvoice>) => NewInvoice
}

/** @internal How requests are sent, by name. */
export const transports: Readonly<Record<Transport, Layer.Layer<HttpClient.HttpClient>>> = {
  undici: NodeHttpClient.layerUndici,
  fetch: FetchHttpClient.layer
}

const transportOf = ({ transport = "undici" }: Connection): Layer.Layer<HttpClient.HttpClient> =>
  typeof transport === "string" ? transports[transport] : transport

/** Makes a world around a simulator that was just started. */
export const make = (subject: Subject.Subject, variant: Subject.Variant, simulator: Simulator.Simulator) =>
  around(subject, variant, insistent(subject, webhooksOf(subject, variant), simulator), "order")

/**
 * Makes a world around a provider's sandbox, with settings from outside. Its simulator can do nothing, and its orders
 * have references that no other run has.
 */
export const live = (subject: Subject.Subject, settings: Readonly<Record<string, string>>) =>
  around(subject, { settings }, sandbox(settings), `live-${randomUUID().slice(0, 8)}`)

const around = Effect.fnUntraced(function*(
  subject: Subject.Subject,
  variant: Subject.Variant,
  simulator: Simulator.Simulator,
  prefix: string
) {
  const settings = { ...simulator.settings, ...subject.settings, ...variant.settings }
  const connect: World["connect"] = (connection = {}) =>
    open(subject, present({ ...settings, ...connection.settings }), transportOf(connection))
  let orders = 0
  const world: World = {
    subject,
    webhooks: webhooksOf(subject, variant),
    simulator,
    settings,
    adapter: yield* connect(),
    connect,
    order: (changes) => ({ ...subject.order, reference: `${prefix}-${++orders}`, ...changes })
  }
  return world
})

/** What is documented holds under all settings, how it is proven does not. */
const webhooksOf = ({ webhooks }: Subject.Subject, variant: Subject.Variant): Subject.DocumentedWebhooks | undefined =>
  variant.webhooks === undefined
    ? webhooks
    : { events: webhooks?.events, foreign: webhooks?.foreign, ...variant.webhooks }

const present = (settings: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]))

const open = Effect.fnUntraced(function*(
  { provider }: Subject.Subject,
  settings: Readonly<Record<string, string>>,
  http: Layer.Layer<HttpClient.HttpClient>
) {
  const environment = ConfigProvider.layer(ConfigProvider.fromEnvRecord(settings))
  const reading = yield* Effect.provide(provider.configured, environment)
  if (Result.isFailure(reading)) return yield* failed(reading.failure)
  const services = yield* Layer.build(Layer.fresh(Layer.provide(reading.success, http)))
  const adapter: Adapter = {
    gateway: Context.get(services, Gateway),
    invoices: Context.get(services, Invoices),
    payments: Context.get(services, Payments),
    withdrawals: Context.get(services, Withdrawals),
    webhookEvents: Context.get(services, WebhookEvents),
    webhookDeliveries: Context.get(services, WebhookDeliveries),
    catalog: Context.get(services, Catalog)
  }
  return adapter
})

const failed = (problems: ReadonlyArray<Problem>) => Effect.fail(new SettingsError({ problems }))

/** What a provider like this knows cannot be `NotOffered`: a case must not be skipped because of its simulator. */
const insistent = (
  { provider, words }: Subject.Subject,
  webhooks: Subject.Webhooks | undefined,
  simulator: Simulator.Simulator
): Simulator.Simulator => {
  const isSigned = webhooks !== undefined && webhooks.proof !== "readback"
  const hasWithdrawals = levels(provider.capabilities).has("withdrawals.get")
  const when = (isKnown: boolean) => isKnown ? offered : <A>(act: Effect.Effect<A, Simulator.SimulatorError>) => act
  return {
    ...simulator,
    begin: (id) => offered(simulator.begin(id)),
    pay: (id, share = "full") => when(share === "full")(simulator.pay(id, share)),
    expire: (id) => offered(simulator.expire(id)),
    relabel: (id, word, axis) =>
      when(axis === undefined || words.axes?.[axis] !== undefined)(simulator.relabel(id, word, axis)),
    // not every provider knows each status
    withdraw: (withdrawal) =>
      when(hasWithdrawals && (withdrawal.status ?? "pending") === "pending")(simulator.withdraw(withdrawal)),
    webhook: (id, mangle) => offered(simulator.webhook(id, mangle)),
    sign: (body) => when(isSigned)(simulator.sign(body)),
    unknownEvent: offered(simulator.unknownEvent)
  }
}

const offered = <A>(act: Effect.Effect<A, Simulator.SimulatorError>) =>
  Effect.mapError(act, (error) =>
    error.reason === "NotOffered"
      ? new Simulator.SimulatorError({
        reason: "InvalidTransition",
        message: `the simulator of such an adapter needs it: ${error.message}`
      })
      : error)

/** Tries without pauses, so that a case needs no time; a `Retry-After` is still waited for. */
export const withoutPauses = Effect.provideService(RetryPolicy.Current, {
  ...RetryPolicy.standard,
  base: 0,
  cap: 0,
  tries: 3
})

/** Lets sockets do what is under way, such as learning that a connection was closed. */
export const settled = TestClock.withLive(Effect.andThen(Effect.sleep("20 millis"), turns(50)))

/**
 * Lets pass what anything in the background needs to send a request: both ends of every socket are in this process, so
 * that turns of its event loop tell, however slow the machine is, and a while for what waits by a clock of its own.
 */
export const quieted = TestClock.withLive(Effect.andThen(Effect.sleep("120 millis"), turns(200)))

/** Waits in real time, at most 5 seconds, until something holds that is decided elsewhere. */
export const eventually = Effect.fnUntraced(function*(what: string, holds: Effect.Effect<boolean>, seconds = 5) {
  for (let tries = 0; tries < seconds * 500; tries++) {
    if (yield* holds) return
    yield* TestClock.withLive(Effect.sleep("2 millis"))
  }
  return yield* new Violation({ message: `${what}: not within ${seconds} seconds` })
})
