/**
 * `Invoices` at Template Pay.
 */
import * as CreateByReference from "@gatefold/core/CreateByReference"
import { detailOf, type GatewayError, IntegrityMismatch, InvalidResponse, NotFound } from "@gatefold/core/GatewayError"
import type { InvoiceId, Reference } from "@gatefold/core/Identifiers"
import type * as Invoices from "@gatefold/core/Invoices"
import * as Money from "@gatefold/core/Money"
import * as NewInvoice from "@gatefold/core/NewInvoice"
import * as Present from "@gatefold/core/Present"
import { path } from "@gatefold/core/ProviderClient"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { type Account, createInvoice, duplicate, getInvoice } from "./account.ts"
import * as mapping from "./mapping.ts"
import * as wire from "./wire.ts"

// invented: the currencies that it takes
export const currencies = ["EUR", "JPY", "USD"] as const

export const invoices = (account: Account): Pick<Invoices.Service, "create" | "get"> => ({
  create: (invoice) => account.client.limited(create(account, invoice)),
  get: (lookup) => "id" in lookup ? byId(account, lookup.id) : byReference(account, lookup.reference)
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
    isDuplicate,
    refusesDuplicates: true
  })
})

const isDuplicate = ({ reason }: GatewayError): boolean => detailOf(reason).code === duplicate

// invented: the request that opens an invoice
const send = Effect.fnUntraced(function*(account: Account, asked: NewInvoice.Checked) {
  const answer = yield* account.client.call(createInvoice, {
    method: "POST",
    path: "/v1/invoices",
    body: Present.only({
      reference: asked.reference,
      amount: Money.format(asked.price),
      currency: asked.price.currency.code,
      description: asked.description,
      success_url: asked.successUrl
    })
  }, wire.Invoice)
  return yield* seen(account, answer)
})

/** An answer as an observation of this moment. */
const seen = Effect.fnUntraced(function*({ identity, unrecognized }: Account, answer: wire.Invoice) {
  const invoice = mapping.invoice(identity, yield* DateTime.now, answer)
  yield* unrecognized.note(invoice.unrecognized)
  return invoice
})

// invented: the request that reads one invoice, also behind a webhook
export const byId = Effect.fnUntraced(function*(account: Account, asked: InvoiceId) {
  const { client } = account
  const answer = yield* client.call(getInvoice, { method: "GET", path: path`/v1/invoices/${asked}` }, wire.Invoice)
  if (answer.id === asked) return yield* seen(account, answer)
  return yield* client.error(getInvoice, new IntegrityMismatch({ field: "id", asked, got: answer.id }))
})

// invented: the request that finds the invoice of a reference
const ofReference = Effect.fnUntraced(function*(account: Account, reference: Reference) {
  const { client } = account
  const request = { method: "GET", path: "/v1/invoices", query: { reference } } as const
  const all = yield* Effect.forEach(
    yield* client.call(getInvoice, request, wire.Invoices),
    (answer) => seen(account, answer)
  )
  if (all.every((invoice) => invoice.reference === reference)) return all
  const issue = "invoices of other references"
  return yield* client.error(getInvoice, new InvalidResponse({ path: "body", issue }))
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
