/**
 * The page that a customer is sent to, where a person can play the customer. Plain HTML, no script.
 */
import { type Share, SimulatorError } from "@gatefold/core/Simulator"
import * as Answer from "@gatefold/simulator/Answer"
import type { Route } from "@gatefold/simulator/Route"
import * as BigDecimal from "effect/BigDecimal"
import * as Effect from "effect/Effect"
import * as Decimal from "./Decimal.ts"
import * as Invoice from "./Invoice.ts"
import * as InvoiceJson from "./InvoiceJson.ts"
import type { Ledger } from "./Ledger.ts"
import * as LifeCycle from "./LifeCycle.ts"

const path = "/i/:invoiceId"

export const routes = (ledger: Ledger): ReadonlyArray<Route> => [
  {
    method: "GET",
    path,
    operations: [],
    handle: ({ params }) =>
      ledger.get(params["invoiceId"] ?? "").pipe(
        Effect.map((invoice) => Answer.html(page(`Invoice ${invoice.id}`, content(invoice)))),
        Effect.catch(refusal)
      )
  },
  {
    method: "POST",
    path,
    operations: [],
    handle: ({ body, params, path: address }) =>
      press(ledger, params["invoiceId"] ?? "", new URLSearchParams(body).get("action") ?? "").pipe(
        Effect.as(Answer.redirect(address)),
        Effect.catch(refusal)
      )
  }
]

const shares: ReadonlyMap<string, Share> = new Map([["full", "full"], ["partial", "partial"], ["over", "over"]])

const press = (ledger: Ledger, id: string, action: string): Effect.Effect<void, SimulatorError> => {
  const share = shares.get(action)
  if (share !== undefined) return ledger.change(id, LifeCycle.pay(share))
  if (action === "confirming") return ledger.change(id, LifeCycle.confirming)
  return Effect.fail(new SimulatorError({ reason: "NotOffered", message: "There is no such button." }))
}

const statuses = { NotFound: 404, InvalidTransition: 409, NotOffered: 400 } as const

const refusal = ({ message, reason }: SimulatorError): Effect.Effect<Answer.Answer> =>
  Effect.succeed(Answer.html(page("Not possible", `<p>${escape(message)}</p>`), statuses[reason]))

const content = (invoice: Invoice.Invoice): string => {
  const [method] = InvoiceJson.paymentMethods(invoice)
  const rows = [
    ["Price", `${Decimal.format(invoice.amount, invoice.amount.scale)} ${invoice.currency}`],
    ["Due", `${method?.due} BTC`],
    ["State", `${Invoice.word(invoice)} (${invoice.additionalStatus})`]
  ]
  const facts = rows.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`).join("")
  return `<dl>${facts}</dl>${takesCoins(invoice) ? till(method?.paymentLink) : ""}${wayBack(invoice)}`
}

const takesCoins = (invoice: Invoice.Invoice): boolean =>
  (invoice.status === "New" || invoice.status === "Expired") &&
  BigDecimal.isLessThan(Invoice.coinsPaid(invoice), Invoice.coins(invoice))

const till = (paymentLink: string | undefined): string =>
  `<p><code>${escape(paymentLink)}</code></p><form method="post">${buttons}</form>`

const buttons = [
  ["full", "Pay"],
  ["partial", "Pay half"],
  ["over", "Pay too much"],
  ["confirming", "Pay, and wait for blocks"]
].map(([action, label]) => `<button name="action" value="${action}">${label}</button>`).join(" ")

/** The server fills in the placeholders that it documents for this URL. */
const wayBack = ({ id, orderId, redirectUrl }: Invoice.Invoice): string => {
  const url = redirectUrl?.replaceAll("{InvoiceId}", id).replaceAll("{OrderId}", encodeURIComponent(orderId ?? ""))
  return url !== undefined && /^https?:/iu.test(url) ? `<p><a href="${escape(url)}">Return to the store</a></p>` : ""
}

const page = (title: string, text: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title></head>` +
  `<body><h1>${escape(title)}</h1><p>A simulated provider: no real money moves.</p>${text}</body></html>`

const escape = (text: string | undefined): string =>
  (text ?? "").replace(/[&<>"']/gu, (character) => `&#${character.codePointAt(0)};`)
