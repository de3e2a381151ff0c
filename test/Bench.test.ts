/**
 * What a benchmark says of its figures: the ratio, whether a target is met, and the table. No time is measured here.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { readFileSync } from "node:fs"
import * as Documents from "./bench/Documents.ts"
import * as Figure from "./bench/Figure.ts"
import * as Race from "./bench/Race.ts"
import * as Report from "./bench/Report.ts"
import { rows } from "./bench/rows/index.ts"

const measured = { name: "call", unit: "us", ours: 30 }

describe("Bench: a figure", () => {
  it("beside a peer is ours to theirs, and met at the bound itself", () => {
    const figure = Figure.beside(measured, ["theirs", 10], ["<=", 3])
    assert.strictEqual(figure.ratio, 3)
    assert.deepStrictEqual(figure.peers, { theirs: 10 })
    assert.strictEqual(figure.target, "ratio <= 3")
    assert.isTrue(figure.met)
  })

  it("of a time is missed above the bound, of a rate below it", () => {
    assert.isFalse(Figure.beside(measured, ["theirs", 9.9], ["<=", 3]).met)
    assert.isFalse(Figure.beside(measured, ["theirs", 34], [">=", 0.9]).met)
    assert.isTrue(Figure.beside(measured, ["theirs", 33], [">=", 0.9]).met)
  })

  it("without a target meets none and misses none", () => {
    const { met, ratio, target } = Figure.beside(measured, ["theirs", 60])
    assert.deepStrictEqual({ met, ratio, target }, { met: null, ratio: 0.5, target: null })
  })

  it("that was not measured is none", () => {
    assert.throws(() => Figure.beside({ ...measured, ours: Number.NaN }, ["theirs", 10], ["<=", 3]))
  })

  it("by itself is bounded by its value", () => {
    const figure = Figure.alone(measured, ["<=", 50])
    assert.deepStrictEqual([figure.ratio, figure.target, figure.met], [null, "<= 50 us", true])
    assert.isFalse(Figure.alone(measured, ["<=", 29]).met)
    assert.isNull(Figure.alone(measured).met)
  })

  it("whose peer does not run here leaves its target open", () => {
    const { met, ours, peers, target } = Figure.missing(measured, ["<=", 0.1])
    assert.deepStrictEqual({ met, ours, peers, target }, { met: null, ours: 30, peers: {}, target: "ratio <= 0.1" })
  })

  it.effect("is the same after it was written and read", () =>
    Effect.gen(function*() {
      const json = Schema.fromJsonString(Figure.Figure)
      const figure = Figure.beside({ ...measured, note: "a note" }, ["theirs", 10], ["<=", 3])
      const text = yield* Schema.encodeEffect(json)(figure)
      assert.deepStrictEqual(yield* Schema.decodeEffect(json)(text), figure)
    }))
})

describe("Bench: the table", () => {
  const lines = (...figures: ReadonlyArray<Figure.Figure>) =>
    Report.table({ title: "Calls", figures }).split("\n").slice(4)

  it("has a title, a head and a line for each figure", () => {
    const [title, , head] = Report.table({ title: "Calls", figures: [] }).split("\n")
    assert.strictEqual(title, "## Calls")
    assert.strictEqual(head, "| what | unit | ours | beside it | ratio | to reach | reached |")
    assert.lengthOf(lines(Figure.alone(measured), Figure.alone(measured)), 2)
  })

  it("says of each target whether it was reached", () => {
    assert.deepStrictEqual(
      lines(
        Figure.beside(measured, ["theirs", 10], ["<=", 3]),
        Figure.beside(measured, ["theirs", 7], ["<=", 3]),
        Figure.missing({ ...measured, note: "it does not start" }, ["<=", 0.1]),
        Figure.alone(measured)
      ),
      [
        "| call, beside theirs | us | 30 | theirs: 10 | 3 | ratio <= 3 | yes |",
        "| call, beside theirs | us | 30 | theirs: 7 | 4.29 | ratio <= 3 | **no** |",
        "| call (it does not start) | us | 30 |  |  | ratio <= 0.1 | not measured |",
        "| call | us | 30 |  |  |  |  |"
      ]
    )
  })

  it("rounds to what can be told, and keeps a bar within its cell", () => {
    assert.deepStrictEqual(lines(Figure.alone({ name: "a|b", unit: "calls/s", ours: 12_345.678 })), [
      "| a\\|b | calls/s | 12,346 |  |  |  |  |"
    ])
  })
})

describe("Bench: a race", () => {
  it("takes the median, of an even number the middle of two", () => {
    assert.strictEqual(Race.median([9, 1, 5]), 5)
    assert.strictEqual(Race.median([8, 2, 4, 100]), 6)
    assert.isNaN(Race.median([]))
  })

  it("gives a rate for a time", () => {
    assert.strictEqual(Race.rate(250), 4_000)
  })

  it.live("runs every contender in every round, those that warm up included", () =>
    Effect.gen(function*() {
      const runs = { a: 0, b: 0 }
      const count = (name: "a" | "b") => ({ run: () => void runs[name]++ })
      const median = yield* Race.run({ a: count("a"), b: count("b") }, { rounds: 2, millis: 1, warmUp: 1 })
      assert.isAtLeast(runs.a, 4)
      assert.isAtLeast(runs.b, 4)
      assert.isAbove(median("a"), 0)
    }))

  it.live("fails when a contender does, so that no error is taken for speed", () =>
    Effect.gen(function*() {
      const broken = { run: () => Promise.reject(new Error("broken")) }
      const exit = yield* Effect.exit(Race.run({ broken }, { rounds: 1, millis: 1, warmUp: 1 }))
      assert.strictEqual(exit._tag, "Failure")
    }))
})

describe("Bench: what is measured", () => {
  it("is a webhook of exactly the bytes that are named", () => {
    for (const bytes of [1_024, 16_384]) {
      const webhook = Documents.webhook(bytes)
      assert.lengthOf(webhook, bytes)
      assert.strictEqual(JSON.parse(webhook.toString()).order_id, Documents.id)
    }
  })

  it("has a title for each row", () => {
    const titles = Object.values(rows).map(({ title }) => title)
    assert.strictEqual(new Set(titles).size, titles.length)
  })
})

describe("Bench: the figures that are kept", () => {
  const kept = (name: string) => readFileSync(new URL(`bench/${name}`, import.meta.url), "utf8")
  const figures = Schema.decodeSync(Schema.fromJsonString(Schema.Array(Figure.Figure)))(kept("results.json"))

  it("have a name each", () => {
    assert.lengthOf(new Set(figures.map(({ name }) => name)), figures.length)
  })

  it("are judged by what they are", () => {
    for (const { met, name, ours, peers, ratio, target } of figures) {
      const [, of, relation, bound] = /^(ratio )?(<=|>=) ([\d.]+)/u.exec(target ?? "") ?? []
      if (ratio !== null) assert.closeTo(ratio, ours / (Object.values(peers)[0] ?? Number.NaN), 1e-9, name)
      if (relation === undefined) assert.isNull(met, name)
      if (met === null) continue
      const value = of === undefined ? ours : ratio ?? Number.NaN
      assert.strictEqual(met, relation === "<=" ? value <= Number(bound) : value >= Number(bound), name)
    }
  })

  it("are those of the table", () => {
    const table = kept("RESULTS.md").split("\n")
    for (const figure of figures) {
      assert.include(table, Report.table({ title: "", figures: [figure] }).split("\n").at(-1))
    }
  })

  it("are of every row, and show nothing lost and nothing double", () => {
    assert.includeMembers(kept("RESULTS.md").split("\n"), Object.values(rows).map(({ title }) => `## ${title}`))
    const wrong = figures.filter(({ name }) => /: (lost|double)$/u.test(name))
    assert.deepStrictEqual(wrong.map(({ ours }) => ours), [0, 0, 0, 0])
  })
})
