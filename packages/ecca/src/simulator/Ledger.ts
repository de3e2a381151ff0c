/**
 * The invoices on the books, and how they are found.
 */
import * as Invoice from "./Invoice.ts"

export interface Ledger {
  /** Adds or replaces. */
  readonly put: (invoice: Invoice.Invoice) => void
  /** By the platform's id, and only then by the merchant's [R-GET]. */
  readonly find: (ref: string) => Invoice.Invoice | undefined
  readonly byExternalId: (externalId: string) => Invoice.Invoice | undefined
  readonly ofCustomer: (customerId: string) => ReadonlyArray<Invoice.Invoice>
  /** Oldest first. */
  readonly all: () => ReadonlyArray<Invoice.Invoice>
  /** Those that time can still change. */
  readonly unsettled: () => ReadonlyArray<Invoice.Invoice>
}

export const make = (): Ledger => {
  const byId = new Map<string, Invoice.Invoice>()
  const idsByExternalId = new Map<string, string>()
  const idsByCustomer = new Map<string, Array<string>>()
  const unsettled = new Set<string>()

  const lookUp = (ids: Iterable<string>): ReadonlyArray<Invoice.Invoice> => [...ids].flatMap((id) => byId.get(id) ?? [])
  const byExternalId = (externalId: string) => lookUp([idsByExternalId.get(externalId) ?? ""])[0]

  return {
    put: (invoice) => {
      const id = invoice.invoiceId
      if (!byId.has(id)) {
        idsByExternalId.set(invoice.externalId, id)
        idsByCustomer.set(invoice.customerId, [...idsByCustomer.get(invoice.customerId) ?? [], id])
      }
      byId.set(id, invoice)
      if (Invoice.nextMoment(invoice) === undefined) unsettled.delete(id)
      else unsettled.add(id)
    },
    find: (ref) => byId.get(ref) ?? byExternalId(ref),
    byExternalId,
    ofCustomer: (customerId) => lookUp(idsByCustomer.get(customerId) ?? []),
    all: () => [...byId.values()],
    unsettled: () => lookUp(unsettled)
  }
}
