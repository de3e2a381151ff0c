/**
 * `Payments` at ecryptopay, and `Invoices` built out of them: one payment is one invoice.
 */
import type * as Currency from "@gatefold/core/Currency"
import { InvalidRequest } from "@gatefold/core/GatewayError"
import { PaymentId } from "@gatefold/core/Identifiers"
import type * as Invoices from "@gatefold/core/Invoices"
import * as NewInvoice from "@gatefold/core/NewInvoice"
import type * as Operation from "@gatefold/core/Operation"
import type * as Payments from "@gatefold/core/Payments"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Account, createPayment, listPayments } from "./account.ts"
import * as mapping from "./mapping.ts"

const limits: NewInvoice.Limits = { currencies: ["MXN"] }

const createInvoice: Operation.Operation = { ...createPayment, name: "invoices.create" }

const listInvoices: Operation.Operation = { ...listPayments, name: "invoices.list" }

/** @internal `standardAsset` is what customers pay in unless a request says otherwise. */
export const payments = (account: Account, standardAsset: Currency.Currency): Payments.Service => {
  const toPayment = (value: mapping.Seen) => mapping.payment(account.reading, value)
  return {
    create: Effect.fnUntraced(function*(input) {
      const price = yield* account.client.checked(createPayment, NewInvoice.checkPrice(input.price, limits))
      const asset = yield* account.client.checked(createPayment, NewInvoice.checkAsset(input.payWith))
      return toPayment(yield* account.create(createPayment, price, asset ?? standardAsset))
    }),
    get: (id) => Effect.map(account.quotes.get(id), toPayment),
    list: (filter) => Stream.map(list(account, listPayments, filter ?? {}), toPayment),
    watch: (id) => Stream.map(account.quotes.watch(id), toPayment)
  }
}

/** @internal The reference of an invoice is checked and not sent: the provider keeps none. */
export const invoices = (
  account: Account,
  standardAsset: Currency.Currency
): Pick<Invoices.ServiceById, "create" | "get" | "list"> => {
  const toInvoice = (value: mapping.Seen) => mapping.invoice(account.reading, value)
  return {
    create: Effect.fnUntraced(function*(input) {
      const { payWith, price } = yield* account.client.checked(createInvoice, NewInvoice.check(input, limits))
      return toInvoice(yield* account.create(createInvoice, price, payWith ?? standardAsset))
    }),
    get: ({ id }) => Effect.map(account.quotes.observe(PaymentId.make(id)), toInvoice),
    list: (filter) => Stream.map(list(account, listInvoices, filter ?? {}), toInvoice)
  }
}

interface Asked {
  readonly status?: unknown
  readonly currency?: unknown
  readonly order?: unknown
}

/** The one list that there is: it has no filter, so that asking for one is refused and not ignored. */
const list = (account: Account, operation: Operation.Operation, filter: Asked) => {
  const asked = (["status", "currency", "order"] as const).find((field) => filter[field] !== undefined)
  if (asked !== undefined) {
    const reason = new InvalidRequest({ field: asked, issue: "this provider's list has no such filter" })
    return Stream.fail(account.client.error(operation, reason))
  }
  return Stream.unwrap(Effect.map(account.list, Stream.fromIterable))
}
