/**
 * From ecryptopay's words to the neutral models. Pure: no request is made here.
 *
 * One payment of theirs is an invoice of ours with one payment: the price is in pesos, what is due in the asset.
 */
import * as CheckoutAction from "@gatefold/core/CheckoutAction"
import * as Currency from "@gatefold/core/Currency"
import { InvoiceId, PaymentId } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import * as Money from "@gatefold/core/Money"
import * as Payment from "@gatefold/core/Payment"
import type { Identity } from "@gatefold/core/Provider"
import { Quote } from "@gatefold/core/Quote"
import { SecureUrl } from "@gatefold/core/SecureUrl"
import * as Wire from "@gatefold/core/Wire"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { States } from "../EcryptopayOptions.ts"
import type * as wire from "./wire.ts"

/** @internal The only currency of prices. */
export const mxn = new Currency.Currency({ code: Currency.Code.make("MXN") })

/** @internal What was read, and what the customer may be shown until `until`. */
export interface Seen {
  readonly answer: wire.Payment
  readonly instruction: { readonly image: SecureUrl; readonly quote: Quote } | undefined
  readonly observedAt: DateTime.Utc
}

/** @internal How an account reads answers. */
export interface Reading {
  readonly identity: Identity
  readonly baseUrl: string
  readonly quoteLasts: Duration.Duration
  readonly meanings: ReadonlyMap<string, Meaning>
}

type Meaning = Pick<Invoice.Invoice, "status" | "coverage" | "isLate" | "isReversed">

const meaning = (
  status: Invoice.Status,
  coverage: Payment.Coverage = "none",
  flags: { readonly isLate?: boolean; readonly isReversed?: boolean } = {}
): Meaning => ({ status, coverage, isLate: flags.isLate ?? false, isReversed: flags.isReversed ?? false })

const meanings: { readonly [K in keyof States]: Meaning } = {
  open: meaning("open"),
  processing: meaning("processing"),
  underpaid: meaning("processing", "partial"),
  paid: meaning("paid", "full"),
  overpaid: meaning("paid", "over"),
  late: meaning("paid", "full", { isLate: true }),
  lateOverpaid: meaning("paid", "over", { isLate: true }),
  failed: meaning("failed"),
  expired: meaning("expired"),
  canceled: meaning("canceled"),
  reversed: meaning("paid", "full", { isReversed: true })
}

const lists = [
  "open",
  "processing",
  "underpaid",
  "paid",
  "overpaid",
  "late",
  "lateOverpaid",
  "failed",
  "expired",
  "canceled",
  "reversed"
] as const satisfies ReadonlyArray<keyof States>

/** @internal What each of the merchant's words means. */
export const meaningsOf = (states: Partial<States>): ReadonlyMap<string, Meaning> =>
  new Map(lists.flatMap((list) => (states[list] ?? []).map((word) => [word, meanings[list]] as const)))

/** @internal An answer to a request that was begun at `sentAt`, from when its quote holds. */
export const seen = (reading: Reading, answer: wire.Payment, sentAt: DateTime.Utc): Seen => {
  const asset = Currency.parse(answer.currency)
  const image = qrImage(reading.baseUrl, answer.qr_image_path)
  return {
    answer,
    observedAt: sentAt,
    instruction: asset === undefined || image === undefined ? undefined : {
      image,
      quote: new Quote({
        due: Money.fromBigDecimal(answer.currency_amount, asset),
        until: DateTime.addDuration(sentAt, reading.quoteLasts)
      })
    }
  }
}

/** Whether the path is absolute is not documented: a relative one is taken from the API's host. */
const qrImage = (baseUrl: string, path: string | undefined): SecureUrl | undefined => {
  const url = path === undefined || path === "" ? null : URL.parse(path, baseUrl)
  return url !== null && Schema.is(SecureUrl)(url.href) ? url.href : undefined
}

const facts = (reading: Reading, { answer }: Seen) => {
  const word = answer.state ?? ""
  const known = word === "" ? meanings.open : reading.meanings.get(word)
  return {
    ...known ?? meaning("unknown"),
    providerStatus: word,
    unrecognized: known === undefined ? [word.slice(0, 64)] : [],
    createdAt: moment(answer.created_at)
  }
}

/** The format is not documented; a time that cannot be read is no reason to lose the rest. */
const moment = (text: string | undefined): DateTime.Utc | undefined =>
  text === undefined ? undefined : Option.getOrUndefined(Wire.parseTimestamp(text))

/** @internal */
export const payment = (reading: Reading, value: Seen): Payment.Payment => {
  const state = facts(reading, value)
  const instruction = Invoice.isTerminal(state) ? undefined : value.instruction
  return Payment.make({
    id: PaymentId.make(value.answer.id),
    ...state,
    status: state.status === "open" ? "pending" : state.status,
    due: instruction?.quote.due,
    quote: instruction?.quote,
    checkout: instruction === undefined ? undefined : new CheckoutAction.ScanQr(instruction)
  })
}

/** @internal */
export const invoice = (reading: Reading, value: Seen): Invoice.Invoice => {
  const paid = payment(reading, value)
  return Invoice.make({
    ...reading.identity,
    id: InvoiceId.make(value.answer.id),
    ...facts(reading, value),
    prices: [Money.fromBigDecimal(value.answer.amount, mxn)],
    payments: [paid],
    checkout: paid.checkout,
    updatedAt: moment(value.answer.updated_at),
    observedAt: value.observedAt
  })
}

/** @internal Whether nothing more is to be paid. */
export const isSettled = (reading: Reading, value: Seen): boolean => Invoice.isTerminal(facts(reading, value))
