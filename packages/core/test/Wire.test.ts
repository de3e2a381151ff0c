import { assert, describe, it } from "@effect/vitest"
import { Money, Wire } from "@gatefold/core"
import { BigDecimal, DateTime, Option, Result, Schema } from "effect"
import { inspect } from "node:util"
import { amountText } from "./support/Arbitraries.ts"

const bytes = (text: string) => new TextEncoder().encode(text)
const json = (text: string) => Result.getOrThrow(Wire.parseJson(bytes(text)))
const issueOf = (result: Result.Result<unknown, Wire.Unreadable>) =>
  Result.match(result, { onSuccess: () => undefined, onFailure: ({ issue, path }) => `${path}: ${issue}` })

const Answer = Schema.Struct({ amount: Wire.Amount })
const amountOf = (json: unknown) =>
  Result.map(Wire.decode(Answer)(json), ({ amount }) => Schema.encodeSync(Money.Amount)(amount))

describe("Wire: numbers of an answer", () => {
  it.each([
    ["12345678901234567890", "12345678901234567890"],
    ["9007199254740993", "9007199254740993"],
    ["0.1000", "0.1000"],
    ["1500.00", "1500.00"],
    ["12345678901234567890.123456789", "12345678901234567890.123456789"],
    ["0.00021", "0.00021"],
    ["-12.30", "-12.30"],
    ["1e-7", "0.0000001"],
    ["-1.5E+3", "-1500"],
    ["1.50e1", "15.0"],
    ["1e0", "1"],
    ["25e-3", "0.025"],
    ["1E+29", `1${"0".repeat(29)}`],
    ["0", "0"]
  ])("%s comes through as %s", (number, expected) => {
    assert.strictEqual(Result.getOrThrow(amountOf(json(`{"amount":${number}}`))), expected)
  })

  it.each(["12345678901234567890", "0.1000", "12345678901234567890.123456789", "1500.00", "-12.30", "0"])(
    "%s is the same amount as a string",
    (amount) => {
      assert.strictEqual(Result.getOrThrow(amountOf(json(`{"amount":"${amount}"}`))), amount)
    }
  )

  it.prop("no digit is lost, as a number or as a string", [amountText], ([text]) => {
    assert.strictEqual(Result.getOrThrow(amountOf(json(`{"amount":${text}}`))), text)
    assert.strictEqual(Result.getOrThrow(amountOf(json(`{"amount":"${text}"}`))), text)
  }, { arbitrary: { runs: 200 } })

  it.each(["1e30", "1e99", "1e-31", "1E+400", "-1e999", "1e1000000000", `1${"0".repeat(30)}`, `0.${"1".repeat(31)}`])(
    "%s is refused and not worked on",
    (number) => {
      assert.match(String(issueOf(amountOf(json(`{"amount":${number}}`)))), /^amount: not a decimal amount/u)
    }
  )

  it.each(["", " ", "1e3", "1e-7", "NaN", "Infinity", "+1", "1.", ".5", "1,5", "0x10", "1 000"])(
    "the string %j is no amount",
    (text) => {
      assert.strictEqual(issueOf(amountOf({ amount: text })), "amount: not a decimal amount (NotANumber)")
    }
  )

  it("are text wherever they stand, and never floats", () => {
    assert.deepStrictEqual(json(`[1,{"a":[0.10,true,null,"2"],"__proto__":3}]`), [
      "1",
      { a: ["0.10", true, null, "2"], ["__proto__"]: "3" }
    ])
    assert.strictEqual(json("1e-7"), "0.0000001")
  })

  it("as ids keep every digit and every leading zero", () => {
    const decode = Wire.decode(Schema.Struct({ id: Wire.Id }))
    assert.deepStrictEqual(decode(json(`{"id":12345678901234567890}`)), decode({ id: "12345678901234567890" }))
    assert.strictEqual(Result.getOrThrow(decode({ id: "007" })).id, "007")
    for (const id of ["", "a b", "a\n", "\u00e9", "x".repeat(201)]) {
      assert.match(String(issueOf(decode({ id }))), /^id: /u)
    }
  })

  it("as whole numbers have at most 15 digits, which a JavaScript number holds exactly", () => {
    const decode = Wire.decode(Schema.Struct({ n: Wire.Integer }))
    assert.strictEqual(Result.getOrThrow(decode(json(`{"n":999999999999999}`))).n, 999_999_999_999_999)
    assert.strictEqual(Result.getOrThrow(decode({ n: "-20" })).n, -20)
    for (const n of ["1000000000000000", "1.0", "1e3", "", "0x1"]) assert.match(String(issueOf(decode({ n }))), /^n: /u)
  })

  it("a raw amount survives being written and read again, at its scale", () => {
    const amount = Schema.decodeSync(Money.Amount)("0.1000")
    assert.deepStrictEqual([amount.value, amount.scale], [BigDecimal.make(1000n, 4).value, 4])
    assert.strictEqual(Schema.encodeSync(Money.Amount)(amount), "0.1000")
  })
})

describe("Wire: bytes", () => {
  const read = (given: Uint8Array) => issueOf(Wire.parseJson(given))

  it("may begin with a byte order mark and hold any character", () => {
    assert.deepStrictEqual(json("\ufeff{\"name\":\"Peña \u{1F600}\"}"), { name: "Peña \u{1F600}" })
  })

  it.each(["", " \r\n\t", "\ufeff"])("of which nothing is left (%j) are an empty body", (text) => {
    assert.strictEqual(read(bytes(text)), "body: empty")
  })

  it.each([[0xff], [0x22, 0xc3, 0x28, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0xff, 0xfe, 0x31, 0x00]])(
    "that are not UTF-8 are refused, not repaired: %i %i %i %i",
    (...given) => {
      assert.strictEqual(read(Uint8Array.from(given.filter((byte) => byte !== undefined))), "body: not UTF-8")
    }
  )

  it.each([
    "{\"amount\":\"250.00\",\"sta",
    "[1,2",
    "{\"a\":1}}",
    "{\"a\":01}",
    "{'a':1}",
    "NaN",
    "undefined",
    "<html>502 Bad Gateway</html>"
  ])("that are cut off or no JSON are refused: %j", (text) => {
    assert.strictEqual(read(bytes(text)), "body: not JSON")
  })

  it("nested without end are refused and no defect", () => {
    assert.strictEqual(read(bytes("[".repeat(200_000))), "body: not JSON")
    assert.strictEqual(read(bytes("[".repeat(200_000) + "]".repeat(200_000))), "body: not JSON")
  })
})

describe("Wire: shapes", () => {
  const decode = Wire.decode(Schema.Struct({
    id: Wire.Id,
    note: Wire.nullish(Schema.String),
    deal: Schema.optional(Schema.Struct({ items: Schema.Array(Schema.Struct({ amount: Wire.Amount })) }))
  }))

  it("may have fields that nobody knows", () => {
    assert.deepStrictEqual(Result.getOrThrow(decode({ id: "1", new_field: { a: ["1"] } })), { id: "1" })
  })

  it("may leave out what may be null, and either way it is not there", () => {
    assert.deepStrictEqual(Result.getOrThrow(decode({ id: "1" })), { id: "1" })
    assert.deepStrictEqual(Result.getOrThrow(decode({ id: "1", note: null })), { id: "1" })
    assert.deepStrictEqual(Result.getOrThrow(decode({ id: "1", note: undefined })), { id: "1" })
    assert.deepStrictEqual(Result.getOrThrow(decode({ id: "1", note: "" })), { id: "1", note: "" })
  })

  it("may leave out what is decoded into something else, and say where that is wrong", () => {
    const decode = Wire.decode(Schema.Struct({
      count: Wire.nullish(Wire.Integer),
      parts: Wire.nullish(Schema.Array(Schema.Struct({ at: Wire.nullish(Wire.UnixSeconds) })))
    }))
    assert.deepStrictEqual(Result.getOrThrow(decode({ count: "0", parts: [{ at: null }, {}] })), {
      count: 0,
      parts: [{}, {}]
    })
    assert.match(`${issueOf(decode({ count: "1e3" }))}`, /^count: /u)
    assert.match(`${issueOf(decode({ parts: [{}, { at: "-1" }] }))}`, /^parts\.1\.at: /u)
  })

  it("come back as they are written, without what is not there", () => {
    const encode = Schema.encodeSync(Schema.Struct({ note: Wire.nullish(Wire.Integer) }))
    assert.deepStrictEqual(encode({ note: 7 }), { note: "7" })
    assert.deepStrictEqual(encode({}), {})
  })

  it.each([
    [{}, "id: Missing key"],
    [null, "body: Expected object"],
    ["text", "body: Expected object"],
    [{ id: "1", deal: { items: [{ amount: "1" }, {}] } }, "deal.items.1.amount: Missing key"],
    [{ id: "1", deal: { items: [{ amount: "1e3" }] } }, "deal.items.0.amount: not a decimal amount (NotANumber)"]
  ])("that do not fit are refused with the path: %j", (given, expected) => {
    assert.strictEqual(issueOf(decode(given)), expected)
  })

  it.each([
    Schema.String,
    Schema.Boolean,
    Schema.Literals(["paid", "open"]),
    Wire.Amount,
    Wire.Integer,
    Wire.Timestamp,
    Wire.Id,
    Schema.Array(Wire.Integer),
    Schema.Union([Schema.Struct({ kind: Schema.Literal("a") }), Schema.Array(Schema.Boolean)]),
    Money.Money
  ])("never repeat a value in the error (%#)", (schema) => {
    const secret = "tok-not-for-logs 5105105105105100"
    const decode = Wire.decode(Schema.Struct({ field: schema }))
    const refused = [secret, [secret], { kind: secret, amount: secret }, Number.MAX_VALUE]
      .map((field) => decode({ field }))
      .filter(Result.isFailure)
      .map(({ failure }) => failure)
    assert.isAtLeast(refused.length, 3)
    for (const error of refused) {
      assert.instanceOf(error, Wire.Unreadable)
      assert.match(error.path, /^field/u)
      const shown = [error.message, String(error), JSON.stringify(error), inspect(error, { depth: 9 }), error.stack]
        .join()
      assert.notInclude(shown, "tok-not-for-logs")
      assert.notInclude(shown, "5105105105105100")
      assert.notInclude(shown, "1.7976931348623157e+308")
    }
  })

  it("never repeat what could not be parsed either", () => {
    const error = Result.getOrThrow(Result.flip(Wire.parseJson(bytes("{\"token\": tok-not-for-logs"))))
    assert.notInclude(
      [error.message, JSON.stringify(error), inspect(error, { depth: 9 }), error.stack].join(),
      "tok-not"
    )
  })
})

describe("Wire: timestamps", () => {
  const read = (text: string) => Option.map(Wire.parseTimestamp(text), DateTime.formatIso)

  it.each([
    ["2026-04-26T12:08:31Z", "2026-04-26T12:08:31.000Z"],
    ["2026-04-26T12:08:31+00:00", "2026-04-26T12:08:31.000Z"],
    ["2026-04-26T12:08:31-00:00", "2026-04-26T12:08:31.000Z"],
    ["2026-04-26T12:08:31-0600", "2026-04-26T18:08:31.000Z"],
    ["2026-04-26T12:08:31-06:00", "2026-04-26T18:08:31.000Z"],
    ["2026-04-26T02:08:31+05:30", "2026-04-25T20:38:31.000Z"],
    ["2026-04-26 12:08:31 UTC", "2026-04-26T12:08:31.000Z"],
    ["2026-04-26 12:08:31 GMT", "2026-04-26T12:08:31.000Z"],
    ["2026-04-26 12:08:31UTC", "2026-04-26T12:08:31.000Z"],
    ["2026-04-26 12:08:31 -0600", "2026-04-26T18:08:31.000Z"],
    ["2026-04-26 12:08:31", "2026-04-26T12:08:31.000Z"],
    ["2026-04-26T12:08:31", "2026-04-26T12:08:31.000Z"],
    ["2026-04-26T12:08", "2026-04-26T12:08:00.000Z"],
    [" 2026-04-26T12:08:31Z\n", "2026-04-26T12:08:31.000Z"],
    ["2026-04-26T12:08:31.5Z", "2026-04-26T12:08:31.500Z"],
    ["2026-04-26T12:08:31.05-06:00", "2026-04-26T18:08:31.050Z"],
    ["2026-04-26T12:08:31.123456+00:00", "2026-04-26T12:08:31.123Z"],
    ["2026-04-26T12:08:31.999999999Z", "2026-04-26T12:08:31.999Z"],
    ["2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000Z"],
    ["2026-12-31T23:59:59-0100", "2027-01-01T00:59:59.000Z"]
  ])("%j is %s", (text, expected) => {
    assert.deepStrictEqual(read(text), Option.some(expected))
  })

  it.each([
    "",
    "2026-04-26",
    "12:08:31",
    "1777205311",
    "1777205311000",
    "26/04/2026 12:08",
    "Sun, 26 Apr 2026 12:08:31 GMT",
    "2026-4-26T12:08:31Z",
    "2026-04-26T12:08:31 CST",
    "2026-04-26T12:08:31 America/Mexico_City",
    "2026-04-26t12:08:31z",
    "2026-04-26  12:08:31Z",
    "2026-04-26T12:08:31.Z",
    "2026-04-26T12:08:31.1234567890Z",
    "2026-04-26T12:08:31-06",
    "2026-04-26T12:08:31+25:00",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-04-00T00:00:00Z",
    "2026-04-26T25:00:00Z",
    "2026-04-26T12:60:00Z",
    "2026-04-26T23:59:60Z"
  ])("%j is no timestamp", (text) => {
    assert.deepStrictEqual(read(text), Option.none())
  })

  it.each(["2026-02-29T00:00:00Z", "2026-02-30 00:00:00 UTC", "2026-04-31T00:00:00-0600", "2100-02-29T00:00:00Z"])(
    "%j is a day that no calendar has, and not moved to another",
    (text) => {
      assert.deepStrictEqual(read(text), Option.none())
    }
  )

  it("are read and written by the schema", () => {
    const at = Schema.decodeSync(Wire.Timestamp)("2026-04-26 12:08:31 -0600")
    assert.strictEqual(Schema.encodeSync(Wire.Timestamp)(at), "2026-04-26T18:08:31.000Z")
    assert.strictEqual(issueOf(Wire.decode(Wire.Timestamp)("soon")), "body: Expected a timestamp")
  })
})

describe("Wire: seconds since 1970", () => {
  const Stamped = Schema.Struct({ at: Wire.UnixSeconds })
  const read = (text: string) => Wire.decode(Stamped)(json(`{"at":${text}}`))

  it.each([
    ["1592312018", "2020-06-16T12:53:38.000Z"],
    [`"1592312018"`, "2020-06-16T12:53:38.000Z"],
    ["0", "1970-01-01T00:00:00.000Z"],
    ["2147483648", "2038-01-19T03:14:08.000Z"],
    ["253402300799", "9999-12-31T23:59:59.000Z"]
  ])("%s is %s", (text, expected) => {
    const { at } = Result.getOrThrow(read(text))
    assert.strictEqual(DateTime.formatIso(at), expected)
    assert.strictEqual(`"${Schema.encodeSync(Wire.UnixSeconds)(at)}"`, text.startsWith(`"`) ? text : `"${text}"`)
  })

  it.each([
    ["-1", "at: Expected seconds since 1970"],
    ["253402300800", "at: Expected seconds since 1970"],
    ["1592312018000", "at: Expected seconds since 1970"],
    ["1592312018.5", undefined],
    [`"2020-06-16T12:53:38Z"`, undefined],
    [`""`, undefined],
    ["null", undefined]
  ])("%s is no moment", (text, expected) => {
    const issue = issueOf(read(text))
    assert.isDefined(issue)
    if (expected !== undefined) assert.strictEqual(issue, expected)
  })
})

describe("Wire: codes of currencies", () => {
  const read = (text: string) => Result.map(Wire.decode(Wire.Currency)(text), String)

  it.each([["MXN", "MXN"], ["btc", "BTC"], ["usdt@tron", "USDT@TRON"]])("%s is %s", (text, expected) => {
    assert.strictEqual(Result.getOrThrow(read(text)), expected)
    assert.strictEqual(Schema.encodeSync(Wire.Currency)(Schema.decodeSync(Wire.Currency)(text)), expected)
  })

  it.each(["", "US DOLLAR", "₿", "USDT@"])("%j is none", (text) => {
    assert.strictEqual(issueOf(read(text)), "body: Expected the code of a currency")
  })
})
