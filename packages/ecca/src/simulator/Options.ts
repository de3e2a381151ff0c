/**
 * What can be chosen about a simulated Ecca: above all the things that its documentation leaves open.
 */
import type * as Duration from "effect/Duration"
import type { Currency, PaymentMethod } from "./Catalog.ts"
import type { DocumentedWithdrawal } from "./Withdrawal.ts"

/** How webhooks are signed. Everything but "HMAC" is undocumented [WH]. */
export interface Signing {
  /** Default `sha256`. */
  readonly algorithm?: "sha256" | "sha512" | "sha1" | undefined
  /** What is signed. Default `timestamp.body`. */
  readonly text?: "timestamp.body" | "timestamp+body" | "body" | undefined
  /** Default `hex`. */
  readonly encoding?: "hex" | "base64" | undefined
  /** Stands before the signature, such as `sha256=`. Default: nothing. */
  readonly prefix?: string | undefined
  /** How `X-Signature-Timestamp` is written. Default `seconds`. */
  readonly timestamp?: "seconds" | "millis" | "iso" | undefined
  /** Whether the timestamp is that of each attempt (default) or of the event, the same for every retry. */
  readonly timestampOf?: "attempt" | "event" | undefined
  /** What `X-Idempotency-Key` holds: the payload's `event_id` (default), or a new UUID for each attempt. */
  readonly idempotencyKey?: "event" | "attempt" | undefined
}

/** Return URLs and webhook URL in the merchant's settings, for invoices that name none. */
export interface DefaultUrls {
  readonly callback?: string | undefined
  readonly success?: string | undefined
  readonly fail?: string | undefined
}

/** All of it may be left out; `make()` then is the platform of the documentation's examples. */
export interface Options {
  /** Default: a free port. */
  readonly port?: number | undefined
  /** Default `ecca-simulator-key`. */
  readonly apiKey?: string | undefined
  /** The first one signs. Default: one secret. */
  readonly webhookSecrets?: readonly [string, ...ReadonlyArray<string>] | undefined
  readonly signing?: Signing | undefined
  readonly defaultUrls?: DefaultUrls | undefined

  /** How long a customer may take (`invoice_expire_minutes`). Default 20 minutes, as in the examples. */
  readonly ttl?: Duration.Input | undefined
  /** Unpaid invoices of one customer within 60 minutes, from which on `CUSTOMER_RATE_LIMIT` answers. Default 10. */
  readonly unpaidLimit?: number | undefined
  /** Percent that the platform keeps beside the method's commission. Default `2.00`, read off the example [R-LIST]. */
  readonly settlementFee?: string | undefined
  /** Currencies beside UAH and KZT; the same code replaces. */
  readonly currencies?: ReadonlyArray<Currency> | undefined
  /** Methods beside the default ones, tried after them. */
  readonly paymentMethods?: ReadonlyArray<PaymentMethod> | undefined
  /** What is on the books of withdrawals at the start, oldest first. */
  readonly withdrawals?: ReadonlyArray<DocumentedWithdrawal> | undefined

  /** Which of the two documented create answers: 1 has rates, 2 (default) has `finished_at`. */
  readonly createEdition?: 1 | 2 | undefined
  /** Status of a successful create. Default 201. */
  readonly createStatus?: 200 | 201 | undefined
  /**
   * How a field without value looks. `mixed` (default): `null` on invoices, an absent `deal`, absent fields on
   * withdrawals. Or all `null`, or all `omitted`.
   */
  readonly absentFields?: "mixed" | "null" | "omitted" | undefined
  /** What a page of the invoice list without invoices answers: 200 (default), or 404 `INVOICE_NOT_FOUND`. */
  readonly emptyInvoiceList?: "200" | "404" | undefined
  /** Where `retry_after_sec` and `next_allowed_at` sit within `error`. Default `meta`. */
  readonly cooldownMetaIn?: "details" | "meta" | undefined

  /** `manual`: only `deliver` and the resend endpoint send. Default `auto`. */
  readonly webhooks?: "auto" | "manual" | undefined
  /** Pauses before the automatic retries, then the event is `dead`. Default 30 seconds, 2 and 10 minutes. */
  readonly webhookRetries?: ReadonlyArray<Duration.Input> | undefined
  /** Webhooks go to this machine only (default), so that a test never posts to a shop's real address. */
  readonly webhookHosts?: "loopback" | "any" | undefined
}
