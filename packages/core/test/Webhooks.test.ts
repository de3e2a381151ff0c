/**
 * A webhook is a claim until it is proven, and nothing but what was proven is an event.
 */
import { assert, describe, it } from "@effect/vitest"
import type { GatewayError } from "@gatefold/core/GatewayError"
import { AccountId, InvoiceId } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import * as RawWebhook from "@gatefold/core/RawWebhook"
import { Fault } from "@gatefold/core/Simulator"
import * as WebhookEvent from "@gatefold/core/WebhookEvent"
import * as WebhookOwnership from "@gatefold/core/WebhookOwnership"
import { WebhookRejected } from "@gatefold/core/WebhookRejected"
import * as Observer from "@gatefold/simulator/Observer"
import { DateTime, Effect, Result, Schema } from "effect"
import { TestClock } from "effect/testing"
import { inspect } from "node:util"
import * as TinyProvider from "./support/TinyProvider.ts"
import * as TinyWebhooks from "./support/TinyWebhooks.ts"

const { layer } = TinyProvider.transports[0]
const { modes, paid, signed, start } = TinyWebhooks
const one = InvoiceId.make("one")

/** Why a webhook was not taken, and how the sender is answered. */
const whyNot = <A>(received: Effect.Effect<A, WebhookRejected | GatewayError>) =>
  Effect.map(
    Effect.flip(received),
    (error) => error instanceof WebhookRejected ? `${error.why} ${error.httpStatus}` : error.reason._tag
  )

const encodeJson = Schema.encodeEffect(Schema.fromJsonString(WebhookEvent.Admitted))
const decodeJson = Schema.decodeEffect(Schema.fromJsonString(WebhookEvent.Admitted))

describe("the secret that signed a webhook", () => {
  it.effect("is counted by its position, so that one sees when the old one may go", () =>
    Effect.gen(function*() {
      const observer = Observer.make()
      const { events } = yield* start("signature+readback")
      yield* observer.watch(Effect.gen(function*() {
        yield* events.admit(signed(paid(), 0, "old-secret"))
        yield* events.admit(signed(paid(), 0, "old-secret"))
        yield* events.admit(signed(paid(), 0, "new-secret"))
        yield* Effect.flip(events.admit(signed(paid(), 0, "no-secret")))
      }))
      const counted = yield* observer.metric("gatefold_webhook_secrets")
      assert.deepStrictEqual(
        counted.map(({ attributes, state }) => [attributes, state]),
        [
          [{ account: "main", secret: "1" }, { count: 2, incremental: true }],
          [{ account: "main", secret: "0" }, { count: 1, incremental: true }]
        ]
      )
    }).pipe(Effect.provide(layer)))
})

describe("a good webhook", () => {
  const expected = {
    readback: { status: "open", reads: 1, proof: { mode: "readback" }, eventId: undefined, signedAt: undefined },
    "signature+readback": {
      status: "open",
      reads: 1,
      proof: { mode: "signature+readback", secret: 1 },
      eventId: "e-1",
      signedAt: 60
    },
    signature: { status: "paid", reads: 0, proof: { mode: "signature", secret: 1 }, eventId: "e-1", signedAt: 60 }
  }
  for (const mode of modes) {
    it.effect(`in ${mode} says what ${expected[mode].reads === 0 ? "was signed" : "the provider says when it is asked"}`, () =>
      Effect.gen(function*() {
        const { events, reads } = yield* start(mode)
        yield* TestClock.adjust("90 seconds")
        const event = yield* events.receive(signed(paid(), 60, "old-secret"))
        const { snapshot } = event
        assert.strictEqual(event.invoice.status, expected[mode].status)
        assert.strictEqual(yield* reads, expected[mode].reads)
        assert.deepStrictEqual({ ...snapshot.proof }, expected[mode].proof)
        assert.strictEqual(snapshot.eventId, expected[mode].eventId)
        assert.strictEqual(snapshot.eventType, expected[mode].eventId === undefined ? undefined : "thing.paid")
        const { signedAt } = snapshot
        assert.strictEqual(signedAt && DateTime.toEpochMillis(signedAt) / 1000, expected[mode].signedAt)
        assert.strictEqual(DateTime.toEpochMillis(snapshot.receivedAt), 90_000)
        assert.isTrue(WebhookEvent.isWebhookEvent(event))
      }).pipe(Effect.provide(layer)))
  }

  it.effect("states the same fact as a look at the provider does, under the same key", () =>
    Effect.gen(function*() {
      const { events, observe } = yield* start("signature+readback")
      const first = yield* events.receive(signed(paid()))
      yield* TestClock.adjust("1 minute")
      const again = yield* events.receive(signed(paid(), 1))
      assert.strictEqual(first.key, again.key)
      assert.strictEqual(first.key, Invoice.factKey(yield* observe(one)))
      const other = yield* events.receive(signed(paid("two")))
      assert.notStrictEqual(first.key, other.key)
    }).pipe(Effect.provide(layer)))
})

describe("admit", () => {
  for (const mode of modes) {
    it.effect(`in ${mode} asks nothing of the provider, and keeps nothing of the body`, () =>
      Effect.gen(function*() {
        const { events, reads } = yield* start(mode)
        const admitted = yield* events.admit(signed(paid()))
        assert.strictEqual(yield* reads, 0)
        const json = yield* encodeJson(admitted)
        assert.notMatch(json + inspect(admitted, { depth: 99, customInspect: false }), /hunter2|x-signature/u)
        assert.deepStrictEqual(yield* decodeJson(json), admitted)
        assert.strictEqual("statement" in admitted, mode === "signature")
        assert.strictEqual("eventType" in admitted, mode !== "readback")
      }).pipe(Effect.provide(layer)))

    it.effect(`in ${mode} can be resolved after it was stored`, () =>
      Effect.gen(function*() {
        const { events } = yield* start(mode)
        const stored = yield* encodeJson(yield* events.admit(signed(paid())))
        yield* TestClock.adjust("3 days")
        const event = yield* events.resolve(yield* decodeJson(stored))
        assert.isTrue(WebhookEvent.isWebhookEvent(event))
        assert.strictEqual(event.invoice.id, one)
      }).pipe(Effect.provide(layer)))
  }
})

describe("a webhook is rejected", () => {
  const wrong: ReadonlyArray<readonly [what: string, RawWebhook.RawWebhook, why: string]> = [
    ["without a signature", RawWebhook.make({ headers: {}, body: paid() }), "MissingSignature 401"],
    [
      "with one that is none",
      RawWebhook.make({ headers: { "x-signature": "?", "x-timestamp": "0" }, body: paid() }),
      "MalformedSignature 401"
    ],
    ["signed with another secret", signed(paid(), 0, "else"), "InvalidSignature 401"],
    [
      "altered after it was signed",
      RawWebhook.make({ headers: signed(paid()).headers, body: paid("two") }),
      "InvalidSignature 401"
    ]
  ]
  for (const mode of ["signature", "signature+readback"] as const) {
    for (const [what, webhook, why] of wrong) {
      it.effect(`${what}, in ${mode}: ${why}`, () =>
        Effect.gen(function*() {
          const { events, reads } = yield* start(mode)
          assert.strictEqual(yield* whyNot(events.receive(webhook)), why)
          assert.strictEqual(yield* reads, 0)
        }).pipe(Effect.provide(layer)))
    }
  }

  const bodies: ReadonlyArray<readonly [what: string, body: string]> = [
    ["not JSON", "thing=one&hunter2"],
    ["empty", ""],
    ["JSON of another form", "[\"hunter2\"]"],
    ["without an id", "{\"thing\":{\"state\":\"paid\",\"hunter2\":1}}"],
    ["with an empty id", paid("")],
    ["with an id that is none", paid("one two\n")],
    ["with an id without end", paid("x".repeat(300))]
  ]
  for (const mode of modes) {
    for (const [what, body] of bodies) {
      it.effect(`that is ${what}, in ${mode}: nothing is asked`, () =>
        Effect.gen(function*() {
          const { events, reads } = yield* start(mode)
          const error = yield* Effect.flip(events.receive(signed(body)))
          // what is signed and no invoice's is an event of another kind, which shall not be sent for ever
          const isEvent = mode !== "readback" && what !== "not JSON" && what !== "empty"
          assert.strictEqual(yield* whyNot(Effect.fail(error)), isEvent ? "UnknownEvent 200" : "InvalidPayload 400")
          assert.notMatch(`${error}${inspect(error, { depth: 99, customInspect: false })}`, /hunter2|one two|xxx/u)
          assert.strictEqual(yield* reads, 0)
        }).pipe(Effect.provide(layer)))
    }

    it.effect(`that is about something else, in ${mode}: it is acknowledged, and nothing is asked`, () =>
      Effect.gen(function*() {
        const { events, reads } = yield* start(mode, { readClaim: () => Result.succeed("about no invoice") })
        assert.strictEqual(yield* whyNot(events.admit(signed(paid()))), "UnknownEvent 200")
        assert.strictEqual(yield* whyNot(events.receive(signed("{}"))), "UnknownEvent 200")
        assert.strictEqual(yield* whyNot(events.receive(signed("{"))), "InvalidPayload 400")
        assert.strictEqual(yield* reads, 0)
      }).pipe(Effect.provide(layer)))

    it.effect(`that has more than 64 KiB, in ${mode}`, () =>
      Effect.gen(function*() {
        const { events, reads } = yield* start(mode)
        const padded = (size: number) => paid().padEnd(size, " ")
        assert.strictEqual(yield* whyNot(events.receive(signed(padded(65_537)))), "TooLarge 413")
        assert.strictEqual(yield* reads, 0)
        assert.isTrue(WebhookEvent.isWebhookEvent(yield* events.receive(signed(padded(65_536)))))
      }).pipe(Effect.provide(layer)))

    it.effect(`that the application does not own, in ${mode}: it is acknowledged, and nothing is asked`, () =>
      Effect.gen(function*() {
        const asked: Array<string> = []
        const owns: WebhookOwnership.Owns = (_, id) => Effect.sync(() => asked.push(id) === 0)
        const { events, reads } = yield* start(mode)
        const received = Effect.provideService(events.receive(signed(paid())), WebhookOwnership.Current, owns)
        assert.strictEqual(yield* whyNot(received), "UnknownObject 200")
        assert.deepStrictEqual(asked, ["one"])
        assert.strictEqual(yield* reads, 0)
      }).pipe(Effect.provide(layer)))

    it.effect(`that was admitted for another account, in ${mode}`, () =>
      Effect.gen(function*() {
        const { events, reads } = yield* start(mode)
        const admitted = yield* events.admit(signed(paid()))
        const other = new WebhookEvent.Admitted({ ...admitted, account: AccountId.make("other") })
        assert.strictEqual(yield* whyNot(events.resolve(other)), "UnknownObject 200")
        assert.strictEqual(yield* reads, 0)
      }).pipe(Effect.provide(layer)))
  }

  for (const mode of ["readback", "signature+readback"] as const) {
    it.effect(`about an object that the provider does not know, in ${mode}: it is acknowledged`, () =>
      Effect.gen(function*() {
        const { events, server } = yield* start(mode)
        yield* server.arm(Fault.Answer({ effect: "none", status: 404, body: TinyProvider.errorBody("NO_SUCH_THING") }))
        assert.strictEqual(yield* whyNot(events.receive(signed(paid()))), "UnknownObject 200")
      }).pipe(Effect.provide(layer)))

    it.effect(`that gets a 404 which nobody documents, in ${mode}: it can be sent again`, () =>
      Effect.gen(function*() {
        const { events, server } = yield* start(mode)
        yield* server.arm(Fault.Answer({ effect: "none", status: 404, body: "<h1>Not Found</h1>" }))
        assert.strictEqual(yield* whyNot(events.receive(signed(paid()))), "InvalidResponse")
        assert.isTrue(WebhookEvent.isWebhookEvent(yield* events.receive(signed(paid()))))
      }).pipe(Effect.provide(layer)))

    it.effect(`for which the provider has another object, in ${mode}`, () =>
      Effect.gen(function*() {
        const { events, server } = yield* start(mode)
        yield* server.arm(Fault.Answer({ effect: "none", status: 200, body: "{\"id\":\"two\",\"price\":\"1\"}" }))
        assert.strictEqual(yield* whyNot(events.receive(signed(paid()))), "UnknownObject 200")
      }).pipe(Effect.provide(layer)))

    it.effect(`by nobody while the provider is down, in ${mode}: it can be sent again`, () =>
      Effect.gen(function*() {
        const { events, server } = yield* start(mode)
        yield* server.arm(Fault.Refused())
        assert.strictEqual(yield* whyNot(events.receive(signed(paid()))), "Unavailable")
        yield* server.disarm
        assert.isTrue(WebhookEvent.isWebhookEvent(yield* events.receive(signed(paid()))))
      }).pipe(Effect.provide(layer)))
  }

  it.effect("that states nothing, where only the statement would be believed", () =>
    Effect.gen(function*() {
      const { events } = yield* start("signature", {
        readClaim: () => Result.succeed({ invoice: one })
      })
      assert.strictEqual(yield* whyNot(events.receive(signed(paid()))), "InvalidPayload 400")
    }).pipe(Effect.provide(layer)))

  it.effect("that states something else than what it is about", () =>
    Effect.gen(function*() {
      const statement = TinyWebhooks.invoice(InvoiceId.make("two"), "paid")
      const { events } = yield* start("signature", { readClaim: () => Result.succeed({ invoice: one, statement }) })
      assert.strictEqual(yield* whyNot(events.receive(signed(paid()))), "UnknownObject 200")
    }).pipe(Effect.provide(layer)))

  it.effect("that was admitted without a signature, after signatures became what counts", () =>
    Effect.gen(function*() {
      const before = yield* start("readback")
      const after = yield* start("signature")
      const admitted = yield* before.events.admit(RawWebhook.make({ headers: {}, body: paid() }))
      assert.strictEqual(yield* whyNot(after.events.resolve(admitted)), "InvalidSignature 401")
    }).pipe(Effect.provide(layer)))
})

describe("the age of a webhook", () => {
  const ages: ReadonlyArray<readonly [signedAt: number, inSignature: string]> = [
    [1_000, "taken"],
    [700, "taken"],
    [1_300, "taken"],
    [699, "StaleTimestamp 401"],
    [1_301, "StaleTimestamp 401"],
    [0, "StaleTimestamp 401"]
  ]
  for (const [signedAt, inSignature] of ages) {
    for (const mode of modes) {
      const heard = mode === "signature" ? inSignature : "taken"
      it.effect(`signed at ${signedAt} s and received at 1000 s, in ${mode}: ${heard}`, () =>
        Effect.gen(function*() {
          yield* TestClock.adjust("1000 seconds")
          const { events } = yield* start(mode)
          const received = events.receive(signed(paid(), signedAt))
          assert.strictEqual(heard === "taken" ? yield* Effect.as(received, "taken") : yield* whyNot(received), heard)
        }).pipe(Effect.provide(layer)))
    }
  }

  it.effect("is to the millisecond", () =>
    Effect.gen(function*() {
      const { events } = yield* start("signature")
      yield* TestClock.adjust("300 seconds")
      yield* events.receive(signed(paid()))
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* whyNot(events.receive(signed(paid()))), "StaleTimestamp 401")
    }).pipe(Effect.provide(layer)))

  it.effect("counts for nothing where no time is signed", () =>
    Effect.gen(function*() {
      const { timestampHeader: _, ...untimed } = { ...TinyWebhooks.scheme, signedText: "{timestamp}.{body}" }
      const proving = { ...TinyWebhooks.provings.signature, scheme: { ...untimed, signedText: "0.{body}" } }
      const { events } = yield* start("signature", { proving })
      yield* TestClock.adjust("9 days")
      assert.isUndefined((yield* events.receive(signed(paid()))).snapshot.signedAt)
    }).pipe(Effect.provide(layer)))
})

describe("an event", () => {
  const isEvent: (u: unknown) => boolean = WebhookEvent.isWebhookEvent
  const need = (_event: WebhookEvent.WebhookEvent) => {}

  it.effect("is only what was proven: no copy and no look-alike is one", () =>
    Effect.gen(function*() {
      const { events } = yield* start("readback")
      const event = yield* events.receive(RawWebhook.make({ headers: {}, body: paid() }))
      const { invoice, key, snapshot } = event
      const forged = new WebhookEvent.Snapshot({ ...snapshot, invoice: TinyWebhooks.invoice(one, "paid") })
      const constructed: unknown = Reflect.construct(event.constructor, [forged])
      const lookAlikes: ReadonlyArray<unknown> = [
        undefined,
        null,
        "event",
        {},
        { ...event },
        { snapshot, invoice, key },
        Object.create(event),
        Object.create(Object.getPrototypeOf(event), { snapshot: { value: snapshot }, invoice: { value: invoice } }),
        constructed,
        JSON.parse(JSON.stringify(event)),
        new Proxy(event, {}),
        snapshot,
        forged
      ]
      for (const lookAlike of lookAlikes) assert.isFalse(isEvent(lookAlike), inspect(lookAlike))
      assert.isTrue(isEvent(event))
    }).pipe(Effect.provide(layer)))

  it.effect("gives nobody who has one the means to make another", () =>
    Effect.gen(function*() {
      const { events } = yield* start("readback")
      const event = yield* events.receive(RawWebhook.make({ headers: {}, body: paid() }))
      assert.strictEqual(event.constructor, Object)
      const made: object = Reflect.construct(event.constructor, [event.snapshot])
      assert.notStrictEqual(Object.getPrototypeOf(made), Object.getPrototypeOf(event))
      const forged = { value: TinyWebhooks.invoice(one, "paid") }
      assert.throws(() => Object.defineProperty(event, "invoice", forged))
      assert.strictEqual(event.invoice.status, "open")
    }).pipe(Effect.provide(layer)))

  it.effect("cannot be replaced by what was only admitted, stored or written down", () =>
    Effect.gen(function*() {
      const { events } = yield* start("readback")
      const admitted = yield* events.admit(signed(paid()))
      const event = yield* events.resolve(admitted)
      const { invoice, key, snapshot } = event
      need(event)
      // @ts-expect-error what was admitted is not proven
      need(admitted)
      // @ts-expect-error a snapshot may have been written by anybody
      need(snapshot)
      // @ts-expect-error an object of the same form is not proven
      need({ snapshot, invoice, key })
      // @ts-expect-error a spread loses the proof
      need({ ...event })
    }).pipe(Effect.provide(layer)))
})

describe("diagnose", () => {
  it.effect("names the scheme that is used, where another is configured, and accepts nothing by it", () =>
    Effect.gen(function*() {
      const scheme = { ...TinyWebhooks.scheme, signedText: "{body}" }
      const proving = { ...TinyWebhooks.provings.signature, scheme }
      const { events, reads } = yield* start("signature", { proving })
      const webhook = signed(paid())
      assert.deepStrictEqual(yield* events.diagnose(webhook), ["sha256 hex \"\" over {timestamp}.{body}"])
      assert.strictEqual(yield* whyNot(events.receive(webhook)), "InvalidSignature 401")
      assert.strictEqual(yield* reads, 0)
    }).pipe(Effect.provide(layer)))

  it.effect("names nothing where no signature is configured", () =>
    Effect.gen(function*() {
      const { events } = yield* start("readback")
      assert.deepStrictEqual(yield* events.diagnose(signed(paid())), [])
    }).pipe(Effect.provide(layer)))
})
