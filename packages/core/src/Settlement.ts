/**
 * What the merchant gets for a finished payment.
 */
import * as Schema from "effect/Schema"
import * as ExchangeRate from "./ExchangeRate.ts"
import * as Money from "./Money.ts"

/** Money credited to the merchant, with the rate and the fee where the provider tells them. */
export class Settlement extends Schema.Class<Settlement>("@gatefold/core/Settlement")({
  amount: Money.Money,
  rate: Schema.optionalKey(ExchangeRate.ExchangeRate),
  fee: Schema.optionalKey(Money.Money),
  at: Schema.optionalKey(Schema.DateTimeUtcFromString)
}) {}

/** A provider's correction of what was paid, to `amount` where it is known to how much. */
export class Adjustment extends Schema.Class<Adjustment>("@gatefold/core/Adjustment")({
  amount: Schema.optionalKey(Money.Money),
  at: Schema.optionalKey(Schema.DateTimeUtcFromString)
}) {}
