/**
 * How a well-formed create request becomes an invoice, or why not.
 *
 * The order in which reasons are looked for is not documented; here a spent `external_id` comes first of all.
 */
import { randomUUID } from "node:crypto"
import * as Account from "./Account.ts"
import * as Catalog from "./Catalog.ts"
import type { CreateRequest } from "./CreateRequest.ts"
import type { Invoice } from "./Invoice.ts"
import type { Ledger } from "./Ledger.ts"
import * as Money from "./Money.ts"
import { type Code, Refusal } from "./Refusal.ts"
import type { Settings } from "./Settings.ts"

export interface Circumstances {
  readonly settings: Settings
  readonly account: Account.Account
  readonly ledger: Ledger
  readonly catalog: Catalog.Catalog
  readonly now: number
}

interface Urls {
  readonly callbackUrl: string
  readonly successUrl: string
  readonly failUrl: string
}

export const open = (asked: CreateRequest, at: Circumstances): Invoice | Refusal => {
  const refusal = customerRefusal(asked, at)
  if (refusal !== undefined) return refusal
  if (Catalog.currency(at.catalog, asked.currencyCode) === undefined) return refuse("CURRENCY_INVALID")
  const urls = urlsOf(asked, at)
  if (urls === undefined) return refuse("MISSING_REQUIRED_URLS")
  const unavailable = Account.unavailability(at.account.state())
  return unavailable === undefined ? newInvoice(asked, urls, at) : refuse(unavailable)
}

const unpaidWindow = 60 * 60_000

const customerRefusal = (asked: CreateRequest, { ledger, now, settings }: Circumstances): Refusal | undefined => {
  if (ledger.byExternalId(asked.externalId) !== undefined) return refuse("DUPLICATE_EXTERNAL_ID")
  const theirs = ledger.ofCustomer(asked.customerId)
  if (theirs.some(({ status }) => status === "pending")) return refuse("PENDING_INVOICE_EXISTS")
  const unpaid = theirs.filter(({ createdAt, status }) => status !== "success" && createdAt > now - unpaidWindow)
  if (unpaid.length < settings.unpaidLimit) return undefined
  // `window_minutes` is documented; that more keys follow is, too, but not which
  const details = { window_minutes: 60, unpaid_count: unpaid.length, unpaid_limit: settings.unpaidLimit }
  return new Refusal({ code: "CUSTOMER_RATE_LIMIT", details })
}

const urlsOf = (asked: CreateRequest, { account, settings }: Circumstances): Urls | undefined => {
  const callbackUrl = asked.callbackUrl ?? account.callback()
  const successUrl = asked.successUrl ?? settings.defaultUrls.success
  const failUrl = asked.failUrl ?? settings.defaultUrls.fail
  if (callbackUrl === undefined || successUrl === undefined || failUrl === undefined) return undefined
  return { callbackUrl, successUrl, failUrl }
}

const newInvoice = (asked: CreateRequest, urls: Urls, { now, settings }: Circumstances): Invoice => ({
  invoiceId: randomUUID(),
  externalId: asked.externalId,
  customerId: asked.customerId,
  purpose: asked.purpose,
  amount: Money.canonical(asked.amount),
  currency: asked.currencyCode,
  status: "pending",
  label: undefined,
  requestedCallback: asked.callbackUrl,
  ...urls,
  createdAt: now,
  expiresAt: now + settings.ttl,
  finishedAt: undefined,
  deal: undefined
})

const refuse = (code: Code): Refusal => new Refusal({ code })
