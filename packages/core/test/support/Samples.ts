/**
 * One value of every model with every field that it may have.
 */
import {
  CheckoutAction,
  Currency,
  ExchangeRate,
  GatewayError,
  Identifiers,
  Invoice,
  Money,
  Payment,
  Quote,
  SecureUrl,
  Settlement
} from "@gatefold/core"
import { Duration } from "effect"
import { at, currency } from "./Arbitraries.ts"

export const provider = Identifiers.ProviderId.make("ecca")
export const account = Identifiers.AccountId.make("main")
export const invoiceId = Identifiers.InvoiceId.make("a1b2c3d4-5678-90ab-cdef-1234567890ab")
export const reference = (text: string): Identifiers.Reference => Identifiers.Reference.make(text)
export const url = (text: string): SecureUrl.SecureUrl => SecureUrl.SecureUrl.make(text)
export const money = (amount: string, of = "MXN"): Money.Money => Money.makeUnsafe(amount, of)

export const rate = new ExchangeRate.ExchangeRate({
  base: currency("USDT"),
  counter: currency("MXN"),
  value: money("41.50").amount,
  at: at("2026-04-26T12:00:00Z")
})

export const quote = new Quote.Quote({ due: money("0.00021", "BTC"), until: at("2026-04-26T12:00:25Z") })

export const checkouts = {
  redirect: new CheckoutAction.Redirect({ url: url("https://pay.example/a1b2") }),
  scanQr: new CheckoutAction.ScanQr({ image: url("https://pay.example/qr.png"), quote }),
  sendTo: new CheckoutAction.SendTo({
    address: "TXYZ",
    memo: "7",
    network: Currency.Network.make("TRON"),
    quote
  })
}

export const settlement = new Settlement.Settlement({
  amount: money("35.42", "USDT"),
  rate,
  fee: money("0.72", "USDT"),
  at: at("2026-04-26T12:08:31Z")
})

export const adjustment = new Settlement.Adjustment({ amount: money("240.00"), at: at("2026-04-27T00:00:00.001Z") })

const facts = {
  status: "paid",
  providerStatus: "success",
  coverage: "over",
  isLate: true,
  isReversed: true,
  isAdjusted: true,
  adjustment,
  settlement,
  createdAt: at("2026-04-26T12:00:00Z"),
  paidAt: at("2026-04-26T12:08:31Z"),
  expiresAt: at("2026-04-26T12:20:00Z"),
  received: [money("0.00021", "BTC"), money("1", "USDT@TRON")],
  refunded: [money("0.00001", "BTC")],
  unrecognized: ["weird", "words"]
} as const

export const payment = Payment.make({
  ...facts,
  id: Identifiers.PaymentId.make("p-1"),
  method: new Payment.Method({ code: "monobank", name: "Monobank UA" }),
  due: money("0.00021", "BTC"),
  quote,
  checkout: checkouts.scanQr
})

export const invoice = Invoice.make({
  ...facts,
  provider,
  account,
  id: invoiceId,
  references: [reference("order-7"), reference("order-7.2")],
  prices: [money("250.00"), money("240.00")],
  payments: [payment],
  checkout: checkouts.redirect,
  updatedAt: at("2026-04-26T12:08:32Z"),
  observedAt: at("2026-04-26T12:08:33Z")
})

/** An invoice of which only the id is known. */
export const bareInvoice = Invoice.make({ provider, account, id: invoiceId })

const detail = { code: "RATE_LIMIT", requestId: "req-1", httpStatus: 429 }

/** Every reason, with every field. */
export const reasons = {
  InvalidRequest: new GatewayError.InvalidRequest({ field: "amount", issue: "MXN has 2 decimals here", ...detail }),
  Unauthenticated: new GatewayError.Unauthenticated(detail),
  Forbidden: new GatewayError.Forbidden(detail),
  NotFound: new GatewayError.NotFound(detail),
  Unsupported: new GatewayError.Unsupported({ capability: "withdrawals" }),
  Declined: new GatewayError.Declined(detail),
  Conflict: new GatewayError.Conflict({ kind: "referenceSpent", invoice, ...detail }),
  RateLimited: new GatewayError.RateLimited({ scope: "account", retryAfter: Duration.millis(1500), ...detail }),
  Unavailable: new GatewayError.Unavailable({ evidence: "refused", retryAfter: Duration.seconds(7), ...detail }),
  OutcomeUnknown: new GatewayError.OutcomeUnknown({
    trouble: "timeout",
    findOut: "look the reference up before anything else",
    candidates: [invoice, bareInvoice],
    answer: new GatewayError.InvalidResponse({ path: "data.amount", issue: "Missing key", httpStatus: 200 }),
    ...detail
  }),
  InvalidResponse: new GatewayError.InvalidResponse({ path: "data.amount", issue: "Missing key", ...detail }),
  IntegrityMismatch: new GatewayError.IntegrityMismatch({ field: "price", asked: "250 MXN", got: "25 MXN", invoice })
}

export const error = (reason: GatewayError.Reason): GatewayError.GatewayError =>
  new GatewayError.GatewayError({ provider, account, operation: "invoices.create", reason })
