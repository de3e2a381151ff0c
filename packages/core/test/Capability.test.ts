/**
 * What a provider lacks says so, at run time by `Unsupported` and, where the provider is known, by not compiling.
 */
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as Capability from "@gatefold/core/Capability"
import type { Catalog } from "@gatefold/core/Catalog"
import * as Gateway from "@gatefold/core/Gateway"
import { GatewayError } from "@gatefold/core/GatewayError"
import { type ById, Invoices, type Lookup } from "@gatefold/core/Invoices"
import type { Payments } from "@gatefold/core/Payments"
import * as Provider from "@gatefold/core/Provider"
import type { SettingsError } from "@gatefold/core/Settings"
import type { WebhookDeliveries } from "@gatefold/core/WebhookDeliveries"
import type { WebhookEvents } from "@gatefold/core/WebhookEvents"
import { Withdrawals } from "@gatefold/core/Withdrawals"
import { Cause, Effect, Exit, Layer, Predicate, Redacted, Stream } from "effect"
import type { HttpClient } from "effect/http"
import * as TinyAdapter from "./support/TinyAdapter.ts"
import * as TinyProvider from "./support/TinyProvider.ts"

const { layer: http } = TinyProvider.transports[0]
const acme = TinyAdapter.make("acme")
const options: TinyAdapter.TinyOptions = { apiKey: Redacted.make("k"), mode: "test" }
const empty = Provider.make({
  id: "empty",
  name: "Empty",
  currencies: [],
  capabilities: {},
  settings: {},
  make: () => Effect.succeed({})
})

/** What each member of each service answers to a call without sense: the name of the reason, or what else it did. */
const callAll = <E>(layer: Layer.Layer<Gateway.Gateway | Capability.All, E>) =>
  Effect.gen(function*() {
    const services = yield* Layer.build(layer)
    const heard: Record<string, string> = {}
    for (const [name, { operations, tag }] of Object.entries(Capability.services)) {
      const service: Readonly<Record<string, unknown>> = services.mapUnsafe.get(tag.key)
      assert.sameMembers(Object.keys(service), Object.keys(operations))
      for (const [operation, kind] of Object.entries(operations)) {
        heard[`${name}.${operation}`] = yield* call(service[operation], kind)
      }
    }
    return heard
  }).pipe(Effect.scoped)

const call = (member: unknown, kind: string): Effect.Effect<string> => {
  const called: unknown = kind === "value" ? member : Predicate.isFunction(member) ? member({}) : undefined
  if (Stream.isStream(called)) return hear(Stream.runDrain(called))
  return Effect.isEffect(called) ? hear(called) : Effect.succeed("neither an Effect nor a Stream")
}

/** What members need is not known here: those of the tiny adapters need nothing. */
const hear = (called: Effect.Effect<unknown, unknown, unknown>): Effect.Effect<string> =>
  Effect.map(Effect.exit(called as Effect.Effect<unknown, unknown>), (exit) => {
    if (Exit.isSuccess(exit)) return "done"
    const [reason] = exit.cause.reasons
    if (reason === undefined || !Cause.isFailReason(reason) || !(reason.error instanceof GatewayError)) return "defect"
    const { error } = reason
    return error.reason._tag === "Unsupported"
      ? `${error.account} of ${error.provider}: ${error.operation} is Unsupported: ${error.reason.capability}`
      : error.reason._tag
  })

describe("at run time", () => {
  const every = Object.entries(Capability.services).flatMap(([name, { operations }]) =>
    Object.keys(operations).map((operation) => `${name}.${operation}`)
  )
  const unsupported = (provider: string, path: string) => `${provider} of ${provider}: ${path} is Unsupported: ${path}`

  it.effect("every operation of a provider that can do nothing is Unsupported, and none is a defect", () =>
    Effect.gen(function*() {
      const heard = yield* callAll(empty.layerAll({}))
      assert.deepStrictEqual(heard, Object.fromEntries(every.map((path) => [path, unsupported("empty", path)])))
    }))

  it.effect("what a provider declares is its own, all else is Unsupported", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* TinyProvider.start
      const heard = yield* callAll(Layer.provide(acme.layerAll({ ...options, baseUrl }), http))
      const own = ["invoices.get", "invoices.list", "withdrawals.get"]
      for (const path of every) {
        if (own.includes(path)) assert.notMatch(heard[path] ?? "", /Unsupported|defect|neither/u, path)
        else assert.strictEqual(heard[path], unsupported("acme", path))
      }
    }))

  it.effect("its own layer says the same of a declared service's other operations", () =>
    Effect.gen(function*() {
      const { cancel } = yield* Invoices
      assert.strictEqual(yield* hear(cancel(TinyAdapter.anyInvoice)), unsupported("acme", "invoices.cancel"))
    }).pipe(Effect.provide(Layer.provide(acme.layer(options), http))))

  it.effect("options can turn declared operations off", () =>
    Effect.gen(function*() {
      const { list } = yield* Invoices
      assert.strictEqual(yield* hear(Stream.runDrain(list())), unsupported("acme", "invoices.list"))
      assert.strictEqual(yield* Gateway.capability("invoices.get"), "native")
      assert.strictEqual(yield* Gateway.capability("invoices.list"), "absent")
      assert.strictEqual(yield* Gateway.capability("invoices.getByReference"), "absent")
    }).pipe(Effect.provide(Layer.provide(acme.layer({ ...options, canList: false }), http))))

  it.effect("an aspect that is absent is Unsupported, and the rest of its operation is there", () =>
    Effect.gen(function*() {
      const { baseUrl, server } = yield* TinyProvider.start
      const layer = Layer.provide(acme.layer({ ...options, baseUrl, canList: false }), http)
      const heard = yield* Effect.gen(function*() {
        const { get } = yield* Invoices
        return [yield* hear(get({ reference: "order-1" })), yield* hear(get({ id: TinyAdapter.anyInvoice }))]
      }).pipe(Effect.provide(layer))
      assert.deepStrictEqual(heard, [
        "acme of acme: invoices.get is Unsupported: invoices.getByReference",
        "done"
      ])
      assert.lengthOf(yield* server.requests, 1)
    }))

  it.effect("an aspect that was never declared is Unsupported, whatever the adapter built", () =>
    Effect.gen(function*() {
      const asked: Array<unknown> = []
      const adapter = Provider.make({
        id: "bare",
        name: "Bare",
        currencies: [],
        settings: {},
        capabilities: { invoices: { get: "native" } },
        make: () => Effect.succeed({ invoices: { get: (lookup: ById) => Effect.die(asked.push(lookup)) } })
      })
      const { get } = yield* Effect.provide(Invoices, adapter.layer({}))
      assert.match(yield* hear(get({ reference: "order-1" })), /Unsupported: invoices\.getByReference$/u)
      assert.deepStrictEqual(asked, [])
    }))

  it.effect("can be asked first", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* Gateway.capability("invoices.get"), "native")
      assert.strictEqual(yield* Gateway.capability("invoices.getByReference"), "emulated")
      assert.strictEqual(yield* Gateway.capability("payments.watch"), "absent")
      assert.isTrue(yield* Gateway.supports("withdrawals.get"))
      assert.isFalse(yield* Gateway.supports("withdrawals.list"))
      const { capabilities, name, provider } = yield* Gateway.Gateway
      assert.deepStrictEqual([...capabilities.keys()].toSorted(), [
        "invoices.get",
        "invoices.getByReference",
        "invoices.list",
        "withdrawals.get"
      ])
      assert.strictEqual(`${provider} ${name}`, "acme The acme company")
    }).pipe(Effect.provide(Layer.provide(acme.layer(options), http))))
})

describe("in types", () => {
  const program = Effect.flatMap(Withdrawals, ({ list }) => Stream.runDrain(list()))
  const runs = <A, E>(_program: Effect.Effect<A, E>) => {}
  const levels = (_declaration: Capability.Declaration) => {}
  const definition = { id: "x", name: "X", currencies: [], settings: {} }

  it("a layer provides exactly the services that are declared, and needs a transport alone", () => {
    const layer = acme.layer(options)
    expectTypeOf<Layer.Success<typeof layer>>().toEqualTypeOf<Gateway.Gateway | Invoices | Withdrawals>()
    expectTypeOf<Layer.Error<typeof layer>>().toEqualTypeOf<SettingsError>()
    expectTypeOf<Layer.Services<typeof layer>>().toEqualTypeOf<HttpClient.HttpClient>()
    expectTypeOf<Layer.Success<typeof acme.layerConfig>>().toEqualTypeOf<Gateway.Gateway | Invoices | Withdrawals>()
    expectTypeOf<Layer.Success<ReturnType<typeof empty.layer>>>().toEqualTypeOf<Gateway.Gateway>()
    expectTypeOf<Layer.Success<ReturnType<typeof acme.layerAll>>>().toEqualTypeOf<
      Gateway.Gateway | Invoices | Payments | Withdrawals | WebhookEvents | WebhookDeliveries | Catalog
    >()
  })

  it("a program that needs a service which the provider lacks does not compile", () => {
    runs(program.pipe(Effect.provide(Layer.provide(acme.layer(options), http))))
    // @ts-expect-error Withdrawals is not provided
    // @effect-diagnostics-next-line missingEffectContext:off
    runs(program.pipe(Effect.provide(empty.layer({}))))
    runs(program.pipe(Effect.provide(empty.layerAll({}))))
  })

  it("a capability that does not exist does not compile", () => {
    levels({ invoices: { get: "native" } })
    // @ts-expect-error there is no service of this name
    levels({ invoice: { get: "native" } })
    // @ts-expect-error there is no operation of this name
    levels({ invoices: { fetch: "native" } })
    // @ts-expect-error there is no level of this name
    levels({ invoices: { get: "planned" } })
  })

  it("an adapter that declares such a capability does not compile", () => {
    // @ts-expect-error there is no service of this name
    Provider.make({ ...definition, capabilities: { invoice: { get: "native" } }, make: () => Effect.succeed({}) })
    const misspelt = { ...definition, capabilities: { withdrawals: { gett: "native" } } } as const
    // @ts-expect-error there is no operation of this name
    Provider.make({ ...misspelt, make: () => Effect.succeed({ withdrawals: {} }) })
  })

  it("an adapter that does not build what it declares does not compile", () => {
    const get = () => Effect.never
    const declared = { ...definition, capabilities: { withdrawals: { get: "native" } } } as const
    Provider.make({ ...declared, make: () => Effect.succeed({ withdrawals: { get } }) })
    // @ts-expect-error the service is missing
    Provider.make({ ...declared, make: () => Effect.succeed({}) })
    // @ts-expect-error the operation is missing
    Provider.make({ ...declared, make: () => Effect.succeed({ withdrawals: {} }) })
    // @ts-expect-error the operation is of another kind
    Provider.make({ ...declared, make: () => Effect.succeed({ withdrawals: { get: () => Stream.never } }) })
  })

  it("an adapter without references is not asked for one", () => {
    const byReference = (lookup: { readonly reference: string }) => Effect.die(lookup)
    const byBoth = (_lookup: Lookup) => Effect.never
    const byId = (_lookup: ById) => Effect.never
    const bare = { ...definition, capabilities: { invoices: { get: "native" } } } as const
    Provider.make({ ...bare, make: () => Effect.succeed({ invoices: { get: byId } }) })
    Provider.make({ ...bare, make: () => Effect.succeed({ invoices: { get: byBoth } }) })
    // @ts-expect-error it is asked by id
    Provider.make({ ...bare, make: () => Effect.succeed({ invoices: { get: byReference } }) })
    const full = { ...definition, capabilities: { invoices: { get: "native", getByReference: "native" } } } as const
    Provider.make({ ...full, make: () => Effect.succeed({ invoices: { get: byBoth } }) })
    // @ts-expect-error it declares that it knows references
    Provider.make({ ...full, make: () => Effect.succeed({ invoices: { get: byId } }) })
  })

  it("a question for a capability that does not exist does not compile", () => {
    const ask = (_path: Capability.Path) => {}
    ask("invoices.cancel")
    ask("invoices.getByReference")
    // @ts-expect-error there is no operation of this name
    ask("invoices.refund")
    expectTypeOf(Gateway.supports).parameter(0).toEqualTypeOf<Capability.Path>()
    expectTypeOf(Gateway.capability).parameter(0).toEqualTypeOf<Capability.Path>()
  })
})
