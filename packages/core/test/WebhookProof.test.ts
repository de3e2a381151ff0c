/**
 * How an account's webhooks are proven is one choice, with the secrets that it needs.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Settings from "@gatefold/core/Settings"
import * as WebhookProof from "@gatefold/core/WebhookProof"
import { ConfigProvider, Effect, Redacted, Result } from "effect"
import * as TinyWebhooks from "./support/TinyWebhooks.ts"

const settings = WebhookProof.settings("SHOP", ["readback"])

/** What was read, with secrets in the clear, or every problem. */
const read = (variables: Readonly<Record<string, string>>) =>
  Settings.read<WebhookProof.Options>(settings, (found) => WebhookProof.check("SHOP", found)).pipe(
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnvRecord({ ...variables })),
    Effect.map(Result.match({
      onSuccess: ({ webhookProof, webhookSecrets = [] }) => [webhookProof, ...webhookSecrets.map(Redacted.value)],
      onFailure: (problems) => problems.map(({ issue, variable }) => `${variable} ${issue}`)
    }))
  )

const missing = "SHOP_WEBHOOK_SECRETS is missing"
const oneOfTwo = "SHOP_WEBHOOK_PROOF is wrong: Expected \"signature+readback\" | \"readback\""
const noSecrets = "SHOP_WEBHOOK_SECRETS is wrong: Expected a list of secrets, separated by commas, none of them blank"

describe("the settings", () => {
  const cases: ReadonlyArray<readonly [proof: string, secrets: string, expected: ReadonlyArray<string>]> = [
    ["", "new,old", ["signature+readback", "new", "old"]],
    ["signature+readback", "new", ["signature+readback", "new"]],
    ["readback", "", ["readback"]],
    ["readback", "left,over", ["readback"]],
    ["", "", [missing]],
    ["signature+readback", "", [missing]],
    ["signature+readback", "new,", [noSecrets]],
    // a mode of other providers
    ["signature", "new", [oneOfTwo]],
    ["none", "", [oneOfTwo, missing]],
    ["none", "new,", [oneOfTwo, noSecrets]]
  ]
  for (const [proof, secrets, expected] of cases) {
    it.effect(`with the proof ${JSON.stringify(proof)} and the secrets ${JSON.stringify(secrets)}`, () =>
      Effect.gen(function*() {
        const variables = [["SHOP_WEBHOOK_PROOF", proof], ["SHOP_WEBHOOK_SECRETS", secrets]].filter(([, text]) => text)
        assert.deepStrictEqual<ReadonlyArray<unknown>>(yield* read(Object.fromEntries(variables)), expected)
      }))
  }
})

describe("the options in code", () => {
  const secret = (text: string) => Redacted.make(text)
  const problems = (options: WebhookProof.Options) =>
    WebhookProof.check("SHOP", options).map(({ issue, variable }) => `${variable} ${issue}`)
  const blank = "SHOP_WEBHOOK_SECRETS is wrong: Expected printable characters without spaces"

  it("need a secret unless nothing is signed, and none that is empty", () => {
    assert.deepStrictEqual(problems({ webhookSecrets: [secret("a"), secret("b")] }), [])
    assert.deepStrictEqual(problems({ webhookProof: "readback" }), [])
    for (const webhookProof of [undefined, "signature", "signature+readback"] as const) {
      assert.deepStrictEqual(problems({ webhookProof }), [missing])
    }
    assert.deepStrictEqual(problems({ webhookSecrets: [secret("a"), secret("")] }), [blank])
    assert.deepStrictEqual(problems({ webhookSecrets: [secret(" ")] }), [blank])
  })

  it("prove by signature and readback, unless they say otherwise", () => {
    const { scheme } = TinyWebhooks
    const webhookSecrets = [secret("a")] as const
    const proving = (options: WebhookProof.Options) => WebhookProof.proving(options, scheme)
    const signed = { scheme, secrets: webhookSecrets }
    assert.deepStrictEqual(proving({ webhookSecrets }), { mode: "signature+readback", ...signed })
    assert.deepStrictEqual(proving({ webhookSecrets, webhookProof: "signature" }), { mode: "signature", ...signed })
    assert.deepStrictEqual(proving({ webhookSecrets, webhookProof: "readback" }), { mode: "readback" })
  })
})
