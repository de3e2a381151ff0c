/**
 * Why an order is in the state that it is in.
 */
import { assert, describe, it } from "@effect/vitest"
import { Fault } from "@gatefold/core/Simulator"
import { DateTime, Effect } from "effect"
import { TestClock } from "effect/testing"
import { databases } from "./support/Databases.ts"
import * as Processes from "./support/Processes.ts"
import * as Shop from "./support/Shop.ts"

describe.each(databases)("history on $name", ({ make }) => {
  it.effect("tells all that happened to every attempt, oldest first, with where it came from", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecca } = providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      yield* ecca.arm(Fault.Refused())
      yield* Effect.flip(Processes.once(checkout.open(Shop.order("order-1"))))
      yield* ecca.disarm
      yield* TestClock.adjust("1 minute")
      const first = yield* checkout.open(Shop.order("order-1"))
      yield* ecca.begin(Processes.invoiceOf(first))
      yield* ecca.expire(Processes.invoiceOf(first))
      yield* TestClock.adjust("20 seconds")
      yield* checkout.sweep
      yield* checkout.open(Shop.order("order-1"))
      yield* TestClock.adjust("1 second")
      yield* checkout.cancel("order-1")
      const facts = yield* checkout.history("order-1")
      assert.deepStrictEqual(facts.map(({ attempt, kind, seq, source }) => [attempt, seq, kind, source]), [
        [1, 1, "reserved", "shop"],
        [1, 2, "sent", "shop"],
        [1, 3, "postponed", "create"],
        [1, 4, "sent", "shop"],
        [1, 5, "observed", "create"],
        [1, 6, "observed", "poll"],
        [2, 1, "reserved", "shop"],
        [2, 2, "sent", "shop"],
        [2, 3, "observed", "create"],
        [1, 7, "canceled", "shop"],
        [2, 4, "canceled", "shop"]
      ])
      assert.strictEqual(facts[2]?.failure?.reason._tag, "Unavailable")
      assert.deepStrictEqual(facts.flatMap(({ invoice }) => invoice === undefined ? [] : [invoice.status]), [
        "open",
        "expired",
        "open"
      ])
      const times = facts.map(({ at }) => DateTime.toEpochMillis(at))
      assert.deepStrictEqual(times, times.toSorted((a, b) => a - b))
    }))

  it.effect("keeps the order of one attempt's facts when the next process has an earlier time", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      yield* Processes.ahead("1 hour")(checkout.open(Shop.order("order-1")))
      yield* checkout.cancel("order-1")
      const facts = yield* checkout.history("order-1")
      assert.deepStrictEqual(facts.map(({ kind }) => kind), ["reserved", "sent", "observed", "canceled"])
    }))

  it.effect("keeps no fact of a look without news", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      yield* checkout.open(Shop.order("order-1"))
      for (let polls = 0; polls < 3; polls++) {
        yield* TestClock.adjust("20 seconds")
        assert.strictEqual((yield* checkout.sweep).read, 1)
      }
      assert.deepStrictEqual((yield* checkout.history("order-1")).map(({ kind }) => kind), [
        "reserved",
        "sent",
        "observed"
      ])
    }))

  it.effect("holds no secret, no webhook and no rendered cause in any table", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecca } = providers
      const { checkout, sql } = yield* Shop.start(providers, yield* make)
      const opened = yield* checkout.open(Shop.order("order-1"))
      yield* ecca.pay(Processes.invoiceOf(opened))
      const webhook = yield* ecca.webhook(Processes.invoiceOf(opened))
      yield* checkout.receive("ecca", webhook)
      yield* ecca.arm(Fault.ErrorPage({ effect: "none" }), { operation: "invoices.create" })
      yield* Effect.ignore(Processes.once(checkout.open(Shop.order("order-2"))))
      const tables = ["orders", "attempts", "facts", "inbox", "changes", "change_heads", "accounts", "quotes", "queue"]
      const rows = yield* Effect.forEach(tables, (table) => sql`SELECT * FROM ${sql(`gatefold_${table}`)}`)
      const stored = JSON.stringify(rows, (_, value) => typeof value === "bigint" ? `${value}` : value)
      const secrets = Object.entries(providers.ecca.settings).filter(([name]) => !name.endsWith("URL"))
      for (const [name, secret] of secrets) assert.notInclude(stored, secret, name)
      const signatures = Object.entries(webhook.headers).filter(([name]) => /signature$/iu.test(name))
      assert.strictEqual(signatures.length, 1)
      for (const [, signature] of signatures) assert.notInclude(stored, signature)
      assert.notInclude(stored, new TextDecoder().decode(webhook.body).slice(1, -1))
      assert.notInclude(stored, "<html")
      assert.notInclude(stored, "    at ")
    }))
})
