import { assert, describe, it } from "@effect/vitest"
import { Currency, Money } from "@gatefold/core"
import { BigDecimal, Effect, Result, Schema } from "effect"
import { amountText, closeAmountText, currencies, money } from "./support/Arbitraries.ts"

const runs = { arbitrary: { runs: 200 } }
const mxn = (amount: string) => Money.makeUnsafe(amount, "MXN")
const text = (result: Result.Result<Money.Money, Money.MoneyError>) => String(Result.getOrThrow(result))

const reasonOf = <A>(result: Result.Result<A, Money.MoneyError>) =>
  Result.match(result, { onSuccess: (value) => `no failure but ${value}`, onFailure: ({ reason }) => reason })

/** An amount as a whole number of 10^-60: a second arithmetic, to check the first by. */
const units = (text: string): bigint => {
  const [whole = "", fraction = ""] = text.replace("-", "").split(".")
  const magnitude = BigInt(whole + fraction.padEnd(60, "0"))
  return text.startsWith("-") ? -magnitude : magnitude
}

describe("Money: reading", () => {
  it.each([
    ["250.00", "MXN", "250.00 MXN"],
    ["12.3", "MXN", "12.30 MXN"],
    ["1500", "JPY", "1500 JPY"],
    ["1500.00", "USD", "1500.00 USD"],
    ["1.5", "KWD", "1.500 KWD"],
    ["0.1", "CLF", "0.1000 CLF"],
    ["0", "mxn", "0.00 MXN"],
    ["-5", "MXN", "-5.00 MXN"],
    ["-0.05", "MXN", "-0.05 MXN"],
    ["-0.00", "MXN", "0.00 MXN"],
    ["007.10", "MXN", "7.10 MXN"],
    ["0.00021", "BTC", "0.00021000 BTC"],
    ["1", "USDT@TRON", "1.000000 USDT@TRON"],
    ["0.000000000000000001", "USDT@BSC", "0.000000000000000001 USDT@BSC"],
    ["1.10", "USDT", "1.10 USDT"],
    ["1.2345", "MXN", "1.2345 MXN"],
    ["9007199254740993", "JPY", "9007199254740993 JPY"],
    ["90071992547409.93", "MXN", "90071992547409.93 MXN"],
    ["9".repeat(30), "JPY", `${"9".repeat(30)} JPY`],
    [`1.${"9".repeat(30)}`, "MXN", `1.${"9".repeat(30)} MXN`]
  ])("%s %s is %s, every digit kept and the scale at least the currency's", (amount, currency, expected) => {
    const money = Result.getOrThrow(Money.parse(amount, currency))
    assert.strictEqual(String(money), expected)
    assert.strictEqual(`${Schema.encodeSync(Money.Amount)(money.amount)} ${money.currency}`, expected)
  })

  it.each([
    "",
    " ",
    " 1",
    "1 ",
    "1\n",
    "+1",
    "-",
    "--1",
    "1e3",
    "1E3",
    "1e-7",
    "1.",
    ".5",
    "1,5",
    "1.2.3",
    "0x10",
    "1_000",
    "1n",
    "NaN",
    "Infinity",
    "\u0661",
    "\uff11"
  ])("%j is not a number", (amount) => {
    assert.strictEqual(reasonOf(Money.parse(amount, "MXN")), "NotANumber")
  })

  it.each(["1".repeat(31), `0.${"1".repeat(31)}`, "0".repeat(31), "9".repeat(1_000_000)])(
    "an absurdly long amount is refused and not worked on",
    (amount) => {
      assert.strictEqual(reasonOf(Money.parse(amount, "MXN")), "TooLong")
    }
  )

  it.each(["", "MX N", "USDT@", "m\u0445n"])("%j is no currency", (currency) => {
    assert.strictEqual(reasonOf(Money.parse("1", currency)), "UnknownCurrency")
  })

  it.effect("fails with a typed error that says what is wrong and does not repeat what was given", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Money.make("4111-1111", "MXN"))
      assert.instanceOf(error, Money.MoneyError)
      assert.strictEqual(error._tag, "MoneyError")
      assert.strictEqual(error.message, "NotANumber: an amount is plain decimal text such as 12.30")
      assert.notInclude(JSON.stringify(error), "4111")
      assert.throws(() => Money.makeUnsafe("4111-1111", "MXN"), Money.MoneyError)
    }))

  it("takes money as it is, and what money can be made of", () => {
    const given = mxn("1.2345")
    assert.strictEqual(Result.getOrThrow(Money.fromInput(given)), given)
    assert.strictEqual(text(Money.fromInput({ amount: "1.5", currency: { code: "kwd" } })), "1.500 KWD")
    assert.strictEqual(reasonOf(Money.fromInput({ amount: "1e3", currency: "MXN" })), "NotANumber")
  })
})

describe("Money: writing", () => {
  it("has a fixed scale, and no exponent however large or small the amount", () => {
    assert.strictEqual(Money.format(mxn("12.3")), "12.30")
    assert.strictEqual(Money.format(mxn("1500")), "1500.00")
    const thousands = new Money.Money({ amount: BigDecimal.make(15n, -2), currency: mxn("1").currency })
    assert.strictEqual(Money.format(thousands), "1500.00")
    const tiny = new Money.Money({ amount: BigDecimal.make(-1n, 18), currency: mxn("1").currency })
    assert.strictEqual(Money.format(tiny), "-0.000000000000000001")
  })

  it.prop("gives back the digits that it was given, filled up with zeros", [amountText, currencies], ([given, of]) => {
    const [, fraction = ""] = given.split(".")
    const missing = "0".repeat(Math.max(0, (Currency.decimals(of) ?? 0) - fraction.length))
    const expected = missing === "" || fraction !== "" ? `${given}${missing}` : `${given}.${missing}`
    assert.strictEqual(Money.format(Result.getOrThrow(Money.parse(given, of))), expected)
  }, runs)

  it.prop("survives JSON with its scale", [money], ([one]) => {
    const json = JSON.stringify(Schema.encodeSync(Money.Money)(one))
    const back = Schema.decodeUnknownSync(Money.Money)(JSON.parse(json))
    assert.instanceOf(back, Money.Money)
    assert.deepStrictEqual([back.amount.value, back.amount.scale], [one.amount.value, one.amount.scale])
    assert.isTrue(Currency.equals(back.currency, one.currency))
  }, runs)

  it.each([
    { amount: "1e3", currency: { code: "MXN" } },
    { amount: "", currency: { code: "MXN" } },
    { amount: 1, currency: { code: "MXN" } },
    { amount: "1", currency: { code: "mxn" } },
    { amount: "1" }
  ])("does not come out of %j", (json) => {
    assert.isTrue(Result.isFailure(Schema.decodeUnknownResult(Money.Money)(json)))
  })

  it.prop(
    "has one canonical text: equal exactly if value and currency are equal",
    [closeAmountText, currencies, closeAmountText, currencies],
    ([a, currencyA, b, currencyB]) => {
      const [left, right] = [Money.makeUnsafe(a, currencyA), Money.makeUnsafe(b, currencyB)]
      const isSame = units(a) === units(b) && Currency.equals(currencyA, currencyB)
      assert.strictEqual(Money.canonical(left) === Money.canonical(right), isSame)
      assert.strictEqual(Money.equals(left, right), isSame)
    },
    runs
  )

  it("drops trailing zeros from the canonical text and nothing else", () => {
    assert.strictEqual(Money.canonical(mxn("12.30")), "12.3 MXN")
    assert.strictEqual(Money.canonical(mxn("1500")), "1500 MXN")
    assert.strictEqual(Money.canonical(mxn("-0.00")), "0 MXN")
    assert.strictEqual(Money.canonical(Money.makeUnsafe("1", "USDT@TRON")), "1 USDT@TRON")
  })
})

describe("Money: what may be sent", () => {
  it.each<[string, string, Currency.Decimals, string]>([
    ["250", "MXN", {}, "250.00 MXN"],
    ["1.000", "MXN", {}, "1.00 MXN"],
    ["1500000.00", "MXN", {}, "1500000.00 MXN"],
    ["1500.0", "JPY", {}, "1500 JPY"],
    ["1.234", "KWD", {}, "1.234 KWD"],
    ["0.0001", "CLF", {}, "0.0001 CLF"],
    ["1.50", "ISK", { ISK: 2 }, "1.50 ISK"],
    ["5.00", "MGA", { MGA: 0 }, "5 MGA"],
    ["1.000001", "USDT@TRON", {}, "1.000001 USDT@TRON"],
    ["0.000000000000000001", "USDT@BSC", {}, "0.000000000000000001 USDT@BSC"],
    ["1.5", "USDT", { USDT: 2 }, "1.50 USDT"],
    ["1.123", "USDT@TRON", { USDT: 2, "USDT@TRON": 3 }, "1.123 USDT@TRON"]
  ])("%s %s with the provider's %j is sent as %s", (amount, currency, atProvider, expected) => {
    const sent = Result.getOrThrow(Money.outbound(Money.makeUnsafe(amount, currency), atProvider))
    assert.strictEqual(`${Money.format(sent, atProvider)} ${sent.currency}`, expected)
  })

  it.each<[string, string, Currency.Decimals, Money.MoneyError["reason"]]>([
    ["1.005", "MXN", {}, "TooManyDecimals"],
    ["1.5", "JPY", {}, "TooManyDecimals"],
    ["1.5", "ISK", {}, "TooManyDecimals"],
    ["1.5", "MGA", { MGA: 0 }, "TooManyDecimals"],
    ["1.2345", "KWD", {}, "TooManyDecimals"],
    ["0.00001", "CLF", {}, "TooManyDecimals"],
    ["1.0000001", "USDT@TRON", {}, "TooManyDecimals"],
    ["1.123", "USDT@BSC", { "USDT@BSC": 2 }, "TooManyDecimals"],
    ["1", "USDT", {}, "UnknownCurrency"],
    ["1", "XAU", {}, "UnknownCurrency"]
  ])("%s %s with the provider's %j is refused: %4$s", (amount, currency, atProvider, reason) => {
    assert.strictEqual(reasonOf(Money.outbound(Money.makeUnsafe(amount, currency), atProvider)), reason)
  })

  it.prop("is never rounded: the same value at exactly the currency's scale, or refused", [money], ([one]) => {
    const sent = Money.outbound(one)
    if (Result.isFailure(sent)) return
    assert.isTrue(Money.equals(sent.success, one))
    assert.strictEqual(sent.success.amount.scale, Currency.decimals(one.currency))
  }, runs)

  it.each([["0.01", true], ["0", false], ["-0.01", false]])("%s is positive: %s", (amount, isPositive) => {
    assert.strictEqual(reasonOf(Money.positive(mxn(amount))) !== "NotPositive", isPositive)
  })

  it.each([["0.01", true], ["0", true], ["-0.00", true], ["-0.01", false]])(
    "%s is not negative: %s",
    (amount, holds) => {
      assert.strictEqual(reasonOf(Money.nonNegative(mxn(amount))) !== "Negative", holds)
    }
  )
})

describe("Money: arithmetic", () => {
  const sum = (a: Money.Money, b: Money.Money) => Result.getOrThrow(Money.add(a, b))
  const difference = (a: Money.Money, b: Money.Money) => Result.getOrThrow(Money.subtract(a, b))

  it("is exact where floats are not", () => {
    assert.strictEqual(text(Money.add(mxn("0.1"), mxn("0.2"))), "0.30 MXN")
    assert.strictEqual(text(Money.subtract(mxn("1"), mxn("0.99"))), "0.01 MXN")
    assert.strictEqual(text(Money.subtract(mxn("0.01"), mxn("1"))), "-0.99 MXN")
    assert.strictEqual(
      text(Money.add(Money.makeUnsafe("9007199254740992", "JPY"), Money.makeUnsafe("1", "JPY"))),
      "9007199254740993 JPY"
    )
  })

  it.prop("agrees with whole numbers of the smallest unit", [amountText, amountText], ([a, b]) => {
    const [left, right] = [mxn(a), mxn(b)]
    assert.strictEqual(units(Money.format(sum(left, right))), units(a) + units(b))
    assert.strictEqual(units(Money.format(difference(left, right))), units(a) - units(b))
    assert.strictEqual(Result.getOrThrow(Money.compare(left, right)), order(units(a), units(b)))
  }, runs)

  it.prop("does not depend on order or grouping", [amountText, amountText, amountText], (texts) => {
    const [a, b, c] = [mxn(texts[0]), mxn(texts[1]), mxn(texts[2])]
    assert.isTrue(Money.equals(sum(a, b), sum(b, a)))
    assert.isTrue(Money.equals(sum(sum(a, b), c), sum(a, sum(b, c))))
    assert.isTrue(Money.equals(difference(sum(a, b), b), a))
    assert.isTrue(Money.equals(sum(a, mxn("0")), a))
  }, runs)

  it.prop("orders without regard to scale", [closeAmountText, closeAmountText], ([a, b]) => {
    assert.strictEqual(Result.getOrThrow(Money.compare(mxn(a), mxn(b))), order(units(a), units(b)))
  }, runs)

  it.each([
    ["MXN", "USD"],
    ["USDT@TRON", "USDT@BSC"],
    ["USDT@TRON", "USDT"],
    ["USDT", "USDC"]
  ])("never mixes %s and %s", (left, right) => {
    const [a, b] = [Money.makeUnsafe("1", left), Money.makeUnsafe("1", right)]
    assert.deepStrictEqual(
      [Money.add(a, b), Money.subtract(a, b), Money.compare(a, b)].map((result) => reasonOf<unknown>(result)),
      ["CurrencyMismatch", "CurrencyMismatch", "CurrencyMismatch"]
    )
    assert.isFalse(Money.equals(a, b))
  })
})

const order = (a: bigint, b: bigint) => a < b ? -1 : a > b ? 1 : 0
