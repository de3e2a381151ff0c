/**
 * `npm run contract`: the contract suite on every adapter of the workspace, and on the adapters that are wrong on purpose.
 * Reports are written to `.contract`, as JSON, Markdown and a badge.
 */
import { NodeRuntime } from "@effect/platform-node"
import * as AdapterContract from "@gatefold/testkit/AdapterContract"
import * as Report from "@gatefold/testkit/Report"
import type { Subject } from "@gatefold/testkit/Subject"
import { Console, Effect } from "effect"
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { root } from "../support.ts"
import { adapters } from "./adapters.ts"
import { caught, isFair, remember } from "./check.ts"
import { all } from "./wrong/index.ts"

const folder = join(root, ".contract")

const save = (name: string, text: string) => Effect.promise(() => writeFile(join(folder, name), text))

const checkAdapter = Effect.fnUntraced(function*(subject: Subject) {
  const results = yield* AdapterContract.check(subject)
  remember(subject, results)
  const report = yield* Report.make(subject, results)
  yield* save(`${report.provider}.json`, yield* Report.toJson(report))
  yield* save(`${report.provider}.md`, Report.toMarkdown(report))
  yield* save(`${report.provider}.badge.json`, Report.toBadge(report))
  const counts = (["passed", "skipped", "waived", "unproven", "failed"] as const).map((each) =>
    `${report.count(each)} ${each}`
  )
  yield* Console.log(`${report.name}: ${counts.join(", ")}`)
  for (const { case: id, detail, name, variant } of [...report.of("failed"), ...report.of("unproven")]) {
    yield* Console.error(`  ${name} (${id}, ${variant})\n    ${detail}`)
  }
  return report
})

const program = Effect.gen(function*() {
  yield* Effect.promise(() => mkdir(folder, { recursive: true }))
  const reports = yield* Effect.forEach(yield* adapters, checkAdapter)
  const correct = reports.filter(({ isCorrect }) => isCorrect).length
  const verdicts = yield* Effect.forEach(
    all,
    (wrong) =>
      Effect.tap(
        Effect.zipWith(caught(wrong), isFair(wrong), (found, fair) => found !== undefined && fair),
        (isCaught) => isCaught ? Effect.void : Console.error(`not caught by ${wrong.caughtBy}: ${wrong.name}`)
      ),
    { concurrency: 4 }
  )
  const found = verdicts.filter(Boolean).length
  yield* Console.log(`${correct} adapters correct, ${found} of ${all.length} wrong adapters caught`)
  process.exitCode = correct === reports.length && found === all.length ? 0 : 1
})

NodeRuntime.runMain(program)
