import { assert, describe, it } from "@effect/vitest"
import { RawWebhook } from "@gatefold/core"
import { Schema } from "effect"

const body = (given: Uint8Array | string) => RawWebhook.make({ headers: {}, body: given }).body

describe("RawWebhook", () => {
  it("keeps the bytes exactly as they came, whatever they are", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => 255 - index)
    assert.deepStrictEqual(body(bytes), bytes)
    assert.deepStrictEqual(body(new Uint8Array()), new Uint8Array())
    const marked = [0xef, 0xbb, 0xbf, 0x7b, 0x22, 0x61, 0x22, 0x3a, 0x20, 0x22, 0xc3, 0xb1, 0x22, 0x7d, 0x0d, 0x0a]
    assert.deepStrictEqual([...body("\ufeff{\"a\": \"ñ\"}\r\n")], marked)
  })

  it("finds a header by any spelling of its name", () => {
    const webhook = RawWebhook.make({ headers: { "X-Signature": "abc" }, body: "" })
    assert.strictEqual(webhook.header("x-signature"), "abc")
    assert.strictEqual(webhook.header("X-SIGNATURE"), "abc")
    assert.isUndefined(webhook.header("x-other"))
    assert.deepStrictEqual(webhook.headers, { "x-signature": "abc" })
  })

  it("joins a header that came twice, so that the second cannot replace the first", () => {
    const webhook = RawWebhook.make({ headers: { "X-Signature": "first", "x-signature": "second" }, body: "" })
    assert.strictEqual(webhook.header("x-signature"), "first, second")
  })

  it("has no header that was not sent", () => {
    const webhook = RawWebhook.make({ headers: {}, body: "" })
    for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
      assert.isUndefined(webhook.header(name))
    }
  })

  it("is a POST to / unless it is told otherwise", () => {
    const webhook = RawWebhook.make({ headers: {}, body: "" })
    assert.deepStrictEqual([webhook.method, webhook.path], ["POST", "/"])
    const other = RawWebhook.make({ method: "put", path: "/webhooks/ecca", headers: {}, body: "" })
    assert.deepStrictEqual([other.method, other.path], ["PUT", "/webhooks/ecca"])
  })

  it("survives JSON to the byte", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    const webhook = RawWebhook.make({ path: "/webhooks/ecca", headers: { "X-A": "1" }, body: bytes })
    const json = JSON.stringify(Schema.encodeSync(RawWebhook.RawWebhook)(webhook))
    const back = Schema.decodeUnknownSync(RawWebhook.RawWebhook)(JSON.parse(json))
    assert.deepStrictEqual(back, webhook)
    assert.deepStrictEqual(back.body, bytes)
  })
})
