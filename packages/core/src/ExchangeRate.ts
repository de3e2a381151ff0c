/**
 * The price of one currency in another.
 */
import * as Schema from "effect/Schema"
import * as Currency from "./Currency.ts"
import * as Money from "./Money.ts"

/**
 * How many units of `counter` one unit of `base` is worth, at the moment `at` where the provider tells it.
 *
 * Ecca's rates have base USDT and the fiat currency as counter, rounded down to two decimals [CUR].
 */
export class ExchangeRate extends Schema.Class<ExchangeRate>("@gatefold/core/ExchangeRate")({
  base: Currency.Currency,
  counter: Currency.Currency,
  value: Money.Amount,
  at: Schema.optionalKey(Schema.DateTimeUtcFromString)
}) {}
