/**
 * Simulated providers in this process, and shops on them in processes of their own.
 */
import type { CheckoutOptions } from "@gatefold/checkout/CheckoutOptions"
import type * as Order from "@gatefold/checkout/Order"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import type * as Database from "../../soak/Database.ts"
import * as Http from "../../soak/Http.ts"
import * as Place from "../../soak/Place.ts"
import * as Child from "../Child.ts"
import type { Setup } from "./shop.ts"

export interface Options {
  readonly kind: Database.Kind
  /** Whether the providers send webhooks by themselves. */
  readonly webhooks: "auto" | "manual"
}

/** Where new orders of a shop go. */
export type Provider = "ecca" | "ecryptopay"

const pesos = { code: "MXN", name: "Mexican Peso", symbol: "$", decimal: 2, rate: "17.10" }

const webhookRetries = Array.from({ length: 40 }, () => "250 millis" as const)

/** Webhooks are read back as fast as they come. */
const unlimited = { ECCA_READ_BACKS_PER_MINUTE: "10000000", ECRYPTOPAY_READ_BACKS_PER_MINUTE: "10000000" }

/** An empty database, which all shops share, and the file into which they write what they were told. */
export const make = Effect.fnUntraced(function*({ kind, webhooks }: Options) {
  const providers = {
    ecca: yield* EccaSimulator.make({ webhooks, webhookRetries, currencies: [pesos], unpaidLimit: 1_000_000 }),
    ecryptopay: yield* EcryptopaySimulator.make({ webhooks, webhookRetries })
  }
  const { database, folder } = yield* Place.make(kind)
  const deliveries = join(folder, "deliveries.jsonl")
  const settings = { ...providers.ecca.settings, ...providers.ecryptopay.settings, ...unlimited }

  /** Starts a shop, to which its provider sends its webhooks. */
  const start = Effect.fnUntraced(function*(provider: Provider, options: Partial<CheckoutOptions> = {}) {
    const setup: Setup = { settings: { ...settings, GATEFOLD_PROVIDER: provider }, database, deliveries, options }
    const shop = yield* Child.start({ path: "checkout/shop.ts", setup, flags: ["--expose-gc"] })
    yield* providers[provider].webhooksTo(`${shop.said}/webhooks/${provider}`)
    return shop
  })
  return { providers, database, folder, deliveries, start }
})

/** The shop did not say what the order is. */
export class NotOpened extends Data.TaggedError("NotOpened")<{ readonly message: string }> {}

/** Opens an order, or gives the one that is open. */
export const opened = (shop: Child.Child, reference: string): Effect.Effect<Order.Order, NotOpened> =>
  Effect.tryPromise({
    try: async () => {
      const answer = await fetch(`${shop.said}/orders/${reference}`, { method: "POST" })
      const text = await answer.text()
      return answer.ok ? text : Promise.reject(new Error(`${answer.status}: ${text}`))
    },
    catch: (error) => new NotOpened({ message: String(error) })
  }).pipe(Effect.flatMap((text) => Effect.orDie(Http.decodeOrder(text))))
