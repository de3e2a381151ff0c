/**
 * The page to which a customer is sent, as HTML that works without scripts.
 */
import type { PaymentMethod } from "./Catalog.ts"
import * as Invoice from "./Invoice.ts"
import * as Times from "./Times.ts"

/** A method and what the customer pays by it. */
export interface Choice {
  readonly method: PaymentMethod
  readonly amount: string
}

/** What the customer sees of an invoice, by its state. */
export const invoice = (invoice: Invoice.Invoice, choices: ReadonlyArray<Choice>): string =>
  page(`Order ${invoice.externalId}`, [heading(invoice), content(invoice, choices)].join("\n"))

export const unknownInvoice = (): string => page("Not found", `<h1>There is no such invoice</h1>`)

const content = (invoice: Invoice.Invoice, choices: ReadonlyArray<Choice>): string => {
  const deal = Invoice.openDeal(invoice)
  if (invoice.status === "pending") return deal === undefined ? chooseMethod(invoice, choices) : payDeal(invoice, deal)
  if (invoice.status === "expired" && deal !== undefined) return expiredButPayable(invoice, deal)
  return outcome(invoice)
}

const heading = ({ amount, currency, externalId, purpose }: Invoice.Invoice): string =>
  `<p class="order">Order ${escape(externalId)}</p>
<h1>${money(amount, currency)}</h1>
${purpose === undefined ? "" : `<p>${escape(purpose)}</p>`}`

const chooseMethod = (invoice: Invoice.Invoice, choices: ReadonlyArray<Choice>): string =>
  `<form method="post" action="${link(invoice, "method")}">
<fieldset><legend>How do you want to pay?</legend>
${choices.map((choice, index) => option(choice, index === 0)).join("\n")}
</fieldset>
<button>Continue</button>
</form>
${cancelForm(invoice)}
<p class="until">Open until ${Times.zulu(invoice.expiresAt)}</p>`

const option = ({ amount, method }: Choice, first: boolean): string =>
  `<label><input type="radio" name="method_code" value="${escape(method.code)}"${first ? " checked" : ""} required>
<span>${escape(method.name)}</span><b>${money(amount, method.currency)}</b></label>`

const payDeal = (invoice: Invoice.Invoice, deal: Invoice.Deal): string =>
  `${instructions(deal)}
<form method="post" action="${link(invoice, "paid")}"><button>I have paid</button></form>
<form method="post" action="${link(invoice, "failed")}"><button class="quiet">My payment failed</button></form>
${cancelForm(invoice)}
<p class="until">Open until ${Times.zulu(invoice.expiresAt)}</p>`

const expiredButPayable = (invoice: Invoice.Invoice, deal: Invoice.Deal): string =>
  `<p class="state">Your time ran out. If your transfer is on its way, it is still taken until
${Times.zulu(deal.expiresAt)}.</p>
${instructions(deal)}
<form method="post" action="${link(invoice, "paid")}"><button>I have paid</button></form>
${back(invoice)}`

const instructions = (deal: Invoice.Deal): string =>
  `<dl>
<dt>Method</dt><dd>${escape(deal.method.name)}</dd>
<dt>Transfer exactly</dt><dd>${money(deal.amountFiat, deal.method.currency)}</dd>
<dt>To card</dt><dd>4000 0000 0000 0000 (simulated)</dd>
</dl>`

const cancelForm = (invoice: Invoice.Invoice): string =>
  `<form method="post" action="${link(invoice, "cancel")}"><button class="quiet">Cancel</button></form>`

const outcome = (invoice: Invoice.Invoice): string =>
  `<p class="state ${invoice.status}">${outcomes[invoice.status]}</p>\n${back(invoice)}`

const outcomes: Record<Invoice.Status, string> = {
  pending: "This invoice is open.",
  success: "This invoice is paid. Thank you.",
  fail: "The payment failed.",
  expired: "This invoice has expired.",
  canceled: "This invoice was canceled."
}

const back = (invoice: Invoice.Invoice): string => `<p><a href="${escape(returnUrl(invoice))}">Back to the shop</a></p>`

/** Where the customer returns to: `fail_url` after failure, expiry or cancel [INTRO]. */
export const returnUrl = (invoice: Invoice.Invoice): string =>
  invoice.status === "success" ? invoice.successUrl : invoice.failUrl

const link = (invoice: Invoice.Invoice, step: string): string => `/pay/${invoice.invoiceId}/${step}`

const money = (amount: string, currency: string): string => `${escape(amount)} ${escape(currency)}`

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")

const page = (title: string, body: string): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${style}</style>
</head>
<body><main>
${body}
<footer>Simulated Ecca. No money moves here.</footer>
</main></body>
</html>`

const style = `
:root { color-scheme: light dark; --line: #8884; --accent: #2456d6 }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText }
main { max-width: 26rem; margin: 3rem auto; padding: 2rem; border: 1px solid var(--line); border-radius: 1rem }
h1 { margin: 0 0 1rem; font-size: 2rem; font-variant-numeric: tabular-nums }
.order, .until, footer { margin: 0; opacity: .7; font-size: .875rem }
fieldset { margin: 1rem 0; padding: 0; border: 0 }
legend { padding: 0; margin-bottom: .5rem }
label { display: flex; gap: .75rem; padding: .75rem; border: 1px solid var(--line); border-radius: .5rem }
label + label { margin-top: .5rem }
label b { margin-left: auto; font-variant-numeric: tabular-nums }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem }
dd { margin: 0; text-align: right; font-weight: 600 }
form { margin: .5rem 0 }
button { width: 100%; padding: .75rem; border: 1px solid var(--accent); border-radius: .5rem;
  background: var(--accent); color: white; font: inherit; cursor: pointer }
button.quiet { background: none; color: inherit; border-color: var(--line) }
.state { padding: 1rem; border-left: 4px solid #b3261e; background: #8881 }
.state.success { border-color: #1b7f4b }
footer { margin-top: 2rem; border-top: 1px solid var(--line); padding-top: .5rem }`
