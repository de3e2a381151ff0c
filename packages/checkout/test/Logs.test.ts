/**
 * What the log says: enough to find out what is wrong, and no flood while it lasts.
 */
import { assert, describe, it } from "@effect/vitest"
import { StorageFailed } from "@gatefold/checkout/CheckoutError"
import type { LogEntry } from "@gatefold/checkout/PromiseCheckout"
import { Cause, Effect, Logger, References } from "effect"
import { TestClock } from "effect/testing"
import * as Outage from "../src/internal/outage.ts"
import * as plainLogger from "../src/internal/plainLogger.ts"
import { databases } from "./support/Databases.ts"
import { eventually } from "./support/Eventually.ts"
import * as Shop from "./support/Shop.ts"

const quick = { polls: false, pollInterval: "50 millis" } as const

interface Line {
  readonly level: string
  readonly text: string
}

/** Runs a program with a log of its own. */
const logged = <A, E, R>(level: "Debug" | "Info", program: (lines: ReadonlyArray<Line>) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const lines: Array<Line> = []
    const logger = Logger.make(({ cause, logLevel, message }) => {
      const text = [message].flat().map(String).join(" ")
      lines.push({ level: logLevel, text: cause.reasons.length === 0 ? text : `${text} ${Cause.pretty(cause)}` })
    })
    return program(lines).pipe(
      Effect.provide(Logger.layer([logger])),
      Effect.provideService(References.MinimumLogLevel, level)
    )
  })

describe("an outage of the database", () => {
  const away = Effect.fail(new StorageFailed({ kind: "unreachable" }))

  it.effect("is told when it begins, at most once a minute while it lasts, and when all work goes on", () =>
    logged("Info", (lines) =>
      Effect.gen(function*() {
        const outage = Outage.make()
        const [one, other] = [outage.worker("one"), outage.worker("other")]
        const rounds = Effect.repeat(
          Effect.all([one.round(away), other.round(away), TestClock.adjust("1 second")]),
          { times: 149 }
        )
        yield* rounds
        assert.deepStrictEqual(lines.map(({ level }) => level), ["Warn", "Warn", "Warn"])
        for (const { text } of lines) assert.include(text, "unreachable")
        yield* one.round(Effect.void)
        assert.lengthOf(lines, 3)
        yield* other.round(Effect.void)
        yield* one.round(Effect.void)
        assert.deepStrictEqual(lines.slice(3).map(({ level }) => level), ["Info"])
        yield* TestClock.adjust("10 seconds")
        yield* one.round(away)
        assert.lengthOf(lines, 5)
      })))

  it.effect("that comes and goes is one, and a worker that has ended is not waited for", () =>
    logged("Info", (lines) =>
      Effect.gen(function*() {
        const outage = Outage.make()
        const [one, other] = [outage.worker("one"), outage.worker("other")]
        yield* Effect.repeat(Effect.all([one.round(away), one.round(Effect.void)]), { times: 9 })
        assert.lengthOf(lines, 2)
        yield* TestClock.adjust("1 minute")
        yield* one.round(away)
        yield* other.round(away)
        yield* one.ended
        yield* other.round(Effect.void)
        assert.lengthOf(lines, 4)
      })))

  it.effect("is not what another failure of a round is called", () =>
    logged("Info", (lines) =>
      Effect.gen(function*() {
        const worker = Outage.make().worker("nothing goes on")
        assert.isUndefined(yield* worker.round(Effect.die(new TypeError("hunter2"))))
        assert.deepStrictEqual(lines, [{ level: "Warn", text: "nothing goes on: TypeError" }])
      })))
})

describe.each(databases)("the log of a checkout on $name", ({ make, name }) => {
  it.live("has one line for an outage, with its kind and without a stack, and one for its end", () =>
    logged("Info", (lines) =>
      Effect.gen(function*() {
        const database = yield* make
        const { checkout } = yield* Shop.start(yield* Shop.providers, database, { options: quick })
        yield* checkout.changes(() => Effect.void)
        yield* database.stop
        yield* eventually(Effect.sync(() => lines.length), (count) => count > 0)
        yield* Effect.sleep("900 millis")
        assert.deepStrictEqual(lines.map(({ level }) => level), ["Warn"])
        assert.include(lines[0]?.text, name === "SQLite" ? "StorageFailed busy" : "StorageFailed unreachable")
        assert.notMatch(lines[0]?.text ?? "", /SqlError|\n/u)
        yield* database.start
        yield* eventually(Effect.sync(() => lines.length), (count) => count > 1)
        assert.deepStrictEqual(lines.slice(1), [{ level: "Info", text: "the database is back: work goes on" }])
      })))

  it.live("tells why a handler failed to whoever looks for it, and the database only keeps the class", () =>
    logged("Debug", (lines) =>
      Effect.gen(function*() {
        const { checkout, sql } = yield* Shop.start(yield* Shop.providers, yield* make, { options: quick })
        yield* checkout.changes(() => Effect.promise(() => Promise.reject(new RangeError("no shelf 42"))))
        yield* checkout.open(Shop.order("o-1"))
        const failures = () => lines.filter(({ text }) => text.includes("o-1") && text.includes("RangeError"))
        yield* eventually(Effect.sync(() => failures().length), (count) => count >= 2)
        const [why, what] = failures()
        assert.strictEqual(why?.level, "Debug")
        assert.include(why?.text, "no shelf 42")
        assert.strictEqual(what?.level, "Warn")
        assert.notInclude(what?.text, "no shelf 42")
        const kept = yield* sql<{ failure: string }>`SELECT failure FROM gatefold_change_heads`
        assert.deepStrictEqual(kept.map(({ failure }) => failure), ["RangeError"])
      })))
})

describe("a logger that is not Effect's", () => {
  it.effect("is given texts and simple annotations alone, since nobody knows what else a value holds", () =>
    Effect.gen(function*() {
      const entries: Array<LogEntry> = []
      yield* Effect.logWarning("paid", { card: "4111" }, ["4111"]).pipe(
        Effect.annotateLogs({ order: "order-7", attempt: 2, secret: { key: "ek_1" } }),
        Effect.provide(plainLogger.layer((entry) => entries.push(entry)))
      )
      assert.deepStrictEqual(entries, [
        { level: "warn", message: "paid", annotations: { order: "order-7", attempt: 2 } }
      ])
    }))
})
