/**
 * What came of it, by the database's and the providers' books: nothing of this is taken from what a machine believes.
 */
import { PgClient } from "@effect/sql-pg"
import type { Simulator } from "@gatefold/core/Simulator"
import { Effect, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { Report, Told } from "./Machine.ts"

/** Everything that was wrong, in words, and what was counted. */
export interface Findings {
  readonly changes: number
  readonly lost: ReadonlyArray<string>
  readonly double: ReadonlyArray<string>
  readonly outOfOrder: ReadonlyArray<string>
  /** Deliveries of a change after its first one: allowed after a kill, which may come between delivery and note. */
  readonly repeats: number
}

const Stored = Schema.Struct({
  changes: Schema.Array(Schema.Struct({ attempt: Schema.String, version: Schema.Int })),
  attempts: Schema.Array(Schema.String)
})

const stored = (url: string) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const changes = yield* sql`SELECT reference || '/' || number AS attempt, version FROM gatefold_changes`
    const attempts = yield* sql`SELECT reference || '/' || number AS attempt FROM gatefold_attempts`
    return yield* Schema.decodeUnknownEffect(Stored)({ changes, attempts: attempts.map(({ attempt }) => attempt) })
  }).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(url) })))

/** Compares what the machines took with what was stored and with what the providers have. */
export const make = Effect.fnUntraced(function*(
  url: string,
  references: ReadonlyArray<string>,
  reports: ReadonlyArray<Report>,
  simulators: ReadonlyArray<Simulator>
) {
  const { attempts, changes } = yield* stored(url)
  const taken = reports.filter((report) => report.tells === "taken").toSorted((a, b) => a.at - b.at)
  const seen = new Set(taken.map(nameOf))
  const handedOver = new Set(taken.filter(({ kinds }) => kinds.includes("paid")).map(({ attempt }) => attempt))
  const books = (yield* Effect.forEach(simulators, (simulator) => simulator.books)).flat()
  const findings: Findings = {
    changes: changes.length,
    lost: [
      ...changes.map(nameOf).filter((name) => !seen.has(name)).map((name) => `change ${name} was never delivered`),
      ...references.filter((reference) => !handedOver.has(`${reference}/1`)).map((name) => `${name} is not paid`)
    ],
    double: [
      ...attempts.filter((attempt) => !attempt.endsWith("/1")).map((attempt) => `${attempt} was not needed`),
      ...books.length > attempts.length ? [`${books.length} invoices for ${attempts.length} attempts`] : []
    ],
    outOfOrder: disorder(taken),
    repeats: taken.length - seen.size
  }
  return findings
})

const nameOf = ({ attempt, version }: { readonly attempt: string; readonly version: number }) => `${attempt}/${version}`

/** Attempts of which a change came before one that it follows. */
const disorder = (taken: ReadonlyArray<Told<"taken">>): ReadonlyArray<string> => {
  const newest = new Map<string, number>()
  return taken.flatMap(({ attempt, version }) => {
    const known = newest.get(attempt) ?? 0
    newest.set(attempt, Math.max(known, version))
    return version > known + 1 ? [`${attempt}: ${version} came after ${known}`] : []
  })
}
