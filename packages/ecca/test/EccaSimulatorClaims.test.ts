import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createHmac } from "node:crypto"
import { start, startReceiver } from "./EccaSimulatorFixture.ts"

const secret = "ecca-simulator-webhook-secret"
const hmac = (pieces: ReadonlyArray<string | Uint8Array>, key = secret) =>
  pieces.reduce((mac, piece) => mac.update(piece), createHmac("sha256", key)).digest("hex")

/** Bytes that no text decodes to: a signature over text made of them would be another one. */
const bytes = Uint8Array.of(0x7b, 0xff, 0x00, 0xc3, 0x28, 0x7d)

describe("EccaSimulator: a webhook that is signed on request", () => {
  it.effect("holds exactly the bytes, under all headers of a real webhook", () =>
    Effect.gen(function*() {
      const { createId, sim } = yield* start()
      yield* sim.webhooksTo("http://127.0.0.1:9/hook?shop=1")
      const id = yield* createId({ callback_url: undefined })
      yield* sim.pay(id)
      yield* sim.advance("90500 millis")
      const signed = yield* sim.sign(bytes)
      const real = yield* sim.webhook(id)
      assert.deepStrictEqual(signed.body, bytes)
      assert.deepStrictEqual([signed.method, signed.path], [real.method, real.path])
      assert.sameMembers(Object.keys(signed.headers), Object.keys(real.headers))
      assert.deepInclude(signed.headers, {
        "content-type": "application/json",
        "x-signature-timestamp": "90",
        "x-signature": hmac(["90.", bytes])
      })
      const again = yield* sim.sign(bytes)
      assert.notStrictEqual(again.header("x-idempotency-key"), signed.header("x-idempotency-key"))
    }))

  it.effect("is signed just as the provider signs the same bytes itself", () =>
    Effect.gen(function*() {
      for (const text of ["timestamp.body", "timestamp+body", "body"] as const) {
        const { createId, sim } = yield* start({
          signing: { text, algorithm: "sha512", encoding: "base64", prefix: "v1=", timestamp: "iso" }
        })
        const id = yield* createId()
        yield* sim.pay(id)
        const real = yield* sim.webhook(id)
        const signed = yield* sim.sign(real.body)
        const { "x-idempotency-key": _, ...headers } = signed.headers
        assert.deepInclude({ ...real.headers }, headers)
      }
    }))

  it.effect("is of the present moment, though timestamps are those of events, and by the present secret", () =>
    Effect.gen(function*() {
      const { sim } = yield* start({ signing: { timestampOf: "event" } })
      yield* sim.advance("1 minute")
      yield* sim.rotateWebhookSecret("next")
      const signed = yield* sim.sign(bytes)
      assert.strictEqual(signed.header("x-signature-timestamp"), "60")
      assert.strictEqual(signed.header("x-signature"), hmac(["60.", bytes], "next"))
    }))
})

describe("EccaSimulator: a webhook about something that nobody documented", () => {
  it.effect("is authentic, names no invoice, and is of a type that is in no guide", () =>
    Effect.gen(function*() {
      const { createId, sim } = yield* start()
      const id = yield* createId({ external_id: "order-1" })
      yield* sim.advance("1 minute")
      const { body, headers } = yield* sim.unknownEvent
      const text = new TextDecoder().decode(body)
      const payload = JSON.parse(text)
      assert.strictEqual(headers["x-signature"], hmac(["60.", body]))
      assert.strictEqual(headers["x-idempotency-key"], payload.event_id)
      assert.doesNotHaveAnyKeys(payload, ["order_id", "external_id", "invoice_id", "is_adjusted", "state_word"])
      assert.notMatch(text, new RegExp(`${id}|order-1|invoice`, "u"))
      assert.notMatch(text, /success|fail|expired|cancel|adjusted|paid/u)
      assert.notStrictEqual(
        JSON.parse(new TextDecoder().decode((yield* sim.unknownEvent).body)).event_id,
        payload.event_id
      )
    }))

  it.effect("is sent to nobody and changes nothing", () =>
    Effect.gen(function*() {
      const receiver = yield* startReceiver
      const { createId, events, sim } = yield* start()
      yield* sim.webhooksTo(receiver.hook)
      const id = yield* createId({ callback_url: undefined })
      const books = yield* sim.books
      assert.strictEqual((yield* sim.unknownEvent).path, "/hook")
      yield* sim.sign(bytes)
      yield* sim.advance("1 minute")
      assert.deepStrictEqual(yield* receiver.requests, [])
      assert.deepStrictEqual(yield* sim.books, books)
      assert.deepStrictEqual(yield* events(id), [])
    }))
})
