import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Shops from "./support/Shops.ts"

const request = Effect.fnUntraced(function*(url: string, form?: Readonly<Record<string, string>>) {
  const init = form === undefined ? {} : { method: "POST", body: new URLSearchParams(form) }
  const response = yield* Effect.promise(() => fetch(url, init))
  return { status: response.status, text: yield* Effect.promise(() => response.text()) }
})

const shows = (url: string, text: string) =>
  Effect.asVoid(Shops.eventually(request(url), (page) => page.text.includes(text)))

describe("the routes of the shop", () => {
  it.live("make one order of a form that is sent twice", () =>
    Effect.gen(function*() {
      const { ecca, open } = yield* Shops.make
      const shop = yield* open("ecca")
      const send = request(`${shop}/orders`, { reference: "order-7" })
      const pages = yield* Effect.all([send, send, send], { concurrency: 3 })
      assert.deepStrictEqual(pages.map(({ status }) => status), [200, 200, 200])
      assert.deepStrictEqual((yield* ecca.books).map(({ reference }) => reference), ["order-7"])
    }))

  it.live("take no price from a form", () =>
    Effect.gen(function*() {
      const { ecca, open } = yield* Shops.make
      yield* request(`${yield* open("ecca")}/orders`, { reference: "order-7", price: "0.01", amount: "0.01" })
      assert.deepStrictEqual((yield* ecca.books).map(({ amount }) => amount), ["250.00"])
    }))

  it.live("have no order of another name, and give nothing back of what was sent", () =>
    Effect.gen(function*() {
      const { open } = yield* Shops.make
      const shop = yield* open("ecca")
      const unknown = yield* request(`${shop}/orders/order-8`)
      const forged = yield* request(`${shop}/orders`, { reference: "\"><script>alert(1)</script>" })
      const empty = yield* request(`${shop}/orders`, {})
      for (const { status, text } of [unknown, forged, empty]) {
        assert.strictEqual(status, 404)
        assert.include(text, "There is no such order.")
        assert.notInclude(text, "script")
      }
    }))

  it.live("let the customer try again what the provider has refused", () =>
    Effect.gen(function*() {
      const { ecca, open } = yield* Shops.make
      const shop = yield* open("ecca")
      yield* ecca.refuseWith("CURRENCY_INVALID")
      const refused = yield* request(`${shop}/orders`, { reference: "order-7" })
      assert.include(refused.text, "This payment came to nothing (refused).")
      assert.include(refused.text, "Pay again")
      const opened = yield* request(`${shop}/orders`, { reference: "order-7" })
      assert.include(opened.text, "Go to the payment page")
    }))

  it.live("call nothing paid that does not cover the order", () =>
    Effect.gen(function*() {
      const { ecca, logged, open } = yield* Shops.make
      const shop = yield* open("ecca")
      yield* request(`${shop}/orders`, { reference: "order-7" })
      const [invoice] = yield* ecca.books
      const id = invoice?.id ?? ""
      yield* ecca.pay(id)
      yield* shows(`${shop}/orders/order-7`, "Paid.")
      yield* ecca.adjust(id)
      yield* shows(`${shop}/orders/order-7`, "We look at your payment")
      yield* Shops.eventually(Effect.sync(() => logged), (lines) => lines.some((line) => line.includes("somebody has")))
    }))

  it.live("take no webhook that nobody signed", () =>
    Effect.gen(function*() {
      const { ecca, open } = yield* Shops.make
      const shop = yield* open("ecca")
      yield* request(`${shop}/orders`, { reference: "order-7" })
      const [invoice] = yield* ecca.books
      const { body, headers } = yield* ecca.forge(invoice?.id ?? "")
      const answer = yield* Effect.promise(() =>
        fetch(`${shop}/webhooks/ecca`, { method: "POST", headers: { ...headers }, body: Uint8Array.from(body) })
      )
      assert.isAtLeast(answer.status, 400)
      assert.include((yield* request(`${shop}/orders/order-7`)).text, "Go to the payment page")
    }))
})
