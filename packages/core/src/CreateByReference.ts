/**
 * Creating an invoice so that one reference never becomes two, at a provider that can be asked for a reference.
 *
 * After an attempt whose outcome is not known, the invoice is looked up before anything else is said: whatever the
 * provider refuses then, the earlier attempt may have worked. Where it refuses duplicates, a create that was not found
 * may be sent again: that is safe because of the refusal, not because nothing was found. Where it does not refuse them,
 * looking before anything is sent makes one invoice of two calls one after the other; two at once can still make two.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import {
  Conflict,
  detailOf,
  type GatewayError,
  IntegrityMismatch,
  OutcomeUnknown,
  type Reason,
  Unavailable
} from "./GatewayError.ts"
import * as Invoice from "./Invoice.ts"
import * as Money from "./Money.ts"
import type { Checked } from "./NewInvoice.ts"
import type { Operation } from "./Operation.ts"
import type { ProviderClient } from "./ProviderClient.ts"

/** What a look-up by reference came to. */
export type Found =
  | { readonly _tag: "Found"; readonly invoice: Invoice.Invoice }
  /** The provider says, in its documented way, that there is none. */
  | { readonly _tag: "Absent" }
  /** More than one has the reference: which of them is meant is for a person to say. */
  | { readonly _tag: "Several"; readonly invoices: ReadonlyArray<Invoice.Invoice> }
  /** Anything else: it says nothing about whether there is one. `because` is why the look-up failed. */
  | { readonly _tag: "Inconclusive"; readonly because?: GatewayError | undefined }

/** What a list of all invoices of one reference comes to. */
export const among = (invoices: ReadonlyArray<Invoice.Invoice>): Found => {
  const [invoice, ...others] = invoices
  if (invoice === undefined) return { _tag: "Absent" }
  return others.length === 0 ? { _tag: "Found", invoice } : { _tag: "Several", invoices }
}

/** How one provider creates and finds. */
export interface Options {
  readonly client: ProviderClient
  readonly operation: Operation
  readonly asked: Checked
  /** Sends one create. */
  readonly send: Effect.Effect<Invoice.Invoice, GatewayError>
  readonly lookUp: Effect.Effect<Found>
  /** Whether a refusal says that an invoice of this reference exists; by default none does. */
  readonly isDuplicate?: ((refusal: GatewayError) => boolean) | undefined
  /** Whether a refusal says that some invoice exists, which may be ours; by default none does. */
  readonly mayBeOurs?: ((refusal: GatewayError) => boolean) | undefined
  /** Whether the provider refuses a second invoice of one reference, so that a create may be sent again. */
  readonly refusesDuplicates: boolean
  /**
   * Whether to look before anything is sent, for a provider that does not refuse duplicates. Nothing is sent unless the
   * provider says that there is none. @default false
   */
  readonly lookUpFirst?: boolean | undefined
}

/** How often one call sends a create whose outcome stays unknown. */
const sends = 2

const never = () => false

/**
 * The invoice of this reference at this price: the one that was made, or the one that exists if it can still be paid or
 * is paid. One of another price is an `IntegrityMismatch`, one that ended unpaid a `Conflict(referenceSpent)`.
 */
export const create = Effect.fnUntraced(function*(options: Options) {
  const { isDuplicate = never, mayBeOurs = never, refusesDuplicates, send } = options
  const lookUp = Effect.map(options.lookUp, (found) => isOfAnother(options, found) ? inconclusive : found)
  if (options.lookUpFirst === true) {
    const found = yield* lookUp
    if (found._tag === "Found") return yield* judge(options, found.invoice)
    if (found._tag !== "Absent") return yield* notSent(options, found)
  }
  let unknown: GatewayError | undefined
  for (let sent = 1;; sent++) {
    const result = yield* Effect.result(send)
    // whether a repeated create may answer with the invoice of the first one is seldom documented
    if (Result.isSuccess(result)) return yield* notSpent(options, yield* asAsked(options, result.success))
    const refusal = result.failure
    if (refusal.reason._tag === "OutcomeUnknown") unknown = refusal
    if (unknown === undefined && !isDuplicate(refusal) && !mayBeOurs(refusal)) return yield* refusal
    const found = yield* lookUp
    if (found._tag === "Found") return yield* judge(options, found.invoice)
    if (found._tag !== "Absent") return yield* undecided(options, unknown ?? refusal, found)
    // a duplicate that cannot be found may be what the earlier attempt made
    if (unknown !== undefined && isDuplicate(refusal)) return yield* unknown
    if (refusal.reason._tag !== "OutcomeUnknown" || !refusesDuplicates || sent === sends) return yield* refusal
  }
})

/** What a look-up gives for another reference says nothing about this one, not even that there is none. */
const isOfAnother = ({ asked: { reference } }: Options, found: Found): boolean =>
  found._tag === "Found" && found.invoice.reference !== reference

const inconclusive: Found = { _tag: "Inconclusive" }

type Unclear = Extract<Found, { readonly _tag: "Several" | "Inconclusive" }>

/** Nothing was sent yet, whatever the look-up came to. */
const notSent = ({ client, operation }: Options, found: Unclear): GatewayError =>
  client.error(
    operation,
    found._tag === "Several" ? new Conflict({ kind: "other" }) : withoutEffect(found.because?.reason)
  )

/** An answer to a look-up that is not understood is no answer to the create that was not sent. */
const withoutEffect = (reason: Reason | undefined): Reason =>
  reason === undefined || aboutTheLookUp.has(reason._tag)
    ? new Unavailable({ evidence: "the reference cannot be looked up" })
    : reason

const aboutTheLookUp: ReadonlySet<Reason["_tag"]> = new Set([
  "NotFound",
  "InvalidResponse",
  "IntegrityMismatch",
  "OutcomeUnknown"
])

const undecided = ({ client, operation }: Options, refusal: GatewayError, found: Unclear): GatewayError => {
  const candidates = found._tag === "Several" ? found.invoices : []
  return client.error(
    operation,
    refusal.reason._tag === "OutcomeUnknown"
      ? new OutcomeUnknown({ ...refusal.reason, candidates })
      : new OutcomeUnknown({
        trouble: "an invoice exists that cannot be looked up",
        findOut: operation.findOut,
        candidates,
        ...detailOf(refusal.reason)
      })
  )
}

const asAsked = (
  { asked: { price, reference }, client, operation }: Options,
  invoice: Invoice.Invoice
): Effect.Effect<Invoice.Invoice, GatewayError> => {
  const mismatch = (field: string, asked: string, got: string) =>
    Effect.fail(client.error(operation, new IntegrityMismatch({ field, asked, got, invoice })))
  if (invoice.reference !== reference) return mismatch("reference", reference, invoice.reference ?? "none")
  const got = invoice.price
  if (got === undefined || !Money.equals(got, price)) return mismatch("price", `${price}`, got?.toString() ?? "none")
  return Effect.succeed(invoice)
}

const notSpent = (
  { client, operation }: Options,
  invoice: Invoice.Invoice
): Effect.Effect<Invoice.Invoice, GatewayError> =>
  Invoice.isTerminal(invoice) && invoice.status !== "paid"
    ? Effect.fail(client.error(operation, new Conflict({ kind: "referenceSpent", invoice })))
    : Effect.succeed(invoice)

/** Whether the invoice that has the reference is what was asked for, may still be paid, or makes the reference spent. */
const judge = Effect.fnUntraced(function*(options: Options, found: Invoice.Invoice) {
  const { client, operation } = options
  const invoice = yield* notSpent(options, found)
  if (invoice.status !== "unknown") return yield* asAsked(options, invoice)
  return yield* client.error(
    operation,
    new OutcomeUnknown({
      trouble: "an invoice in a state that is not understood",
      findOut: operation.findOut,
      candidates: [invoice]
    })
  )
})
