/**
 * What the parts of one account's adapter share: the declared operations, the client, and what refusals mean.
 */
import { Conflict, NotFound, type Reason } from "@gatefold/core/GatewayError"
import * as Operation from "@gatefold/core/Operation"
import type { Identity } from "@gatefold/core/Provider"
import * as ProviderClient from "@gatefold/core/ProviderClient"
import type { Refusal } from "@gatefold/core/Refusal"
import * as Unrecognized from "@gatefold/core/Unrecognized"
import * as Wire from "@gatefold/core/Wire"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { productionUrl, type TemplateOptions } from "./TemplateOptions.ts"
import * as wire from "./wire.ts"

// invented: how a create is kept from happening twice (reference, key or none)
export const createInvoice = Operation.write("invoices.create", {
  safety: "reference",
  findOut: "read the invoice by its reference"
})

export const getInvoice = Operation.read("invoices.get")

/** One account, as its settings say. */
export interface Account {
  readonly identity: Identity
  readonly client: ProviderClient.ProviderClient
  readonly unrecognized: Unrecognized.Unrecognized
}

export const make = (
  options: TemplateOptions,
  identity: Identity
): Effect.Effect<Account, never, HttpClient.HttpClient> =>
  Effect.map(
    ProviderClient.make({
      ...identity,
      baseUrl: options.baseUrl ?? productionUrl,
      // invented: how requests are signed in
      authorize: Effect.succeed({
        headers: { authorization: Redacted.make(`Bearer ${Redacted.value(options.apiKey)}`) }
      }),
      secrets: [options.apiKey, ...options.webhookSecrets],
      readEnvelope: (json) => Result.getOrUndefined(problem(json)),
      reasonOf,
      retry: options.retry,
      transformClient: options.transformClient
    }),
    (client) => ({ identity, client, unrecognized: Unrecognized.make(identity) })
  )

const problem = Wire.decode(wire.Problem)

// invented: which refusal says that the reference is taken
export const duplicate = "duplicate_reference"

// invented: which refusal says that an invoice does not exist
const absent = "invoice_not_found"

/** What the codes mean, where the HTTP status alone does not say it. */
const reasonOf = ({ code, detail }: Refusal): Reason | undefined => {
  switch (code) {
    case duplicate:
      return new Conflict({ kind: "other", ...detail })
    case absent:
      return new NotFound(detail)
    default:
      return undefined
  }
}
