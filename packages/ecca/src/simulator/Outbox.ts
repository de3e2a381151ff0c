/**
 * Where webhook events wait, and how they are sent, repeated and resent.
 */
import * as RawWebhook from "@gatefold/core/RawWebhook"
import * as WebhookSender from "@gatefold/simulator/WebhookSender"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { isLoopback } from "./CreateRequest.ts"
import * as InFlight from "./InFlight.ts"
import type { Invoice } from "./Invoice.ts"
import type { Signing } from "./Options.ts"
import * as Signature from "./Signature.ts"
import * as WebhookEvent from "./WebhookEvent.ts"
import * as WebhookPayload from "./WebhookPayload.ts"

export interface Config {
  readonly now: Effect.Effect<number>
  readonly scope: Scope.Scope
  readonly signing: Signing
  readonly secret: () => string
  /** Where webhooks about this invoice, or about none, go at this moment. */
  readonly target: (invoiceId: string | undefined) => string | undefined
  /** Milliseconds before each automatic retry. */
  readonly retries: ReadonlyArray<number>
  readonly automatic: boolean
  readonly anyHost: boolean
}

export interface News {
  readonly invoice: Invoice
  readonly kind: WebhookPayload.Kind
  readonly at: number
  readonly adjustedTo?: string | undefined
}

type Event = WebhookEvent.WebhookEvent
type Mangle = (webhook: RawWebhook.RawWebhook) => RawWebhook.RawWebhook

interface How {
  readonly trigger: WebhookEvent.Trigger
  /** Who holds the event meanwhile; the simulator's own control holds nothing. */
  readonly lockedBy?: string
  readonly mangle?: Mangle
}

export interface Outbox {
  /** Writes an event down; `dispatch` sends it. */
  readonly add: (news: News) => void
  /** Says the word that is used for the invoice's status now in everything that is sent of it from now on. */
  readonly restate: (invoice: Invoice) => void
  /** The events of an invoice, newest first. */
  readonly history: (invoiceId: string) => ReadonlyArray<Event>
  /** Gives up on receivers whose time ran out, then sends in the background what is due. */
  readonly dispatch: Effect.Effect<void>
  /** Sends an event at once and waits for the answer. */
  readonly send: (event: Event, mangle: Mangle) => Effect.Effect<WebhookEvent.Attempt>
  /** The same on behalf of the merchant, who may not do it again for a while. */
  readonly resend: (event: Event) => Effect.Effect<WebhookEvent.Attempt>
  /** The event as a request that is sent now. */
  readonly raw: (event: Event, at: number) => RawWebhook.RawWebhook
  /** A request about this invoice, or about none; signed with any secret, by default the present one. */
  readonly signed: (
    message: Signature.Message,
    invoiceId: string | undefined,
    secret?: string
  ) => RawWebhook.RawWebhook
  /** Why nothing can be sent for this invoice, if so. */
  readonly obstacle: (invoiceId: string) => string | undefined
  readonly nextMoment: () => number | undefined
  readonly quiet: Effect.Effect<void>
}

export const make = (config: Config): Outbox => {
  const events: Array<Event> = []
  const inFlight = InFlight.make()
  let attempts = 0

  const put = (event: Event): void => {
    events[event.id - 1] = event
  }
  const latest = (event: Event): Event => events[event.id - 1] ?? event

  const signed = (message: Signature.Message, invoiceId: string | undefined, secret = config.secret()) =>
    RawWebhook.make({
      path: pathOf(config.target(invoiceId)),
      headers: Signature.headers(config.signing, secret, message),
      body: message.body
    })

  const raw = (event: Event, at: number) =>
    signed(
      { body: event.payload.body, eventId: event.payload.eventId, eventAt: event.createdAt, sentAt: at },
      event.invoiceId
    )

  const obstacle = (invoiceId: string): string | undefined => {
    const url = config.target(invoiceId)
    if (url === undefined) return "there is no URL to send webhooks to"
    return config.anyHost || isLoopback(url) ? undefined : `${url} is not on this machine`
  }

  const post = (event: Event, webhook: RawWebhook.RawWebhook) => {
    const url = config.target(event.invoiceId)
    const why = obstacle(event.invoiceId)
    return url === undefined || why !== undefined
      ? Effect.succeed(WebhookSender.unanswered(why ?? ""))
      : WebhookSender.exchange(url, webhook)
  }

  /** Runs in the simulator's scope, so that whoever asked for it may go away. */
  const attempt = Effect.fnUntraced(function*(event: Event, how: How) {
    const startedAt = yield* config.now
    attempts += 1
    const id = attempts
    if (how.lockedBy !== undefined) put({ ...latest(event), lock: { attempt: id, at: startedAt, by: how.lockedBy } })
    const record = (exchange: WebhookSender.Exchange) =>
      Effect.map(config.now, (finishedAt) => {
        const done = { id, trigger: how.trigger, exchange, startedAt, finishedAt }
        const after = WebhookEvent.record(latest(event), done, config.retries)
        put(after)
        return { ...done, tryNumber: after.attempts.length }
      })
    const sending = post(event, (how.mangle ?? same)(raw(event, startedAt)))
    return yield* Effect.forkIn(inFlight.track({ startedAt, sending, record }), config.scope, {
      startImmediately: true
    })
  })

  return {
    add: ({ adjustedTo, at, invoice, kind }) => {
      const callbackUrl = config.target(invoice.invoiceId)
      put({
        id: events.length + 1,
        invoiceId: invoice.invoiceId,
        kind,
        invoice,
        adjustedTo,
        payload: WebhookPayload.make(invoice, kind, at, adjustedTo),
        callbackUrl,
        status: "pending",
        nextRetryAt: config.automatic && callbackUrl !== undefined ? at : undefined,
        lock: undefined,
        resentAt: undefined,
        createdAt: at,
        updatedAt: at,
        attempts: []
      })
    },
    restate: (invoice) => {
      for (const event of events) {
        if (event.invoiceId === invoice.invoiceId) put(WebhookEvent.restate(event, invoice))
      }
    },
    history: (invoiceId) =>
      events.filter((event) => event.invoiceId === invoiceId)
        .toSorted((one, other) => other.createdAt - one.createdAt || other.id - one.id),
    dispatch: Effect.gen(function*() {
      const now = yield* config.now
      yield* inFlight.giveUp(now)
      for (const event of events.filter((one) => WebhookEvent.isDue(one, now))) {
        yield* attempt(event, { trigger: "auto", lockedBy: "worker-1" })
      }
    }),
    send: (event, mangle) => Effect.flatMap(attempt(event, { trigger: "manual", mangle }), Fiber.join),
    resend: Effect.fnUntraced(function*(event) {
      put({ ...latest(event), resentAt: yield* config.now })
      return yield* Effect.flatMap(attempt(event, { trigger: "manual", lockedBy: "merchant" }), Fiber.join)
    }),
    raw,
    signed,
    obstacle,
    nextMoment: () => {
      const retries = events.flatMap(({ lock, nextRetryAt }) =>
        lock === undefined && nextRetryAt !== undefined ? [nextRetryAt] : []
      )
      return [...retries, inFlight.nextMoment() ?? Number.POSITIVE_INFINITY].toSorted((a, b) => a - b)[0]
    },
    quiet: inFlight.quiet
  }
}

const same: Mangle = (webhook) => webhook

const pathOf = (url: string | undefined): string => {
  if (url === undefined) return "/"
  const { pathname, search } = new URL(url)
  return pathname + search
}
