import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { runNode } from "./support.ts"

const main = "examples/quickstart/main.ts"

const lastLine = (text: string) => text.trimEnd().split("\n").at(-1)

describe("the quickstart", () => {
  it.live("takes a payment through each provider, with nothing changed but the switch", () =>
    Effect.gen(function*() {
      const { code, stderr, stdout } = yield* runNode([main])
      assert.strictEqual(lastLine(stdout), "2 checkouts paid, 0 failed", stdout + stderr)
      assert.strictEqual(code, 0)
      assert.match(stdout, /GATEFOLD_PROVIDER=ecca\n/u)
      assert.match(stdout, /GATEFOLD_PROVIDER=ecryptopay\n/u)
      assert.match(stdout, /goes to http:\/\/127\.0\.0\.1:\d+\/pay\//u)
      assert.match(stdout, /proven by signature\+readback: paid/u)
      assert.match(stdout, /proven by readback: paid/u)
      assert.strictEqual(stdout.match(/the order may be handed over/gu)?.length, 2)
    }))

  it.live("shows the customer a second quote before the first one goes stale", () =>
    Effect.gen(function*() {
      const { stdout } = yield* runNode([main, "--provider", "ecryptopay"])
      const quotes = [...stdout.matchAll(/and sends (\S+) BTC before (\S+)/gu)]
      assert.isAtLeast(quotes.length, 2)
      assert.notStrictEqual(quotes[0]?.[1], quotes[1]?.[1])
      assert.strictEqual(lastLine(stdout), "1 checkouts paid, 0 failed")
    }))

  it.live("is plain where nobody looks at it on a terminal", () =>
    Effect.gen(function*() {
      const { stdout } = yield* runNode([main, "--provider", "ecca"])
      assert.notInclude(stdout, "\u001b")
      assert.strictEqual(lastLine(stdout), "1 checkouts paid, 0 failed")
    }))

  it.live("refuses a provider that is none, in words", () =>
    Effect.gen(function*() {
      const { code, stdout } = yield* runNode([main, "--provider", "paypol"])
      assert.notStrictEqual(code, 0)
      assert.include(stdout, "there is no provider \"paypol\": choose ecca or ecryptopay")
    }))
})
