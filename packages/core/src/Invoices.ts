/**
 * Asking customers to pay.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type * as Currency from "./Currency.ts"
import type { GatewayError } from "./GatewayError.ts"
import type { InvoiceId } from "./Identifiers.ts"
import type * as Invoice from "./Invoice.ts"
import type { NewInvoice } from "./NewInvoice.ts"

/** An invoice by the provider's id. */
export interface ById {
  readonly id: InvoiceId
}

/** An invoice by the provider's id, or by the merchant's reference where the provider keeps one. */
export type Lookup = ById | { readonly reference: string }

/** Which invoices to list; a provider that cannot filter by a field fails with `InvalidRequest` naming it. */
export interface Filter {
  readonly status?: Invoice.Status | undefined
  readonly currency?: Currency.Input | undefined
  readonly order?: "newest first" | "oldest first" | undefined
  /** How many a page of the provider's list has. */
  readonly pageSize?: number | undefined
}

export interface Service {
  /**
   * Asks for payment. Before anything is sent the request is checked: `InvalidRequest` names the field. Whether a create
   * may be called again with the same reference depends on the provider; `OutcomeUnknown` says how to find out.
   */
  readonly create: (invoice: NewInvoice) => Effect.Effect<Invoice.Invoice, GatewayError>
  /**
   * Reads one invoice as it is now. `IntegrityMismatch` if the provider answers with another one; by reference it is
   * `Unsupported` where the capability `invoices.getByReference` is absent.
   */
  readonly get: (lookup: Lookup) => Effect.Effect<Invoice.Invoice, GatewayError>
  /** Reads page after page on demand. No list is proof that an invoice does not exist. */
  readonly list: (filter?: Filter) => Stream.Stream<Invoice.Invoice, GatewayError>
  /** Ends an open invoice unpaid. */
  readonly cancel: (id: InvoiceId) => Effect.Effect<Invoice.Invoice, GatewayError>
}

/** What an adapter builds where the provider keeps no reference: it is not asked for an invoice by one. */
export interface ServiceById extends Omit<Service, "get"> {
  readonly get: (lookup: ById) => ReturnType<Service["get"]>
}

export class Invoices extends Context.Service<Invoices, Service>()("@gatefold/core/Invoices") {}
