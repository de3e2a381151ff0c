/**
 * What adapters can do, operation by operation, as a table for people.
 */
import * as Capability from "@gatefold/core/Capability"
import * as Effect from "effect/Effect"
import * as Check from "./Check.ts"
import type * as Subject from "./Subject.ts"
import * as World from "./World.ts"

/** What stands in a cell by path: `native`, `emulated`, or one of them with the setting that it takes. */
export type Column = ReadonlyMap<string, string>

/** Every operation and aspect that there is: `invoices.create`. */
export const paths: ReadonlyArray<string> = Object.entries(Capability.services).flatMap((
  [service, { aspects, operations }]
) => [...Object.keys(operations), ...aspects].map((operation) => `${service}.${operation}`))

/** What the adapter offers as it is, and what only one of its variants has. */
export const column = Effect.fnUntraced(function*(subject: Subject.Subject) {
  const cells = new Map<string, string>()
  for (const variant of [Check.plain, ...Object.values(subject.variants ?? {})]) {
    for (const [path, level] of yield* offered(subject, variant)) {
      if (!cells.has(path)) cells.set(path, variant.note === undefined ? level : `${level} ${variant.note}`)
    }
  }
  const all: Column = cells
  return all
})

const offered = (subject: Subject.Subject, variant: Subject.Variant) =>
  subject.simulator === undefined
    ? Effect.succeed(Capability.levels(subject.provider.capabilities))
    : Effect.scoped(Effect.map(
      Effect.flatMap(subject.simulator, (simulator) => World.make(subject, variant, simulator)),
      ({ adapter }) => adapter.gateway.capabilities
    ))

/** Every operation with its level at each adapter, as a Markdown table. */
export const table = Effect.fnUntraced(function*(subjects: ReadonlyArray<Subject.Subject>) {
  const columns = yield* Effect.forEach(subjects, column)
  return [
    row(["", ...subjects.map(({ provider }) => provider.name)]),
    row(["---", ...subjects.map(() => "---")]),
    ...paths.map((path) => row([`\`${path}\``, ...columns.map((cells) => cells.get(path) ?? "")]))
  ].join("\n")
})

const row = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`
