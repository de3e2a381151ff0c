/**
 * A currency in which an account may ask for money.
 */
import * as Schema from "effect/Schema"
import * as Currency from "./Currency.ts"
import * as ExchangeRate from "./ExchangeRate.ts"

/** The currency, how a provider names and writes it, and the rate at which it is settled where there is one. */
export class AcceptedCurrency extends Schema.Class<AcceptedCurrency>("@gatefold/core/AcceptedCurrency")({
  currency: Currency.Currency,
  name: Schema.optionalKey(Schema.String),
  symbol: Schema.optionalKey(Schema.String),
  decimals: Schema.optionalKey(Schema.Int),
  rate: Schema.optionalKey(ExchangeRate.ExchangeRate)
}) {}
