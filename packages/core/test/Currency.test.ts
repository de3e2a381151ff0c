import { assert, describe, it } from "@effect/vitest"
import { Currency } from "@gatefold/core"
import CurrencyCodes from "currency-codes"
import { currencies, currency } from "./support/Arbitraries.ts"

const decimals = (text: string, atProvider?: Currency.Decimals) => Currency.decimals(currency(text), atProvider)

describe("Currency: names", () => {
  it.each([
    ["MXN", "MXN"],
    ["mxn", "MXN"],
    ["usdt@tron", "USDT@TRON"],
    ["1INCH", "1INCH"],
    ["A".repeat(32), "A".repeat(32)]
  ])("reads %j as %s", (text, expected) => {
    assert.strictEqual(Currency.parse(text)?.toString(), expected)
  })

  it("reads code and network apart, in any case", () => {
    assert.strictEqual(Currency.parse({ code: "usdt", network: "Bsc" })?.toString(), "USDT@BSC")
    assert.strictEqual(Currency.parse({ code: "btc", network: undefined })?.toString(), "BTC")
  })

  it.each([
    "",
    " ",
    "MX N",
    " MXN",
    "MXN\n",
    "@TRON",
    "USDT@",
    "USDT@TRON@BSC",
    "USDT@TR ON",
    "-MXN",
    "A".repeat(33),
    `USDT@${"A".repeat(33)}`
  ])("finds no currency in %j", (text) => {
    assert.isUndefined(Currency.parse(text))
  })

  it.each(["u\u017fd", "\u00df", "\ufb01l", "m\u0445n"])(
    "takes no letter for another that only looks like it: %j",
    (text) => {
      assert.isUndefined(Currency.parse(text))
      assert.isUndefined(Currency.parse(`USDT@${text}`))
    }
  )

  it.prop("is named so that it can be read back", [currencies], ([one]) => {
    assert.deepStrictEqual(Currency.parse(one.toString()), one)
  }, { arbitrary: { runs: 100 } })

  it("differs by network: USDT on TRON is neither USDT on BSC nor USDT of no known network", () => {
    assert.isTrue(Currency.equals(currency("usdt@tron"), currency("USDT@TRON")))
    assert.isFalse(Currency.equals(currency("USDT@TRON"), currency("USDT@BSC")))
    assert.isFalse(Currency.equals(currency("USDT@TRON"), currency("USDT")))
    assert.isFalse(Currency.equals(currency("USDT@TRON"), currency("USDC@TRON")))
  })

  it("tells fiat money from other assets", () => {
    assert.deepStrictEqual(
      ["MXN", "JPY", "XCG", "BTC", "USDT", "XAU", "XXX"].filter((code) => Currency.isFiat(currency(code))),
      ["MXN", "JPY", "XCG"]
    )
  })
})

describe("Currency: decimals", () => {
  it.each([["JPY", 0], ["CLP", 0], ["MXN", 2], ["USD", 2], ["KWD", 3], ["TND", 3], ["CLF", 4], ["UYW", 4]])(
    "%s has %i by ISO 4217",
    (code, expected) => {
      assert.strictEqual(decimals(code), expected)
    }
  )

  it.each([
    ["USDT@TRON", 6],
    ["USDT@ETHEREUM", 6],
    ["USDT@BSC", 18],
    ["USDC@POLYGON", 6],
    ["USDC@BSC", 18],
    ["BTC", 8],
    ["ETH", 18],
    ["XRP", 6],
    ["SOL", 9]
  ])("%s has %i on its chain", (text, expected) => {
    assert.strictEqual(decimals(text), expected)
  })

  it.each(["USDT", "USDT@NOWHERE", "XAU", "NOSUCHCOIN"])(
    "those of %s are not known",
    (text) => {
      assert.isUndefined(decimals(text))
    }
  )

  it("are the provider's where it deviates, by network before code, and only for the currencies that it names", () => {
    const provider = { ISK: 2, MGA: 0, USDT: 2, "USDT@BSC": 8 }
    assert.strictEqual(decimals("ISK", provider), 2)
    assert.strictEqual(decimals("MGA", provider), 0)
    assert.strictEqual(decimals("USDT", provider), 2)
    assert.strictEqual(decimals("USDT@TRON", provider), 2)
    assert.strictEqual(decimals("USDT@BSC", provider), 8)
    assert.strictEqual(decimals("JPY", provider), 0)
    assert.isUndefined(decimals("NOSUCHCOIN", provider))
  })
})

describe("Currency: the table of ISO 4217", () => {
  const theirs = new Map(CurrencyCodes.data.map(({ code, digits }) => [code, digits]))
  const upperCase = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
  const codes = upperCase.flatMap((a) => upperCase.flatMap((b) => upperCase.map((c) => `${a}${b}${c}`)))
  const ours = new Map(
    codes.map(currency).filter(Currency.isFiat).map((one) => [String(one.code), Currency.decimals(one)])
  )

  it("agrees with a second reading of the published list on the decimals of every currency in both", () => {
    assert.strictEqual(CurrencyCodes.publishDate, "2024-06-25")
    const shared = [...theirs].filter(([code]) => ours.has(code))
    assert.strictEqual(shared.length, 166)
    assert.deepStrictEqual(shared.filter(([code, digits]) => ours.get(code) !== digits), [])
  })

  it("has fund codes, and one currency that is newer than the list", () => {
    const funds = ["BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW"]
    assert.deepStrictEqual(funds.filter((code) => !ours.has(code)), [])
    assert.deepStrictEqual([...ours.keys()].filter((code) => !theirs.has(code)), ["XCG"])
  })

  it("leaves out metals, bond units, special drawing rights and test codes, which have no minor unit", () => {
    assert.deepStrictEqual(
      [...theirs.keys()].filter((code) => !ours.has(code)),
      ["XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"]
    )
  })

  it.each(["COP", "HUF", "IDR"])("gives %s two decimals, where Intl shows none", (code) => {
    assert.strictEqual(decimals(code), 2)
    assert.strictEqual(theirs.get(code), 2)
    const shown = new Intl.NumberFormat("en", { style: "currency", currency: code }).resolvedOptions()
    assert.strictEqual(shown.maximumFractionDigits, 0)
  })
})
