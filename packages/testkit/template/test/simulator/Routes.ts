/**
 * The API of Template Pay, written from its documentation and not from the adapter: the two must be able to disagree.
 */
import * as Answer from "@gatefold/simulator/Answer"
import type { ApiRequest, Route } from "@gatefold/simulator/Route"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { Invoice, Order } from "./Invoice.ts"
import type { Ledger } from "./Ledger.ts"

// invented: what a refusal looks like, and its codes
const problem = (status: number, code: string) => Answer.json({ code, message: "See the documentation." }, status)

export const notFound = problem(404, "no_such_route")

export const unavailable = problem(503, "unavailable")

export interface Options {
  readonly ledger: Ledger
  readonly apiKey: string
}

// invented: the routes, and which operation each of them serves
export const make = ({ apiKey, ledger }: Options): ReadonlyArray<Route> => {
  const route = (method: string, path: string, operation: string, handle: Route["handle"]): Route => ({
    method,
    path,
    operations: [operation],
    handle: (request) =>
      request.headers["authorization"] === `Bearer ${apiKey}`
        ? handle(request)
        : Effect.succeed(problem(401, "unauthenticated"))
  })
  return [
    route("POST", "/v1/invoices", "invoices.create", (request) => {
      const order = orderIn(request)
      if (order === undefined) return Effect.succeed(problem(422, "invalid_request"))
      return Effect.map(
        ledger.create(order),
        (invoice) => invoice === undefined ? problem(409, "duplicate_reference") : Answer.json(toJson(invoice), 201)
      )
    }),
    route("GET", "/v1/invoices/:id", "invoices.get", ({ params }) =>
      Effect.match(ledger.get(params["id"] ?? ""), {
        onFailure: () => problem(404, "invoice_not_found"),
        onSuccess: (invoice) => Answer.json(toJson(invoice))
      })),
    route(
      "GET",
      "/v1/invoices",
      "invoices.get",
      ({ query }) =>
        Effect.map(
          ledger.all,
          (all) => Answer.json(all.filter(({ reference }) => reference === query.get("reference")).map(toJson))
        )
    )
  ]
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

// invented: what is asked for when an invoice is opened
const orderIn = ({ body }: ApiRequest): Order | undefined => {
  const order = parsed(body)
  if (!isRecord(order)) return undefined
  const { amount, currency, reference } = order
  return typeof amount === "string" && /^\d+(?:\.\d+)?$/u.test(amount) && /[1-9]/u.test(amount) &&
      typeof currency === "string" && typeof reference === "string"
    ? { amount, currency, reference }
    : undefined
}

const iso = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis))

// invented: what an invoice looks like
const toJson = ({ amount, currency, id, received, reference, status, ...rest }: Invoice) => ({
  id,
  reference,
  amount,
  currency,
  status: rest.label ?? status,
  received,
  checkout_url: `https://pay.template.example/${id}`,
  created_at: iso(rest.createdAt),
  expires_at: iso(rest.expiresAt),
  paid_at: rest.paidAt === undefined ? null : iso(rest.paidAt)
})
