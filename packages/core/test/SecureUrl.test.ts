import { assert, describe, it } from "@effect/vitest"
import { SecureUrl } from "@gatefold/core"
import { Schema } from "effect"

describe("SecureUrl", () => {
  it.each([
    "https://shop.example",
    "https://shop.example/paid?order=1&x=%20#done",
    "HTTPS://SHOP.EXAMPLE:8443/",
    "https://tienda.example/ñandú",
    "http://localhost:3000/paid",
    "http://127.0.0.1",
    "http://127.8.8.8:80/",
    "http://[::1]:3000/"
  ])("%j may be used", (text) => {
    assert.isTrue(SecureUrl.isSecure(text))
    assert.strictEqual<string>(Schema.decodeSync(SecureUrl.SecureUrl)(text), text)
  })

  it.each([
    "http://shop.example",
    "http://localhost.shop.example",
    "http://127.0.0.1.shop.example",
    "http://128.0.0.1",
    "http://0.0.0.0",
    "http://192.168.0.1",
    "ftp://shop.example",
    "ws://localhost",
    "javascript:alert(1)",
    "data:text/html,hi",
    "file:///etc/passwd",
    "//shop.example",
    "/paid",
    "shop.example",
    "https://",
    "https://shop.example:99999",
    "",
    " "
  ])("%j is not https", (text) => {
    assert.isFalse(SecureUrl.isSecure(text))
    assert.isFalse(Schema.is(SecureUrl.SecureUrl)(text))
  })

  it.each(["https://user@shop.example", "https://user:password@shop.example", "https://:password@shop.example"])(
    "%j would put credentials into logs and browsers",
    (text) => {
      assert.isFalse(SecureUrl.isSecure(text))
    }
  )

  it.each([
    " https://shop.example",
    "https://shop.example ",
    "https://shop.example/\r\nset-cookie: a=b",
    "https://shop.example/a\tb",
    "https://shop.example/a b",
    "https:shop.example",
    "https:/shop.example",
    "https:///shop.example",
    "https:\\\\shop.example",
    "https://shop.example\\@other.example"
  ])("%j is read by a URL parser as something else than it says", (text) => {
    assert.isFalse(SecureUrl.isSecure(text))
  })
})
