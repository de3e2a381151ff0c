/**
 * What an account offers its customers.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { AcceptedCurrency } from "./AcceptedCurrency.ts"
import type * as Currency from "./Currency.ts"
import type { GatewayError } from "./GatewayError.ts"
import type { PaymentMethod } from "./PaymentMethod.ts"

export interface Service {
  /** The active payment methods, of one currency or of all. */
  readonly paymentMethods: (currency?: Currency.Input) => Effect.Effect<ReadonlyArray<PaymentMethod>, GatewayError>
  /** The currencies that may be asked for, with the rate at which they are settled now. */
  readonly currencies: Effect.Effect<ReadonlyArray<AcceptedCurrency>, GatewayError>
}

export class Catalog extends Context.Service<Catalog, Service>()("@gatefold/core/Catalog") {}
