import { assert, describe, it } from "@effect/vitest"
import { GatewayError, Money, NewInvoice } from "@gatefold/core"
import { Result } from "effect"
import { inspect } from "node:util"
import { currency } from "./support/Arbitraries.ts"

const limits: NewInvoice.Limits = { currencies: "ISO 4217" }

const order: NewInvoice.NewInvoice = { reference: "order-7", price: { amount: "250.00", currency: "MXN" } }

const check = (changes: Partial<NewInvoice.NewInvoice>, within = limits) =>
  NewInvoice.check({ ...order, ...changes }, within)

const refusedField = (changes: Partial<NewInvoice.NewInvoice>, within = limits) =>
  Result.match(check(changes, within), {
    onSuccess: () => undefined,
    onFailure: (reason) => {
      assert.instanceOf(reason, GatewayError.InvalidRequest)
      assert.isNotEmpty(reason.issue)
      return reason.field
    }
  })

const price = (amount: string, of = "MXN") => ({ price: { amount, currency: of } })

describe("NewInvoice: what passes", () => {
  it("is the least there can be: a reference and a price", () => {
    const checked = Result.getOrThrow(check({}))
    assert.deepStrictEqual({ ...checked, price: String(checked.price) }, {
      reference: order.reference,
      price: "250.00 MXN"
    })
    assert.hasAllKeys(checked, ["reference", "price"])
  })

  it("is everything there can be, unchanged", () => {
    const checked = Result.getOrThrow(check({
      customer: "user_1",
      description: "Two chairs — and a table",
      payWith: "usdt@tron",
      successUrl: "https://shop.example/paid",
      failureUrl: "http://localhost:3000/failed",
      webhookUrl: "https://shop.example/webhooks/ecca"
    }))
    const { payWith, price, ...rest } = checked
    assert.deepStrictEqual<unknown>(rest, {
      reference: "order-7",
      customer: "user_1",
      description: "Two chairs — and a table",
      successUrl: "https://shop.example/paid",
      failureUrl: "http://localhost:3000/failed",
      webhookUrl: "https://shop.example/webhooks/ecca"
    })
    assert.deepStrictEqual(payWith, currency("USDT@TRON"))
    assert.strictEqual(String(price), "250.00 MXN")
  })

  it.each<[string, string, NewInvoice.Limits, string]>([
    ["12.3", "MXN", limits, "12.30"],
    ["12.300", "mxn", limits, "12.30"],
    ["0.01", "MXN", limits, "0.01"],
    ["1500.00", "JPY", limits, "1500"],
    ["1.234", "KWD", limits, "1.234"],
    ["1.50", "KWD", { currencies: ["KWD"], decimals: { KWD: 2 } }, "1.50"],
    ["5.0", "MGA", { ...limits, decimals: { MGA: 0 } }, "5"],
    ["2.5", "USDT", { currencies: ["USDT"], decimals: { USDT: 6 } }, "2.500000"],
    ["0.00021", "BTC", { currencies: ["MXN", "BTC"] }, "0.00021000"]
  ])("is the price %s %s, at the scale that the provider takes", (amount, of, within, expected) => {
    const checked = Result.getOrThrow(check(price(amount, of), within))
    assert.strictEqual(Money.format(checked.price, within.decimals), expected)
  })

  it("is money that was made before, too", () => {
    assert.strictEqual(String(Result.getOrThrow(check({ price: Money.makeUnsafe("9.5", "USD") })).price), "9.50 USD")
  })
})

describe("NewInvoice: what is refused, by the name of its field", () => {
  it.each(["", ".", "..", " order", "order 7", "order/7", "órden", "order\n", "a".repeat(121)])(
    "reference %j",
    (reference) => {
      assert.strictEqual(refusedField({ reference }), "reference")
    }
  )

  it.each([
    "0",
    "0.00",
    "-1",
    "-0.01",
    "1e3",
    "1.005",
    "NaN",
    "Infinity",
    "",
    " ",
    "abc",
    "1,5",
    "+1"
  ])(
    "amount %j",
    (amount) => {
      assert.strictEqual(refusedField(price(amount)), "amount")
    }
  )

  it("reference and amount of absurd length", () => {
    assert.strictEqual(refusedField({ reference: "a".repeat(1_000_000) }), "reference")
    assert.strictEqual(refusedField(price("9".repeat(1_000_000))), "amount")
    assert.strictEqual(refusedField(price(`0.${"0".repeat(1_000_000)}1`)), "amount")
  })

  it.each<[string, string, NewInvoice.Limits]>([
    ["1.5", "JPY", limits],
    ["1.2345", "KWD", limits],
    ["1.005", "KWD", { ...limits, decimals: { KWD: 2 } }],
    ["0.5", "MGA", { ...limits, decimals: { MGA: 0 } }]
  ])("amount %s %s: more decimals than it has there, never rounded", (amount, of, within) => {
    assert.strictEqual(refusedField(price(amount, of), within), "amount")
  })

  it("amount of money that was made before: zero, negative or too fine", () => {
    for (const amount of ["0", "-5", "1.005"]) {
      assert.strictEqual(refusedField({ price: Money.makeUnsafe(amount, "MXN") }), "amount")
    }
  })

  it.each<[string, NewInvoice.Limits]>([
    ["USD", { currencies: ["MXN"] }],
    ["BTC", limits],
    ["XAU", limits],
    ["XXX", limits],
    ["PESOS", limits],
    ["", limits],
    ["M XN", limits],
    ["u\u017fd", limits],
    ["MXN@TRON", limits],
    ["USDT@TRON", { currencies: ["USDT"], decimals: { USDT: 6 } }],
    ["USDT", { currencies: ["USDT"] }]
  ])("currency %j, where the provider takes %j", (of, within) => {
    assert.strictEqual(refusedField(price("1", of), within), "currency")
  })

  it.each(["successUrl", "failureUrl", "webhookUrl"] as const)("%s unless it is https", (field) => {
    const urls = [
      "http://shop.example",
      "",
      "/paid",
      "javascript:alert(1)",
      "https://a:b@shop.example",
      "https://shop.example/\n"
    ]
    for (const url of urls) assert.strictEqual(refusedField({ [field]: url }), field)
  })

  it("customer and description that are blank, or longer than the provider takes", () => {
    const within = { ...limits, customerLength: 3, descriptionLength: 5 }
    assert.deepStrictEqual(
      ["", " \t", "abcd", "abc"].map((customer) => refusedField({ customer }, within)),
      ["customer", "customer", "customer", undefined]
    )
    assert.deepStrictEqual(
      ["", " \t", "abcdef", "abcde"].map((description) => refusedField({ description }, within)),
      ["description", "description", "description", undefined]
    )
    assert.strictEqual(refusedField({ description: "a".repeat(513) }), "description")
    assert.isUndefined(refusedField({ description: "a".repeat(512) }))
  })

  it.each(["", "US DT", "USDT@"])("payWith %j", (payWith) => {
    assert.strictEqual(refusedField({ payWith }), "payWith")
  })

  it("says what is expected and does not repeat what was given", () => {
    const given = "tok-not-for-logs !"
    const inputs: ReadonlyArray<Partial<NewInvoice.NewInvoice>> = [
      { reference: given },
      price(given),
      price("1", given),
      { description: given.repeat(50) },
      { payWith: given },
      { successUrl: `http://${given}` }
    ]
    for (const input of inputs) {
      const error = Result.getOrThrow(Result.flip(check(input)))
      assert.notInclude([error.message, JSON.stringify(error), inspect(error), error.stack].join(), "tok-not-for-logs")
    }
  })
})

describe("NewInvoice: parts that are checked by themselves", () => {
  it("a reference, for look-ups", () => {
    assert.strictEqual<string>(Result.getOrThrow(NewInvoice.checkReference("order-7.2")), "order-7.2")
    assert.strictEqual(Result.getOrThrow(Result.flip(NewInvoice.checkReference("../7"))).field, "reference")
  })

  it("a price", () => {
    assert.strictEqual(String(Result.getOrThrow(NewInvoice.checkPrice(order.price, limits))), "250.00 MXN")
    assert.strictEqual(
      Result.getOrThrow(Result.flip(NewInvoice.checkPrice({ amount: "0", currency: "MXN" }, limits))).field,
      "amount"
    )
  })
})
