/**
 * What a webhook says [WH]. Documented are seven names: `event_id`, `order_id`, `external_id`, `sub_status`, `rate_usd`,
 * `is_adjusted` and `reason`. Every other name here is invented, and odd on purpose, so that nobody takes it for a fact.
 */
import * as Invoice from "./Invoice.ts"
import * as Times from "./Times.ts"

/** What happened: a terminal status, or a correction of the amount after success. */
export type Kind = "success" | "fail" | "expired" | "canceled" | "adjusted"

/**
 * Where the simulator's payload holds what the documentation names no field for.
 *
 * @see `EccaSimulator.payloadFields`
 */
export const fields = {
  /** The invoice's status: `success`, `fail`, `expired`, `canceled`. */
  status: "state_word",
  /** The invoice's amount, text with two decimals. */
  amount: "sum",
  currency: "sum_currency",
  /** The corrected amount in the invoice's currency; `null` when none is told. */
  adjustedAmount: "adjusted_sum",
  /** What the customer had to pay, commission included; `null` without a deal. */
  amountDue: "sum_with_fee",
  /** What the merchant gets in USDT; `null` without a deal. */
  settled: "usdt_credit"
} as const

export interface Payload {
  /** `{order_id}:{status}:{unix seconds}`, the status by the word that is used for it now; for an adjustment the middle part is `adjusted`, which is invented. */
  readonly eventId: string
  /** What the history calls it, after `invoice.`. */
  readonly word: string
  readonly body: string
}

export const make = (invoice: Invoice.Invoice, kind: Kind, at: number, adjustedTo?: string): Payload => {
  const status = Invoice.word(invoice)
  const word = kind === "adjusted" ? kind : status
  const eventId = `${invoice.invoiceId}:${word}:${Times.unixSeconds(at)}`
  const body = JSON.stringify({
    event_id: eventId,
    order_id: invoice.invoiceId,
    external_id: invoice.externalId,
    [fields.status]: status,
    [fields.amount]: invoice.amount,
    [fields.currency]: invoice.currency,
    ...aboutDeal(invoice.deal),
    is_adjusted: kind === "adjusted",
    [fields.adjustedAmount]: adjustedTo ?? null,
    ...(invoice.deal === undefined ? { reason: reasons[invoice.status] ?? null } : {})
  })
  return { eventId, word, body }
}

const aboutDeal = (deal: Invoice.Deal | undefined) => ({
  sub_status: deal?.subStatus ?? null,
  rate_usd: deal?.conversionRate ?? null,
  [fields.amountDue]: deal?.amountFiat ?? null,
  [fields.settled]: deal?.merchantUsdt ?? null
})

/** Values of `reason` are undocumented. */
const reasons: Partial<Record<Invoice.Status, string>> = {
  expired: "nobody_picked_a_method",
  canceled: "customer_went_away"
}
