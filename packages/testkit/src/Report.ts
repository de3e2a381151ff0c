/**
 * What a run of the contract found, as data and as a page for people.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Case from "./Case.ts"
import * as Check from "./Check.ts"
import * as Matrix from "./Matrix.ts"
import type * as Subject from "./Subject.ts"

/** One case in one variant. */
export interface Result {
  readonly case: Case.Case
  /** `default`, or the variant's name. */
  readonly variant: string
  readonly outcome: Check.Outcome
}

const Finding = Schema.Struct({
  case: Schema.String,
  group: Schema.String,
  name: Schema.String,
  variant: Schema.String,
  outcome: Schema.Literals(["passed", "skipped", "unproven", "waived", "failed"]),
  /** What was found, or the reason why it was not run. */
  detail: Schema.optionalKey(Schema.String)
})

type Finding = typeof Finding.Type

/** The report of one adapter; encodes to JSON. */
export class Report extends Schema.Class<Report>("@gatefold/testkit/Report")({
  provider: Schema.String,
  name: Schema.String,
  /** Each operation that it has, with its level, and the setting that it takes if there is one. */
  capabilities: Schema.Record(Schema.String, Schema.String),
  /** Why what it lacks is absent, by service or operation. */
  absent: Schema.Record(Schema.String, Schema.String),
  findings: Schema.Array(Finding)
}) {
  /** How many cases ended in this way; one case counts once for each variant. */
  count(outcome: Finding["outcome"]): number {
    return this.of(outcome).length
  }

  /** The findings that ended in this way. */
  of(outcome: Finding["outcome"]): ReadonlyArray<Finding> {
    return this.findings.filter((finding) => finding.outcome === outcome)
  }

  /** Whether it is about a run against a real provider, which is a part of the contract. */
  get isLive(): boolean {
    return this.findings.length > 0 && this.findings.every(({ variant }) => variant === Check.live)
  }

  /** Whether every case that applies was run, but for those that were waived. */
  get isComplete(): boolean {
    return this.count("unproven") === 0 && this.count("passed") > 0
  }

  /** Whether nothing failed, and nothing was left unproven. */
  get isCorrect(): boolean {
    return this.isComplete && this.count("failed") === 0
  }
}

/** Makes the report of an adapter out of the results of its cases. */
export const make = Effect.fnUntraced(function*(subject: Subject.Subject, results: ReadonlyArray<Result>) {
  return new Report({
    provider: subject.provider.id,
    name: subject.provider.name,
    capabilities: Object.fromEntries(yield* Matrix.column(subject)),
    absent: subject.absent,
    findings: results.map(finding)
  })
})

const finding = ({ case: { group, id, name }, outcome, variant }: Result): Finding => {
  const about = { case: id, group, name, variant }
  switch (outcome._tag) {
    case "Passed":
      return { ...about, outcome: "passed" }
    case "Skipped":
      return { ...about, outcome: "skipped", detail: outcome.reason }
    case "Unproven":
      return { ...about, outcome: "unproven", detail: outcome.reason }
    case "Waived":
      return { ...about, outcome: "waived", detail: outcome.reason }
    case "Failed":
      return { ...about, outcome: "failed", detail: outcome.found }
  }
}

/** As JSON text. */
export const toJson = (report: Report): Effect.Effect<string> =>
  Effect.map(
    Effect.orDie(Schema.encodeEffect(Report)(report)),
    (encoded) => `${JSON.stringify(encoded, undefined, 2)}\n`
  )

/** What a badge says, in the JSON form that badge services read from an address. */
export const toBadge = (report: Report): string =>
  JSON.stringify({
    schemaVersion: 1,
    label: report.isLive ? "gatefold live check" : "gatefold contract",
    ...badge(report)
  })

const badge = (report: Report): { readonly message: string; readonly color: string } => {
  if (report.isCorrect) return { message: summary(report), color: "brightgreen" }
  const failed = report.count("failed")
  return failed > 0 ? { message: `${failed} failed`, color: "red" } : { message: "incomplete", color: "yellow" }
}

/** What was waived is no secret. */
const summary = (report: Report): string => {
  const waived = report.count("waived")
  const operations = Object.keys(report.capabilities).length
  return `${report.count("passed")} passed${waived === 0 ? "" : `, ${waived} waived`}, ${operations} operations`
}

/** Whether the adapter is correct, in one sentence. */
export const verdict = (report: Report): string => {
  const what = judged(report)
  return report.isLive ? `Live check, which is a part of the contract. ${what}` : what
}

const judged = (report: Report): string => {
  if (report.isCorrect) return `Correct: ${summary(report)}.`
  const failed = report.count("failed")
  const unproven = report.of("unproven")
  if (failed > 0) {
    const beside = unproven.length === 0 ? "" : `, ${unproven.length} not proven`
    return `Not correct: ${failed} ${failed === 1 ? "case" : "cases"} failed${beside}.`
  }
  const [first] = unproven
  if (first === undefined) return "Incomplete: nothing was checked."
  const reasons = new Set(unproven.map(said))
  const [count, are] = unproven.length === 1 ? ["1 case", "is"] : [`${unproven.length} cases`, "are"]
  return `Incomplete: ${count} ${are} not proven, as ${[...reasons].join("; ")}.`
}

/** As a page of Markdown. */
export const toMarkdown = (report: Report): string =>
  [
    report.isLive ? `# Live check of ${report.name}` : `# The contract of ${report.name}`,
    verdict(report),
    ...section("Failed", report.of("failed").map((one) => [`\`${one.case}\``, one.variant, one.name, said(one)])),
    ...section(
      "Groups",
      Object.entries(Case.groups).map(([group, title]) => [`${group}. ${title}`, counts(report, group)])
    ),
    ...section("Can do", Object.entries(report.capabilities).map(([path, level]) => [`\`${path}\``, level])),
    ...section("Cannot do", Object.entries(report.absent).map(([path, reason]) => [`\`${path}\``, reason])),
    ...section("Not proven", report.of("unproven").map((one) => [`\`${one.case}\``, one.variant, said(one)])),
    ...section("Waived", report.of("waived").map((one) => [`\`${one.case}\``, one.variant, said(one)])),
    ...section("Not applicable", report.of("skipped").map((one) => [`\`${one.case}\``, one.variant, said(one)]))
  ].join("\n\n") + "\n"

const counts = (report: Report, group: string): string => {
  const outcomes = ["passed", "failed", "unproven", "waived", "skipped"] as const
  return outcomes
    .map((outcome) => [outcome, report.of(outcome).filter((one) => one.group === group).length] as const)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(", ")
}

const section = (title: string, rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const [first] = rows
  if (first === undefined) return []
  const line = (cells: ReadonlyArray<string>) => `| ${cells.map(inCell).join(" | ")} |`
  return [`## ${title}`, [line(first.map(() => "")), line(first.map(() => "---")), ...rows.map(line)].join("\n")]
}

const said = ({ detail }: Finding): string => detail ?? ""

/** One line, with nothing that would end a cell or become a tag; a backslash may not undo that. */
const inCell = (text: string): string =>
  text
    .replaceAll(/[\\|<]/gu, (character) => `\\${character}`)
    .replaceAll(/\s*[\n\r]\s*/gu, " ")
