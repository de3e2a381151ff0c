/**
 * From Template Pay's words to the neutral models. Pure: no request is made here.
 */
import * as CheckoutAction from "@gatefold/core/CheckoutAction"
import { Reference } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import * as Money from "@gatefold/core/Money"
import type * as Payment from "@gatefold/core/Payment"
import type { Identity } from "@gatefold/core/Provider"
import { SecureUrl } from "@gatefold/core/SecureUrl"
import type { Claim } from "@gatefold/core/Webhooks"
import * as Wire from "@gatefold/core/Wire"
import * as BigDecimal from "effect/BigDecimal"
import type * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as wire from "./wire.ts"

// invented: the words for a state, each with what it means
const statuses: ReadonlyMap<string, Invoice.Status> = new Map([
  ["open", "open"],
  ["paid", "paid"],
  ["expired", "expired"],
  ["failed", "failed"],
  ["canceled", "canceled"]
])

// invented: how it shows that too little or too much was paid
const coverage = ({ amount, received }: wire.Invoice): Payment.Coverage => {
  if (BigDecimal.isZero(received)) return "none"
  if (BigDecimal.equals(received, amount)) return "full"
  return BigDecimal.isLessThan(received, amount) ? "partial" : "over"
}

/** An invoice as it was read at a moment. */
export const invoice = (identity: Identity, observedAt: DateTime.Utc, answer: wire.Invoice): Invoice.Invoice => {
  const { amount, checkout_url: url, currency, reference, status: word } = answer
  const status = statuses.get(word)
  return Invoice.make({
    ...identity,
    id: answer.id,
    status: status ?? "unknown",
    providerStatus: word,
    unrecognized: status === undefined ? [word] : [],
    coverage: coverage(answer),
    references: Schema.is(Reference)(reference) ? [reference] : [],
    prices: [Money.fromBigDecimal(amount, currency)],
    createdAt: answer.created_at,
    expiresAt: answer.expires_at,
    paidAt: answer.paid_at,
    checkout: status === "open" && Schema.is(SecureUrl)(url) ? new CheckoutAction.Redirect({ url }) : undefined,
    observedAt
  })
}

const readEvent = Wire.decode(wire.Event)

/** Which invoice a webhook is about. */
export const claim = (json: unknown): Result.Result<Claim, Wire.Unreadable> =>
  Result.map(readEvent(json), ({ id, invoice_id, type }) => ({
    invoice: invoice_id,
    eventType: type,
    eventId: id
  }))
