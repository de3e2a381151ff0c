/**
 * The provider's API, as far as it is documented.
 */
import type { Answer } from "@gatefold/simulator/Answer"
import type { ApiRequest, Route } from "@gatefold/simulator/Route"
import * as Effect from "effect/Effect"
import * as Coin from "./Coin.ts"
import * as Decimal from "./Decimal.ts"
import * as Json from "./Json.ts"
import type { Ledger } from "./Ledger.ts"
import type { Tokens } from "./Tokens.ts"
import type { Wire } from "./Wire.ts"

export interface Options {
  readonly ledger: Ledger
  readonly tokens: Tokens
  readonly wire: Wire
  /** The address of the server, for absolute QR paths. */
  readonly origin: Effect.Effect<string>
}

const base = "/api/v1"

export const make = ({ ledger, origin, tokens, wire }: Options): ReadonlyArray<Route> => {
  const authorized = (handle: Route["handle"]): Route["handle"] => (request) =>
    Effect.flatMap(
      tokens.admits(request.headers["authorization"]),
      (admitted) => admitted ? handle(request) : Effect.succeed(unauthorized)
    )

  const create = Effect.fnUntraced(function*(request: ApiRequest) {
    const given = Json.readBody(request)
    if (given === undefined) return Json.error(400, "body is not a JSON object")
    const coin = Coin.find(given["currency"] ?? "btc")
    if (coin === undefined) return Json.error(422, "currency is not supported")
    const pesos = Decimal.parsePesos(given["amount"])
    if (pesos === undefined) return Json.error(422, "amount is invalid")
    const payment = yield* ledger.create(coin, pesos)
    return Json.answer(wire.created(payment, yield* origin), 201)
  })

  return [
    {
      method: "POST",
      path: `${base}/oauth/token`,
      operations: ["token"],
      handle: (request) => tokens.grant(Json.readBody(request) ?? {})
    },
    {
      method: "GET",
      path: `${base}/payments`,
      operations: ["payments.list", "invoices.list"],
      handle: authorized(() => Effect.map(ledger.all, (payments) => Json.answer(payments.map(wire.listed))))
    },
    {
      method: "POST",
      path: `${base}/payments/`,
      operations: ["payments.create", "invoices.create"],
      handle: authorized(create)
    },
    {
      method: "GET",
      path: `${base}/payments/:id`,
      operations: ["payments.get", "invoices.get"],
      handle: authorized(({ params }) =>
        ledger.renew(params["id"] ?? "").pipe(
          Effect.zipWith(origin, (payment, at) => Json.answer(wire.shown(payment, at))),
          Effect.orElseSucceed(() => notFound)
        )
      )
    }
  ]
}

const unauthorized: Answer = Json.error(401, "access token is invalid", {
  "www-authenticate": "Bearer error=\"invalid_token\""
})

/** What an unknown payment and an unknown path answer. */
export const notFound: Answer = Json.error(404, "not found")

/** The provider documents no 503, so it is a plain one. */
export const unavailable: Answer = {
  status: 503,
  headers: { "content-type": "text/plain" },
  body: "Service Unavailable"
}
