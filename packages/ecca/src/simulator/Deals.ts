/**
 * What choosing a payment method makes of an invoice.
 *
 * The sums follow the documentation's one example (observed there, documented nowhere): the customer pays the price plus
 * the method's client commission; the merchant gets the price, less a share, at the rate of the moment.
 */
import { randomUUID } from "node:crypto"
import * as Catalog from "./Catalog.ts"
import * as Invoice from "./Invoice.ts"
import * as Money from "./Money.ts"

/** The prices of the moment. */
export interface Market {
  readonly catalog: Catalog.Catalog
  /** Percent that the platform keeps beside the method's merchant commission. */
  readonly settlementFee: string
}

export interface Quote {
  readonly amountFiat: string
  readonly conversionRate: string
  readonly merchantUsdt: string
}

/** What a deal on this invoice comes to; every sum is rounded down. */
export const quote = (market: Market, invoice: Invoice.Invoice, method: Catalog.PaymentMethod): Quote => {
  const kept = Money.plus(market.settlementFee, method.merchantCommission)
  return {
    amountFiat: Money.plusPercent(invoice.amount, method.clientCommission),
    ...estimate(market, invoice, kept)
  }
}

/** What the merchant may expect before a method is chosen, as edition 1 of the create answer tells it. */
export const estimate = ({ catalog, settlementFee }: Market, invoice: Invoice.Invoice, kept = settlementFee) => {
  const conversionRate = Catalog.currency(catalog, invoice.currency)?.rate ?? "1.00"
  return { conversionRate, merchantUsdt: Money.convertNet(invoice.amount, conversionRate, kept) }
}

export const methodsFor = ({ catalog }: Market, { amount, currency }: Invoice.Invoice) =>
  Catalog.methodsFor(catalog, currency, amount)

/** The step that chooses this method. */
export const choose = (market: Market, method: Catalog.PaymentMethod): Invoice.Step => (invoice, now) =>
  Invoice.choose({
    dealId: randomUUID(),
    status: "awaiting_transfer",
    subStatus: "requisites_shown",
    method,
    ...quote(market, invoice, method),
    expiresAt: invoice.expiresAt + Invoice.dealGrace,
    finishedAt: undefined,
    markPaidAt: undefined
  })(invoice, now)

/** A step that needs a deal: the first method that fits is chosen where none was. */
export const withDeal = (market: Market, step: Invoice.Step): Invoice.Step => (invoice, now) => {
  const [first] = methodsFor(market, invoice)
  if (invoice.deal !== undefined || first === undefined) return step(invoice, now)
  const chosen = choose(market, first)(invoice, now)
  return chosen === undefined ? undefined : step(chosen, now)
}
