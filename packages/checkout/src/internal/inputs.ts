/**
 * What callers without types may have given instead of what an operation takes.
 */
import { Currency } from "@gatefold/core/Currency"
import { InvoiceId } from "@gatefold/core/Identifiers"
import { Money } from "@gatefold/core/Money"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { InvalidOrder } from "../CheckoutError.ts"
import * as Decision from "../Decision.ts"
import type { Plain } from "../Plain.ts"

type Checked<A> = Effect.Effect<A, InvalidOrder>

const refuse = (field: string, issue: string): Checked<never> => Effect.fail(new InvalidOrder({ field, issue }))

const examples = {
  reference: "has to be text such as \"order-7\"",
  account: "has to be text: the name of an account",
  who: "has to be text: the name of who decides"
}

/** @internal */
export const text = (field: keyof typeof examples, given: unknown): Checked<void> =>
  typeof given === "string" ? Effect.void : refuse(field, examples[field])

/** @internal That an order is of the form that its type says. What it means is checked afterwards. */
export const order = (given: unknown): Checked<void> => {
  if (!Predicate.isObject(given)) return refuse("order", "has to be an object such as { reference, price }")
  const wrong = texts.find((name) => given[name] !== undefined && typeof given[name] !== "string")
  if (wrong !== undefined) return refuse(wrong, "has to be text, or left out")
  return Effect.andThen(
    Effect.andThen(text("reference", given["reference"]), price(given["price"])),
    Effect.andThen(payWith(given["payWith"]), metadata(given["metadata"]))
  )
}

const texts = ["customer", "description", "successUrl", "failureUrl", "webhookUrl"]

const price = (given: unknown): Checked<void> => {
  if (given instanceof Money) return Effect.void
  if (!Predicate.isObject(given)) {
    return refuse("price", "has to be an object such as { amount: \"250.00\", currency: \"MXN\" }")
  }
  return typeof given["amount"] === "string"
    ? currency("price.currency", given["currency"])
    : refuse("price.amount", "has to be text such as \"250.00\"")
}

const currency = (field: string, given: unknown): Checked<void> => {
  if (typeof given === "string" || given instanceof Currency) return Effect.void
  const isNamed = Predicate.isObject(given) && typeof given["code"] === "string" &&
    (given["network"] === undefined || typeof given["network"] === "string")
  return isNamed ? Effect.void : refuse(field, "has to be text such as \"MXN\" or \"USDT@TRON\"")
}

const payWith = (given: unknown): Checked<void> => given === undefined ? Effect.void : currency("payWith", given)

const metadata = (given: unknown): Checked<void> => {
  if (given === undefined) return Effect.void
  if (!Predicate.isObject(given)) return refuse("metadata", "has to be an object of text, or left out")
  const wrong = Object.keys(given).find((name) => typeof given[name] !== "string")
  return wrong === undefined ? Effect.void : refuse(`metadata.${wrong}`, "has to be text: write another value as text")
}

/** @internal */
export const webhook = (given: unknown): Checked<void> => {
  if (!Predicate.isObject(given)) return refuse("webhook", "has to be an object such as { headers, body }")
  const { body, headers } = given
  if (!Predicate.isObject(headers) || Object.values(headers).some((value) => typeof value !== "string")) {
    return refuse("webhook.headers", "has to be an object of text: join a header that came twice by \", \"")
  }
  if (typeof body !== "string" && !(body instanceof Uint8Array)) {
    return refuse("webhook.body", "has to be the bytes or the text as they came: mount it before any body parser")
  }
  const wrong = ["method", "path"].find((name) => given[name] !== undefined && typeof given[name] !== "string")
  return wrong === undefined ? Effect.void : refuse(`webhook.${wrong}`, "has to be text, or left out")
}

/** @internal */
export const attempt = (given: unknown): Checked<void> =>
  Number.isSafeInteger(given) ? Effect.void : refuse("attempt", "has to be the number of an attempt, such as 1")

/** @internal */
export const handler = (given: unknown): Checked<void> =>
  typeof given === "function" ? Effect.void : refuse("handler", "has to be a function that takes a change")

/** @internal A decision as a value of its class. */
export const decision = (given: Plain<Decision.Decision>): Checked<Decision.Decision> =>
  Predicate.isObject(given) ? decided(given) : unknownDecision

const unknownDecision = refuse("decision", "has to be an Adopt, an Abandon or a Settle, see Decision")

const decided = (given: Plain<Decision.Decision>): Checked<Decision.Decision> => {
  switch (given._tag) {
    case "Adopt":
      return Effect.map(invoiceId(given.invoice), (invoice) => new Decision.Adopt({ invoice }))
    case "Abandon":
      return Effect.succeed(new Decision.Abandon({}))
    case "Settle":
      return Effect.map(filled("decision.note", given.note), (note) => new Decision.Settle({ note }))
    default:
      return unknownDecision
  }
}

const filled = (field: string, given: unknown): Checked<string> => {
  if (typeof given !== "string") return refuse(field, "has to be text")
  return given === "" ? refuse(field, "must not be empty") : Effect.succeed(given)
}

const isInvoiceId = Schema.is(InvoiceId)

const invoiceId = (given: unknown): Checked<InvoiceId> =>
  Effect.filterOrElse(
    filled("decision.invoice", given),
    isInvoiceId,
    () => refuse("decision.invoice", "has to be the provider's id of the invoice: up to 200 characters, without spaces")
  )

/** @internal */
export const keep = (given: Duration.Input): Checked<Duration.Duration> =>
  // what is no number counts as no time at all, for which everything would be old enough
  Number.isNaN(given)
    ? noTime
    : Effect.filterOrElse(
      Effect.catch(Effect.fromOption(Duration.fromInput(given)), () => noTime),
      (time) => !Duration.isNegative(time),
      () => noTime
    )

const noTime = refuse("keep", "has to be a time such as \"90 days\"")
