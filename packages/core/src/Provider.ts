/**
 * A provider's descriptor: the value that an adapter package exports.
 */
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Capability from "./Capability.ts"
import type * as Catalog from "./Catalog.ts"
import * as Currency from "./Currency.ts"
import type * as Gateway from "./Gateway.ts"
import { AccountId, ProviderId } from "./Identifiers.ts"
import { assemble } from "./internal/assemble.ts"
import type { Operation } from "./Operation.ts"
import type { RetryPolicy } from "./RetryPolicy.ts"
import * as Settings from "./Settings.ts"

/** What every adapter's options may hold. The variables begin with the provider's id. */
export interface CommonOptions {
  /** The account's name; default: the provider's id. `…_ACCOUNT` */
  readonly account?: string | undefined
  /** The account's retry policy. */
  readonly retry?: RetryPolicy | undefined
  /**
   * How many invoices may be read back for webhooks in a minute, apart from all other calls.
   * `…_READ_BACKS_PER_MINUTE` @default 600
   */
  readonly readBacksPerMinute?: number | undefined
  /** For a rate limiter, a circuit breaker or a proxy. It must not repeat requests. */
  readonly transformClient?: ((client: HttpClient.HttpClient) => HttpClient.HttpClient) | undefined
}

/** Which account an adapter is built for. */
export interface Identity {
  readonly provider: ProviderId
  readonly account: AccountId
}

/** What an adapter declares. */
export interface Definition<C extends Capability.Declaration, O extends CommonOptions, R> {
  readonly id: string
  /** For people. */
  readonly name: string
  readonly capabilities: C
  /**
   * The codes of the currencies that it takes; `asked` where only the account's catalog knows, which it then has to have.
   */
  readonly currencies: ReadonlyArray<string> | "asked"
  /** How the operations are declared to the pipeline, for programs that ask what a write does. */
  readonly operations?: { readonly [P in Capability.Path]?: Operation } | undefined
  /** How the options are read from variables; those that all adapters have are read without being named here. */
  readonly settings: Settings.Settings<O>
  /**
   * What is wrong with options beyond what their types say, by the variables' names; some may be absent because they
   * could not be read. Never quotes a value.
   */
  readonly check?: ((options: Partial<O>) => ReadonlyArray<Settings.Problem>) | undefined
  /** Declared operations that an account with these options lacks. */
  readonly without?: ((options: O) => ReadonlyArray<Capability.Path>) | undefined
  readonly make: (options: O, identity: Identity) => Effect.Effect<Capability.Implementations<C>, never, R>
}

/** A provider that can be configured in code, from settings, or chosen by a switch. */
export interface Provider<Provided, O, R> extends Gateway.Configurable<R> {
  readonly id: ProviderId
  readonly name: string
  readonly capabilities: Capability.Declaration
  readonly currencies: ReadonlyArray<string> | "asked"
  /** Exactly the services that the provider has. */
  readonly layer: (options: O) => Layer.Layer<Gateway.Gateway | Provided, Settings.SettingsError, R>
  /** The same from settings; fails with every problem at once. */
  readonly layerConfig: Layer.Layer<Gateway.Gateway | Provided, Settings.SettingsError, R>
  /** Every service; what the provider lacks fails with the reason `Unsupported`. */
  readonly layerAll: (options: O) => Layer.Layer<Gateway.Gateway | Capability.All, Settings.SettingsError, R>
  /** Reads the settings and checks them as options are checked. */
  readonly read: Effect.Effect<Settings.Reading<O>>
}

/**
 * Makes a descriptor out of a definition. What the adapter has to build, what its layer provides and what it answers
 * for everything else follow from `capabilities`.
 */
export const make = <const C extends Capability.Declaration, O extends CommonOptions, R>(
  definition: Definition<C, O, R>
): Provider<Capability.Provided<C>, O, Exclude<R, Scope.Scope>> => {
  const id = ProviderId.make(definition.id)
  const build = (options: O) => assembled(definition, id, options)
  const settings: Settings.Settings<O> = { ...commonSettings(definition.id), ...definition.settings }
  const read = Settings.read(settings, (found) => problemsOf(definition, found))
  const layer = (options: O) => Layer.effectContext(Effect.map(build(options), ({ exact }) => exact))
  const layerAll = (options: O) => Layer.effectContext(Effect.map(build(options), ({ all }) => all))
  return {
    id,
    name: definition.name,
    capabilities: definition.capabilities,
    currencies: definition.currencies,
    account: AccountId.make(definition.id),
    layer,
    layerConfig: fromReading(read, layer),
    layerAll,
    read,
    configured: Effect.map(read, Result.map(layerAll)),
    isPresent: Settings.isPresent(settings)
  }
}

/** What a variable of a provider or of a named account begins with. */
const prefixOf = (id: string): string => id.toUpperCase().replaceAll("-", "_")

const commonSettings = (id: string): Settings.Settings<CommonOptions> => ({
  account: Settings.text(`${prefixOf(id)}_ACCOUNT`),
  readBacksPerMinute: Settings.count(`${prefixOf(id)}_READ_BACKS_PER_MINUTE`)
})

/**
 * The same provider as another account: its settings are read under a prefix, `EU_ECCA_API_KEY` for the account `eu`.
 */
export const named = <Provided, O extends CommonOptions, R>(
  provider: Provider<Provided, O, R>,
  account: string
): Provider<Provided, O, R> => {
  const prefix = prefixOf(account)
  const within = (outer: ReadonlyArray<string>) => [...outer, prefix]
  const asNamed = (options: O): O => ({ ...options, account })
  const read = Effect.map(
    Effect.updateService(provider.read, Settings.Prefix, within),
    Result.map(asNamed)
  )
  return {
    ...provider,
    account: AccountId.make(account),
    layer: (options) => provider.layer(asNamed(options)),
    layerAll: (options) => provider.layerAll(asNamed(options)),
    layerConfig: fromReading(read, (options) => provider.layer(options)),
    read,
    configured: Effect.map(read, Result.map((options) => provider.layerAll(options))),
    isPresent: Effect.updateService(provider.isPresent, Settings.Prefix, within)
  }
}

const fromReading = <O, P, R>(
  read: Effect.Effect<Settings.Reading<O>>,
  layer: (options: O) => Layer.Layer<P, Settings.SettingsError, R>
): Layer.Layer<P, Settings.SettingsError, R> =>
  Layer.unwrap(
    Effect.map(
      Effect.flatMap(read, (reading) =>
        Effect.mapError(Effect.fromResult(reading), (problems) => new Settings.SettingsError({ problems }))),
      layer
    )
  )

const problemsOf = <C extends Capability.Declaration, O extends CommonOptions, R>(
  { check, id }: Definition<C, O, R>,
  options: Partial<O>
): ReadonlyArray<Settings.Problem> => [
  ...options.account === undefined || Schema.is(AccountId)(options.account)
    ? []
    : [Settings.wrong(`${prefixOf(id)}_ACCOUNT`, "letters, digits, _ and -")],
  ...Settings.checkCount(`${prefixOf(id)}_READ_BACKS_PER_MINUTE`, options.readBacksPerMinute),
  ...check?.(options) ?? []
]

const assembled = Effect.fnUntraced(function*<C extends Capability.Declaration, O extends CommonOptions, R>(
  definition: Definition<C, O, R>,
  provider: ProviderId,
  options: O
) {
  const problems = problemsOf(definition, options)
  if (problems.length > 0) return yield* new Settings.SettingsError({ problems })
  const account = AccountId.make(options.account ?? provider)
  const implementations = yield* definition.make(options, { provider, account })
  const capabilities = new Map(Capability.levels(definition.capabilities))
  for (const path of definition.without?.(options) ?? []) capabilities.delete(path)
  return assemble(
    {
      provider,
      account,
      name: definition.name,
      capabilities,
      operations: new Map(Object.entries(definition.operations ?? {}).filter(([path]) => capabilities.has(path))),
      currencies: currenciesOf(definition, implementations)
    },
    definition.capabilities,
    implementations
  )
})

const currenciesOf = <C extends Capability.Declaration, O extends CommonOptions, R>(
  { currencies }: Definition<C, O, R>,
  implementations: { readonly catalog?: Partial<Catalog.Service> }
): Gateway.Service["currencies"] =>
  currencies === "asked"
    ? Effect.map(
      implementations.catalog?.currencies ?? Effect.succeed([]),
      (all) => all.map(({ currency }) => currency)
    )
    : Effect.succeed(currencies.flatMap((code) => Currency.parse(code) ?? []))
