/**
 * What a provider can do, operation by operation.
 *
 * One table lists every service with its operations; an adapter's declaration is checked against it, and from that one
 * declaration come the services in its layer's type, what it has to build, the stand-ins for what it lacks, and what
 * `Gateway.capabilities` tells at run time.
 */
import type * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import { Catalog } from "./Catalog.ts"
import { Invoices, type ServiceById } from "./Invoices.ts"
import { Payments } from "./Payments.ts"
import { WebhookDeliveries } from "./WebhookDeliveries.ts"
import { WebhookEvents } from "./WebhookEvents.ts"
import { Withdrawals } from "./Withdrawals.ts"

/** By the provider itself, or built by the adapter out of other operations. */
export type Level = "native" | "emulated"

/** What a member of a service is, so that a stand-in of the same shape can be made. */
type Kind<Member> = Member extends Effect.Effect<infer _A, infer _E, infer _R> ? "value"
  : Member extends (...args: infer _Args) => Effect.Effect<infer _A, infer _E, infer _R> ? "effect"
  : Member extends (...args: infer _Args) => Stream.Stream<infer _A, infer _E, infer _R> ? "stream"
  : never

const service = <Id, Shape, const Aspect extends string = never>(
  tag: Context.Service<Id, Shape>,
  operations: { readonly [K in keyof Shape]-?: Kind<Shape[K]> },
  aspects: ReadonlyArray<Aspect> = []
) => ({ tag, operations, aspects })

/**
 * Every service with its operations. Aspects are ways of using an operation that may be absent by themselves: reading an
 * invoice by the merchant's reference is then `Unsupported`, and nothing that an adapter has to see to.
 */
export const services = {
  invoices: service(Invoices, { create: "effect", get: "effect", list: "stream", cancel: "effect" }, [
    "getByReference"
  ]),
  payments: service(Payments, { create: "effect", get: "effect", list: "stream", watch: "stream" }),
  withdrawals: service(Withdrawals, { get: "effect", list: "stream" }),
  webhookEvents: service(WebhookEvents, { admit: "effect", resolve: "effect", receive: "effect", diagnose: "effect" }),
  webhookDeliveries: service(WebhookDeliveries, { history: "effect", resend: "effect" }),
  catalog: service(Catalog, { paymentMethods: "effect", currencies: "value" })
} as const

type Services = typeof services

/** The name of a service in declarations: `invoices`. */
export type Name = keyof Services

type Operation<K extends Name> = keyof Services[K]["operations"] & string
type Aspect<K extends Name> = Services[K]["aspects"][number]

/** An operation or an aspect of one, as it is asked for: `invoices.cancel`. */
export type Path = { readonly [K in Name]: `${K}.${Operation<K> | Aspect<K>}` }[Name]

/** What an adapter declares: a level for each operation that there is. */
export type Declaration = {
  readonly [K in Name]?: { readonly [Op in Operation<K> | Aspect<K>]?: Level }
}

type Tag<K extends Name> = Services[K]["tag"]

/** The services that a declaration promises. */
export type Provided<C> = { readonly [K in keyof C & Name]: Context.Service.Identifier<Tag<K>> }[keyof C & Name]

/** What an adapter has to build for a declaration: each declared operation, and no other. */
export type Implementations<C> = {
  readonly [K in keyof C & Name]: Pick<Built<K, C[K]>, keyof C[K] & keyof Built<K, C[K]>>
}

/** A service as an adapter builds it: it is never asked for an aspect that it does not declare. */
type Built<K extends Name, Declared> = K extends "invoices"
  ? Declared extends { readonly getByReference: Level } ? Context.Service.Shape<Tag<K>> : ServiceById
  : Context.Service.Shape<Tag<K>>

/** Every service. */
export type All = Provided<Services>

/** Every path that a declaration has, with its level. */
export const levels = (declaration: Declaration): ReadonlyMap<string, Level> =>
  new Map(
    Object.entries(declaration).flatMap(([name, operations]) =>
      Object.entries(operations).map(([operation, level]) => [`${name}.${operation}`, level] as const)
    )
  )
