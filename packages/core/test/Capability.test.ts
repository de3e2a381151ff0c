/**
 * What a provider lacks says so, at run time by `Unsupported` and, where the provider is known, by not compiling.
 */
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as Capability from "@gatefold/core/Capability"
import type { Catalog } from "@gatefold/core/Catalog"
import * as Gateway from "@gatefold/core/Gateway"
import type { Invoices } from "@gatefold/core/Invoices"
import type { Payments } from "@gatefold/core/Payments"
import * as Provider from "@gatefold/core/Provider"
import type { SettingsError } from "@gatefold/core/Settings"
import type { WebhookDeliveries } from "@gatefold/core/WebhookDeliveries"
import type { WebhookEvents } from "@gatefold/core/WebhookEvents"
import { Withdrawals } from "@gatefold/core/Withdrawals"
import { Cause, Context, Effect, Exit, Layer, Predicate, Redacted, Stream } from "effect"
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
      const service = Context.get(services, Context.Service<unknown, Readonly<Record<string, unknown>>>(tag.key))
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

/** The types of members that are called by name are not known here. */
const hear = (called: Effect.Effect<unknown, unknown, unknown>): Effect.Effect<string> =>
  Effect.provideContext(Effect.exit(called), Context.empty() as Context.Context<unknown>).pipe(
    Effect.map((exit) => {
      if (Exit.isSuccess(exit)) return "done"
      const [reason] = exit.cause.reasons
      if (reason === undefined || !Cause.isFailReason(reason)) return "defect"
      const { error } = reason
      return Predicate.hasProperty(error, "reason") && Predicate.hasProperty(error, "message")
        ? String(error.message)
        : String(error)
    })
  )

describe("at run time", () => {
  const every = Object.entries(Capability.services).flatMap(([name, { operations }]) =>
    Object.keys(operations).map((operation) => `${name}.${operation}`)
  )
  const unsupported = (provider: string, path: string) =>
    `${provider} ${path}: Unsupported: this provider does not offer ${path}`

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
      const { cancel, create } = yield* Capability.services.invoices.tag
      const error = yield* Effect.flip(cancel(TinyAdapter.anyInvoice))
      assert.deepInclude(error, { provider: "acme", account: "acme", operation: "invoices.cancel" })
      assert.deepInclude(error.reason, { _tag: "Unsupported", capability: "invoices.cancel" })
      assert.isFunction(create)
    }).pipe(Effect.provide(acme.layer(options)), Effect.provide(http)))

  it.effect("options can turn declared operations off", () =>
    Effect.gen(function*() {
      const { list } = yield* Capability.services.invoices.tag
      const error = yield* Effect.flip(Stream.runDrain(list()))
      assert.deepInclude(error.reason, { _tag: "Unsupported", capability: "invoices.list" })
      assert.deepStrictEqual(
        yield* Effect.forEach(["invoices.get", "invoices.list", "invoices.getByReference"], Gateway.capability),
        ["native", "absent", "absent"]
      )
    }).pipe(Effect.provide(acme.layer({ ...options, canList: false })), Effect.provide(http)))

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
      assert.deepStrictEqual([provider, name], ["acme", "The acme company"])
    }).pipe(Effect.provide(acme.layer(options)), Effect.provide(http)))
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
    runs(program.pipe(Effect.provide(acme.layer(options)), Effect.provide(http)))
    // @ts-expect-error Withdrawals is not provided
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

  it("a question for a capability that does not exist does not compile", () => {
    Gateway.supports("invoices.cancel")
    // @ts-expect-error there is no operation of this name
    Gateway.supports("invoices.refund")
    expectTypeOf<"invoices.getByReference">().toExtend<Capability.Path>()
  })
})
