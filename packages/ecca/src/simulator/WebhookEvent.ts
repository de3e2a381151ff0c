/**
 * A webhook event with its attempts, as pure functions, and as the history endpoint writes it [R-HIST].
 *
 * The event's `status` words are documented (`pending`, `success`, `dead`), and the trigger `manual`; `auto`, the words
 * of `attempt_status` and what an attempt holds after `duration_ms` are invented.
 */
import type * as WebhookSender from "@gatefold/simulator/WebhookSender"
import type { Invoice } from "./Invoice.ts"
import * as Times from "./Times.ts"
import * as WebhookPayload from "./WebhookPayload.ts"
import type { Json } from "./Wire.ts"

export type Trigger = "auto" | "manual"

export interface Attempt {
  readonly id: number
  readonly tryNumber: number
  readonly trigger: Trigger
  readonly exchange: WebhookSender.Exchange
  readonly startedAt: number
  readonly finishedAt: number
}

/** Held while an attempt of the worker or of the resend endpoint is under way. */
export interface Lock {
  readonly attempt: number
  readonly at: number
  readonly by: string
}

export interface WebhookEvent {
  /** The number in the history; the payload's `event_id` is text. */
  readonly id: number
  readonly invoiceId: string
  readonly kind: WebhookPayload.Kind
  /** The invoice as it was then. */
  readonly invoice: Invoice
  readonly adjustedTo: string | undefined
  readonly payload: WebhookPayload.Payload
  readonly callbackUrl: string | undefined
  readonly status: "pending" | "success" | "dead"
  readonly nextRetryAt: number | undefined
  readonly lock: Lock | undefined
  /** When the resend endpoint last sent it. */
  readonly resentAt: number | undefined
  readonly createdAt: number
  readonly updatedAt: number
  readonly attempts: ReadonlyArray<Attempt>
}

export const isOk = (exchange: WebhookSender.Exchange): boolean =>
  exchange.status !== undefined && exchange.status >= 200 && exchange.status < 300

/** The automatic schedule wants it sent by now, and nobody is at it. */
export const isDue = (event: WebhookEvent, now: number): boolean =>
  event.lock === undefined && event.nextRetryAt !== undefined && event.nextRetryAt <= now

/**
 * The event after an attempt, which gives back its lock if it held one. A success of either kind ends it; a manual failure leaves the automatic
 * schedule alone; an automatic one leads to the next retry, or to `dead` after the last.
 */
export const record = (
  event: WebhookEvent,
  done: Omit<Attempt, "tryNumber">,
  retries: ReadonlyArray<number>
): WebhookEvent => {
  const attempts = [...event.attempts, { ...done, tryNumber: event.attempts.length + 1 }]
  const lock = event.lock?.attempt === done.id ? undefined : event.lock
  const after: WebhookEvent = { ...event, attempts, lock, updatedAt: done.finishedAt }
  if (isOk(done.exchange)) return { ...after, status: "success", nextRetryAt: undefined }
  if (done.trigger === "manual" || event.status !== "pending") return after
  const pause = retries[countOf(after, "auto") - 1]
  return pause === undefined
    ? { ...after, status: "dead", nextRetryAt: undefined }
    : { ...after, nextRetryAt: done.finishedAt + pause }
}

/** The event with its payload written out again, if it told of the status that is called otherwise now. */
export const restate = (event: WebhookEvent, { label, status }: Pick<Invoice, "label" | "status">): WebhookEvent => {
  if (event.invoice.status !== status) return event
  const invoice = { ...event.invoice, label }
  return { ...event, payload: WebhookPayload.make(invoice, event.kind, event.createdAt, event.adjustedTo) }
}

export const countOf = (event: WebhookEvent, trigger: Trigger): number =>
  event.attempts.filter((attempt) => attempt.trigger === trigger).length

export const toJson = (event: WebhookEvent): Json => ({
  event_id: event.id,
  event_type: `invoice.${event.payload.word}`,
  status: event.status,
  callback_url: event.callbackUrl ?? null,
  auto_attempts: countOf(event, "auto"),
  manual_attempts: countOf(event, "manual"),
  total_attempts: event.attempts.length,
  next_retry_at: zuluOrNull(event.nextRetryAt),
  locked_at: zuluOrNull(event.lock?.at),
  locked_by: event.lock?.by ?? null,
  request_payload: event.payload.body,
  created_at: Times.zulu(event.createdAt),
  updated_at: Times.zulu(event.updatedAt),
  attempts: event.attempts.map(attemptToJson)
})

export const durationOf = (attempt: Omit<Attempt, "tryNumber">): number => attempt.finishedAt - attempt.startedAt

const attemptToJson = (attempt: Attempt): Json => ({
  try_number: attempt.tryNumber,
  trigger: attempt.trigger,
  attempt_status: isOk(attempt.exchange) ? "taken" : attempt.exchange.status === undefined ? "unanswered" : "rejected",
  http_status: attempt.exchange.status ?? null,
  response_headers: attempt.exchange.headers,
  response_body: attempt.exchange.status === undefined ? null : attempt.exchange.body,
  error_message: attempt.exchange.error ?? null,
  duration_ms: durationOf(attempt),
  created_at: Times.zulu(attempt.startedAt)
})

const zuluOrNull = (millis: number | undefined): string | null => millis === undefined ? null : Times.zulu(millis)
