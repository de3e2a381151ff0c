/**
 * Reading a webhook's payload, of which only a few fields are documented [WH].
 */
import { InvoiceId, Reference } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import * as Money from "@gatefold/core/Money"
import * as Present from "@gatefold/core/Present"
import type { RawWebhook } from "@gatefold/core/RawWebhook"
import { Adjustment } from "@gatefold/core/Settlement"
import type * as Webhooks from "@gatefold/core/Webhooks"
import * as Wire from "@gatefold/core/Wire"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { PayloadFields } from "../EccaOptions.ts"
import type { Ecca } from "./context.ts"
import { invoiceStatuses, known } from "./mapping.ts"
import * as wire from "./wire.ts"

/** @internal The value at a path such as `data.status`; `undefined` where there is none. */
export const fieldAt = (json: unknown, path: string | undefined): unknown =>
  path?.split(".").reduce<unknown>(
    (value, key) =>
      Predicate.isObject(value) && Object.hasOwn(value, key) && Predicate.hasProperty(value, key)
        ? value[key]
        : undefined,
    json
  )

/** @internal The amount at a path, in a currency that is known otherwise. */
export const moneyAt = (json: unknown, path: string | undefined, currency: Money.Money["currency"] | undefined) => {
  const amount = fieldAt(json, path)
  return typeof amount === "string" && currency !== undefined
    ? Result.getOrUndefined(Money.parse(amount, currency))
    : undefined
}

const decode = Wire.decode(wire.Payload)

/**
 * @internal The claim of a payload, with what it states where the merchant told where the fields sit. `event_id` and
 * `X-Idempotency-Key` tell deliveries apart for people; what is the same is told by the fact's key.
 */
export const readClaim = ({ identity, options }: Ecca) =>
(
  json: unknown,
  webhook: RawWebhook
): Result.Result<Webhooks.Claim, Wire.Unreadable> =>
  Result.map(decode(json), (payload) => {
    const invoice = InvoiceId.make(payload.order_id)
    return {
      invoice,
      eventId: payload.event_id,
      deliveryKey: webhook.header("x-idempotency-key"),
      statement: statement(options.payloadFields ?? {}, json, payload.is_adjusted === true, {
        ...identity,
        id: invoice
      })
    }
  })

const statement = (
  fields: PayloadFields,
  json: unknown,
  isAdjusted: boolean,
  ids: Pick<Invoice.Invoice, "provider" | "account" | "id">
): Invoice.Invoice | undefined => {
  const word = fieldAt(json, fields.status)
  const currency = fieldAt(json, fields.currency)
  const amount = fieldAt(json, fields.amount)
  if (typeof word !== "string" || typeof currency !== "string" || typeof amount !== "string") return undefined
  const price = Money.parse(amount, currency)
  if (Result.isFailure(price)) return undefined
  const status = known(invoiceStatuses, word)
  const reference = fieldAt(json, "external_id")
  const adjusted = isAdjusted ? moneyAt(json, fields.adjustedAmount, price.success.currency) : undefined
  return Invoice.make({
    ...ids,
    status: status ?? "unknown",
    providerStatus: word,
    unrecognized: status === undefined ? [word] : [],
    coverage: status === "paid" ? "full" : "none",
    references: Schema.is(Reference)(reference) ? [reference] : [],
    prices: [price.success],
    isAdjusted,
    adjustment: isAdjusted ? new Adjustment(Present.only({ amount: adjusted })) : undefined
  })
}
