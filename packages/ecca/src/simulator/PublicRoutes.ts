/**
 * The customer-side endpoints. Of these the documentation knows the names and what they are for [LLMS] and nothing else:
 * bodies, answers, errors and the absence of a key are invented.
 */
import type { SimulatorError } from "@gatefold/core/Simulator"
import * as Answer from "@gatefold/simulator/Answer"
import type * as Route from "@gatefold/simulator/Route"
import * as Effect from "effect/Effect"
import * as Account from "./Account.ts"
import { jsonObject } from "./CreateRequest.ts"
import * as Deals from "./Deals.ts"
import * as Invoice from "./Invoice.ts"
import type { Platform } from "./Platform.ts"
import * as Refusal from "./Refusal.ts"
import * as Wire from "./Wire.ts"

type Handler = (request: Route.ApiRequest) => Effect.Effect<Answer.Answer, Refusal.Refusal>

export const make = (platform: Platform): ReadonlyArray<Route.Route> => {
  const route = (method: string, path: string, operation: string, handle: Handler): Route.Route => ({
    method,
    path: `/api/v1/public/invoice/:order${path}`,
    operations: [operation],
    handle: (request) =>
      platform.settle.pipe(
        Effect.andThen(handle(request)),
        Effect.catchTag("Refusal", (refusal) => Effect.succeed(Refusal.answer(refusal)))
      )
  })
  return [
    route("GET", "/payment-methods", "customer.paymentMethods", paymentMethods(platform)),
    route("POST", "/select-method", "customer.selectMethod", selectMethod(platform)),
    route("POST", "/cancel", "invoices.cancel", cancel(platform))
  ]
}

/** Each method with what the customer would pay by it. */
const paymentMethods = (platform: Platform): Handler => (request) =>
  Effect.map(find(platform, request), (invoice) => {
    const market = platform.market()
    const methods = Deals.methodsFor(market, invoice).map((method) => ({
      ...Wire.paymentMethod(market.catalog, method),
      amount_to_pay: Deals.quote(market, invoice, method).amountFiat
    }))
    return Answer.json(Wire.success({ order_id: invoice.invoiceId, status: Invoice.word(invoice), methods }))
  })

const selectMethod = (platform: Platform): Handler =>
  Effect.fnUntraced(function*(request) {
    const { invoiceId } = yield* find(platform, request)
    const { method_code: code } = yield* jsonObject(request)
    if (typeof code !== "string") return yield* refuse("VALIDATION_FAILED")
    const unavailable = Account.unavailability(platform.account.state())
    if (unavailable !== undefined) return yield* refuse(unavailable)
    const chosen = yield* Effect.mapError(platform.choose(invoiceId, code), toRefusal)
    const deal = chosen.deal === undefined ? null : Wire.deal(chosen.deal, "get", platform.settings.absentFields)
    return Answer.json(Wire.success({ order_id: invoiceId, status: Invoice.word(chosen), deal }))
  })

const cancel = (platform: Platform): Handler =>
  Effect.fnUntraced(function*(request) {
    const { invoiceId } = yield* find(platform, request)
    const { status } = yield* Effect.mapError(platform.cancel(invoiceId), toRefusal)
    return Answer.json(Wire.success({ order_id: invoiceId, status }))
  })

/** By the platform's id only: a merchant's `external_id` means nothing to strangers. */
const find = (platform: Platform, { params }: Route.ApiRequest) => {
  const id = params["order"] ?? ""
  return platform.find(id).pipe(
    Effect.filterOrFail(({ invoiceId }) => invoiceId === id, () => refuse("INVOICE_NOT_FOUND")),
    Effect.mapError(() => refuse("INVOICE_NOT_FOUND"))
  )
}

const refuse = (code: Refusal.Code) => new Refusal.Refusal({ code })

const toRefusal = ({ message, reason }: SimulatorError) => {
  const code = reason === "InvalidTransition"
    ? "INVOICE_NOT_PENDING"
    : reason === "NotFound"
    ? "INVOICE_NOT_FOUND"
    : "VALIDATION_FAILED"
  return new Refusal.Refusal({ code, details: { issue: message } })
}
