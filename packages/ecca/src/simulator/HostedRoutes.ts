/**
 * The customer's way through the hosted page: plain form posts, each answered by a redirect.
 */
import type { SimulatorError } from "@gatefold/core/Simulator"
import * as Answer from "@gatefold/simulator/Answer"
import type * as Route from "@gatefold/simulator/Route"
import * as Effect from "effect/Effect"
import * as Deals from "./Deals.ts"
import * as HostedPage from "./HostedPage.ts"
import type { Invoice } from "./Invoice.ts"
import type { Platform } from "./Platform.ts"

export const make = (platform: Platform): ReadonlyArray<Route.Route> => [
  page("GET", "", (request) => show(platform, idOf(request))),
  page("POST", "/method", (request) => {
    const code = new URLSearchParams(request.body).get("method_code") ?? ""
    return Effect.map(platform.choose(idOf(request), code), toPage)
  }),
  page("POST", "/paid", (request) => Effect.map(platform.pay(idOf(request)), toShop)),
  page("POST", "/failed", (request) => Effect.map(platform.fail(idOf(request)), toShop)),
  page("POST", "/cancel", (request) => Effect.map(platform.cancel(idOf(request)), toShop))
]

/** A step that the invoice's state forbids leads back to the page, which shows that state. */
const page = (
  method: string,
  path: string,
  handle: (request: Route.ApiRequest) => Effect.Effect<Answer.Answer, SimulatorError>
): Route.Route => ({
  method,
  path: `/pay/:id${path}`,
  operations: [],
  handle: (request) =>
    Effect.catch(handle(request), ({ reason }) =>
      Effect.succeed(
        reason === "NotFound"
          ? Answer.html(HostedPage.unknownInvoice(), 404)
          : Answer.redirect(`/pay/${encodeURIComponent(idOf(request))}`)
      ))
})

const idOf = ({ params }: Route.ApiRequest): string => params["id"] ?? ""

const show = Effect.fnUntraced(function*(platform: Platform, id: string) {
  yield* platform.settle
  const invoice = yield* platform.find(id)
  const market = platform.market()
  const choices = Deals.methodsFor(market, invoice).map((method) => ({
    method,
    amount: Deals.quote(market, invoice, method).amountFiat
  }))
  return Answer.html(HostedPage.invoice(invoice, choices))
})

const toPage = (invoice: Invoice): Answer.Answer => Answer.redirect(`/pay/${invoice.invoiceId}`)

const toShop = (invoice: Invoice): Answer.Answer => Answer.redirect(new URL(HostedPage.returnUrl(invoice)).href)
