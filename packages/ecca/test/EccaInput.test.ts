/**
 * What is asked for wrongly is refused by the name of its field, before anything is sent.
 */
import { assert, describe, it } from "@effect/vitest"
import { Identifiers, Money, type NewInvoice } from "@gatefold/core"
import { Effect } from "effect"
import { open, order } from "./support/EccaAccount.ts"

const uah = (amount: string) => ({ price: { amount, currency: "UAH" } })
const inCurrency = (currency: string, amount = "100.00") => ({ price: { amount, currency } })

const long = (length: number) => "x".repeat(length)

type Changes = Partial<NewInvoice.NewInvoice>

const wrong: ReadonlyArray<readonly [string, string, Changes]> = [
  ["reference", "is empty", { reference: "" }],
  ["reference", "is blank", { reference: " " }],
  ["reference", "has a space", { reference: "order 1" }],
  ["reference", "has a slash", { reference: "order/1" }],
  ["reference", "has a line break at its end", { reference: "order-1\n" }],
  ["reference", "begins with a dot", { reference: ".." }],
  ["reference", "has other letters", { reference: "замовлення-1" }],
  ["reference", "has 121 characters", { reference: long(121) }],
  ["amount", "is empty", uah("")],
  ["amount", "is blank", uah(" ")],
  ["amount", "is nothing", uah("0")],
  ["amount", "is nothing with decimals", uah("0.00")],
  ["amount", "is negative", uah("-1")],
  ["amount", "is negative nothing", uah("-0.00")],
  ["amount", "has an exponent", uah("1e3")],
  ["amount", "has too many decimals", uah("1.005")],
  ["amount", "is no number", uah("NaN")],
  ["amount", "is infinite", uah("Infinity")],
  ["amount", "has a sign", uah("+1")],
  ["amount", "has a comma", uah("1,50")],
  ["amount", "has separators", uah("1_000")],
  ["amount", "has no digit before the point", uah(".50")],
  ["amount", "has no digit after the point", uah("1.")],
  ["amount", "has spaces around", uah(" 1.00 ")],
  ["amount", "is hexadecimal", uah("0x10")],
  ["amount", "has other digits", uah("١٢")],
  ["amount", "is longer than any", uah(long(31).replaceAll("x", "9"))],
  ["amount", "is Money with too many decimals", { price: Money.makeUnsafe("1.005", "UAH") }],
  ["amount", "is Money and negative", { price: Money.makeUnsafe("-1.00", "UAH") }],
  // at most two decimals, whatever ISO 4217 says [INV]
  ["amount", "has the third decimal that only ISO 4217 allows", inCurrency("KWD", "1.005")],
  ["amount", "has the decimals that ISO 4217 does not allow", inCurrency("JPY", "100.5")],
  ["currency", "is none of ISO 4217", inCurrency("XXQ")],
  ["currency", "is an asset", inCurrency("BTC", "0.01")],
  ["currency", "is the settlement's", inCurrency("USDT")],
  ["currency", "is on a network", inCurrency("UAH@TRON")],
  ["currency", "is empty", inCurrency("")],
  ["currency", "is no code", inCurrency("U A H")],
  ["customer", "is empty", { customer: "" }],
  ["customer", "is blank", { customer: "  " }],
  ["customer", "has 129 characters", { customer: long(129) }],
  ["description", "is blank", { description: " " }],
  ["description", "has 513 characters", { description: long(513) }],
  ["payWith", "is no asset", { payWith: "B T C" }],
  ...["successUrl", "failureUrl", "webhookUrl"].flatMap((field): ReadonlyArray<readonly [string, string, Changes]> => [
    [field, "is not https", { [field]: "http://shop.example/thanks" }],
    [field, "is relative", { [field]: "/thanks" }],
    [field, "is empty", { [field]: "" }],
    [field, "is a script", { [field]: "javascript:alert(1)" }],
    [field, "has credentials", { [field]: "https://user:password@shop.example/" }],
    [field, "has a line break", { [field]: "https://shop.example/\nx" }]
  ])
]

describe("create refuses, with nothing sent, what", () => {
  for (const [field, what, changes] of wrong) {
    it.effect(`${field} ${what}`, () =>
      Effect.gen(function*() {
        const { invoices, requests } = yield* open()
        const error = yield* Effect.flip(invoices.create(order("order-1", changes)))
        assert.deepStrictEqual([error.operation, error.reason._tag], ["invoices.create", "InvalidRequest"])
        assert.deepInclude(error.reason, { field, isRetryable: false })
        assert.deepStrictEqual(yield* requests, [])
      }))
  }
})

describe("create takes what is just within the limits", () => {
  const right: ReadonlyArray<readonly [string, Changes]> = [
    ["a reference of 120 characters", { reference: long(120) }],
    ["a reference of one", { reference: "7" }],
    ["every character that a reference may have", { reference: "_aZ0.~-." }],
    ["the smallest amount", uah("0.01")],
    ["an amount of 15 digits before the point", uah("999999999999999.99")],
    ["zeros that say nothing", uah("000100.0000")],
    ["a currency in lower case", inCurrency("uah")],
    ["a customer of 128 characters", { customer: long(128) }],
    ["a description of 512 characters", { description: long(512) }],
    ["URLs with ports, paths and queries", { successUrl: "https://shop.example:8443/thanks?order=1&x=%20#top" }],
    ["a webhook URL on this machine", { webhookUrl: "http://127.0.0.1:8080/webhooks/ecca" }]
  ]
  for (const [what, changes] of right) {
    it.effect(what, () =>
      Effect.gen(function*() {
        const { invoices, sim } = yield* open()
        const asked = order("order-1", changes)
        const invoice = yield* invoices.create(asked)
        assert.deepStrictEqual([invoice.reference, invoice.status], [
          Identifiers.Reference.make(asked.reference),
          "open"
        ])
        assert.strictEqual((yield* sim.books).length, 1)
      }))
  }
})
