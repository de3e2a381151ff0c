/**
 * The page on which a person plays the customer. Plain HTML, no script.
 */
import * as Decimal from "./Decimal.ts"
import * as Payment from "./Payment.ts"
import * as Quote from "./Quote.ts"
import * as Wire from "./Wire.ts"

/** The page of a payment at a time in epoch milliseconds. */
export const payment = (one: Payment.Payment, now: number): string => {
  const rows = [
    ["Price", `${Decimal.format(one.pesos, Decimal.pesoDecimals)} MXN`],
    ["Received", `${Decimal.format(one.credited, Decimal.pesoDecimals)} MXN`],
    ["State", `${Payment.word(one)} (${one.state})`]
  ]
  const facts = rows.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`).join("")
  const till = Payment.takesMoney(one) ? scanner(one, now) : ""
  return page(`Payment ${one.id}`, `<dl>${facts}</dl>${till}`, "<meta http-equiv=\"refresh\" content=\"10\">")
}

/** A page with one sentence. */
export const message = (text: string): string => page("Not possible", `<p>${escape(text)}</p>`)

const scanner = (one: Payment.Payment, now: number): string => {
  const qr = escape(Wire.qrPath(one, one.quote))
  const coins = `${Decimal.format(one.quote.coins, one.coin.decimals)} ${one.coin.code}`
  const warning = Quote.isStale(one.quote, now)
    ? "<p><strong>This QR code is older than 25 seconds: what it says is no longer enough.</strong></p>"
    : ""
  return `<img src="${qr}" alt="QR code to pay ${escape(coins)}"><p>${escape(coins)}</p>${warning}` +
    `<form method="post"><input type="hidden" name="qr" value="${qr}">${buttons}</form>`
}

const buttons = [
  ["scan", "Scan and pay"],
  ["partial", "Pay half"],
  ["over", "Pay too much"],
  ["confirming", "Let the coins be seen"],
  ["fail", "Let it fail"],
  ["cancel", "Give up"]
].map(([action, label]) => `<button name="action" value="${action}">${label}</button>`).join(" ")

const page = (title: string, content: string, head = ""): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8">${head}<title>${escape(title)}</title>` +
  "<style>body{font:1rem system-ui;max-width:32rem;margin:2rem auto}dt{font-weight:bold}</style></head>" +
  `<body><h1>${escape(title)}</h1><p>A simulated provider: no real money moves.</p>${content}</body></html>`

const escape = (text: string | undefined): string =>
  (text ?? "").replace(/[&<>"']/gu, (character) => `&#${character.codePointAt(0)};`)
