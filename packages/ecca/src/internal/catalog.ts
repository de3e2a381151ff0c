/**
 * `Catalog` at Ecca [PM][CUR].
 */
import type * as Catalog from "@gatefold/core/Catalog"
import * as Currency from "@gatefold/core/Currency"
import { InvalidRequest } from "@gatefold/core/GatewayError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { Ecca } from "./context.ts"
import * as mapping from "./mapping.ts"
import * as operations from "./operations.ts"
import * as wire from "./wire.ts"

/** @internal */
export const catalog = (ecca: Ecca): Catalog.Service => ({
  paymentMethods: (currency) => paymentMethods(ecca, currency),
  currencies: currencies(ecca)
})

const paymentMethods = Effect.fnUntraced(function*(ecca: Ecca, asked: Currency.Input | undefined) {
  const operation = operations.paymentMethods
  const currency = asked === undefined ? undefined : Currency.parse(asked)
  if (asked !== undefined && currency === undefined) {
    return yield* ecca.client.error(operation, new InvalidRequest({ field: "currency", issue: "not a currency code" }))
  }
  const { data } = yield* ecca.client.call(
    operation,
    { method: "GET", path: "/payment-methods", query: { currency: currency?.code } },
    wire.Methods
  )
  return data.flatMap((method) => mapping.paymentMethod(method) ?? [])
})

const currencies = Effect.fnUntraced(function*(ecca: Ecca) {
  const { data } = yield* ecca.client.call(
    operations.currencies,
    { method: "GET", path: "/currencies" },
    wire.Currencies
  )
  const now = yield* DateTime.now
  return data.flatMap((currency) => mapping.acceptedCurrency(currency, now) ?? [])
})
