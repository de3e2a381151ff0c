/**
 * `Invoices` and `Payments` at Ecca, whose payments are the deals of its invoices.
 */
import { type GatewayError, InvalidRequest, NotFound, OutcomeUnknown } from "@gatefold/core/GatewayError"
import { InvoiceId, type PaymentId } from "@gatefold/core/Identifiers"
import type * as Invoice from "@gatefold/core/Invoice"
import type * as Invoices from "@gatefold/core/Invoices"
import type * as Payments from "@gatefold/core/Payments"
import { path } from "@gatefold/core/ProviderClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Ecca } from "./context.ts"
import { create } from "./create.ts"
import * as lists from "./lists.ts"
import { complete, observe, seen } from "./observe.ts"
import * as operations from "./operations.ts"
import * as wire from "./wire.ts"

/** @internal Each operation has the time of one call, however many it needs. */
export const invoices = (ecca: Ecca): Invoices.Service => ({
  create: (invoice) => ecca.client.limited(create(ecca, invoice)),
  get: (lookup) => observe(ecca, lookup),
  list: (filter) => list(ecca, filter ?? {}, complete),
  cancel: (id) => ecca.client.limited(cancel(ecca, id))
})

/** @internal */
export const payments = (ecca: Ecca): Pick<Payments.Service, "get" | "list"> => ({
  get: (id) => getPayment(ecca, id),
  list: (filter) =>
    filter?.status === undefined
      ? Stream.flatMap(
        list(ecca, { pageSize: filter?.pageSize }, seen),
        ({ payments }) => Stream.fromIterable(payments)
      )
      : Stream.fail(ecca.client.error(
        operations.listInvoices,
        new InvalidRequest({ field: "status", issue: "payments cannot be filtered by status here" })
      ))
})

/** How many histories of a list are read at a time. */
const historiesAtOnce = 4

/** A finished invoice of a list has to be read as completely as by itself: one that was adjusted must not look paid. */
const list = (
  ecca: Ecca,
  filter: Invoices.Filter,
  read: (ecca: Ecca, answer: wire.Invoice) => Effect.Effect<Invoice.Invoice, GatewayError>
): Stream.Stream<Invoice.Invoice, GatewayError> => {
  const answers = lists.all(ecca, {
    operation: operations.listInvoices,
    path: "/invoices",
    answer: wire.InvoicePage,
    id: ({ invoice_id: id }) => id,
    nothing: "INVOICE_NOT_FOUND",
    statusesOf: "invoice",
    filter
  })
  return Stream.mapEffect(answers, (answer) => read(ecca, answer), { concurrency: historiesAtOnce })
}

/**
 * The customer-side call, whose answer is not documented: what counts is how the invoice reads afterwards. A call that
 * got no answer is settled by the same look; without that look nothing is known.
 */
const cancel = Effect.fnUntraced(function*(ecca: Ecca, id: Invoice.Invoice["id"]) {
  const operation = operations.cancelInvoice
  const body = ecca.options.cancelBody
  const sent = ecca.client.call(operation, {
    method: "POST",
    path: path`/public/invoice/${id}/cancel`,
    ...body === undefined ? {} : { body }
  }, Schema.Unknown)
  yield* Effect.catchReason(sent, "GatewayError", "OutcomeUnknown", () => Effect.void)
  const unknown = (trouble: string, candidates: ReadonlyArray<Invoice.Invoice>) =>
    ecca.client.error(operation, new OutcomeUnknown({ trouble, findOut: operation.findOut, candidates }))
  const invoice = yield* Effect.mapError(
    observe(ecca, { id }),
    ({ reason }) => unknown(`the invoice cannot be read: ${reason._tag}`, [])
  )
  return invoice.status === "canceled" ? invoice : yield* unknown(`the invoice is ${invoice.status}`, [invoice])
})

const getPayment = Effect.fnUntraced(function*(ecca: Ecca, id: PaymentId) {
  const [invoice = "", deal] = id.split("/")
  const operation = operations.getInvoice
  const missing = ecca.client.error(operation, new NotFound({}))
  if (deal === undefined || !Schema.is(InvoiceId)(invoice)) return yield* missing
  const { payments } = yield* observe(ecca, { id: invoice })
  return yield* Effect.fromNullishOr(payments.find((payment) => payment.id === id)).pipe(Effect.mapError(() => missing))
})
