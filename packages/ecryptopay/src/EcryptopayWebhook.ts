/**
 * ecryptopay's webhooks, which nothing signs: a body proves nothing and only its `id` is read.
 */
import { InvoiceId } from "@gatefold/core/Identifiers"
import * as RawWebhook from "@gatefold/core/RawWebhook"
import type * as Webhooks from "@gatefold/core/Webhooks"
import * as Wire from "@gatefold/core/Wire"
import * as Result from "effect/Result"
import { Notification } from "./internal/wire.ts"

const decode = Wire.decode(Notification)

/** The claim of a body: which payment to read. */
export const readClaim = (json: unknown): Result.Result<Webhooks.Claim, Wire.Unreadable> =>
  Result.map(decode(json), ({ id }) => ({ invoice: InvoiceId.make(id) }))

/** A webhook as ecryptopay posts it, for tests of a receiver. The id is written as the number that it is. */
export const make = (payment: {
  readonly id: string
  readonly state: string
  readonly amount: string
  readonly currency: string
  readonly currencyAmount: string
}): RawWebhook.RawWebhook => {
  const { amount, currency, currencyAmount, id, state } = payment
  const rest = JSON.stringify({ currency, amount, state, currency_amount: currencyAmount })
  return RawWebhook.make({
    headers: { "content-type": "application/json" },
    body: `{"id":${id},${rest.slice(1)}`
  })
}
