/**
 * From Ecca's words to the neutral models. Pure: no request is made here.
 */
import { AcceptedCurrency } from "@gatefold/core/AcceptedCurrency"
import * as CheckoutAction from "@gatefold/core/CheckoutAction"
import * as Currency from "@gatefold/core/Currency"
import { ExchangeRate } from "@gatefold/core/ExchangeRate"
import { InvoiceId, PaymentId, Reference, WithdrawalId } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import * as Money from "@gatefold/core/Money"
import * as Payment from "@gatefold/core/Payment"
import { PaymentMethod } from "@gatefold/core/PaymentMethod"
import * as Present from "@gatefold/core/Present"
import type { Identity } from "@gatefold/core/Provider"
import { SecureUrl } from "@gatefold/core/SecureUrl"
import { Settlement } from "@gatefold/core/Settlement"
import { Attempt, WebhookDelivery } from "@gatefold/core/WebhookDelivery"
import * as Withdrawal from "@gatefold/core/Withdrawal"
import type * as BigDecimal from "effect/BigDecimal"
import type * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import type * as wire from "./wire.ts"

/** Settlement and rates are in tether; the network is not named anywhere [INTRO][CUR]. */
const usdt = new Currency.Currency({ code: Currency.Code.make("USDT") })

/** @internal */
export const invoiceStatuses: Readonly<Record<string, Invoice.Status>> = {
  pending: "open",
  success: "paid",
  fail: "failed",
  expired: "expired",
  canceled: "canceled"
}

/** `completed` stands in one example of the reference, the others in the guide [WD][R-WD1]. */
const withdrawalStatuses: Readonly<Record<string, Withdrawal.Status>> = {
  pending: "pending",
  success: "succeeded",
  completed: "succeeded",
  failed: "failed",
  cancelled: "canceled"
}

const deliveryStatuses: Readonly<Record<string, WebhookDelivery["status"]>> = {
  pending: "pending",
  success: "delivered",
  dead: "dead"
}

/** @internal */
export const known = <A>(words: Readonly<Record<string, A>>, word: string): A | undefined =>
  Object.hasOwn(words, word) ? words[word] : undefined

/** @internal The provider's word for one of our statuses, for filters. */
export const wordOf = (words: "invoice" | "withdrawal", status: string): string | undefined =>
  Object.entries(words === "invoice" ? invoiceStatuses : withdrawalStatuses).find(([, ours]) => ours === status)?.[0]

const money = (
  amount: BigDecimal.BigDecimal | undefined,
  currency: Currency.Currency | undefined
): Money.Money | undefined =>
  amount === undefined || currency === undefined ? undefined : Money.fromBigDecimal(amount, currency)

const rate = (
  value: BigDecimal.BigDecimal | undefined,
  counter: Currency.Currency | undefined,
  at: DateTime.Utc | undefined
): ExchangeRate | undefined =>
  value === undefined || counter === undefined
    ? undefined
    : new ExchangeRate({ base: usdt, counter, value, ...Present.only({ at }) })

/** @internal The deal of an invoice is its one payment; its id needs the invoice's, by which alone it can be read. */
export const paymentId = (invoice: string, deal: string): PaymentId => PaymentId.make(`${invoice}/${deal}`)

/**
 * @internal What is due is what the customer pays with the commission, not the price. A settlement comes only from a
 * completed deal.
 */
export const payment = (invoice: wire.Invoice, deal: wire.Deal): Payment.Payment => {
  const currency = Currency.parse(invoice.currency)
  const isCompleted = deal.status === "completed"
  const finishedAt = deal.finished_at
  const amount = isCompleted ? money(deal.merchant_usdt, usdt) : undefined
  return Payment.make({
    id: paymentId(invoice.invoice_id, deal.deal_id),
    status: isCompleted ? "paid" : "unknown",
    providerStatus: deal.status,
    unrecognized: isCompleted ? [] : [deal.status],
    coverage: isCompleted ? "full" : "none",
    due: money(deal.amount_fiat, currency),
    expiresAt: deal.expires_at,
    paidAt: isCompleted ? deal.mark_paid_at ?? finishedAt : undefined,
    method: method(deal),
    settlement: amount === undefined
      ? undefined
      : new Settlement({
        amount,
        ...Present.only({ rate: rate(deal.conversion_rate, currency, undefined), at: finishedAt })
      })
  })
}

const method = ({ payment_method_code: code, payment_method_name: name }: wire.Deal): Payment.Method | undefined =>
  code === undefined
    ? undefined
    : new Payment.Method({ code, ...Present.only({ name }) })

/** @internal */
export const invoice = (identity: Identity, observedAt: DateTime.Utc, answer: wire.Invoice): Invoice.Invoice => {
  const status = known(invoiceStatuses, answer.status)
  const price = money(answer.amount, Currency.parse(answer.currency))
  const paid = answer.deal === undefined ? undefined : payment(answer, answer.deal)
  const isPaid = status === "paid"
  return Invoice.make({
    ...identity,
    id: InvoiceId.make(answer.invoice_id),
    status: status ?? "unknown",
    providerStatus: answer.status,
    unrecognized: status === undefined ? [answer.status] : [],
    coverage: isPaid ? "full" : "none",
    references: Schema.is(Reference)(answer.external_id) ? [answer.external_id] : [],
    prices: price === undefined ? [] : [price],
    createdAt: answer.created_at,
    expiresAt: answer.expires_at,
    paidAt: isPaid ? paid?.paidAt ?? answer.finished_at : undefined,
    settlement: paid?.settlement,
    payments: paid === undefined ? [] : [paid],
    checkout: status === "open" && Schema.is(SecureUrl)(answer.payment_link)
      ? new CheckoutAction.Redirect({ url: answer.payment_link })
      : undefined,
    observedAt
  })
}

/** @internal */
export const paymentMethod = (answer: wire.Method): PaymentMethod | undefined => {
  const currency = Currency.parse(answer.currency.code)
  return currency === undefined ? undefined : new PaymentMethod({
    code: answer.method_code,
    name: answer.name,
    currency,
    ...Present.only({
      minimum: money(answer.min_sum, currency),
      maximum: money(answer.max_sum, currency),
      customerCommission: answer.client_commission,
      merchantCommission: answer.merchant_commission,
      logo: Schema.is(SecureUrl)(answer.logo_url) ? answer.logo_url : undefined,
      paymentTime: answer.payment_time
    })
  })
}

/** @internal The rate is in fiat units per tether, as of when it was asked for [CUR]. */
export const acceptedCurrency = (answer: wire.CurrencyRate, at: DateTime.Utc): AcceptedCurrency | undefined => {
  const currency = Currency.parse(answer.currency)
  return currency === undefined ? undefined : new AcceptedCurrency({
    currency,
    ...Present.only({
      name: answer.name,
      symbol: answer.symbol,
      decimals: answer.decimal,
      rate: rate(answer.rate, currency, at)
    })
  })
}

/** @internal The object does not name its currency: it is a setting [WD]. */
export const withdrawal = (
  identity: Identity,
  currency: Currency.Currency,
  answer: wire.Withdrawal
): Withdrawal.Withdrawal => {
  const status = known(withdrawalStatuses, answer.status) ?? "unknown"
  return Withdrawal.make({
    ...identity,
    id: WithdrawalId.make(answer.withdraw_uuid),
    status: status === "pending" && answer.substatus === "processing" ? "processing" : status,
    providerStatus: answer.status,
    detail: answer.substatus,
    amount: Money.fromBigDecimal(answer.amount, currency),
    fee: money(answer.network_fee, currency),
    net: money(answer.amount_to_receive, currency),
    address: answer.address,
    memo: answer.address_memo,
    network: currency.network,
    method: answer.withdrawal_method_id,
    transaction: answer.external_tx_id,
    createdAt: answer.created_at,
    updatedAt: answer.updated_at,
    processedAt: answer.processed_at
  })
}

/** @internal */
export const delivery = (event: wire.DeliveredEvent, isAdjustment: boolean): WebhookDelivery => {
  const status = event.status ?? ""
  return new WebhookDelivery({
    id: event.event_id,
    type: event.event_type,
    status: known(deliveryStatuses, status) ?? "unknown",
    providerStatus: status,
    isAdjustment,
    attempts: (event.attempts ?? []).map((attempt, index) =>
      new Attempt({
        number: attempt.try_number ?? index + 1,
        trigger: attempt.trigger ?? "",
        outcome: attempt.attempt_status ?? "",
        ...Present.only({
          httpStatus: attempt.http_status,
          duration: attempt.duration_ms === undefined ? undefined : Duration.millis(attempt.duration_ms)
        })
      })
    ),
    ...Present.only({ nextAttemptAt: event.next_retry_at, createdAt: event.created_at })
  })
}
