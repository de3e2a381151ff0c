/**
 * Webhook receivers in real servers: what a merchant mounts, over real sockets, with everything that may come in.
 */
import { assert, describe, it } from "@effect/vitest"
import * as RawWebhook from "@gatefold/core/RawWebhook"
import { Fault } from "@gatefold/core/Simulator"
import * as WebhookOwnership from "@gatefold/core/WebhookOwnership"
import { Deferred, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import * as Senders from "./receivers/Senders.ts"
import * as Servers from "./receivers/Servers.ts"
import * as Shop from "./receivers/Shop.ts"
import { root } from "./support.ts"

/** Bodies that would be other bytes if they were parsed and written out again. */
const bodies: ReadonlyArray<readonly [what: string, write: (id: string) => string]> = [
  ["keys in no order", (id) => `{"z":1,"order_id":"${id}","a":2}`],
  ["a trailing zero", (id) => `{"order_id":"${id}","amount":1.50}`],
  ["an integer of 20 digits", (id) => `{"order_id":"${id}","block":12345678901234567890}`],
  ["escapes of letters", (id) => `{"order_id":"${id}","note":"\\u00e9\\ud83d\\ude00\\/"}`],
  ["letters of any language", (id) => `{"order_id":"${id}","note":"Прапор \u{1F600} \u2028"}`],
  ["blanks and line ends", (id) => `\r\n { "order_id" :\t"${id}" }\n`]
]

describe("the exact bytes reach the proof", () => {
  for (const [server, start] of Servers.all) {
    it.effect(`in ${server}`, () =>
      Effect.gen(function*() {
        const shop = yield* Shop.open(start)
        for (const [what, write] of bodies) {
          const webhook = yield* shop.sign(write(shop.invoice.id))
          assert.strictEqual((yield* Shop.post(shop.url, webhook)).status, 200, what)
        }
        assert.strictEqual(shop.events.length, bodies.length)
        assert.isTrue(shop.events.every(({ invoice }) => invoice.status === "paid"))
        assert.deepStrictEqual(shop.logs, [])
      }))
  }

  for (const [server, start] of Servers.all.filter(([, start]) => start !== Servers.expressVerify)) {
    // body-parser takes a byte order mark for a mistake, and answers before any receiver
    it.effect(`in ${server}, a byte order mark among them`, () =>
      Effect.gen(function*() {
        const shop = yield* Shop.open(start)
        const webhook = yield* shop.sign(`\uFEFF{"order_id":"${shop.invoice.id}"}`)
        assert.strictEqual((yield* Shop.post(shop.url, webhook)).status, 200)
      }))
  }

  it.effect("or nothing is proven: behind a parser that threw them away", () =>
    Effect.gen(function*() {
      const shop = yield* Shop.open(Servers.expressBehindParser)
      const asked = (yield* shop.simulator.requests).length
      const webhook = yield* shop.sign(`{"order_id":"${shop.invoice.id}"}`)
      const { status, text } = yield* Shop.post(shop.url, webhook)
      assert.deepStrictEqual([status, text], [500, "raw body lost"])
      assert.deepStrictEqual(shop.events, [])
      assert.strictEqual((yield* shop.simulator.requests).length, asked)
      assert.strictEqual(shop.logs.length, 1)
      assert.include(shop.logs[0], "a body parser has read the webhook before its receiver could")
      assert.deepStrictEqual(yield* shop.counted, { "ecca raw body lost": 1 })
    }))
})

interface Case {
  readonly what: string
  readonly status: number
  readonly outcome: string
  readonly changes?: RequestInit
  readonly path?: string
  readonly body?: (id: string) => string
  readonly alter?: (webhook: RawWebhook.RawWebhook) => RawWebhook.RawWebhook
  readonly headers?: Readonly<Record<string, string>>
  /** Behind a parser, Express answers some of this before the receiver is asked. */
  readonly isForReceiver?: boolean
}

const stranger = "00000000-0000-4000-8000-000000000000"

const cases: ReadonlyArray<Case> = [
  { what: "an account that there is not", status: 404, outcome: "unknown UnknownAccount", path: "/webhooks/hunter2" },
  {
    what: "another method",
    status: 405,
    outcome: "ecca method",
    changes: { method: "PUT" },
    headers: { allow: "POST" }
  },
  {
    what: "another content type",
    status: 415,
    outcome: "ecca content type",
    changes: { headers: { "content-type": "application/x-www-form-urlencoded" } },
    headers: { accept: "application/json" }
  },
  { what: "64 KiB and a byte", status: 413, outcome: "ecca TooLarge", body: () => `{"a":"${"a".repeat(65_529)}"}` },
  {
    what: "a forgery",
    status: 401,
    outcome: "ecca InvalidSignature",
    alter: (webhook) => RawWebhook.make({ ...webhook, headers: { ...webhook.headers, "x-signature": "ab".repeat(32) } })
  },
  {
    what: "no signature",
    status: 401,
    outcome: "ecca MissingSignature",
    alter: (webhook) => RawWebhook.make({ ...webhook, headers: { "content-type": "application/json" } })
  },
  { what: "another event", status: 200, outcome: "ecca UnknownEvent", body: () => "{\"note\":\"hunter2\"}" },
  { what: "no JSON", status: 400, outcome: "ecca InvalidPayload", body: () => "hunter2", isForReceiver: true },
  { what: "an unknown object", status: 200, outcome: "ecca UnknownObject", body: () => `{"order_id":"${stranger}"}` }
]

describe("a webhook that is not taken is answered, counted and logged once", () => {
  for (const [server, start] of Servers.all) {
    it.effect(`in ${server}`, () =>
      Effect.gen(function*() {
        const shop = yield* Shop.open(start)
        const expected: Record<string, number> = {}
        let logged = 0
        for (const each of cases.filter((one) => one.isForReceiver !== true || start !== Servers.expressVerify)) {
          const body = each.body?.(shop.invoice.id) ?? `{"order_id":"${shop.invoice.id}","note":"hunter2"}`
          const signed = yield* shop.sign(body)
          const webhook = each.alter?.(signed) ?? signed
          const answer = yield* Shop.post(shop.origin + (each.path ?? "/webhooks/ecca"), webhook, each.changes)
          const outcome = each.outcome.slice(each.outcome.indexOf(" ") + 1)
          assert.deepStrictEqual([answer.status, answer.text], [each.status, outcome], each.what)
          for (const [name, value] of Object.entries(each.headers ?? {})) {
            assert.strictEqual(answer.headers.get(name), value, each.what)
          }
          assert.match(answer.headers.get("content-type") ?? "", /^text\/plain/u)
          expected[each.outcome] = (expected[each.outcome] ?? 0) + 1
          logged += 1
          assert.strictEqual(shop.logs.length, logged, each.what)
          assert.include(shop.logs.at(-1), `${outcome}, answered ${each.status}`)
        }
        assert.deepStrictEqual(yield* shop.counted, expected)
        assert.deepStrictEqual(shop.events, [])
        assert.notMatch(shop.logs.join("\n"), new RegExp(`hunter2|abab|${stranger}|${shop.invoice.id}`, "u"))
      }))
  }

  it.effect("at a path that is none of a receiver, in node:http", () =>
    Effect.gen(function*() {
      const shop = yield* Shop.open(Servers.plain)
      const webhook = yield* shop.sign(`{"order_id":"${shop.invoice.id}"}`)
      for (const path of ["/", "/webhooks", "/webhooks/ecca/more", "/webhooks/%65cca"]) {
        assert.strictEqual((yield* Shop.post(shop.origin + path, webhook)).status, 404, path)
      }
      for (const path of ["/webhooks/ecca/", "/webhooks/ecca?shop=1", "/api/v2/webhooks/ecca"]) {
        assert.strictEqual((yield* Shop.post(shop.origin + path, webhook)).status, 200, path)
      }
    }))

  it.effect("with another status, where the application wants one", () =>
    Effect.gen(function*() {
      const shop = yield* Shop.open(Servers.plain, {
        statusOf: ({ provider, why }) => provider === "ecca" && why === "UnknownObject" ? 410 : undefined
      })
      const unknown = yield* shop.sign(`{"order_id":"${stranger}"}`)
      assert.strictEqual((yield* Shop.post(shop.url, unknown)).status, 410)
      const other = yield* shop.sign("{}")
      assert.strictEqual((yield* Shop.post(shop.url, other)).status, 200)
    }))
})

describe("a proven webhook", () => {
  for (const [server, start] of Servers.all) {
    it.effect(`is handed on each time that it comes, in ${server}`, () =>
      Effect.gen(function*() {
        const shop = yield* Shop.open(start)
        const webhook = yield* shop.simulator.webhook(shop.invoice.id)
        for (const _ of [1, 2]) assert.strictEqual((yield* Shop.post(shop.url, webhook)).status, 200)
        assert.deepStrictEqual(shop.events.map(({ key }) => key), [shop.events[0]?.key, shop.events[0]?.key])
        assert.deepStrictEqual(yield* shop.counted, { "ecca taken": 2 })
      }))
  }

  const failures: ReadonlyArray<readonly [what: string, handler: () => Effect.Effect<void, unknown>, kind: string]> = [
    ["fails", () => Effect.fail({ _tag: "DiskFull", detail: "hunter2" }), "DiskFull"],
    ["dies", () => Effect.die(new TypeError("hunter2")), "TypeError"],
    ["throws", () =>
      (() => {
        throw new RangeError("hunter2")
      })(), "RangeError"],
    ["is interrupted", () => Effect.interrupt, ""]
  ]
  for (const [what, handler, kind] of failures) {
    it.effect(`is to be sent again if its handler ${what}: 503, and the log says no more than the kind`, () =>
      Effect.gen(function*() {
        for (const start of [Servers.effect, Servers.plain, Servers.web]) {
          const shop = yield* Shop.open(start, { onEvent: handler })
          const answer = yield* Shop.post(shop.url, yield* shop.simulator.webhook(shop.invoice.id))
          assert.deepStrictEqual([answer.status, answer.text], [503, "handler failed"])
          assert.strictEqual(shop.logs.length, 1)
          assert.include(shop.logs[0], kind)
          assert.notInclude(shop.logs[0], "hunter2")
        }
      }))
  }

  it.effect("is to be sent again if its handler takes longer than its sender waits: 503 after 10 seconds", () =>
    Effect.gen(function*() {
      const handed = yield* Deferred.make<void>()
      const onEvent = () => Effect.andThen(Deferred.succeed(handed, undefined), Effect.never)
      const shop = yield* Shop.open(Servers.plain, { onEvent })
      const webhook = yield* shop.simulator.webhook(shop.invoice.id)
      const posted = yield* Effect.forkChild(Shop.post(shop.url, webhook))
      yield* Deferred.await(handed)
      yield* TestClock.adjust("10 seconds")
      const answer = yield* Fiber.join(posted)
      assert.deepStrictEqual([answer.status, answer.text], [503, "handler failed"])
      assert.include(shop.logs[0], "TimeoutError")
    }))

  for (const [server, start] of Servers.all) {
    it.effect(`is to be sent again if the provider cannot be asked, in ${server}: 503 with Retry-After`, () =>
      Effect.gen(function*() {
        const shop = yield* Shop.open(start)
        const webhook = yield* shop.simulator.webhook(shop.invoice.id)
        yield* shop.simulator.arm(Fault.RateLimited({ retryAfter: "7" }))
        const limited = yield* Shop.post(shop.url, webhook)
        assert.deepStrictEqual([limited.status, limited.headers.get("retry-after")], [503, "7"])
        yield* shop.simulator.arm(Fault.Refused())
        const refused = yield* Shop.post(shop.url, webhook)
        assert.deepStrictEqual([refused.status, refused.headers.get("retry-after")], [503, null])
        yield* shop.simulator.disarm
        assert.strictEqual((yield* Shop.post(shop.url, webhook)).status, 200)
        assert.strictEqual(shop.events.length, 1)
        assert.strictEqual(shop.logs.length, 2)
      }))
  }

  it.effect("is to be sent again if the ownership hook hangs", () =>
    Effect.gen(function*() {
      const shop = yield* Shop.open(Servers.plain, {
        extra: Layer.succeed(WebhookOwnership.Current, () => Effect.never)
      })
      const webhook = yield* shop.simulator.webhook(shop.invoice.id)
      const fiber = yield* Effect.forkChild(Shop.post(shop.url, webhook))
      assert.strictEqual((yield* passing(fiber)).status, 503)
    }))
})

/** Lets time pass until an answer has come. */
const passing = <A, E>(fiber: Fiber.Fiber<A, E>) =>
  Effect.gen(function*() {
    for (let tries = 0; tries < 500 && fiber.pollUnsafe() === undefined; tries++) {
      yield* TestClock.withLive(Effect.sleep("5 millis"))
      yield* TestClock.adjust("1 second")
    }
    return yield* Fiber.join(fiber)
  })

describe("a sender that means no good", () => {
  const plenty = 64 * 1024 * 1024
  for (const [server, start] of Servers.reading) {
    it.effect(`is sent away before it has sent its megabytes, in ${server}`, () =>
      Effect.gen(function*() {
        const shop = yield* Shop.open(start)
        const { answer, isClosed, sent } = yield* Senders.flood(shop.url, plenty)
        assert.include(answer, "413")
        assert.isTrue(isClosed)
        assert.isBelow(sent, plenty / 4)
        assert.deepStrictEqual(yield* shop.counted, { "ecca TooLarge": 1 })
      }))

    it.effect(`that stops in the middle of a body is answered after ten seconds, in ${server}`, () =>
      Effect.gen(function*() {
        const shop = yield* Shop.open(start)
        const fiber = yield* Effect.forkChild(Senders.dawdle(shop.url))
        yield* TestClock.withLive(Effect.sleep("50 millis"))
        yield* TestClock.adjust("9999 millis")
        yield* TestClock.withLive(Effect.sleep("20 millis"))
        assert.deepStrictEqual(yield* shop.counted, {})
        yield* TestClock.adjust("1 millis")
        assert.include((yield* Fiber.join(fiber)).answer, "408")
        assert.deepStrictEqual(yield* shop.counted, { "ecca slow body": 1 })
      }))

    it.effect(`without an account is sent away unread, in ${server}`, () =>
      Effect.gen(function*() {
        const shop = yield* Shop.open(start)
        const { answer, sent } = yield* Senders.flood(`${shop.origin}/webhooks/nobody`, plenty)
        assert.include(answer, "404")
        assert.isBelow(sent, plenty / 4)
      }))
  }
})

describe("the README of core", () => {
  it.effect("shows no line of mounting a receiver that is not run here", () =>
    Effect.gen(function*() {
      const [readme, servers] = yield* Effect.promise(() =>
        Promise.all(
          ["packages/core/README.md", "test/receivers/Servers.ts"].map((path) => readFile(join(root, path), "utf8"))
        )
      )
      const section = /<!-- receivers -->([\s\S]*)<!-- \/receivers -->/u.exec(readme ?? "")?.[1] ?? ""
      const shown = [...section.matchAll(/```ts\n([\s\S]*?)```/gu)].flatMap(([, code = ""]) => linesOf(code))
      const run = new Set(linesOf(servers ?? ""))
      assert.isAtLeast(shown.length, 17)
      assert.deepStrictEqual(shown.filter((line) => !run.has(line)), [])
    }))
})

const linesOf = (code: string) => code.split("\n").map((line) => line.trim()).filter((line) => line !== "")
