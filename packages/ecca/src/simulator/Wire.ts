/**
 * The provider's objects as it writes them in JSON. Only [R-LIST], [R-GET], [R-CREATE-1], [R-CREATE-2], [PM], [CUR] and
 * [WD] decide what stands here.
 */
import * as Catalog from "./Catalog.ts"
import * as Invoice from "./Invoice.ts"
import type { Page } from "./Listing.ts"
import * as Money from "./Money.ts"
import type { Options } from "./Options.ts"
import * as Times from "./Times.ts"
import * as Withdrawal from "./Withdrawal.ts"

export type Json = Readonly<Record<string, unknown>>

type AbsentFields = NonNullable<Options["absentFields"]>

/** `JSON.stringify` leaves `undefined` out. */
const orNull = (absent: AbsentFields, value: unknown): unknown => value ?? (absent === "omitted" ? undefined : null)
const orNothing = (absent: AbsentFields, value: unknown): unknown => value ?? (absent === "null" ? null : undefined)

const offsetOf = (millis: number | undefined): string | undefined =>
  millis === undefined ? undefined : Times.offset(millis)

export const success = (data: unknown): Json => ({ successful: true, data })

export const page = <A>(page: Page<A>, write: (item: A) => Json): Json => ({
  successful: true,
  page: page.page,
  per_page: page.perPage,
  total: page.total,
  total_pages: page.totalPages,
  data: page.items.map(write)
})

/** The answer to create: flat, in one of its two editions. */
export const created = (invoice: Invoice.Invoice, edition: Edition, origin: string, absent: AbsentFields): Json => ({
  ...identity(invoice, origin, absent),
  created_at: Times.zulu(invoice.createdAt),
  expires_at: Times.zulu(invoice.expiresAt),
  ...(edition.number === 1
    ? { conversion_rate: edition.conversionRate, merchant_usdt: edition.merchantUsdt }
    : { finished_at: orNull(absent, invoice.finishedAt) })
})

/** Edition 1 carries an estimate of the settlement, at the rate of the moment. */
export type Edition =
  | { readonly number: 1; readonly conversionRate: string; readonly merchantUsdt: string }
  | { readonly number: 2 }

/** An invoice as list and get write it; `sub_status` of the deal stands only in get. */
export const invoice = (
  invoice: Invoice.Invoice,
  from: "list" | "get",
  origin: string,
  absent: AbsentFields
): Json => ({
  ...identity(invoice, origin, absent),
  created_at: Times.offset(invoice.createdAt),
  expires_at: Times.offset(invoice.expiresAt),
  finished_at: orNull(absent, offsetOf(invoice.finishedAt)),
  method_selected: invoice.deal !== undefined,
  deal: orNothing(absent, invoice.deal === undefined ? undefined : deal(invoice.deal, from, absent))
})

const identity = (invoice: Invoice.Invoice, origin: string, absent: AbsentFields): Json => ({
  invoice_id: invoice.invoiceId,
  external_id: invoice.externalId,
  customer_id: invoice.customerId,
  purpose: orNull(absent, invoice.purpose),
  amount: invoice.amount,
  currency: invoice.currency,
  status: Invoice.word(invoice),
  callback_url: invoice.callbackUrl,
  success_url: invoice.successUrl,
  fail_url: invoice.failUrl,
  payment_link: `${origin}/pay/${invoice.invoiceId}`
})

export const deal = (deal: Invoice.Deal, from: "list" | "get", absent: AbsentFields): Json => ({
  deal_id: deal.dealId,
  status: deal.status,
  ...(from === "get" ? { sub_status: deal.subStatus } : {}),
  payment_method_code: deal.method.code,
  payment_method_name: deal.method.name,
  amount_fiat: deal.amountFiat,
  conversion_rate: deal.conversionRate,
  merchant_usdt: deal.merchantUsdt,
  expires_at: Times.offset(deal.expiresAt),
  finished_at: orNull(absent, offsetOf(deal.finishedAt)),
  mark_paid_at: orNull(absent, offsetOf(deal.markPaidAt))
})

export const withdrawal = (withdrawal: Withdrawal.Withdrawal, absent: AbsentFields): Json => ({
  withdraw_uuid: withdrawal.withdrawUuid,
  withdrawal_method_id: withdrawal.methodId,
  address: withdrawal.address,
  address_memo: orNothing(absent, withdrawal.memo),
  amount: withdrawal.amount,
  network_fee: withdrawal.networkFee,
  amount_to_receive: withdrawal.amountToReceive,
  status: Withdrawal.word(withdrawal),
  substatus: orNothing(absent, withdrawal.substatus),
  external_tx_id: orNothing(absent, withdrawal.externalTxId),
  created_at: Times.offset(withdrawal.createdAt),
  updated_at: Times.offset(withdrawal.updatedAt),
  processed_at: orNothing(absent, offsetOf(withdrawal.processedAt))
})

/** The rate is rounded down to two decimals [CUR]. */
export const currency = (currency: Catalog.Currency): Json => ({
  currency: currency.code,
  decimal: currency.decimal,
  symbol: currency.symbol,
  name: currency.name,
  rate: Money.write(Money.of(currency.rate))
})

/** `logo_url` is "string or null" [PM]; client and merchant commission make up the maximum in both examples. */
export const paymentMethod = (catalog: Catalog.Catalog, method: Catalog.PaymentMethod): Json => {
  const currency = Catalog.currency(catalog, method.currency)
  return {
    name: method.name,
    method_code: method.code,
    min_sum: method.min,
    max_sum: method.max,
    logo_url: method.logoUrl ?? null,
    payment_time: method.paymentTime,
    currency: { code: method.currency, name: currency?.name ?? method.currency, symbol: currency?.symbol ?? "" },
    max_commission: Money.plus(method.clientCommission, method.merchantCommission),
    client_commission: method.clientCommission,
    merchant_commission: method.merchantCommission
  }
}
