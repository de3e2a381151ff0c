/**
 * Another process with the same file open.
 */
import { Effect } from "effect"
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import { once } from "node:events"

const program = `
import { DatabaseSync } from "node:sqlite"
import { createInterface } from "node:readline"
const database = new DatabaseSync(process.argv[1], { timeout: 5000 })
console.log("ready")
for await (const sql of createInterface({ input: process.stdin })) {
  database.exec(sql)
  console.log("done")
}`

export interface OtherProcess {
  readonly exec: (sql: string) => Effect.Effect<void>
  readonly kill: Effect.Effect<void>
}

const answered = (child: ChildProcessWithoutNullStreams) => Effect.promise(() => once(child.stdout, "data"))

export const make = Effect.fnUntraced(function*(filename: string) {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => spawn(process.execPath, ["--input-type=module", "-e", program, filename])),
    (child) => stopped(child)
  )
  yield* answered(child)
  return {
    exec: (sql) => Effect.andThen(Effect.sync(() => child.stdin.write(`${sql}\n`)), answered(child)),
    kill: stopped(child)
  } satisfies OtherProcess
})

const stopped = (child: ChildProcessWithoutNullStreams): Effect.Effect<void> =>
  Effect.promise(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill("SIGKILL")
    await once(child, "exit")
  })
