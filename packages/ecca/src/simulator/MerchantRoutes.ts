/**
 * The merchant's endpoints, `/api/v1/…` under `X-Api-Key`.
 */
import * as Answer from "@gatefold/simulator/Answer"
import type * as Route from "@gatefold/simulator/Route"
import * as Effect from "effect/Effect"
import * as Deals from "./Deals.ts"
import * as Invoice from "./Invoice.ts"
import * as Listing from "./Listing.ts"
import type { Platform } from "./Platform.ts"
import * as Refusal from "./Refusal.ts"
import * as Times from "./Times.ts"
import * as WebhookEvent from "./WebhookEvent.ts"
import * as Wire from "./Wire.ts"
import * as Withdrawal from "./Withdrawal.ts"

export interface Config {
  readonly platform: Platform
  /** Oldest first. */
  readonly withdrawals: () => ReadonlyArray<Withdrawal.Withdrawal>
  /** Where the hosted pages are. */
  readonly origin: () => string
}

type Handler = (request: Route.ApiRequest) => Effect.Effect<Answer.Answer, Refusal.Refusal>

export const make = (config: Config): ReadonlyArray<Route.Route> => {
  const { platform } = config
  const route = (method: string, path: string, operations: ReadonlyArray<string>, handle: Handler): Route.Route => ({
    method,
    path: `/api/v1${path}`,
    operations,
    handle: (request) =>
      platform.settle.pipe(
        Effect.andThen(platform.account.admit(request.headers["x-api-key"], operations)),
        Effect.andThen(handle(request)),
        Effect.catchTag("Refusal", (refusal) => Effect.succeed(Refusal.answer(refusal)))
      )
  })
  return [
    route("POST", "/create-invoice", ["invoices.create"], create(config)),
    route("GET", "/invoices", ["invoices.list", "payments.list"], listInvoices(config)),
    route("GET", "/invoices/:ref", ["invoices.get", "payments.get"], getInvoice(config)),
    route("GET", "/invoices/:ref/webhooks", ["webhookDeliveries.history"], history(config)),
    route("POST", "/invoices/:ref/webhooks/resend", ["webhookDeliveries.resend"], resend(config)),
    route("GET", "/payment-methods", ["catalog.paymentMethods"], paymentMethods(config)),
    route("GET", "/currencies", ["catalog.currencies"], currencies(config)),
    route("GET", "/withdrawals", ["withdrawals.list"], listWithdrawals(config)),
    route("GET", "/withdrawals/:uuid", ["withdrawals.get"], getWithdrawal(config))
  ]
}

const refuse = (code: Refusal.Code) => new Refusal.Refusal({ code })

const create = ({ origin, platform }: Config): Handler => (request) =>
  Effect.map(platform.create(request), (invoice) => {
    const { absentFields, createEdition, createStatus } = platform.settings
    const edition = createEdition === 1
      ? { number: 1 as const, ...Deals.estimate(platform.market(), invoice) }
      : { number: 2 as const }
    return Answer.json(Wire.created(invoice, edition, origin(), absentFields), createStatus)
  })

const listInvoices = ({ origin, platform }: Config): Handler =>
  Effect.fnUntraced(function*({ query }) {
    const { absentFields, emptyInvoiceList } = platform.settings
    const page = yield* Listing.page(query, platform.ledger.all().filter(matches(query)))
    if (page.items.length === 0 && emptyInvoiceList === "404") return yield* refuse("INVOICE_NOT_FOUND")
    return Answer.json(Wire.page(page, (invoice) => Wire.invoice(invoice, "list", origin(), absentFields)))
  })

const matches = (query: URLSearchParams) => {
  const [status, currency] = [query.get("status"), query.get("currency")?.toUpperCase()]
  return (invoice: Invoice.Invoice): boolean =>
    (status === null || Invoice.word(invoice) === status) && (currency === undefined || invoice.currency === currency)
}

const find = (platform: Platform, { params }: Route.ApiRequest) =>
  Effect.mapError(platform.find(params["ref"] ?? ""), () => refuse("INVOICE_NOT_FOUND"))

const getInvoice = ({ origin, platform }: Config): Handler => (request) =>
  Effect.map(
    find(platform, request),
    (invoice) => Answer.json(Wire.success(Wire.invoice(invoice, "get", origin(), platform.settings.absentFields)))
  )

const history = ({ platform }: Config): Handler => (request) =>
  Effect.map(find(platform, request), (invoice) => {
    const events = platform.outbox.history(invoice.invoiceId)
    return Answer.json({
      successful: true,
      invoice_id: invoice.invoiceId,
      external_id: invoice.externalId,
      events_count: events.length,
      events: events.map(WebhookEvent.toJson)
    })
  })

const resend = ({ platform }: Config): Handler =>
  Effect.fnUntraced(function*(request) {
    const invoice = yield* find(platform, request)
    const [event] = platform.outbox.history(invoice.invoiceId)
    if (event === undefined) return yield* refuse("WEBHOOK_EVENT_NOT_FOUND")
    if (event.lock !== undefined) return yield* refuse("WEBHOOK_RESEND_CONFLICT")
    yield* coolDown(event, yield* platform.now, platform.settings.cooldownMetaIn)
    const attempt = yield* platform.outbox.resend(event)
    return Answer.json({
      successful: true,
      invoice_id: invoice.invoiceId,
      event_id: event.id,
      resend: {
        ok: WebhookEvent.isOk(attempt.exchange),
        http_status: attempt.exchange.status ?? null,
        duration_ms: WebhookEvent.durationOf(attempt),
        attempt_id: attempt.id
      }
    })
  })

/** Manual resends of one event are spaced by 15 seconds [R-RESEND]. */
const cooldown = 15_000

const coolDown = (event: WebhookEvent.WebhookEvent, now: number, metaIn: "details" | "meta") => {
  const allowedAt = (event.resentAt ?? -cooldown) + cooldown
  if (event.resentAt === undefined || now >= allowedAt) return Effect.void
  const meta = { retry_after_sec: Math.ceil((allowedAt - now) / 1000), next_allowed_at: Times.zulu(allowedAt) }
  return Effect.fail(
    new Refusal.Refusal({
      code: "WEBHOOK_RESEND_COOLDOWN",
      ...(metaIn === "details" ? { details: meta } : { meta })
    })
  )
}

const paymentMethods = ({ platform }: Config): Handler => ({ query }) =>
  Effect.sync(() => {
    const { catalog } = platform.market()
    const currency = query.get("currency")?.toUpperCase()
    const methods = catalog.methods.filter((one) => currency === undefined || one.currency === currency)
    return Answer.json(Wire.success(methods.map((method) => Wire.paymentMethod(catalog, method))))
  })

const currencies = ({ platform }: Config): Handler => () =>
  Effect.suspend(() => {
    const { rates } = platform.account.state()
    return rates === "current"
      ? Effect.succeed(Answer.json(Wire.success(platform.market().catalog.currencies.map(Wire.currency))))
      : Effect.fail(refuse(rates))
  })

/** A page without withdrawals is a 404 [WD], whether nothing matches or the page lies behind the last. */
const listWithdrawals = ({ platform, withdrawals }: Config): Handler =>
  Effect.fnUntraced(function*({ query }) {
    const status = query.get("status")
    const page = yield* Listing.page(
      query,
      withdrawals().filter((one) => status === null || Withdrawal.word(one) === status)
    )
    if (page.items.length === 0) return yield* refuse("WITHDRAWALS_NOT_FOUND")
    return Answer.json(Wire.page(page, (one) => Wire.withdrawal(one, platform.settings.absentFields)))
  })

const getWithdrawal = ({ platform, withdrawals }: Config): Handler => ({ params }) =>
  Effect.suspend(() => {
    const found = withdrawals().find(({ withdrawUuid }) => withdrawUuid === params["uuid"])
    return found === undefined
      ? Effect.fail(refuse("WITHDRAWAL_NOT_FOUND"))
      : Effect.succeed(Answer.json(Wire.success(Wire.withdrawal(found, platform.settings.absentFields))))
  })
