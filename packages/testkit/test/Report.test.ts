/** What a run of the contract is reported as. */
import { assert, describe, it } from "@effect/vitest"
import * as AdapterContract from "@gatefold/testkit/AdapterContract"
import * as Report from "@gatefold/testkit/Report"
import { Effect, Schema } from "effect"
import { outcomeOf, resultOf, subject } from "./support/Cases.ts"

const passed = resultOf({ _tag: "Passed" })
const skipped = resultOf({ _tag: "Skipped", reason: "invoices.cancel is absent" }, { id: "a-skipped-case" })
const unproven = resultOf({ _tag: "Unproven", reason: "it needs a simulator" }, { id: "an-unproven-case" })
const waived = resultOf({ _tag: "Waived", reason: "Mended in May." }, { id: "a-waived-case", group: "N" })
const failed = resultOf({ _tag: "Failed", found: "it is paid" }, { id: "a-failed-case", group: "I" })

const reportOf = (...results: ReadonlyArray<Report.Result>) => Report.make(subject, results)

const fromJson = Schema.decodeUnknownEffect(Schema.fromJsonString(Report.Report))

/** The rows of a section of the page, without the lines above them. */
const section = (page: string, title: string): ReadonlyArray<string> => {
  const [, text = ""] = page.split(`## ${title}\n\n`)
  return (text.split("\n\n")[0] ?? "").trim().split("\n").slice(2)
}

describe("an adapter is correct", () => {
  it.effect("if all that applies was proven, and nothing failed", () =>
    Effect.gen(function*() {
      const report = yield* reportOf(passed, skipped)
      assert.isTrue(report.isCorrect)
      assert.match(Report.toMarkdown(report), /^# The contract of ecryptopay\n\nCorrect: 1 passed, \d+ operations\.\n/u)
    }))

  it.effect("not if a case failed", () =>
    Effect.gen(function*() {
      const report = yield* reportOf(passed, failed)
      assert.isFalse(report.isCorrect)
      assert.include(Report.toMarkdown(report), "\n\nNot correct: 1 case failed.\n\n")
    }))

  it.effect("not if nothing was run", () =>
    Effect.gen(function*() {
      for (const results of [[], [skipped], [waived]]) {
        const report = yield* reportOf(...results)
        assert.isFalse(report.isCorrect)
        assert.strictEqual(Report.verdict(report), "Incomplete: nothing was checked.")
      }
    }))

  it.effect("not without a simulator, which the report says", () =>
    Effect.gen(function*() {
      const report = yield* reportOf(passed, unproven)
      assert.isFalse(report.isCorrect)
      assert.isFalse(report.isComplete)
      const page = Report.toMarkdown(report)
      assert.include(page, "\n\nIncomplete: 1 case is not proven, as it needs a simulator.\n\n")
      assert.deepStrictEqual(section(page, "Not proven"), ["| `an-unproven-case` | default | it needs a simulator |"])
    }))

  it.live("not without a simulator, whatever its data files prove", () =>
    Effect.gen(function*() {
      const { settings } = yield* subject.simulator ?? Effect.never
      const alone = { ...subject, simulator: undefined, settings }
      const report = yield* Report.make(alone, yield* AdapterContract.check(alone))
      assert.strictEqual(report.count("failed"), 0, JSON.stringify(report.of("failed")))
      assert.isAbove(report.count("passed"), 3)
      assert.isAbove(report.count("unproven"), 50)
      assert.isFalse(report.isCorrect)
      assert.match(Report.verdict(report), /^Incomplete: \d+ cases are not proven, as it needs a simulator\.$/u)
    }))
})

describe("a run against a real provider", () => {
  const live = (...results: ReadonlyArray<Report.Result>) =>
    reportOf(...results.map((one) => ({ ...one, variant: "live" })))

  it.effect("is never taken for the whole contract: verdict, page and badge say that it was live", () =>
    Effect.gen(function*() {
      const report = yield* live(passed, skipped)
      assert.isTrue(report.isLive)
      assert.match(Report.verdict(report), /^Live check, which is a part of the contract\. Correct: 1 passed, /u)
      assert.match(Report.toMarkdown(report), /^# Live check of ecryptopay\n/u)
      assert.include(Report.toBadge(report), "\"label\":\"gatefold live check\"")
      assert.match(Report.verdict(yield* live(failed)), /^Live check, .* Not correct: 1 case failed\.$/u)
    }))

  it.effect("is not one that has a variant of that name beside others", () =>
    Effect.gen(function*() {
      const report = yield* reportOf(passed, { ...passed, variant: "live" })
      assert.isFalse(report.isLive)
      assert.isFalse((yield* reportOf()).isLive)
    }))
})

describe("what was not run", () => {
  it.effect("stands in the report with its reason, if it does not apply", () =>
    Effect.gen(function*() {
      const page = Report.toMarkdown(yield* reportOf(passed, skipped))
      assert.deepStrictEqual(section(page, "Not applicable"), [
        "| `a-skipped-case` | default | invoices.cancel is absent |"
      ])
    }))

  it.effect("stands in the report, the verdict and the badge, if it was waived", () =>
    Effect.gen(function*() {
      const report = yield* reportOf(passed, waived)
      assert.isTrue(report.isCorrect)
      assert.deepStrictEqual(section(Report.toMarkdown(report), "Waived"), [
        "| `a-waived-case` | default | Mended in May. |"
      ])
      assert.include(Report.verdict(report), "1 passed, 1 waived")
      assert.include(Report.toBadge(report), "1 passed, 1 waived")
    }))

  it.live("is a failure in the report, if it may not be waived", () =>
    Effect.gen(function*() {
      const outcome = yield* outcomeOf({ isCritical: true }, { waived: { "a-case": "Not yet." } })
      const report = yield* reportOf(passed, resultOf(outcome))
      assert.isFalse(report.isCorrect)
      assert.include(section(Report.toMarkdown(report), "Failed")[0], "cannot be waived")
    }))

  it.effect("tells of what is absent why", () =>
    Effect.gen(function*() {
      assert.include(
        section(Report.toMarkdown(yield* reportOf(passed)), "Cannot do"),
        "| `withdrawals` | ecryptopay documents no withdrawals. |"
      )
    }))
})

describe("as JSON", () => {
  it.effect("a report loses nothing", () =>
    Effect.gen(function*() {
      const report = yield* reportOf(passed, skipped, unproven, waived, failed)
      const read = yield* fromJson(yield* Report.toJson(report))
      assert.deepStrictEqual(read, report)
      assert.strictEqual(Report.toMarkdown(read), Report.toMarkdown(report))
      assert.isFalse(read.isCorrect)
    }))

  it.effect("a report keeps texts of every kind", () =>
    Effect.gen(function*() {
      const odd = "\"quoted\" \\ \u0000 \u2028 \ud83d\udcb6 </script>"
      const report = yield* reportOf(resultOf({ _tag: "Failed", found: odd }))
      const read = yield* fromJson(yield* Report.toJson(report))
      assert.strictEqual(read.of("failed")[0]?.detail, odd)
    }))
})

describe("as Markdown", () => {
  it.effect("a text cannot end its cell, its row or the table, nor become a tag", () =>
    Effect.gen(function*() {
      const found = "a | b\r\n\n| c | d |\n## title <img src=x> \\| end\\"
      const page = Report.toMarkdown(yield* reportOf(resultOf({ _tag: "Failed", found })))
      assert.deepStrictEqual(section(page, "Failed"), [
        "| `a-case` | default | it does what it should | a \\| b \\| c \\| d \\| ## title \\<img src=x> \\\\\\| end\\\\ |"
      ])
    }))

  it.effect("each group tells how its cases ended", () =>
    Effect.gen(function*() {
      const page = Report.toMarkdown(yield* reportOf(passed, passed, skipped, unproven, waived, failed))
      assert.include(page, "| A. Identity and settings | 2 passed, 1 unproven, 1 skipped |")
      assert.include(page, "| I. Life of an invoice | 1 failed |")
      assert.include(page, "| N. Observability | 1 waived |")
      assert.include(page, "| K. Lists |  |")
    }))
})

describe("as a badge", () => {
  const badgeOf = (...results: ReadonlyArray<Report.Result>) =>
    Effect.map(reportOf(...results), (report): unknown => JSON.parse(Report.toBadge(report)))

  it.effect("a report says in a few words whether the adapter is correct", () =>
    Effect.gen(function*() {
      const badge = { schemaVersion: 1, label: "gatefold contract" }
      const { capabilities } = yield* reportOf()
      const operations = Object.keys(capabilities).length
      assert.deepStrictEqual(yield* badgeOf(passed, skipped), {
        ...badge,
        message: `1 passed, ${operations} operations`,
        color: "brightgreen"
      })
      assert.deepStrictEqual(yield* badgeOf(passed, unproven, failed), { ...badge, message: "1 failed", color: "red" })
      assert.deepStrictEqual(yield* badgeOf(passed, unproven), { ...badge, message: "incomplete", color: "yellow" })
    }))
})
