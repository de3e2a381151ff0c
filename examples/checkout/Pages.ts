/** What a customer sees, as HTML. */
import * as Order from "@gatefold/checkout/Order"
import type { CheckoutAction } from "@gatefold/core/CheckoutAction"
import type { Money } from "@gatefold/core/Money"
import { DateTime } from "effect"

const escape = (text: { readonly toString: () => string }) =>
  text.toString().replace(/[&<>"']/gu, (character) => `&#${character.codePointAt(0)};`)

const page = (body: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Tea shop</title><style>body { font: 1.1rem system-ui; max-width: 30rem; margin: 3rem auto } img { width: 15rem }
button { font: inherit; padding: .5em 2em } .paid { color: #1b7f4b; font-weight: bold }</style>${body}</html>`

const form = (reference: string, label: string) =>
  `<form method="post" action="/orders"><input type="hidden" name="reference" value="${escape(reference)}">
<button>${label}</button></form>`

export const message = (text: string) => page(`<p>${escape(text)}</p>`)

export const offer = (what: string, price: Money, reference: string) =>
  page(`<h1>${escape(what)}</h1><p>${escape(price)}</p>${form(reference, "Buy")}`)

/** The connection comes back by itself, also after the stream has ended: money may come late. */
const script = `let timer, main = document.querySelector("main"), live = new EventSource(location.pathname + "/live")
live.onmessage = ({ data }) => {
  main.innerHTML = data
  clearTimeout(timer)
  const quote = main.querySelector("[data-holds]")
  if (quote) timer = setTimeout(() => quote.replaceWith("One moment, please."), Number(quote.dataset.holds))
  if (main.querySelector(".paid")) live.close()
}`

export const order = (order: Order.Order) =>
  page(`<h1>Your order</h1><p>${escape(order.price)}</p><main>${state(order)}</main><script>${script}</script>`)

/** How an order stands. A quote needs `now`, when it came from `watch`: any other may have been renewed since. */
export const state = (order: Order.Order, now?: DateTime.Utc): string => {
  const { attempts, current, isCovered, reference } = order
  if (isCovered) return `<p class="paid">Paid. Your tea is on its way.</p>`
  if (attempts.some(({ invoice }) => invoice?.status === "paid")) return "<p>We look at your payment and tell you.</p>"
  if (current === undefined || current.state === "reserved") return form(reference, "Try again")
  const { checkout, coverage, status = current.state } = current.invoice ?? {}
  if (Order.isOver(current)) return `<p>This payment came to nothing (${status}).</p>${form(reference, "Pay again")}`
  if (status === "processing" && coverage !== "partial") return "<p>Your payment is on its way.</p>"
  const part = coverage === "partial" ? "<p>A part of it has come, the rest is due.</p>" : ""
  return part + ((checkout && toDo(checkout, now)) ?? "<p>One moment, please.</p>")
}

const toDo = (action: CheckoutAction, now: DateTime.Utc | undefined): string | undefined => {
  if (action._tag === "Redirect") return `<p><a href="${escape(action.url)}">Go to the payment page</a></p>`
  const how = action._tag === "ScanQr"
    ? `<img src="${escape(action.image)}" alt="QR code to pay">`
    : `<p>Send it to ${escape(action.address)} ${escape(action.memo ?? "")}</p>`
  if (action.quote === undefined) return how
  if (now === undefined) return undefined
  // how long it holds from now on, since the customer's clock may be another
  const holds = Math.max(0, DateTime.toEpochMillis(action.quote.until) - DateTime.toEpochMillis(now))
  return `<div data-holds="${holds}">${how}<p>${escape(action.quote.due)}</p></div>`
}
