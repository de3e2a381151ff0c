/**
 * What a create request must look like [INV][R-CREATE-2].
 */
import type * as Route from "@gatefold/simulator/Route"
import * as Effect from "effect/Effect"
import * as Money from "./Money.ts"
import { Refusal } from "./Refusal.ts"

export interface CreateRequest {
  readonly amount: string
  readonly currencyCode: string
  readonly customerId: string
  readonly externalId: string
  readonly purpose: string | undefined
  readonly callbackUrl: string | undefined
  readonly successUrl: string | undefined
  readonly failUrl: string | undefined
}

interface Rule {
  readonly holds: (value: string) => boolean
  readonly issue: string
}

/** Reads a request's body, or refuses it with every problem at once. The validation code is undocumented. */
export const parse = (request: Route.ApiRequest): Effect.Effect<CreateRequest, Refusal> =>
  Effect.gen(function*() {
    const fields = yield* jsonObject(request)
    const problems: Record<string, string> = {}
    const optional = (name: string, { holds, issue }: Rule): string | undefined => {
      const value = Object.hasOwn(fields, name) ? fields[name] : undefined
      if (value === undefined || (typeof value === "string" && holds(value))) return value
      problems[name] = typeof value === "string" ? issue : "must be a string"
      return undefined
    }
    const required = (name: string, rule: Rule): string => {
      const value = optional(name, rule)
      if (value === undefined) problems[name] ??= "is required"
      return value ?? ""
    }
    const parsed: CreateRequest = {
      amount: required("amount", { holds: Money.isPrice, issue: "must be positive, with at most 2 decimals" }),
      currencyCode: required("currency_code", { holds: isCurrencyCode, issue: "must match ^[A-Z]{3}$" }),
      customerId: required("customer_id", text(128)),
      externalId: required("external_id", text(128)),
      purpose: optional("purpose", {
        holds: (value) => value.length <= 512,
        issue: "must have at most 512 characters"
      }),
      callbackUrl: optional("callback_url", { holds: isCallbackUrl, issue: "must be an https URL" }),
      successUrl: optional("success_url", { holds: isWebUrl, issue: "must be a URL" }),
      failUrl: optional("fail_url", { holds: isWebUrl, issue: "must be a URL" })
    }
    if (Object.keys(problems).length > 0) {
      return yield* new Refusal({ code: "VALIDATION_FAILED", details: { fields: problems } })
    }
    return parsed
  })

/** The body of a POST, which must be labelled as JSON [AUTH]. */
export const jsonObject = (request: Route.ApiRequest): Effect.Effect<Record<string, unknown>, Refusal> => {
  const refuse = (issue: string) => Effect.fail(new Refusal({ code: "VALIDATION_FAILED", details: { body: issue } }))
  if (!/^application\/json\b/u.test(request.headers["content-type"] ?? "")) {
    return refuse("Content-Type must be application/json")
  }
  return Effect.try({ try: (): unknown => JSON.parse(request.body), catch: () => "not JSON" }).pipe(
    Effect.catch(() => refuse("must be JSON")),
    Effect.flatMap((value) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Effect.succeed({ ...value })
        : refuse("must be an object")
    )
  )
}

const text = (longest: number): Rule => ({
  holds: (value) => value.length >= 1 && value.length <= longest,
  issue: `must have 1 to ${longest} characters`
})

const isCurrencyCode = (value: string): boolean => /^[A-Z]{3}$/u.test(value)

const isWebUrl = (value: string): boolean => URL.canParse(value) && /^https?:$/u.test(new URL(value).protocol)

const isCallbackUrl = (value: string): boolean =>
  isWebUrl(value) && (new URL(value).protocol === "https:" || isLoopback(value))

/** Whether a URL points to this machine. */
export const isLoopback = (url: string): boolean => ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname)
