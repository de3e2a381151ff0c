/** A webhook as a provider's pages show it, in a data file. */
import { assert, describe, it } from "@effect/vitest"
import * as WebhookSample from "@gatefold/testkit/WebhookSample"
import { Effect } from "effect"

const paid = {
  source: "https://docs.example/webhooks",
  invoice: "48213",
  becomes: "event",
  body: { shop: "{EXAMPLE_SHOP}", id: 48213, key: "48213:paid", amount: 250.00 }
}

const text = JSON.stringify(paid).replace("\"amount\":250", "\"amount\":250.00")

const complaint = (content: unknown) =>
  Effect.map(Effect.flip(WebhookSample.parse("paid.json", JSON.stringify(content))), ({ message }) => message)

describe("a sample of a webhook", () => {
  it.effect("is about another invoice wherever its id stands, and keeps its other digits", () =>
    Effect.gen(function*() {
      const sample = yield* WebhookSample.parse("paid.json", text)
      assert.strictEqual(
        WebhookSample.bodyFor(sample, "7", (one) => one.replace("{EXAMPLE_SHOP}", "mine")),
        "{\"shop\":\"mine\",\"id\":7,\"key\":\"7:paid\",\"amount\":250.00}"
      )
    }))

  it.effect("that is about no invoice stays as it is", () =>
    Effect.gen(function*() {
      const { invoice: _, ...about } = paid
      const sample = yield* WebhookSample.parse("paid.json", JSON.stringify({ ...about, becomes: "nothing" }))
      assert.include(WebhookSample.bodyFor(sample, "7", (one) => one), "\"id\":48213")
    }))

  it.effect("that cannot be used says where it is wrong", () =>
    Effect.gen(function*() {
      assert.match(yield* complaint({ ...paid, source: "" }), /^paid\.json: source: /u)
      assert.match(yield* complaint({ ...paid, becomes: "paid" }), /^paid\.json: becomes: /u)
      assert.match(yield* complaint({ ...paid, also: 1 }), /^paid\.json: also: /u)
      assert.include(yield* complaint({ ...paid, invoice: "another" }), "Expected a body with the id of its invoice")
      const { invoice: _, ...about } = paid
      assert.include(yield* complaint(about), "Expected an invoice, as it becomes an event")
      const noJson = yield* Effect.flip(WebhookSample.parse("paid.json", "{"))
      assert.strictEqual(noJson.message, "paid.json: file: not JSON")
      const missing = yield* Effect.flip(WebhookSample.read(new URL("./none.json", import.meta.url)))
      assert.match(missing.message, /none\.json: file: cannot be read$/u)
    }))
})
