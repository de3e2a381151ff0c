/**
 * What the parts of one store's adapter share: the declared operations, the client, and what refusals mean.
 */
import { InvalidRequest, NotFound, type Reason } from "@gatefold/core/GatewayError"
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
import type { BtcpayOptions } from "./BtcpayOptions.ts"
import * as wire from "./wire.ts"

/** BTCPay Server takes as many invoices of one order as it is sent. */
export const createInvoice = Operation.write("invoices.create", {
  safety: "none",
  findOut: "read the invoice by its reference, or create it again with the same one: both look before they send"
})

export const getInvoice = Operation.read("invoices.get")

export const listInvoices = Operation.list("invoices.list")

export const getPayout = Operation.read("withdrawals.get")

export const listPayouts = Operation.list("withdrawals.list")

/** One store at one server, as its settings say. */
export interface Account {
  readonly identity: Identity
  readonly options: BtcpayOptions
  readonly client: ProviderClient.ProviderClient
  readonly unrecognized: Unrecognized.Unrecognized
}

export const make = (
  options: BtcpayOptions,
  identity: Identity
): Effect.Effect<Account, never, HttpClient.HttpClient> =>
  Effect.map(
    ProviderClient.make({
      ...identity,
      baseUrl: options.baseUrl.replace(/\/+$/u, "") + ProviderClient.path`/api/v1/stores/${options.storeId}`,
      authorize: Effect.succeed({
        headers: { authorization: Redacted.make(`token ${Redacted.value(options.apiKey)}`) }
      }),
      secrets: [options.apiKey, ...options.webhookSecrets ?? []],
      readEnvelope: (json) => Result.getOrUndefined(problem(json)),
      reasonOf,
      retry: options.retry,
      transformClient: options.transformClient
    }),
    (client) => ({ identity, options, client, unrecognized: Unrecognized.make(identity) })
  )

const problem = Wire.decode(wire.Problem)

const invalidFields = Wire.decode(wire.InvalidFields)

/** A 404 with another code may be about the store. */
const reasonOf = ({ code, detail, json, status }: Refusal, { name }: Operation.Operation): Reason | undefined => {
  const fields = status === 400 || status === 422 ? Result.getOrUndefined(invalidFields(json)) : undefined
  if (fields !== undefined) {
    const field = ourFields.get(fields[0].path.toLowerCase()) ?? "request"
    return new InvalidRequest({ field, issue: "not accepted by the server", ...detail })
  }
  return status === 404 && code !== undefined && code === absences.get(name) ? new NotFound(detail) : undefined
}

const absences: ReadonlyMap<string, string> = new Map([
  [getInvoice.name, "invoice-not-found"],
  [getPayout.name, "payout-not-found"]
])

const ourFields: ReadonlyMap<string, string> = new Map([
  ["amount", "amount"],
  ["currency", "currency"],
  ["metadata.orderid", "reference"],
  ["metadata.itemdesc", "description"],
  ["checkout.redirecturl", "successUrl"]
])
