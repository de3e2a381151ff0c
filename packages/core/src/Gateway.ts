/**
 * The provider account that a program runs on: what it is and what it can do.
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Accounts from "./Accounts.ts"
import type * as Capability from "./Capability.ts"
import type * as Currency from "./Currency.ts"
import type { GatewayError } from "./GatewayError.ts"
import type { AccountId, ProviderId } from "./Identifiers.ts"
import type { Operation } from "./Operation.ts"
import * as Settings from "./Settings.ts"

export interface Service {
  readonly provider: ProviderId
  /** For people: `Ecca`. */
  readonly name: string
  readonly account: AccountId
  /** Every operation that there is, with its level; what is not in it is absent. */
  readonly capabilities: ReadonlyMap<string, Capability.Level>
  /** How its operations are declared: what a create of unknown outcome needs to be found out, for instance. */
  readonly operations: ReadonlyMap<string, Operation>
  /** The currencies in which the account may ask for money, declared or asked of the provider's catalog. */
  readonly currencies: Effect.Effect<ReadonlyArray<Currency.Currency>, GatewayError>
}

export class Gateway extends Context.Service<Gateway, Service>()("@gatefold/core/Gateway") {}

/** The level of an operation, such as `invoices.cancel`, or `absent`. */
export const capability = (path: Capability.Path): Effect.Effect<Capability.Level | "absent", never, Gateway> =>
  Effect.map(Gateway, ({ capabilities }) => capabilities.get(path) ?? "absent")

/** Whether the account has an operation. */
export const supports = (path: Capability.Path): Effect.Effect<boolean, never, Gateway> =>
  Effect.map(capability(path), (level) => level !== "absent")

/**
 * How an operation is declared: whether it reads or writes, and how a write is kept from happening twice. `undefined` for
 * one that is absent or built out of others.
 */
export const operation = (path: Capability.Path): Effect.Effect<Operation | undefined, never, Gateway> =>
  Effect.map(Gateway, ({ operations }) => operations.get(path))

/** The variable that chooses where new attempts go. */
export const switchVariable = "GATEFOLD_PROVIDER"

/** A provider whose settings can be read: what `Provider.make` returns, or one account of several. */
export interface Configurable<out R> {
  /** What the switch calls it. */
  readonly account: AccountId
  /** Whether any of its required settings is there. */
  readonly isPresent: Effect.Effect<boolean>
  /** Reads its settings: a layer with every service, or all that is wrong. */
  readonly configured: Effect.Effect<
    Settings.Reading<Layer.Layer<Gateway | Capability.All, Settings.SettingsError, R>>
  >
}

/**
 * All services of the account that `GATEFOLD_PROVIDER` names, and `Accounts` with every account whose settings are
 * present. Fails at start with every problem of every such account at once, by the names of the variables. While the
 * switch itself is missing, nobody knows which account must be set up: of one of which nothing is set nothing is told.
 */
export const layerConfig = <R>(options: {
  readonly providers: ReadonlyArray<Configurable<R>>
}): Layer.Layer<Accounts.Accounts | Accounts.Services, Settings.SettingsError, R> =>
  Layer.effectContext(Effect.gen(function*() {
    const { chosen, layers } = yield* readAll(options.providers)
    const built = yield* Effect.forEach(layers, ({ account, layer }) =>
      // two accounts of one provider must not share a layer, and with it a key
      Effect.map(Layer.build(Layer.fresh(layer)), (services) => ({
        isChosen: account === chosen,
        id: Context.get(services, Gateway).account,
        services
      })))
    const first = built.find(({ isChosen }) => isChosen)
    const accounts = new Map(built.map(({ id, services }) => [id, services] as const))
    if (first === undefined || accounts.size < built.length) {
      return yield* new Settings.SettingsError({
        problems: [inProviders("is wrong: a setting for an account's name gives two of them the same")]
      })
    }
    return Context.add(
      first.services,
      Accounts.Accounts,
      Accounts.make(first.id, accounts, built.map(({ id }) => id))
    )
  }))

const inProviders = (issue: string) => new Settings.Problem({ variable: "providers", issue })

/** The switch and every account's settings are read in one go, so that no problem hides another. */
const readAll = Effect.fnUntraced(function*<R>(providers: ReadonlyArray<Configurable<R>>) {
  const byName = Map.groupBy(providers, ({ account }) => account)
  const { chosen, problems } = yield* readSwitch([...byName.keys()])
  const layers: Array<{
    readonly account: AccountId
    readonly layer: Layer.Layer<Gateway | Capability.All, Settings.SettingsError, R>
  }> = []
  for (const [account, [one, other]] of byName) {
    if (other !== undefined) {
      problems.push(inProviders(`is wrong: two accounts are called ${account}: name one of them with Provider.named`))
    }
    if (one === undefined || (account !== chosen && !(yield* one.isPresent))) continue
    const reading = yield* one.configured
    if (Result.isSuccess(reading)) layers.push({ account, layer: reading.success })
    else problems.push(...reading.failure)
  }
  if (problems.length > 0) return yield* new Settings.SettingsError({ problems })
  return { chosen, layers }
})

/** The account that the switch names; where there is only one, it is known also while the switch is missing. */
const readSwitch = Effect.fnUntraced(function*(names: ReadonlyArray<AccountId>) {
  const [first, ...others] = names
  if (first === undefined) return { chosen: undefined, problems: [inProviders("is empty")] }
  const choice = Config.Literals(names, switchVariable).pipe(Config.withDefault(undefined))
  const reading = yield* Settings.read<{ readonly chosen: AccountId | undefined }>({ chosen: choice })
  if (Result.isFailure(reading)) return { chosen: undefined, problems: [...reading.failure] }
  const { chosen } = reading.success
  if (chosen !== undefined) return { chosen, problems: [] }
  const choices = [names.slice(0, -1).join(", "), ...names.slice(-1)].filter((text) => text !== "").join(" or ")
  const missing = new Settings.Problem({ variable: switchVariable, issue: `is missing: choose ${choices}` })
  return { chosen: others.length === 0 ? first : undefined, problems: [missing] }
})
