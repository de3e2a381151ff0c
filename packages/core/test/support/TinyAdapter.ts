/**
 * Adapters of the tiny provider: one that can do little, and one whose catalog knows its currencies.
 */
import { AcceptedCurrency } from "@gatefold/core/AcceptedCurrency"
import { Code, Currency } from "@gatefold/core/Currency"
import { InvoiceId, WithdrawalId } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import type * as Invoices from "@gatefold/core/Invoices"
import * as Money from "@gatefold/core/Money"
import * as Operation from "@gatefold/core/Operation"
import * as Provider from "@gatefold/core/Provider"
import * as ProviderClient from "@gatefold/core/ProviderClient"
import * as Settings from "@gatefold/core/Settings"
import * as Withdrawal from "@gatefold/core/Withdrawal"
import { Config, Effect, type Redacted, Stream } from "effect"
import * as TinyProvider from "./TinyProvider.ts"

export interface TinyOptions extends Provider.CommonOptions {
  readonly apiKey: Redacted.Redacted
  readonly mode: "test" | "live"
  readonly baseUrl?: string | undefined
  readonly canList?: boolean | undefined
}

export const anyInvoice = InvoiceId.make("i-1")

const readThing = Operation.read("invoices.get")

/** Settings are read as `<ID>_API_KEY`, `<ID>_MODE` and so on. */
const settingsOf = (id: string): Settings.Settings<TinyOptions> => ({
  apiKey: Settings.secret(`${id.toUpperCase()}_API_KEY`),
  mode: Config.Literals(["test", "live"], `${id.toUpperCase()}_MODE`),
  baseUrl: Settings.baseUrl(`${id.toUpperCase()}_BASE_URL`, "https://tiny.example"),
  canList: Config.Boolean(`${id.toUpperCase()}_CAN_LIST`).pipe(Config.withDefault(true))
})

const check = ({ apiKey, baseUrl }: Partial<TinyOptions>) => [
  ...Settings.checkSecret("apiKey", apiKey),
  ...(baseUrl === undefined ? [] : Settings.checkUrl("baseUrl", baseUrl))
]

const build = Effect.fnUntraced(function*(options: TinyOptions, identity: Provider.Identity) {
  const client = yield* ProviderClient.make({
    ...identity,
    baseUrl: options.baseUrl ?? "https://tiny.example",
    authorize: Effect.succeed({ headers: { "x-api-key": options.apiKey } }),
    secrets: [options.apiKey],
    readEnvelope: TinyProvider.readEnvelope,
    reasonOf: () => undefined,
    retry: options.retry
  })
  const get: Invoices.Service["get"] = (lookup) => {
    const asked = "id" in lookup ? lookup.id : lookup.reference
    return Effect.map(
      client.call(readThing, { method: "GET", path: ProviderClient.path`/things/${asked}` }, TinyProvider.Thing),
      ({ id }) => Invoice.make({ ...identity, id: InvoiceId.make(id) })
    )
  }
  const withdrawal = Withdrawal.make({
    ...identity,
    id: WithdrawalId.make("w-1"),
    status: "pending",
    providerStatus: "waiting",
    amount: Money.makeUnsafe("1", "USDT")
  })
  return {
    invoices: { get, list: () => Stream.fromEffect(get({ reference: "first" })) },
    withdrawals: { get: () => Effect.succeed(withdrawal) }
  }
})

/** An adapter with two reads and a list that can be off. */
export const make = (id: string) =>
  Provider.make({
    id,
    name: `The ${id} company`,
    currencies: ["MXN", "USD", "usdt@tron"],
    capabilities: {
      invoices: { get: "native", getByReference: "emulated", list: "emulated" },
      withdrawals: { get: "native" }
    },
    settings: settingsOf(id),
    check,
    without: ({ canList }) => canList === false ? ["invoices.list", "invoices.getByReference"] : [],
    make: build
  })

/** An adapter whose account alone knows its currencies. */
export const asking = Provider.make({
  id: "asking",
  name: "Asking",
  currencies: "asked",
  capabilities: { catalog: { currencies: "native" } },
  settings: settingsOf("asking"),
  make: () =>
    Effect.succeed({
      catalog: {
        currencies: Effect.succeed([new AcceptedCurrency({ currency: new Currency({ code: Code.make("COP") }) })])
      }
    })
})
