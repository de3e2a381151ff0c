/**
 * Adapters that are wrong on purpose, each in one way: what the contract suite has to catch.
 *
 * A wrong adapter is a right one with its transport, its services or its settings spoilt. `caughtBy` names the case that
 * is meant for the mistake; that case passes for the adapter that was spoilt.
 */
import type * as Capability from "@gatefold/core/Capability"
import type { Gateway } from "@gatefold/core/Gateway"
import type * as Settings from "@gatefold/core/Settings"
import type { Subject } from "@gatefold/testkit/Subject"
import { Context, Effect, Layer, Result } from "effect"
import { HttpClient } from "effect/http"

export interface Wrong {
  /** What it does wrong, as a sentence: `repeats a create whose answer was lost`. */
  readonly name: string
  /** The id of the case that is meant for it. */
  readonly caughtBy: string
  /** What the case says of it, where more than this mistake could make the case fail. */
  readonly found?: RegExp | undefined
  /** The variant in which it is caught, where that is not the default. */
  readonly variant?: string | undefined
  readonly subject: Subject
  /** The same without the mistake, where that is no adapter of the workspace. */
  readonly right?: Subject | undefined
}

type Services = Context.Context<Gateway | Capability.All>

type Built = Layer.Layer<Gateway | Capability.All, Settings.SettingsError, HttpClient.HttpClient>

const withLayer = (subject: Subject, change: (layer: Built) => Built): Subject => ({
  ...subject,
  provider: { ...subject.provider, configured: Effect.map(subject.provider.configured, Result.map(change)) }
})

/** The same adapter with some of its services replaced. */
export const withServices = (subject: Subject, spoil: (services: Services) => Services): Subject =>
  withLayer(subject, (layer) => Layer.effectContext(Effect.map(Layer.build(layer), spoil)))

/** The same adapter with one service changed. */
export const withService = <Id extends Capability.All, Shape>(
  subject: Subject,
  tag: Context.Service<Id, Shape>,
  spoil: (service: Shape, services: Services) => Shape
): Subject =>
  withServices(subject, (services) => Context.add(services, tag, spoil(Context.getUnsafe(services, tag), services)))

/** The same adapter over a transport that does something else. */
export const withTransport = (
  subject: Subject,
  spoil: (client: HttpClient.HttpClient) => HttpClient.HttpClient
): Subject =>
  withLayer(
    subject,
    (layer) => Layer.provide(layer, Layer.effect(HttpClient.HttpClient, Effect.map(HttpClient.HttpClient, spoil)))
  )
