/**
 * Reads the body of `POST .../invoices`.
 *
 * Two things that BTCPay Server takes are refused here, because nothing would use them: top-up invoices, which have no
 * amount, and amounts of zero.
 */
import type { ApiRequest } from "@gatefold/simulator/Route"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Decimal from "./Decimal.ts"
import type { Order } from "./Invoice.ts"
import * as Market from "./Market.ts"
import type { Invalid } from "./Problem.ts"

const members = Schema.Record(Schema.String, Schema.Unknown)
const decodeText = Schema.decodeUnknownOption(Schema.fromJsonString(members))
const decodeMembers = Schema.decodeUnknownOption(members)

type Members = typeof members.Type

export const read = (request: ApiRequest): Result.Result<Order, ReadonlyArray<Invalid>> => {
  const isJson = /^application\/json\b/iu.test(request.headers["content-type"] ?? "")
  const body = isJson ? Option.getOrUndefined(decodeText(request.body)) : undefined
  return body === undefined ? Result.fail([wrong("", "The body is not a JSON object.")]) : understand(body)
}

const understand = (body: Members): Result.Result<Order, ReadonlyArray<Invalid>> => {
  const problems: Array<Invalid> = []
  const expect = <A>(value: A | undefined, path: string, message: string): A | undefined => {
    if (value === undefined) problems.push(wrong(path, message))
    return value
  }
  const amount = expect(Decimal.parse(body["amount"]), "amount", "The amount must be a positive decimal in text.")
  const currency = (expect(nullableText(body["currency"]), "currency", "Text expected.") ?? "USD").trim().toUpperCase()
  const rate = expect(Market.rate(currency), "currency", `There is no rate for ${currency}.`)
  const metadata = expect(object(body["metadata"]), "metadata", "A JSON object expected.")
  const orderId = expect(nullableText(metadata?.["orderId"]), "metadata.orderId", "Text expected.")
  const checkout = expect(object(body["checkout"]), "checkout", "A JSON object expected.")
  const redirectUrl = expect(nullableText(checkout?.["redirectURL"]), "checkout.redirectURL", "Text expected.")
  const minutes = (name: string, fallback: number) =>
    expect(duration(checkout?.[name] ?? fallback), `checkout.${name}`, "A number that is not negative expected.")
  const expirationMinutes = minutes("expirationMinutes", 15)
  const monitoringMinutes = minutes("monitoringMinutes", 1440)
  return amount === undefined || rate === undefined || metadata === undefined ||
      expirationMinutes === undefined || monitoringMinutes === undefined || problems.length > 0
    ? Result.fail(problems)
    : Result.succeed({
      amount,
      currency,
      rate,
      metadata,
      orderId: orderId ?? undefined,
      redirectUrl: redirectUrl ?? undefined,
      expirationMinutes,
      monitoringMinutes
    })
}

const wrong = (path: string, message: string): Invalid => ({ path, message })

/** `null` if it is absent or empty, `undefined` if it is something else than text. */
const nullableText = (value: unknown): string | null | undefined => {
  if (value === undefined || value === null || value === "") return null
  return typeof value === "string" ? value : undefined
}

const object = (value: unknown): Members | undefined => Option.getOrUndefined(decodeMembers(value ?? {}))

const duration = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined
