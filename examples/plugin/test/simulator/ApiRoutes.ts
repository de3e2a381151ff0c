/**
 * The store-scoped routes of the Greenfield API that a payment library needs.
 */
import * as Answer from "@gatefold/simulator/Answer"
import type { ApiRequest, Route } from "@gatefold/simulator/Route"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as CreateRequest from "./CreateRequest.ts"
import type { Invoice } from "./Invoice.ts"
import * as InvoiceJson from "./InvoiceJson.ts"
import type { Ledger } from "./Ledger.ts"
import * as Listing from "./Listing.ts"
import * as Payouts from "./Payouts.ts"
import * as Problem from "./Problem.ts"

export interface Options {
  readonly ledger: Ledger
  readonly payouts: Payouts.Payouts
  readonly payoutDialect: Payouts.Dialect
  readonly storeId: string
  readonly apiKey: string
  /** How many invoices a list answers that was not asked for a number. */
  readonly usualTake: number
  /** The address of the server, for links to the checkout page. */
  readonly origin: Effect.Effect<string>
}

const store = "/api/v1/stores/:storeId"

export const make = (options: Options): ReadonlyArray<Route> => {
  const { apiKey, ledger, payouts, storeId } = options

  const guarded = (handle: Route["handle"]): Route["handle"] => (request) => {
    if (request.headers["authorization"] !== `token ${apiKey}`) return Effect.succeed(Problem.unauthenticated)
    return request.params["storeId"] === storeId ? handle(request) : Effect.succeed(Problem.forbidden)
  }

  const route = (method: string, path: string, operation: string, handle: Route["handle"]): Route => ({
    method,
    path: store + path,
    operations: [operation],
    handle: guarded(handle)
  })

  const shown = (invoice: Invoice) =>
    Effect.map(options.origin, (origin) => InvoiceJson.invoice(invoice, storeId, origin))

  const withInvoice = (show: (invoice: Invoice) => Effect.Effect<unknown>): Route["handle"] => ({ params }) =>
    ledger.get(params["invoiceId"] ?? "").pipe(
      Effect.flatMap((invoice) => Effect.map(show(invoice), (value) => Answer.json(value))),
      Effect.orElseSucceed(() => Problem.invoiceNotFound)
    )

  const create = (request: ApiRequest) => {
    const order = CreateRequest.read(request)
    return Result.isFailure(order)
      ? Effect.succeed(Problem.invalid(order.failure))
      : Effect.map(Effect.flatMap(ledger.create(order.success), shown), (invoice) => Answer.json(invoice))
  }

  const list = Effect.fnUntraced(function*({ query }: ApiRequest) {
    const page = Listing.page(yield* ledger.all, query, options.usualTake)
    if (page === undefined) return Problem.make(400, "invalid-query", "A number in the query is not valid.")
    const withMethods = query.get("includePaymentMethods") === "true"
    return Answer.json(
      yield* Effect.forEach(
        page,
        (invoice) =>
          Effect.map(
            shown(invoice),
            (json) => withMethods ? { ...json, paymentMethods: InvoiceJson.paymentMethods(invoice) } : json
          )
      )
    )
  })

  const payoutJson = (payout: Payouts.Payout) => Payouts.toJson(payout, options.payoutDialect)

  return [
    route("POST", "/invoices", "invoices.create", create),
    route("GET", "/invoices", "invoices.list", list),
    route("GET", "/invoices/:invoiceId", "invoices.get", withInvoice(shown)),
    route(
      "GET",
      "/invoices/:invoiceId/payment-methods",
      "invoices.paymentMethods",
      withInvoice((invoice) => Effect.succeed(InvoiceJson.paymentMethods(invoice)))
    ),
    route(
      "GET",
      "/payouts",
      "withdrawals.list",
      ({ query }) =>
        Effect.sync(() => Answer.json(payouts.list(query.get("includeCancelled") === "true").map(payoutJson)))
    ),
    route("GET", "/payouts/:payoutId", "withdrawals.get", ({ params }) =>
      Effect.sync(() => {
        const payout = payouts.find(params["payoutId"] ?? "")
        return payout === undefined ? Problem.payoutNotFound : Answer.json(payoutJson(payout))
      }))
  ]
}
