/**
 * What is sent and answered: an invoice of Ecca's as its reference shows one [R-CREATE-1].
 */

export const id = "a1b2c3d4-5678-90ab-cdef-1234567890ab"

const urls = {
  webhookUrl: "https://shop.example/webhooks/ecca",
  successUrl: "https://shop.example/thanks",
  failureUrl: "https://shop.example/sorry"
}

export const newInvoice = {
  reference: "order-2026-0001",
  price: { amount: "1500.00", currency: "UAH" },
  customer: "user_12345",
  description: "Premium subscription",
  ...urls
}

export const flatInvoice = {
  reference: newInvoice.reference,
  ...newInvoice.price,
  customer: newInvoice.customer,
  description: newInvoice.description,
  ...urls
}

const invoice = {
  invoice_id: id,
  external_id: newInvoice.reference,
  amount: newInvoice.price.amount,
  currency: newInvoice.price.currency,
  status: "pending",
  payment_link: `https://pay.example/${id}`,
  customer_id: newInvoice.customer,
  purpose: newInvoice.description,
  callback_url: urls.webhookUrl,
  success_url: urls.successUrl,
  fail_url: urls.failureUrl,
  created_at: "2026-02-25T12:00:00Z",
  expires_at: "2026-02-25T12:20:00Z",
  finished_at: ""
}

const encoded = (value: object) => new TextEncoder().encode(JSON.stringify(value))

export const created = encoded(invoice)
export const got = encoded({ successful: true, data: invoice })

const paid = {
  event_id: `${id}:success:1772020800`,
  order_id: id,
  external_id: newInvoice.reference,
  status: "success",
  ...newInvoice.price,
  sub_status: "paid",
  rate_usd: "41.50",
  is_adjusted: false
}

const item = (number: number) => ({ sku: `sku-${number}`, name: "Premium subscription", amount: "15.00" })

/** A webhook of so many bytes that says that an invoice is paid: with as many items as fit, then blanks. */
export const webhook = (bytes: number): Buffer => {
  const space = bytes - JSON.stringify({ ...paid, items: [] }).length
  const length = Math.floor(space / (JSON.stringify(item(1_000)).length + 1))
  const items = Array.from({ length }, (_, index) => item(1_000 + index))
  return Buffer.from(JSON.stringify({ ...paid, items }).padEnd(bytes))
}

export const paymentIntentId = "pi_0000000000000000000000001"

export const newPaymentIntent = { amount: 150_000, currency: "eur", description: newInvoice.description }

/** About as long as Ecca's invoice. */
export const paymentIntent = encoded({
  id: paymentIntentId,
  object: "payment_intent",
  amount: 150_000,
  amount_received: 0,
  capture_method: "automatic",
  client_secret: `${paymentIntentId}_secret_1`,
  created: 1_772_020_800,
  currency: "eur",
  customer: null,
  description: newInvoice.description,
  latest_charge: null,
  livemode: false,
  metadata: { order_id: newInvoice.reference },
  payment_method: "pm_1",
  payment_method_types: ["card"],
  status: "requires_action"
})
