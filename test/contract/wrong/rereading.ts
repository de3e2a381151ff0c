import { Invoice, Invoices } from "@gatefold/core"
import type { Subject } from "@gatefold/testkit/Subject"
import { Effect } from "effect"
import { withService } from "../Wrong.ts"

/** What a spoilt observation says differently. */
export type Change = (invoice: Invoice.Invoice) => Partial<Invoice.Input>

export const changed = (change: Change) => (invoice: Invoice.Invoice): Invoice.Invoice =>
  Invoice.make({ ...invoice, ...change(invoice) })

/** An adapter whose reads of one invoice say something else. */
export const rereading = (subject: Subject, change: Change): Subject =>
  withService(subject, Invoices.Invoices, (right) => ({
    ...right,
    get: (lookup) => Effect.map(right.get(lookup), changed(change))
  }))
