/**
 * Creating an invoice so that one reference never becomes two.
 *
 * Ecca refuses a second invoice of one `external_id` and can be asked for it, so a create whose outcome is not known may
 * be sent again. Whatever it refuses after such an attempt, the earlier one may have worked: it is looked up before the
 * refusal is reported.
 */
import { Conflict, type GatewayError, IntegrityMismatch, OutcomeUnknown } from "@gatefold/core/GatewayError"
import * as Invoice from "@gatefold/core/Invoice"
import * as Money from "@gatefold/core/Money"
import * as NewInvoice from "@gatefold/core/NewInvoice"
import * as Present from "@gatefold/core/Present"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Ecca } from "./context.ts"
import { detailOf } from "./errors.ts"
import { observe, seen } from "./observe.ts"
import * as operations from "./operations.ts"
import * as wire from "./wire.ts"

/** How often one call sends a create whose outcome stays unknown. */
const sends = 2

/** At most two decimals, whatever ISO 4217 says [INV]. */
const twoDecimals = { BHD: 2, IQD: 2, JOD: 2, KWD: 2, LYD: 2, OMR: 2, TND: 2, CLF: 2, UYW: 2 }

const limits: NewInvoice.Limits = {
  currencies: "ISO 4217",
  decimals: twoDecimals,
  customerLength: 128,
  descriptionLength: 512
}

const operation = operations.createInvoice

/** @internal */
export const create = Effect.fnUntraced(function*(ecca: Ecca, input: NewInvoice.NewInvoice) {
  const asked = yield* ecca.client.checked(operation, NewInvoice.check(input, limits))
  let unknown: GatewayError | undefined
  for (let sent = 1;; sent++) {
    const result = yield* Effect.result(send(ecca, asked))
    if (Result.isSuccess(result)) {
      // whether a repeated create may answer with the invoice of the first one is not documented
      return yield* Effect.flatMap(asAsked(ecca, asked, result.success), (invoice) => notSpent(ecca, invoice))
    }
    const refusal = result.failure
    if (refusal.reason._tag === "OutcomeUnknown") unknown = refusal
    if (unknown === undefined && !isAboutExisting(refusal)) return yield* refusal
    const found = yield* lookUp(ecca, asked)
    if (found._tag === "Found") return yield* judge(ecca, asked, found.invoice)
    if (found._tag === "Inconclusive") return yield* unknown ?? undecided(ecca, refusal)
    // a duplicate that cannot be found may be what the earlier attempt made
    if (unknown !== undefined && detailOf(refusal.reason).code === duplicate) return yield* unknown
    // sending again is safe because a duplicate is refused, not because nothing was found
    if (refusal.reason._tag !== "OutcomeUnknown" || sent === sends) return yield* refusal
  }
})

/** The request of create [INV]; guests are known by the reference, since a customer may have one pending invoice. */
const send = Effect.fnUntraced(function*(ecca: Ecca, asked: NewInvoice.Checked) {
  const answer = yield* ecca.client.call(operation, {
    method: "POST",
    path: "/create-invoice",
    body: Present.only({
      amount: Money.format(asked.price, twoDecimals),
      currency_code: asked.price.currency.code,
      customer_id: asked.customer ?? asked.reference,
      external_id: asked.reference,
      purpose: asked.description,
      callback_url: asked.webhookUrl ?? ecca.options.webhookUrl,
      success_url: asked.successUrl,
      fail_url: asked.failureUrl
    })
  }, wire.Created)
  return yield* seen(ecca, answer)
})

const duplicate = "DUPLICATE_EXTERNAL_ID"

/** Refusals that say that an invoice exists, which may be ours. */
const isAboutExisting = (refusal: GatewayError): boolean =>
  refusal.reason._tag === "Conflict" &&
  [duplicate, "PENDING_INVOICE_EXISTS"].includes(detailOf(refusal.reason).code ?? "")

/** An invoice exists, and whether it is ours could not be learnt. */
const undecided = ({ client }: Ecca, refusal: GatewayError): GatewayError =>
  client.error(
    operation,
    new OutcomeUnknown({
      trouble: "an invoice exists that cannot be looked up",
      findOut: operation.findOut,
      candidates: [],
      ...detailOf(refusal.reason)
    })
  )

type Found =
  | { readonly _tag: "Found"; readonly invoice: Invoice.Invoice }
  | { readonly _tag: "Absent" }
  | { readonly _tag: "Inconclusive" }

/** Only the documented code in the documented form says that there is none; anything else says nothing. */
const lookUp = (ecca: Ecca, { reference }: NewInvoice.Checked): Effect.Effect<Found> =>
  Effect.match(observe(ecca, { reference }), {
    onSuccess: (invoice): Found => ({ _tag: "Found", invoice }),
    onFailure: ({ reason }): Found =>
      reason._tag === "NotFound" && reason.code === "INVOICE_NOT_FOUND" ? { _tag: "Absent" } : { _tag: "Inconclusive" }
  })

const asAsked = (
  { client }: Ecca,
  { price, reference }: NewInvoice.Checked,
  invoice: Invoice.Invoice
): Effect.Effect<Invoice.Invoice, GatewayError> => {
  const mismatch = (field: string, asked: string, got: string) =>
    Effect.fail(client.error(operation, new IntegrityMismatch({ field, asked, got })))
  if (invoice.reference !== reference) return mismatch("reference", reference, invoice.reference ?? "none")
  const got = invoice.price
  if (got === undefined || !Money.equals(got, price)) return mismatch("price", `${price}`, got?.toString() ?? "none")
  return Effect.succeed(invoice)
}

const notSpent = ({ client }: Ecca, invoice: Invoice.Invoice): Effect.Effect<Invoice.Invoice, GatewayError> =>
  Invoice.isTerminal(invoice) && invoice.status !== "paid"
    ? Effect.fail(client.error(operation, new Conflict({ kind: "referenceSpent", invoice })))
    : Effect.succeed(invoice)

/** Whether the invoice that has the reference is what was asked for, may still be paid, or makes the reference spent. */
const judge = Effect.fnUntraced(function*(ecca: Ecca, asked: NewInvoice.Checked, found: Invoice.Invoice) {
  const invoice = yield* notSpent(ecca, found)
  if (invoice.status !== "unknown") return yield* asAsked(ecca, asked, invoice)
  return yield* ecca.client.error(
    operation,
    new OutcomeUnknown({
      trouble: "an invoice in a state that is not understood",
      findOut: operation.findOut,
      candidates: [invoice]
    })
  )
})
