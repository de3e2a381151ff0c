/**
 * From BTCPay Server's words to the neutral models. Pure: no request is made here.
 */
import * as CheckoutAction from "@gatefold/core/CheckoutAction"
import { Reference } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import * as Money from "@gatefold/core/Money"
import type * as Payment from "@gatefold/core/Payment"
import type { Identity } from "@gatefold/core/Provider"
import { SecureUrl } from "@gatefold/core/SecureUrl"
import type { AboutNoInvoice, Claim } from "@gatefold/core/Webhooks"
import * as Wire from "@gatefold/core/Wire"
import * as Withdrawal from "@gatefold/core/Withdrawal"
import type * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as wire from "./wire.ts"

const statuses: ReadonlyMap<string, Invoice.Status> = new Map([
  ["New", "open"],
  ["Processing", "processing"],
  ["Settled", "paid"],
  ["Expired", "expired"],
  ["Invalid", "failed"]
])

const exceptions: ReadonlySet<string> = new Set(["None", "PaidPartial", "PaidOver", "PaidLate", "Marked", "Invalid"])

const states: ReadonlyMap<string, Withdrawal.Status> = new Map([
  ["AwaitingApproval", "pending"],
  ["AwaitingPayment", "pending"],
  ["InProgress", "processing"],
  ["Completed", "succeeded"],
  ["Cancelled", "canceled"]
])

/** BTCPay's word for one of our statuses, for filters. */
export const wordOf = (status: Invoice.Status): string | undefined =>
  [...statuses].find(([, ours]) => ours === status)?.[0]

/**
 * Status and exception are two axes, and mean something only together (https://docs.btcpayserver.org/Invoices): with one
 * word that nobody knows, nothing is known.
 */
const meaning = ({ additionalStatus: exception, status: word }: wire.Invoice) => {
  const status = statuses.get(word)
  const unrecognized = [...status === undefined ? [word] : [], ...exceptions.has(exception) ? [] : [exception]]
  return {
    providerStatus: exception === "None" ? word : `${word}/${exception}`,
    unrecognized,
    ...status === undefined || unrecognized.length > 0
      ? { status: "unknown" as const }
      : {
        status,
        coverage: coverage(word, exception),
        // nobody can overpay what has expired but by paying late
        isLate: exception === "PaidLate" || (word === "Expired" && exception === "PaidOver"),
        // by hand a success can be taken back, and nothing tells whether there was one
        isReversed: exception === "Invalid" || (word === "Invalid" && exception === "Marked")
      }
  }
}

/** What came in, confirmed or not. `Invalid` alone was paid in full, and not confirmed in time. */
const coverage = (word: string, exception: string): Payment.Coverage => {
  switch (exception) {
    case "PaidPartial":
      return "partial"
    case "PaidOver":
      return "over"
    case "PaidLate":
      return "full"
    case "Marked":
      return word === "Settled" ? "full" : "none"
    default:
      return word === "New" || word === "Expired" ? "none" : "full"
  }
}

/** An invoice as it was read at a moment. */
export const invoice = (identity: Identity, observedAt: DateTime.Utc, answer: wire.Invoice): Invoice.Invoice => {
  const { checkoutLink: url, metadata } = answer
  const state = meaning(answer)
  return Invoice.make({
    ...identity,
    ...state,
    id: answer.id,
    references: Schema.is(Reference)(metadata?.orderId) ? [metadata.orderId] : [],
    prices: [Money.fromBigDecimal(answer.amount, answer.currency)],
    createdAt: answer.createdTime,
    expiresAt: answer.expirationTime,
    checkout: state.status === "open" && Schema.is(SecureUrl)(url) ? new CheckoutAction.Redirect({ url }) : undefined,
    observedAt
  })
}

/** A payout: what was asked for may be in another currency than what arrives. */
export const withdrawal = (identity: Identity, answer: wire.Payout): Withdrawal.Withdrawal => {
  const { payoutAmount, payoutCurrency, payoutMethodId: method, state } = answer
  return Withdrawal.make({
    ...identity,
    id: answer.id,
    status: states.get(state) ?? "unknown",
    providerStatus: state,
    amount: Money.fromBigDecimal(answer.originalAmount, answer.originalCurrency),
    net: payoutAmount && payoutCurrency ? Money.fromBigDecimal(payoutAmount, payoutCurrency) : undefined,
    address: answer.destination,
    method,
    // the proof of a Lightning payment is no transaction
    transaction: method?.endsWith("-CHAIN") === true ? answer.paymentProof?.id : undefined,
    createdAt: answer.date
  })
}

const readEvent = Wire.decode(wire.Event)

const readInvoiceEvent = Wire.decode(wire.InvoiceEvent)

/** Which invoice a webhook is about. The id of an event is that of its first delivery, whichever this one is. */
export const claim = (storeId: string) => (json: unknown): Result.Result<Claim | AboutNoInvoice, Wire.Unreadable> =>
  Result.gen(function*() {
    const { type } = yield* readEvent(json)
    if (!wire.invoiceEvents.has(type)) return "about no invoice"
    const { deliveryId, invoiceId, originalDeliveryId, storeId: from } = yield* readInvoiceEvent(json)
    if (from !== storeId) return yield* Result.fail(new Wire.Unreadable({ path: "storeId", issue: "another store" }))
    return { invoice: invoiceId, eventType: type, eventId: originalDeliveryId ?? deliveryId, deliveryKey: deliveryId }
  })
