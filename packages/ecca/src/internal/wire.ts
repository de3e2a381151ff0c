/**
 * Ecca's wire format, in its own names. The tags in brackets name the pages of its documentation.
 */
import { SecureUrl } from "@gatefold/core/SecureUrl"
import * as Wire from "@gatefold/core/Wire"
import * as Schema from "effect/Schema"

/** Ids are UUIDs in the documentation; two of them and a slash have to fit into an id of ours. */
const Uuid = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_-]{1,90}$/u))

const text = Wire.nullish(Schema.String)

/** The examples print every field as a string, so a time that is not there may be empty [R-CREATE-2]. */
const time = Wire.nullish(Wire.Timestamp, "")

const amount = Wire.nullish(Wire.Amount)

/** Present once the customer has picked a method. Only `completed` is a known status [R-LIST][R-GET]. */
const Deal = Schema.Struct({
  deal_id: Uuid,
  status: Schema.String,
  sub_status: text,
  payment_method_code: text,
  payment_method_name: text,
  amount_fiat: amount,
  conversion_rate: amount,
  merchant_usdt: amount,
  expires_at: time,
  finished_at: time,
  mark_paid_at: time
})

/** @internal */
export type Deal = typeof Deal.Type

const invoice = {
  invoice_id: Uuid,
  external_id: text,
  amount: Wire.Amount,
  currency: Schema.String,
  status: Schema.String,
  created_at: time,
  expires_at: time,
  finished_at: time,
  deal: Wire.nullish(Deal)
}

const Invoice = Schema.Struct({ ...invoice, payment_link: text })

/** @internal */
export type Invoice = typeof Invoice.Type

/** @internal The flat answer of create, in both documented editions [R-CREATE-1][R-CREATE-2]. */
export const Created = Schema.Struct({ ...invoice, payment_link: SecureUrl })

/** @internal */
export const InvoiceAnswer = Schema.Struct({ data: Invoice })

/** @internal */
export const InvoicePage = Schema.Struct({ data: Schema.Array(Invoice) })

const Attempt = Schema.Struct({
  try_number: Wire.nullish(Wire.Integer),
  trigger: text,
  attempt_status: text,
  http_status: Wire.nullish(Wire.Integer),
  duration_ms: Wire.nullish(Wire.Integer)
})

const DeliveredEvent = Schema.Struct({
  event_id: Wire.Id,
  event_type: Schema.String,
  status: text,
  next_retry_at: time,
  request_payload: Schema.optional(Schema.Unknown),
  created_at: time,
  attempts: Wire.nullish(Schema.Array(Attempt))
})

/** @internal */
export type DeliveredEvent = typeof DeliveredEvent.Type

/** @internal [R-HIST] */
export const History = Schema.Struct({
  invoice_id: Uuid,
  events: Schema.Array(DeliveredEvent)
})

/** @internal [R-RESEND] */
export const Resent = Schema.Struct({
  invoice_id: Uuid,
  event_id: Wire.Id,
  resend: Schema.Struct({ ok: Schema.Boolean, http_status: Wire.nullish(Wire.Integer) })
})

const Method = Schema.Struct({
  name: Schema.String,
  method_code: Schema.NonEmptyString,
  min_sum: amount,
  max_sum: amount,
  logo_url: text,
  payment_time: Wire.nullish(Schema.String),
  currency: Schema.Struct({ code: Schema.String }),
  client_commission: amount,
  merchant_commission: amount
})

/** @internal */
export type Method = typeof Method.Type

/** @internal [PM] */
export const Methods = Schema.Struct({ data: Schema.Array(Method) })

const CurrencyRate = Schema.Struct({
  currency: Schema.String,
  decimal: Wire.nullish(Wire.Integer),
  symbol: text,
  name: text,
  rate: amount
})

/** @internal */
export type CurrencyRate = typeof CurrencyRate.Type

/** @internal [CUR] */
export const Currencies = Schema.Struct({ data: Schema.Array(CurrencyRate) })

const Withdrawal = Schema.Struct({
  withdraw_uuid: Uuid,
  withdrawal_method_id: Wire.nullish(Wire.Id),
  address: text,
  address_memo: text,
  amount: Wire.Amount,
  network_fee: amount,
  amount_to_receive: amount,
  status: Schema.String,
  substatus: text,
  external_tx_id: text,
  created_at: time,
  updated_at: time,
  processed_at: time
})

/** @internal */
export type Withdrawal = typeof Withdrawal.Type

/** @internal [WD] */
export const WithdrawalAnswer = Schema.Struct({ data: Withdrawal })

/** @internal [WD] */
export const WithdrawalPage = Schema.Struct({ data: Schema.Array(Withdrawal) })

/** @internal The known part of both payload variants; `order_id` is the invoice's id here [WH]. */
export const Payload = Schema.Struct({
  order_id: Uuid,
  event_id: Wire.nullish(Wire.Id),
  is_adjusted: Wire.nullish(Schema.Boolean)
})

/** @internal [ERR]; where the extras of the resend page sit is not known, so they are looked for in three places. */
export const ErrorAnswer = Schema.Struct({
  request_id: text,
  error: Schema.Struct({
    code: Schema.NonEmptyString,
    details: Schema.optional(Schema.Unknown),
    meta: Schema.optional(Schema.Unknown)
  }),
  meta: Schema.optional(Schema.Unknown)
})

/** @internal [R-RESEND] */
export const Cooldown = Schema.Struct({ retry_after_sec: Wire.Integer })
