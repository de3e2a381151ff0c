/**
 * An endpoint that was set up wrongly says so, instead of looking like one under attack.
 */
import { assert, describe, it } from "@effect/vitest"
import * as RawWebhook from "@gatefold/core/RawWebhook"
import { Effect, Logger } from "effect"
import { createHmac } from "node:crypto"
import * as TinyProvider from "./support/TinyProvider.ts"
import * as TinyWebhooks from "./support/TinyWebhooks.ts"

const { layer } = TinyProvider.transports[0]
const { paid, signed } = TinyWebhooks

/** Receives webhooks one after the other, and tells the lines that were logged. */
const linesOf = Effect.fnUntraced(function*(
  mode: TinyWebhooks.Mode,
  webhooks: ReadonlyArray<RawWebhook.RawWebhook>
) {
  const lines: Array<string> = []
  const logger = Logger.make(({ message }) => void lines.push(String(message)))
  const { events } = yield* TinyWebhooks.start(mode)
  yield* Effect.forEach(webhooks, (webhook) => Effect.exit(events.receive(webhook))).pipe(
    Effect.provideService(Logger.CurrentLoggers, new Set([logger]))
  )
  return lines
})

const times = (count: number, webhook: RawWebhook.RawWebhook) => Array.from({ length: count }, () => webhook)

const forged = signed(paid(), 0, "forged-secret")

/** Signed with the right secret in a scheme that is not the configured one. */
const otherwise = RawWebhook.make({
  body: paid(),
  headers: {
    "x-timestamp": "0",
    "x-signature": `v1=${createHmac("sha512", "old-secret").update(paid()).digest("base64")}`
  }
})

describe("an account whose first ten webhooks are all rejected", () => {
  it.effect("is told once, without anything of them", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* linesOf("signature+readback", times(9, forged)), [])
      const lines = yield* linesOf("signature+readback", times(40, forged))
      assert.strictEqual(lines.length, 1)
      assert.include(lines[0], "main: the first 10 webhooks were all rejected and none was ever accepted")
      assert.include(lines[0], "InvalidSignature")
      assert.include(lines[0], "Check the account's webhook secrets and its signing scheme")
      assert.include(lines[0], "No known scheme fits any of the secrets")
      assert.notMatch(lines[0] ?? "", /hunter2|secret-|-secret|[0-9a-f]{32}/u)
    }).pipe(Effect.provide(layer)))

  it.effect("is told the scheme that would have matched, a stranger's posts among them", () =>
    Effect.gen(function*() {
      const [line = ""] = yield* linesOf("signature+readback", [otherwise, ...times(9, forged)])
      assert.include(line, "One of the secrets fits with: sha512 base64 \"v1=\" over {body}.")
      assert.notMatch(line, /hunter2|old-secret/u)
    }).pipe(Effect.provide(layer)))

  it.effect("is told to look at the clock if what was signed is too old", () =>
    Effect.gen(function*() {
      const [line = ""] = yield* linesOf("signature", times(10, signed(paid(), 9_999)))
      assert.include(line, "StaleTimestamp")
      assert.include(line, "clock")
      assert.notInclude(line, "scheme")
    }).pipe(Effect.provide(layer)))

  it.effect("is told to look at the sender if nothing that comes can be read, where nothing is signed", () =>
    Effect.gen(function*() {
      const [line = ""] = yield* linesOf("readback", times(10, RawWebhook.make({ headers: {}, body: "{}" })))
      assert.include(line, "InvalidPayload")
      assert.include(line, "Check that it is this provider that posts")
    }).pipe(Effect.provide(layer)))
})

describe("an account that has accepted a webhook", () => {
  for (const position of [0, 5, 9]) {
    it.effect(`as number ${position + 1} is only told of each rejection`, () =>
      Effect.gen(function*() {
        const webhooks = [...times(position, forged), signed(paid()), ...times(40, forged)]
        assert.deepStrictEqual(yield* linesOf("signature+readback", webhooks), [])
      }).pipe(Effect.provide(layer)))
  }
})
