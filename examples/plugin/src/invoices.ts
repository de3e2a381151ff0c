/**
 * `Invoices` at BTCPay Server, which finds invoices by order id and does not refuse a second one of the same order.
 */
import * as CreateByReference from "@gatefold/core/CreateByReference"
import {
  type GatewayError,
  IntegrityMismatch,
  InvalidRequest,
  InvalidResponse,
  NotFound
} from "@gatefold/core/GatewayError"
import type { InvoiceId, Reference } from "@gatefold/core/Identifiers"
import type * as Invoices from "@gatefold/core/Invoices"
import * as Money from "@gatefold/core/Money"
import * as NewInvoice from "@gatefold/core/NewInvoice"
import type { Operation } from "@gatefold/core/Operation"
import * as Pages from "@gatefold/core/Pages"
import * as Present from "@gatefold/core/Present"
import { path } from "@gatefold/core/ProviderClient"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Account, createInvoice, getInvoice, listInvoices } from "./account.ts"
import * as mapping from "./mapping.ts"
import * as wire from "./wire.ts"

/** A server prices in whatever its rate sources know: these are what the large ones do. */
export const currencies = ["USD", "EUR", "GBP", "CHF", "CAD", "AUD", "JPY", "BRL", "MXN", "INR", "ZAR", "BTC"] as const

export const invoices = (account: Account): Pick<Invoices.Service, "create" | "get" | "list"> => ({
  create: (invoice) => account.client.limited(create(account, invoice)),
  get: (lookup) => "id" in lookup ? byId(account, lookup.id) : byReference(account, lookup.reference),
  list: (filter) => list(account, filter ?? {})
})

const create = Effect.fnUntraced(function*(account: Account, input: NewInvoice.NewInvoice) {
  const { client } = account
  const asked = yield* client.checked(createInvoice, NewInvoice.check(input, { currencies }))
  return yield* CreateByReference.create({
    client,
    operation: createInvoice,
    asked,
    send: send(account, asked),
    lookUp: Effect.match(ofReference(account, asked.reference), {
      onSuccess: CreateByReference.among,
      onFailure: (because): CreateByReference.Found => ({ _tag: "Inconclusive", because })
    }),
    lookUpFirst: true,
    refusesDuplicates: false
  })
})

const send = Effect.fnUntraced(function*(account: Account, asked: NewInvoice.Checked) {
  const answer = yield* account.client.call(createInvoice, {
    method: "POST",
    path: "/invoices",
    body: {
      amount: Money.format(asked.price),
      currency: asked.price.currency.code,
      metadata: Present.only({ orderId: asked.reference, itemDesc: asked.description }),
      checkout: Present.only({ redirectURL: asked.successUrl })
    }
  }, wire.Invoice)
  return yield* seen(account, createInvoice, answer)
})

/** An answer as an observation of this moment, if it is about an invoice of this store. */
const seen = Effect.fnUntraced(function*(account: Account, operation: Operation, answer: wire.Invoice) {
  const { client, identity, options: { storeId: asked }, unrecognized } = account
  if (answer.storeId !== asked) {
    return yield* client.error(operation, new IntegrityMismatch({ field: "store", asked, got: answer.storeId }))
  }
  const invoice = mapping.invoice(identity, yield* DateTime.now, answer)
  yield* unrecognized.note(invoice.unrecognized)
  return invoice
})

/** Reads one invoice; also what stands behind a webhook. */
export const byId = Effect.fnUntraced(function*(account: Account, asked: InvoiceId) {
  const answer = yield* account.client.call(getInvoice, { method: "GET", path: path`/invoices/${asked}` }, wire.Invoice)
  if (answer.id === asked) return yield* seen(account, getInvoice, answer)
  return yield* account.client.error(getInvoice, new IntegrityMismatch({ field: "id", asked, got: answer.id }))
})

/** More than anybody creates for one order; a list that is cut off proves nothing. */
const mostOfOneOrder = 20

/** Every invoice of exactly this reference, whatever else the server takes for it. */
const ofReference = Effect.fnUntraced(function*(account: Account, reference: Reference) {
  const query = { orderId: reference, take: String(mostOfOneOrder) }
  const answers = yield* account.client.call(getInvoice, { method: "GET", path: "/invoices", query }, wire.Invoices)
  if (answers.length >= mostOfOneOrder) {
    const issue = "more invoices than one order has"
    return yield* account.client.error(getInvoice, new InvalidResponse({ path: "body", issue }))
  }
  const all = yield* Effect.forEach(answers, (answer) => seen(account, getInvoice, answer))
  return all.filter((invoice) => invoice.reference === reference)
})

const byReference = Effect.fnUntraced(function*(account: Account, reference: string) {
  const { client } = account
  const asked = yield* client.checked(getInvoice, NewInvoice.checkReference(reference))
  const found = CreateByReference.among(yield* ofReference(account, asked))
  if (found._tag === "Found") return found.invoice
  return yield* client.error(
    getInvoice,
    found._tag === "Several"
      ? new IntegrityMismatch({ field: "reference", asked, got: `${found.invoices.length} invoices` })
      : new NotFound({})
  )
})

const list = (account: Account, filter: Invoices.Filter) => {
  const { pageSize = 100, status } = filter
  const word = status === undefined ? undefined : mapping.wordOf(status)
  const refuse = (field: string, issue: string): Stream.Stream<never, GatewayError> =>
    Stream.fail(account.client.error(listInvoices, new InvalidRequest({ field, issue })))
  const unknown = (["currency", "order"] as const).find((field) => filter[field] !== undefined)
  if (unknown !== undefined) return refuse(unknown, "the server's list has no such filter")
  if (status !== undefined && word === undefined) return refuse("status", "the server has no such status")
  if (!Number.isSafeInteger(pageSize) || pageSize < 1 || pageSize > 1000) {
    return refuse("pageSize", "a whole number from 1 to 1000")
  }
  const answers = Pages.numbered(
    (page) =>
      account.client.call(listInvoices, {
        method: "GET",
        path: "/invoices",
        query: { status: word, skip: String((page - 1) * pageSize), take: String(pageSize) }
      }, wire.Invoices),
    {
      id: ({ id }) => id,
      pageSize,
      stuck: () =>
        account.client.error(listInvoices, new InvalidResponse({ path: "skip", issue: "the list repeats itself" }))
    }
  )
  return Stream.mapEffect(answers, (answer) => seen(account, listInvoices, answer))
}
