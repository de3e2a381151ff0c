/**
 * A way to pay that an account offers.
 */
import * as Schema from "effect/Schema"
import * as Currency from "./Currency.ts"
import * as Money from "./Money.ts"
import { SecureUrl } from "./SecureUrl.ts"

/**
 * A payment method with its limits and commissions.
 *
 * Commissions are the provider's own figures, in percent as far as is known. `paymentTime` is the provider's integer, in digits:
 * Ecca does not document its unit [PM].
 */
export class PaymentMethod extends Schema.Class<PaymentMethod>("@gatefold/core/PaymentMethod")({
  code: Schema.NonEmptyString,
  name: Schema.String,
  currency: Currency.Currency,
  minimum: Schema.optionalKey(Money.Money),
  maximum: Schema.optionalKey(Money.Money),
  customerCommission: Schema.optionalKey(Money.Amount),
  merchantCommission: Schema.optionalKey(Money.Amount),
  logo: Schema.optionalKey(SecureUrl),
  paymentTime: Schema.optionalKey(Schema.String)
}) {}
