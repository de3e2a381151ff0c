/**
 * What a shop sees that does not use Effect: simulators that do as they are told, and its own checkout, by promises.
 */
import { makeCheckout, type Options, type PromiseCheckout } from "@gatefold/checkout/PromiseCheckout"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as Ecryptopay from "@gatefold/ecryptopay/Ecryptopay"
import { Effect, Exit, Scope } from "effect"
import { type Kind } from "./Databases.ts"
import { providers, type Providers } from "./Shop.ts"

export interface PlainShop {
  /** A connection string, or the path of a file. */
  readonly database: string
  readonly providers: Providers
  /** Starts a checkout that looks for work often; it is closed with the shop. */
  readonly start: (options?: Partial<Options>) => Promise<PromiseCheckout>
  readonly close: () => Promise<void>
}

/** A new database, with both providers beside it. */
export const open = async (kind: Kind): Promise<PlainShop> => {
  const scope = await Effect.runPromise(Scope.make())
  const shop = Effect.all({ database: kind.make, simulators: providers })
  const { database, simulators } = await Effect.runPromise(Scope.provide(shop, scope))
  const started: Array<PromiseCheckout> = []
  return {
    database: database.location,
    providers: simulators,
    start: async (options = {}) => {
      const checkout = await makeCheckout({
        providers: [Ecca.provider, Ecryptopay.provider],
        database: database.location,
        env: { ...simulators.ecca.settings, ...simulators.ecryptopay.settings, GATEFOLD_PROVIDER: "ecca" },
        pollInterval: "50 millis",
        lookEvery: "100 millis",
        ...options
      })
      started.push(checkout)
      return checkout
    },
    close: async () => {
      for (const checkout of started) await checkout.close()
      await Effect.runPromise(Scope.close(scope, Exit.void))
    }
  }
}

/** Waits in real time until something holds. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 250; tries++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error("it did not come to that in 5 seconds")
}

/** Everything that comes until the end. */
export const all = async <A>(iterable: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const found: Array<A> = []
  for await (const one of iterable) found.push(one)
  return found
}
