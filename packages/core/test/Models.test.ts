import { assert, describe, it } from "@effect/vitest"
import {
  AcceptedCurrency,
  CheckoutAction,
  Currency,
  ExchangeRate,
  Identifiers,
  Invoice,
  Money,
  Payment,
  PaymentMethod,
  Quote,
  RawWebhook,
  Settlement,
  WebhookDelivery,
  WebhookEvent,
  WebhookRejected,
  Wire,
  Withdrawal
} from "@gatefold/core"
import { Duration, Equal, Result, Schema } from "effect"
import { at, currency, invoice as anyInvoice } from "./support/Arbitraries.ts"
import * as Samples from "./support/Samples.ts"

const { account, invoiceId, money, provider } = Samples
const receivedAt = at("2026-04-26T12:08:34Z")
const proof = new WebhookEvent.Proof({ mode: "signature+readback", secret: 1 })

const writtenAndRead = <S extends Schema.Codec<unknown, unknown>>(schema: S, value: S["Type"]) => {
  const json = JSON.stringify(Schema.encodeUnknownSync(schema)(value))
  return { json, back: Schema.decodeUnknownSync(schema)(JSON.parse(json)) }
}

/** Every model with all of its fields, and with no more than it must have. */
const models: ReadonlyArray<readonly [name: string, schema: Schema.Codec<unknown, unknown>, value: object]> = [
  ["Currency", Currency.Currency, currency("USDT@TRON")],
  ["Currency without network", Currency.Currency, currency("MXN")],
  ["Money", Money.Money, money("1500.00")],
  ["ExchangeRate", ExchangeRate.ExchangeRate, Samples.rate],
  ["Quote", Quote.Quote, Samples.quote],
  ["Redirect", CheckoutAction.CheckoutAction, Samples.checkouts.redirect],
  ["ScanQr", CheckoutAction.CheckoutAction, Samples.checkouts.scanQr],
  ["SendTo", CheckoutAction.CheckoutAction, Samples.checkouts.sendTo],
  ["SendTo an address alone", CheckoutAction.CheckoutAction, new CheckoutAction.SendTo({ address: "TXYZ" })],
  ["Settlement", Settlement.Settlement, Samples.settlement],
  ["Settlement of an amount", Settlement.Settlement, new Settlement.Settlement({ amount: money("1") })],
  ["Adjustment", Settlement.Adjustment, Samples.adjustment],
  [
    "Adjustment to an unknown amount",
    Settlement.Adjustment,
    new Settlement.Adjustment({ at: at("2026-04-27T00:00:00Z") })
  ],
  ["Adjustment of which nothing is known", Settlement.Adjustment, new Settlement.Adjustment({})],
  ["Payment.Method", Payment.Method, new Payment.Method({ code: "monobank", name: "Monobank UA" })],
  ["Payment", Payment.Payment, Samples.payment],
  ["Payment with an id", Payment.Payment, Payment.make({ id: Identifiers.PaymentId.make("1") })],
  ["Invoice", Invoice.Invoice, Samples.invoice],
  ["Invoice with an id", Invoice.Invoice, Samples.bareInvoice],
  [
    "Withdrawal",
    Withdrawal.Withdrawal,
    Withdrawal.make({
      provider,
      account,
      id: Identifiers.WithdrawalId.make("w-1"),
      status: "failed",
      providerStatus: "failed",
      detail: "rejected_by_network",
      amount: money("100.000000", "USDT"),
      fee: money("1.5", "USDT"),
      net: money("98.5", "USDT"),
      address: "TXYZ",
      memo: "7",
      network: Currency.Network.make("TRON"),
      method: "trc20",
      transaction: "0xabc",
      createdAt: at("2026-04-26T12:00:00Z"),
      updatedAt: at("2026-04-26T12:01:00Z"),
      processedAt: at("2026-04-26T12:02:00Z")
    })
  ],
  [
    "PaymentMethod",
    PaymentMethod.PaymentMethod,
    new PaymentMethod.PaymentMethod({
      code: "monobank",
      name: "Monobank UA",
      currency: currency("UAH"),
      minimum: money("10", "UAH"),
      maximum: money("100000", "UAH"),
      customerCommission: money("2.50").amount,
      merchantCommission: money("0").amount,
      logo: Samples.url("https://cdn.example/monobank.svg"),
      paymentTime: "15"
    })
  ],
  [
    "PaymentMethod of a name",
    PaymentMethod.PaymentMethod,
    new PaymentMethod.PaymentMethod({ code: "spei", name: "SPEI", currency: currency("MXN") })
  ],
  [
    "AcceptedCurrency",
    AcceptedCurrency.AcceptedCurrency,
    new AcceptedCurrency.AcceptedCurrency({
      currency: currency("UAH"),
      name: "Hryvnia",
      symbol: "₴",
      decimals: 2,
      rate: Samples.rate
    })
  ],
  [
    "AcceptedCurrency of a code",
    AcceptedCurrency.AcceptedCurrency,
    new AcceptedCurrency.AcceptedCurrency({ currency: currency("UAH") })
  ],
  [
    "WebhookDelivery",
    WebhookDelivery.WebhookDelivery,
    new WebhookDelivery.WebhookDelivery({
      id: "evt-1",
      type: "invoice.success",
      status: "delivered",
      providerStatus: "delivered",
      isAdjustment: false,
      attempts: [
        new WebhookDelivery.Attempt({
          number: 1,
          trigger: "auto",
          outcome: "ok",
          httpStatus: 200,
          duration: Duration.millis(143)
        }),
        new WebhookDelivery.Attempt({ number: 2, trigger: "manual", outcome: "timeout" })
      ],
      nextAttemptAt: at("2026-04-26T12:10:00Z"),
      createdAt: at("2026-04-26T12:08:31Z")
    })
  ],
  [
    "Resent",
    WebhookDelivery.Resent,
    new WebhookDelivery.Resent({ event: "evt-1", wasAccepted: true, httpStatus: 204 })
  ],
  ["WebhookEvent.Proof", WebhookEvent.Proof, proof],
  ["WebhookEvent.Proof by readback", WebhookEvent.Proof, new WebhookEvent.Proof({ mode: "readback" })],
  [
    "WebhookEvent.Admitted",
    WebhookEvent.Admitted,
    new WebhookEvent.Admitted({
      provider,
      account,
      invoice: invoiceId,
      proof,
      eventId: "evt-1",
      eventType: "invoice.success",
      signedAt: at("2026-04-26T12:08:32Z"),
      receivedAt,
      statement: Samples.invoice
    })
  ],
  [
    "WebhookEvent.Admitted as a hint",
    WebhookEvent.Admitted,
    new WebhookEvent.Admitted({
      provider,
      account,
      invoice: invoiceId,
      proof: new WebhookEvent.Proof({ mode: "readback" }),
      receivedAt
    })
  ],
  [
    "WebhookEvent.Snapshot",
    WebhookEvent.Snapshot,
    new WebhookEvent.Snapshot({
      provider,
      account,
      proof,
      eventId: "evt-1",
      eventType: "invoice.success",
      signedAt: at("2026-04-26T12:08:32Z"),
      receivedAt,
      invoice: Samples.invoice
    })
  ],
  [
    "RawWebhook",
    RawWebhook.RawWebhook,
    RawWebhook.make({ path: "/webhooks/main", headers: { "X-Signature": "abc" }, body: "{\"id\": 1}" })
  ],
  [
    "WebhookRejected",
    WebhookRejected.WebhookRejected,
    new WebhookRejected.WebhookRejected({ provider, account, why: "InvalidSignature", detail: "no secret made it" })
  ],
  ["Money.MoneyError", Money.MoneyError, new Money.MoneyError({ reason: "TooLong", detail: "too long" })],
  ["Invoice.MergeMismatch", Invoice.MergeMismatch, new Invoice.MergeMismatch({ left: "main/1", right: "main/2" })],
  ["Wire.Unreadable", Wire.Unreadable, new Wire.Unreadable({ path: "data.amount", issue: "Missing key" })]
]

describe("Models: written as JSON and read again", () => {
  it.each(models)("%s is the same, of the same class and with the same digits", (_name, schema, value) => {
    const { back, json } = writtenAndRead(schema, value)
    assert.isTrue(Equal.equals(back, value))
    assert.strictEqual(Object.getPrototypeOf(back), Object.getPrototypeOf(value))
    assert.strictEqual(JSON.stringify(Schema.encodeUnknownSync(schema)(back)), json)
  })

  it.prop("any invoice is the same, and stands for the same fact", [anyInvoice], ([invoice]) => {
    const { back } = writtenAndRead(Invoice.Invoice, invoice)
    assert.isTrue(Equal.equals(back, invoice))
    assert.strictEqual(Invoice.factKey(back), Invoice.factKey(invoice))
    assert.deepStrictEqual(Invoice.conditions(back), Invoice.conditions(invoice))
  }, { arbitrary: { runs: 100 } })

  it("money is fixed-scale text, and a moment is ISO 8601 in UTC", () => {
    assert.deepStrictEqual<unknown>(JSON.parse(writtenAndRead(Settlement.Adjustment, Samples.adjustment).json), {
      amount: { amount: "240.00", currency: { code: "MXN" } },
      at: "2026-04-27T00:00:00.001Z"
    })
  })

  it("a rate and a commission keep their digits", () => {
    const method = new PaymentMethod.PaymentMethod({
      code: "spei",
      name: "SPEI",
      currency: currency("MXN"),
      customerCommission: money("2.50").amount,
      merchantCommission: money("1.00").amount
    })
    assert.include(writtenAndRead(ExchangeRate.ExchangeRate, Samples.rate).json, "\"value\":\"41.50\"")
    assert.include(writtenAndRead(PaymentMethod.PaymentMethod, method).json, "\"customerCommission\":\"2.50\"")
    assert.include(writtenAndRead(PaymentMethod.PaymentMethod, method).json, "\"merchantCommission\":\"1.00\"")
  })

  it("no number stands for money anywhere", () => {
    const { json } = writtenAndRead(Invoice.Invoice, Samples.invoice)
    JSON.parse(json, (key, value: unknown) => {
      assert.notTypeOf(value, "number", key)
      return value
    })
  })
})

describe("Models: what is not one is refused", () => {
  const encoded = Schema.encodeSync(Invoice.Invoice)(Samples.bareInvoice)
  const encodedPayment = Schema.encodeSync(Payment.Payment)(Samples.payment)

  it("what the refused ones differ from is fine", () => {
    const both = { ...encoded, payments: [encodedPayment] }
    assert.isTrue(Result.isSuccess(Schema.decodeResult(Invoice.Invoice)(both)))
  })

  it.each([
    ["a status that nobody knows", { status: "settled" }],
    ["a payment's status", { status: "pending" }],
    ["a payment with an invoice's status", { payments: [{ ...encodedPayment, status: "open" }] }],
    ["an id with a space", { id: "inv 1" }],
    ["an account like a path", { account: "../main" }],
    ["a reference like a path", { references: ["../7"] }],
    ["an amount that is a number", { prices: [{ amount: 250, currency: { code: "MXN" } }] }],
    ["an amount with an exponent", { received: [{ amount: "1e3", currency: { code: "MXN" } }] }],
    ["a moment that is none", { paidAt: "yesterday" }],
    ["a checkout that is not https", { checkout: { _tag: "Redirect", url: "http://pay.example" } }],
    ["a checkout of another kind", { checkout: { _tag: "Call", number: "1" } }]
  ])("%s", (_name, changes) => {
    assert.isTrue(Result.isFailure(Schema.decodeUnknownResult(Invoice.Invoice)({ ...encoded, ...changes })))
  })
})
