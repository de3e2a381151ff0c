/**
 * In `signature` mode what was admitted holds the statement that will be believed. It may lie in a database meanwhile,
 * and only what this account's secrets have sealed is believed then.
 */
import { assert, describe, it } from "@effect/vitest"
import { AccountId, InvoiceId } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import * as Money from "@gatefold/core/Money"
import { Admitted, type Mode, Proof } from "@gatefold/core/WebhookEvent"
import type * as Webhooks from "@gatefold/core/Webhooks"
import { DateTime, Effect, Redacted, Result, Schema, Struct } from "effect"
import { TestClock } from "effect/testing"
import * as TinyProvider from "./support/TinyProvider.ts"
import * as TinyWebhooks from "./support/TinyWebhooks.ts"

const { layer } = TinyProvider.transports[0]
const { invoice, paid, scheme, signed } = TinyWebhooks
const one = InvoiceId.make("one")

/** A statement with everything that is written differently than it was read. */
const statement = Invoice.make({
  ...invoice(one, "paid"),
  coverage: "full",
  prices: [Money.makeUnsafe("1.50", "MXN"), Money.makeUnsafe("0.000000000000000001", "ETH")],
  createdAt: DateTime.makeUnsafe(1_795_168_800_123),
  unrecognized: ["ñ", "\u{1F600}"]
})

const secretsOf = (...names: readonly [string, ...ReadonlyArray<string>]): Webhooks.Proving => {
  const [first, ...others] = names
  return {
    mode: "signature",
    scheme,
    secrets: [Redacted.make(first), ...others.map((name) => Redacted.make(name))]
  }
}

const start = (proving: Webhooks.Proving, overrides: Partial<Webhooks.Options> = {}) =>
  Effect.map(
    TinyWebhooks.start("signature", {
      proving,
      readClaim: () => Result.succeed({ invoice: one, eventId: "e-1", statement }),
      ...overrides
    }),
    ({ events }) => events
  )

const json = Schema.fromJsonString(Admitted)
const store = Schema.encodeEffect(json)
const writeInvoice = Schema.encodeEffect(Schema.fromJsonString(Invoice.Invoice))
const load = Schema.decodeEffect(json)

const resolved = (events: Effect.Success<ReturnType<typeof start>>, admitted: Admitted) =>
  events.resolve(admitted).pipe(
    Effect.map(({ invoice }) => invoice.status),
    Effect.catch((error) => Effect.succeed(error._tag === "WebhookRejected" ? error.why : error.reason._tag))
  )

describe("what was admitted", () => {
  it.effect("and stored as JSON says the same when it is read back, years later", () =>
    Effect.gen(function*() {
      const events = yield* start(secretsOf("s-1"))
      const stored = yield* store(yield* events.admit(signed(paid(), 0, "s-1")))
      assert.notInclude(stored, "s-1")
      yield* TestClock.adjust("800 days")
      const event = yield* events.resolve(yield* load(stored))
      assert.strictEqual(yield* writeInvoice(event.invoice), yield* writeInvoice(statement))
      // also when the database has changed the order of keys, as JSONB does
      const reordered = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(stored)).toReversed()))
      assert.notStrictEqual(reordered, stored)
      assert.strictEqual(yield* resolved(events, yield* load(reordered)), "paid")
    }).pipe(Effect.provide(layer)))

  it.effect("outlives a rotation as long as its secret is listed, and not longer", () =>
    Effect.gen(function*() {
      const before = yield* start(secretsOf("s-1"))
      const stored = yield* store(yield* before.admit(signed(paid(), 0, "s-1")))
      const during = yield* start(secretsOf("s-2", "s-1"))
      assert.strictEqual(yield* resolved(during, yield* load(stored)), "paid")
      // signed by the old secret, sealed by the new
      const later = yield* store(yield* during.admit(signed(paid(), 0, "s-1")))
      const after = yield* start(secretsOf("s-3", "s-2"))
      assert.strictEqual(yield* resolved(after, yield* load(stored)), "InvalidSignature")
      assert.strictEqual(yield* resolved(after, yield* load(later)), "paid")
    }).pipe(Effect.provide(layer)))

  it.effect("carries the same seal in every process that has the secret", () =>
    Effect.gen(function*() {
      const [here, there] = [yield* start(secretsOf("s-1")), yield* start(secretsOf("s-1"))]
      const admitted = yield* here.admit(signed(paid(), 0, "s-1"))
      assert.strictEqual((yield* there.admit(signed(paid(), 0, "s-1"))).seal, admitted.seal)
      assert.strictEqual(yield* resolved(there, admitted), "paid")
    }).pipe(Effect.provide(layer)))
})

describe("nothing is believed that was", () => {
  const alterations: ReadonlyArray<readonly [what: string, alter: (admitted: Admitted) => Admitted]> = [
    ["built by hand", ({ receivedAt }) =>
      new Admitted({
        ...TinyWebhooks.identity,
        invoice: one,
        proof: new Proof({ mode: "signature", secret: 0 }),
        statement,
        receivedAt
      })],
    ["robbed of its seal", (admitted) => new Admitted(Struct.omit(admitted, ["seal"]))],
    ["given an empty seal", (admitted) => new Admitted({ ...admitted, seal: "" })],
    ["given a seal of another length", (admitted) => new Admitted({ ...admitted, seal: `${admitted.seal}00` })],
    [
      "given another statement",
      (admitted) =>
        new Admitted({ ...admitted, statement: Invoice.make({ ...statement, prices: [Money.makeUnsafe("1", "MXN")] }) })
    ],
    ["given another id", (admitted) => new Admitted({ ...admitted, invoice: InvoiceId.make("two") })],
    ["given another event id", (admitted) => new Admitted({ ...admitted, eventId: "e-2" })],
    ["given another delivery key", (admitted) => new Admitted({ ...admitted, deliveryKey: "d-2" })],
    ["given another time", (admitted) => new Admitted({ ...admitted, signedAt: DateTime.makeUnsafe(1) })],
    [
      "said to be signed by another secret",
      (admitted) => new Admitted({ ...admitted, proof: new Proof({ mode: "signature", secret: 1 }) })
    ],
    ...(["readback", "signature+readback"] as const satisfies ReadonlyArray<Mode>).map((mode) =>
      [
        `said to be admitted in ${mode}`,
        (admitted: Admitted) => new Admitted({ ...admitted, proof: new Proof({ ...admitted.proof, mode }) })
      ] as const
    )
  ]
  for (const [what, alter] of alterations) {
    it.effect(what, () =>
      Effect.gen(function*() {
        const events = yield* start(secretsOf("s-1"))
        const admitted = yield* events.admit(signed(paid(), 0, "s-1"))
        assert.strictEqual(yield* resolved(events, admitted), "paid")
        assert.strictEqual(yield* resolved(events, yield* load(yield* store(alter(admitted)))), "InvalidSignature")
      }).pipe(Effect.provide(layer)))
  }

  it.effect("sealed with secrets of somebody else", () =>
    Effect.gen(function*() {
      const [mine, theirs] = [yield* start(secretsOf("s-1")), yield* start(secretsOf("t-1"))]
      const admitted = yield* theirs.admit(signed(paid(), 0, "t-1"))
      assert.strictEqual(yield* resolved(mine, admitted), "InvalidSignature")
    }).pipe(Effect.provide(layer)))

  it.effect("admitted for another account, even with the same secrets", () =>
    Effect.gen(function*() {
      const mine = yield* start(secretsOf("s-1"))
      const other = yield* start(secretsOf("s-1"), { account: AccountId.make("other") })
      const admitted = yield* other.admit(signed(paid(), 0, "s-1"))
      assert.strictEqual(yield* resolved(mine, admitted), "UnknownObject")
      const relabelled = new Admitted({ ...admitted, account: TinyWebhooks.identity.account })
      assert.strictEqual(yield* resolved(mine, relabelled), "InvalidSignature")
    }).pipe(Effect.provide(layer)))

  it.effect("the body's own signature taken for a seal", () =>
    Effect.gen(function*() {
      const events = yield* start(secretsOf("s-1"))
      const webhook = signed(paid(), 0, "s-1")
      const admitted = yield* events.admit(webhook)
      const sealed = new Admitted({ ...admitted, seal: webhook.header("x-signature") ?? "" })
      assert.strictEqual(yield* resolved(events, sealed), "InvalidSignature")
    }).pipe(Effect.provide(layer)))
})
