/**
 * Checks an adapter at a shell: says what failed, and leaves the report in files.
 */
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Predicate from "effect/Predicate"
import { pathToFileURL } from "node:url"
import * as AdapterContract from "../AdapterContract.ts"
import * as Live from "../Live.ts"
import * as Report from "../Report.ts"
import type * as Subject from "../Subject.ts"

/** Nothing could be checked, or not everything holds. */
class CheckError extends Data.TaggedError("CheckError")<{ readonly message: string }> {}

/** @internal */
export interface Options {
  readonly subject: string
  readonly live: boolean
  readonly reports: string
}

/** @internal Fails unless the adapter is correct. */
export const checking = Effect.fnUntraced(function*({ live, reports, subject: file }: Options) {
  const subject = yield* subjectIn(file)
  const results = yield* (live ? Live.check(subject, process.env) : AdapterContract.check(subject))
  const report = yield* Report.make(subject, results)
  yield* save(reports, report)
  yield* Effect.forEach(results, said, { discard: true })
  yield* Effect.forEach(unproven(report), (text) => Console.log(text), { discard: true })
  const verdict = `${report.name}: ${Report.verdict(report)}`
  if (!report.isCorrect) return yield* new CheckError({ message: verdict })
  yield* Console.log(verdict)
})

const subjectIn = Effect.fnUntraced(function*(file: string) {
  const url = pathToFileURL((yield* Path.Path).resolve(file))
  const loaded = yield* Effect.tryPromise({
    try: (): Promise<unknown> => import(url.href),
    catch: (cause) => new CheckError({ message: `${file} cannot be loaded: ${String(cause)}` })
  })
  const subject = Predicate.hasProperty(loaded, "subject") ? loaded.subject : undefined
  if (isSubject(subject)) return subject
  return yield* new CheckError({ message: `${file} has no export \`subject\`, as \`Subject\` describes it` })
})

/** What the compiler has not seen to, as the module is named at a shell. */
const isSubject = (value: unknown): value is Subject.Subject =>
  ["provider", "order", "absent", "words"].every((part) => Predicate.hasProperty(value, part))

const save = Effect.fnUntraced(function*(folder: string, report: Report.Report) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  // a live run is a part of the contract, and may not take the place of the whole
  const name = report.isLive ? `${report.provider}.live` : report.provider
  const write = (kind: string, text: string) => fs.writeFileString(path.join(folder, `${name}.${kind}`), text)
  yield* fs.makeDirectory(folder, { recursive: true })
  yield* write("json", yield* Report.toJson(report))
  yield* write("md", Report.toMarkdown(report))
  yield* write("badge.json", Report.toBadge(report))
})

const said = ({ case: { id, look, name, why }, outcome, variant }: Report.Result): Effect.Effect<void> =>
  outcome._tag !== "Failed" ? Effect.void : Console.log(
    [
      `✗ ${name}`,
      ...outcome.found.split("\n"),
      `Why it matters: ${why}`,
      `Where to look: ${look}`,
      `Case: ${id}, in ${variant}`
    ].join("\n    ") + "\n"
  )

/** Cases that apply and could not be run, below what they lack: without a simulator those are most. */
const unproven = (report: Report.Report): ReadonlyArray<string> =>
  [...Map.groupBy(report.of("unproven"), ({ detail = "" }) => detail)].map(([reason, cases]) =>
    [`? not proven: ${reason}`, ...cases.map(({ case: id, name, variant }) => `${name} (${id}, in ${variant})`)]
      .join("\n    ") + "\n"
  )
