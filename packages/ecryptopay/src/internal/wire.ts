/**
 * ecryptopay's wire format, in its own names, by the corrected edition of its page.
 */
import * as Wire from "@gatefold/core/Wire"
import * as Schema from "effect/Schema"

const Secret = Schema.RedactedFromValue(Schema.String.check(Schema.isPattern(/^[\x21-\x7e]+$/u)))

/** @internal The answer of a standard OAuth 2.0 token endpoint (RFC 6749, section 5.1). */
export const Token = Schema.Struct({
  access_token: Secret,
  expires_in: Wire.Integer,
  refresh_token: Wire.nullish(Secret)
})

/** @internal The token endpoint's refusal (RFC 6749, section 5.2), with a code such as `invalid_grant`. */
export const TokenRefusal = Schema.Struct({ error: Schema.String.check(Schema.isPattern(/^[a-z_]{1,40}$/u)) })

/**
 * @internal An integer, in the one way to write it. A lenient server takes `048213` and `48213x` for 48213, and asking
 * for those would renew that payment's quote behind the holder of it.
 */
export const Id = Wire.Id.check(Schema.isPattern(/^(?:0|[1-9]\d*)$/u))

/** @internal A payment; `state` is absent from the create answer, `qr_image_path` from the list's items. */
export const Payment = Schema.Struct({
  id: Id,
  currency: Schema.String,
  amount: Wire.Amount,
  currency_amount: Wire.Amount,
  state: Wire.nullish(Schema.String),
  qr_image_path: Wire.nullish(Schema.String),
  created_at: Wire.nullish(Schema.String),
  updated_at: Wire.nullish(Schema.String)
})

/** @internal */
export type Payment = typeof Payment.Type

/** @internal */
export const Payments = Schema.Array(Payment)

/** @internal All of a webhook's body that is believed: which payment to read. */
export const Notification = Schema.Struct({ id: Id })
