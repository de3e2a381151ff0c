/**
 * What the parts of one account's adapter share.
 */
import type { Identity } from "@gatefold/core/Provider"
import * as ProviderClient from "@gatefold/core/ProviderClient"
import * as Unrecognized from "@gatefold/core/Unrecognized"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import { type EccaOptions, productionUrl } from "../EccaOptions.ts"
import * as errors from "./errors.ts"

/** @internal */
export interface Ecca {
  readonly identity: Identity
  readonly options: EccaOptions
  readonly client: ProviderClient.ProviderClient
  readonly unrecognized: Unrecognized.Unrecognized
}

/** @internal The only credential of a merchant's call is the key in its header [AUTH]. */
export const make = (options: EccaOptions, identity: Identity): Effect.Effect<Ecca, never, HttpClient.HttpClient> =>
  Effect.map(
    ProviderClient.make({
      ...identity,
      baseUrl: options.baseUrl ?? productionUrl,
      authorize: Effect.succeed({ headers: { "x-api-key": options.apiKey } }),
      secrets: [options.apiKey, ...options.webhookSecrets ?? []],
      readEnvelope: errors.readEnvelope,
      reasonOf: errors.reasonOf,
      retry: options.retry,
      transformClient: options.transformClient
    }),
    (client) => ({ identity, options, client, unrecognized: Unrecognized.make(identity) })
  )
