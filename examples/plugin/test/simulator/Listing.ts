/**
 * Which invoices `GET .../invoices` answers.
 */
import * as Invoice from "./Invoice.ts"
import { unixSeconds } from "./InvoiceJson.ts"

/** A page of the invoices that fit, newest first; `undefined` if a number in the query is none. */
export const page = (
  invoices: ReadonlyArray<Invoice.Invoice>,
  query: URLSearchParams,
  usualTake: number
): ReadonlyArray<Invoice.Invoice> | undefined => {
  const skip = count(query.get("skip"), 0)
  const take = count(query.get("take"), usualTake)
  const start = count(query.get("startDate"), 0)
  const end = count(query.get("endDate"), Number.POSITIVE_INFINITY)
  if (skip === undefined || take === undefined || start === undefined || end === undefined) return undefined
  return invoices
    .filter((invoice) => fits(invoice, query))
    .filter(({ createdAt }) => unixSeconds(createdAt) >= start && unixSeconds(createdAt) <= end)
    .toReversed()
    .slice(skip, skip + take)
}

const fits = (invoice: Invoice.Invoice, query: URLSearchParams): boolean => {
  const orderIds = query.getAll("orderId")
  const statuses = query.getAll("status")
  const text = query.get("textSearch") ?? ""
  return (orderIds.length === 0 || (invoice.orderId !== undefined && orderIds.includes(invoice.orderId))) &&
    (statuses.length === 0 || statuses.includes(Invoice.word(invoice))) &&
    (invoice.id.includes(text) || JSON.stringify(invoice.metadata).includes(text))
}

const count = (text: string | null, fallback: number): number | undefined => {
  if (text === null || text === "") return fallback
  return /^\d{1,15}$/u.test(text) ? Number(text) : undefined
}
