/**
 * How the API says no: the documented codes with their statuses, and the envelope around them [ERR].
 */
import * as Answer from "@gatefold/simulator/Answer"
import * as Data from "effect/Data"
import { randomUUID } from "node:crypto"

const codes = {
  API_KEY_MISSING: [401, "Missing X-Api-Key header"],
  API_KEY_INVALID: [403, "Invalid or inactive API key"],
  OWNER_BLOCKED: [403, "Account owner is blocked"],
  MERCHANT_BLOCKED: [403, "Merchant is banned"],
  MERCHANT_NOT_ACTIVE: [403, "Merchant is not activated yet"],
  DUPLICATE_EXTERNAL_ID: [409, "external_id is already used"],
  PENDING_INVOICE_EXISTS: [409, "Customer already has a pending invoice"],
  CUSTOMER_RATE_LIMIT: [403, "Customer created too many unpaid invoices"],
  CURRENCY_INVALID: [422, "Currency is unknown or disabled"],
  MISSING_REQUIRED_URLS: [422, "callback_url, success_url and fail_url are required"],
  NO_AVAILABLE_REQUISITES: [503, "No payment requisites are available now"],
  DEALS_SYSTEM_DISABLED: [503, "Payment system is temporarily off"],
  INVOICE_NOT_FOUND: [404, "Invoice not found"],
  WEBHOOK_RESEND_CONFLICT: [409, "Webhook event is being processed"],
  WEBHOOK_RESEND_COOLDOWN: [429, "Webhook event was resent too recently"],
  RATES_UNAVAILABLE: [503, "Rates are temporarily unavailable"],
  RATES_INVALID: [503, "Rate cache is invalid"],
  RATE_INVALID: [422, "A rate is invalid"],
  RATE_NOT_FOUND: [404, "No valid rates found"],
  WITHDRAWALS_NOT_FOUND: [404, "Withdrawals not found"],
  WITHDRAWAL_NOT_FOUND: [404, "Withdrawal not found"],
  // the documentation is silent about the next three: their codes and statuses are invented
  VALIDATION_FAILED: [422, "Request is not valid"],
  WEBHOOK_EVENT_NOT_FOUND: [404, "Invoice has no webhook event yet"],
  INVOICE_NOT_PENDING: [409, "Invoice is not pending"]
} as const

/** A code of section "errors"; the last three are invented because the documentation is silent. */
export type Code = keyof typeof codes

export class Refusal extends Data.TaggedError("Refusal")<{
  readonly code: Code
  readonly details?: Readonly<Record<string, unknown>>
  readonly meta?: Readonly<Record<string, unknown>>
}> {}

/** The refusal as it goes over the wire; `details` is absent from answers about keys and accounts, as in [AUTH]. */
export const answer = ({ code, details, meta }: Refusal): Answer.Answer => {
  const [status, message] = codes[code]
  const error = { code, message, details: details ?? (isAboutAccess(code) ? undefined : {}), meta }
  return Answer.json({ successful: false, request_id: randomUUID(), error }, status)
}

const isAboutAccess = (code: Code): boolean => /^(API_KEY|OWNER|MERCHANT)_/u.test(code)
