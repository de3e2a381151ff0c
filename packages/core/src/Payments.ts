/**
 * The customer's tries to pay.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type * as Currency from "./Currency.ts"
import type { GatewayError } from "./GatewayError.ts"
import type { PaymentId } from "./Identifiers.ts"
import type * as Money from "./Money.ts"
import type * as Payment from "./Payment.ts"

/** A payment without an invoice around it. `payWith` is the asset that the customer pays in. */
export interface NewPayment {
  readonly price: Money.Input
  readonly payWith?: Currency.Input | undefined
}

/** Which payments to list; a provider that cannot filter by a field fails with `InvalidRequest` naming it. */
export interface Filter {
  readonly status?: Payment.Status | undefined
  readonly pageSize?: number | undefined
}

export interface Service {
  /** Starts a payment. Of an `OutcomeUnknown` nothing may be guessed: the next try is another payment. */
  readonly create: (payment: NewPayment) => Effect.Effect<Payment.Payment, GatewayError>
  /** Reads one payment as it is now, without renewing a quote that still holds. */
  readonly get: (id: PaymentId) => Effect.Effect<Payment.Payment, GatewayError>
  /** Reads page after page on demand. No list is proof that a payment does not exist. */
  readonly list: (filter?: Filter) => Stream.Stream<Payment.Payment, GatewayError>
  /**
   * Follows a payment: emits it at once and after each change, renews its quote before it goes stale, and ends after the
   * first terminal state. All watchers of one payment share one renewal.
   */
  readonly watch: (id: PaymentId) => Stream.Stream<Payment.Payment, GatewayError>
}

export class Payments extends Context.Service<Payments, Service>()("@gatefold/core/Payments") {}
