/**
 * A payment as the API and the webhooks show it.
 */
import * as Decimal from "./Decimal.ts"
import type * as Json from "./Json.ts"
import * as Payment from "./Payment.ts"
import type * as Quote from "./Quote.ts"
import * as Timestamp from "./Timestamp.ts"

/** How the paths of QR images are written: the documentation does not say which. */
export type QrPaths = "absolute" | "relative"

/** The choices that the documentation leaves open. */
export interface Dialect {
  readonly timestamps: Timestamp.TimestampFormat
  readonly qrPaths: QrPaths
}

export interface Wire {
  /** The answer to a create: with `qr_image_path`, without `state`. */
  readonly created: (payment: Payment.Payment, origin: string) => Json.Json
  /** The answer to a read of one: with both. */
  readonly shown: (payment: Payment.Payment, origin: string) => Json.Json
  /** An item of the list, and a webhook: with `state`, without `qr_image_path`. */
  readonly listed: (payment: Payment.Payment) => Json.Json
}

export const make = (dialect: Dialect): Wire => {
  const base = (payment: Payment.Payment) => ({
    id: payment.id,
    currency: payment.coin.code,
    amount: Decimal.format(payment.pesos, Decimal.pesoDecimals),
    currency_amount: Decimal.format(payment.quote.coins, payment.coin.decimals),
    created_at: Timestamp.write(payment.createdAt, dialect.timestamps),
    updated_at: Timestamp.write(payment.updatedAt, dialect.timestamps)
  })
  const state = (payment: Payment.Payment) => ({ state: Payment.word(payment) })
  const image = (payment: Payment.Payment, origin: string) => ({
    qr_image_path: (dialect.qrPaths === "absolute" ? origin : "") + qrPath(payment, payment.quote)
  })
  return {
    created: (payment, origin) => ({ ...base(payment), ...image(payment, origin) }),
    shown: (payment, origin) => ({ ...base(payment), ...state(payment), ...image(payment, origin) }),
    listed: (payment) => ({ ...base(payment), ...state(payment) })
  }
}

/** Where the QR image of a quote is served. */
export const qrPath = (payment: Payment.Payment, quote: Quote.Quote): string =>
  `/qr/${payment.id}-${quote.sequence}.png`

/** The payment id and the quote's sequence in the address of a QR image, whole or only a path. */
export const parseQrPath = (address: string): { readonly id: string; readonly sequence: number } | undefined => {
  const found = /\/qr\/(?<id>\d+)-(?<sequence>\d{1,9})\.png$/u.exec(address)?.groups
  return found === undefined ? undefined : { id: found["id"] ?? "", sequence: Number(found["sequence"]) }
}
