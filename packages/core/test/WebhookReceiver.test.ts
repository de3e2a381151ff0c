/**
 * What a receiver answers, before any server comes into it.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Accounts from "@gatefold/core/Accounts"
import * as Gateway from "@gatefold/core/Gateway"
import { GatewayError, Unavailable } from "@gatefold/core/GatewayError"
import { AccountId, ProviderId } from "@gatefold/core/Identifiers"
import * as WebhookReceiver from "@gatefold/core/WebhookReceiver"
import { WebhookRejected } from "@gatefold/core/WebhookRejected"
import * as Observer from "@gatefold/simulator/Observer"
import { ConfigProvider, Deferred, Duration, Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as TinyAdapter from "./support/TinyAdapter.ts"
import * as TinyProvider from "./support/TinyProvider.ts"

/** An account at a provider that has no webhooks, which is enough to see what is refused before anything is proven. */
const accounts = Gateway.layerConfig({ providers: [TinyAdapter.make("tiny")] }).pipe(
  Layer.provide(TinyProvider.transports[0].layer),
  Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({
    GATEFOLD_PROVIDER: "tiny",
    TINY_API_KEY: "k-1",
    TINY_MODE: "test"
  })))
)

const chunk = new Uint8Array(16_384)

interface Posted {
  readonly account?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly stream?: Stream.Stream<Uint8Array, unknown>
}

/** Receives a request, and tells how many chunks of its body were asked for. */
const receive = Effect.fnUntraced(
  function*(posted: Posted, options: Partial<WebhookReceiver.Options<never, never>> = {}) {
    let asked = 0
    const endless = Stream.fromEffectRepeat(Effect.sync(() => {
      asked += 1
      return chunk
    }))
    const { account = "tiny", ...request } = posted
    const reply = yield* WebhookReceiver.receive(
      account,
      { method: "POST", path: "/", headers: {}, stream: endless, ...request },
      { onEvent: () => Effect.void, ...options }
    )
    return { ...reply, asked }
  }
)

const body = (text: string) => Stream.succeed(new TextEncoder().encode(text))

describe("before it reads anything, a receiver", () => {
  it.effect("looks at the account, then the method, then the content type, then the length", () =>
    Effect.gen(function*() {
      const wrong = {
        account: "nobody",
        method: "GET",
        headers: { "content-type": "text/html", "content-length": "9e9" }
      }
      const { account: _, ...known } = wrong
      const { method: __, ...post } = known
      const length = { headers: { "content-length": "65537" } }
      const expected = [[wrong, 404], [known, 405], [post, 415], [length, 413]] as const
      for (const [posted, status] of expected) {
        const reply = yield* receive(posted)
        assert.deepStrictEqual([reply.status, reply.asked], [status, 0])
      }
    }).pipe(Effect.provide(accounts)))

  const types: ReadonlyArray<readonly [contentType: string, isTaken: boolean]> = [
    ["application/json", true],
    ["application/json; charset=utf-8", true],
    ["Application/JSON", true],
    ["application/cloudevents+json", true],
    ["application/vnd.shop.v1+json;q=1", true],
    ["text/json", false],
    ["application/jsonp", false],
    ["application/x-www-form-urlencoded", false],
    ["multipart/form-data; boundary=application/json", false],
    ["", false]
  ]
  for (const [contentType, isTaken] of types) {
    it.effect(`${isTaken ? "takes" : "refuses"} "${contentType}"`, () =>
      Effect.gen(function*() {
        const { status } = yield* receive({ headers: { "content-type": contentType }, stream: body("{}") })
        assert.strictEqual(status !== 415, isTaken)
      }).pipe(Effect.provide(accounts)))
  }
})

describe("while it reads, a receiver", () => {
  it.effect("stops at the first byte too many", () =>
    Effect.gen(function*() {
      const { asked, outcome, status } = yield* receive({})
      assert.deepStrictEqual([status, outcome, asked], [413, "TooLarge", 5])
    }).pipe(Effect.provide(accounts)))

  for (const length of ["", "0", "-1", "none", "65536"]) {
    it.effect(`is not misled by a length of "${length}"`, () =>
      Effect.gen(function*() {
        assert.strictEqual((yield* receive({ headers: { "content-length": length } })).status, 413)
      }).pipe(Effect.provide(accounts)))
  }

  it.effect("answers 400 if the sender goes away", () =>
    Effect.gen(function*() {
      const { outcome, status } = yield* receive({ stream: Stream.concat(body("{"), Stream.fail("reset")) })
      assert.deepStrictEqual([status, outcome], [400, "broken body"])
    }).pipe(Effect.provide(accounts)))
})

describe("a receiver", () => {
  it.effect("tells the sender for good that an account's provider has no webhooks", () =>
    Effect.gen(function*() {
      const { outcome, status } = yield* receive({ stream: body("{}") })
      assert.deepStrictEqual([status, outcome], [404, "Unsupported"])
    }).pipe(Effect.provide(accounts)))

  it.effect("answers 500 to its own mistakes, and tells no more than their kind", () =>
    Effect.gen(function*() {
      const observer = Observer.make()
      const reply = yield* observer.watch(receive({ stream: Stream.die(new RangeError("hunter2")) }))
      assert.deepStrictEqual([reply.status, reply.outcome], [500, "internal error"])
      const seen = yield* observer.text
      assert.include(seen, "RangeError")
      assert.notInclude(seen, "hunter2")
    }).pipe(Effect.provide(accounts)))

  it.effect("counts accounts that are not configured under one name", () =>
    Effect.gen(function*() {
      const observer = Observer.make()
      for (const account of ["hunter2", "__proto__", ""]) yield* observer.watch(receive({ account }))
      const [metric, ...others] = yield* observer.metric("gatefold_webhooks")
      assert.deepStrictEqual(others, [])
      assert.deepInclude(metric?.attributes, { account: "unknown", outcome: "UnknownAccount" })
      assert.notMatch(yield* observer.text, /hunter2|__proto__/u)
    }).pipe(Effect.provide(accounts)))
})

describe("a receiver that leaves webhooks to the application as they came", () => {
  const rejected = new WebhookRejected({
    provider: ProviderId.make("tiny"),
    account: AccountId.make("tiny"),
    why: "InvalidSignature",
    detail: "of no secret"
  })
  const unavailable = new GatewayError({
    provider: ProviderId.make("tiny"),
    account: AccountId.make("tiny"),
    operation: "webhookEvents.resolve",
    reason: new Unavailable({ evidence: "documented", retryAfter: Duration.seconds(7) })
  })

  const take = <E>(
    take: WebhookReceiver.Taking<E, never>["take"],
    more: Partial<WebhookReceiver.Taking<E, never>> = {}
  ) =>
    Effect.map(
      WebhookReceiver.receive(
        "tiny",
        { method: "POST", path: "/hook", headers: { "x-mark": "m-1" }, stream: body("{\"a\":1}") },
        { take, ...more }
      ),
      ({ headers, outcome, status }) => [status, outcome, headers["retry-after"]]
    )

  it.effect("hands over the exact bytes, and answers 200 after it succeeded and not before", () =>
    Effect.gen(function*() {
      const isStored = yield* Deferred.make<string>()
      const replied = yield* Effect.forkChild(take((account, webhook) =>
        Effect.asVoid(Effect.andThen(
          Deferred.await(isStored),
          Effect.sync(() =>
            assert.deepStrictEqual(
              [account, webhook.path, webhook.header("x-mark"), new TextDecoder().decode(webhook.body)],
              ["tiny", "/hook", "m-1", "{\"a\":1}"]
            )
          )
        ))
      ))
      yield* TestClock.adjust("1 second")
      assert.isUndefined(replied.pollUnsafe())
      yield* Deferred.succeed(isStored, "now")
      assert.deepStrictEqual(yield* Fiber.join(replied), [200, "taken", undefined])
    }).pipe(Effect.provide(accounts)))

  it.effect("answers what the application refuses as its own proving does", () =>
    Effect.gen(function*() {
      const statusOf = () => 418
      const unknown = new Accounts.UnknownAccount({ account: "tiny", configured: [] })
      assert.deepStrictEqual(yield* take(() => rejected), [401, "InvalidSignature", undefined])
      assert.deepStrictEqual(yield* take(() => rejected, { statusOf }), [418, "InvalidSignature", undefined])
      assert.deepStrictEqual(yield* take(() => unavailable), [503, "Unavailable", "7"])
      assert.deepStrictEqual(yield* take(() => unknown), [404, "UnknownAccount", undefined])
    }).pipe(Effect.provide(accounts)))

  it.effect("answers 503 to whatever else goes wrong, and to what takes too long", () =>
    Effect.gen(function*() {
      const expected = [503, "handler failed", undefined]
      assert.deepStrictEqual(yield* take(() => Effect.fail("storage")), expected)
      assert.deepStrictEqual(yield* take(() => Effect.die(new RangeError("hunter2"))), expected)
      const hanging = yield* Effect.forkChild(take(() => Effect.never))
      yield* TestClock.adjust("11 seconds")
      assert.deepStrictEqual(yield* Fiber.join(hanging), expected)
    }).pipe(Effect.provide(accounts)))
})
