/**
 * A process of its own: a server, a load, or a row.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

export interface Child {
  /** The first line that it has said. */
  readonly said: string
  /** Sends it a line and gives the line that it answers with. */
  readonly ask: (line: string) => Effect.Effect<string>
}

/** How a program of this folder is run. */
export interface Program {
  /** Its path from here: `rows/call.ts`. */
  readonly path: string
  readonly setup?: object | undefined
  readonly flags?: ReadonlyArray<string> | undefined
  /** What stands before `node`, for instance another loader. */
  readonly prefix?: ReadonlyArray<string> | undefined
}

/** What the program was given, in the process that was started. */
export const setup = <A>(): A => JSON.parse(process.env["BENCH_SETUP"] ?? "{}")

/** Starts a program until the scope ends, and waits for its first line. */
export const start = (
  { flags = [], path, prefix = [], setup = {} }: Program
): Effect.Effect<Child, never, Scope.Scope> =>
  Effect.gen(function*() {
    const file = fileURLToPath(new URL(path, import.meta.url))
    const [command = process.execPath, ...args] = [...prefix, process.execPath, ...flags, file]
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(command, args, {
          env: { PATH: process.env["PATH"], BENCH_SETUP: JSON.stringify(setup) },
          // it ends when nobody holds the other end of its input any more
          stdio: ["pipe", "pipe", "inherit"]
        })
      ),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const next = Effect.promise(async () => {
      const line = await lines.next()
      return line.done === true ? Promise.reject(new Error(`${path} has ended`)) : line.value
    })
    const said = yield* next
    return { said, ask: (line) => Effect.andThen(Effect.sync(() => child.stdin.write(`${line}\n`)), next) }
  })

/** In the process that was started: answers each line that comes, and ends when no more can come. */
export const answer = (use: (line: string) => Promise<string>): void => {
  const input = createInterface(process.stdin)
  input.on("line", (line) => {
    void use(line).then(say)
  })
  input.on("close", () => process.exit())
}

/** Tells whoever has started this process. */
export const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}
