/**
 * The process of the shop, which is killed and started again on the same port.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import * as Setup from "./Setup.ts"

/** It ended although nobody had killed it. */
export class EndedByItself extends Data.TaggedError("EndedByItself")<{ readonly why: string }> {}

/** A shop that runs. */
export interface Process {
  /** It answers requests now. */
  readonly ready: Effect.Effect<void, EndedByItself>
  /** Kills it at this instruction: nothing of it runs any more afterwards. */
  readonly kill: Effect.Effect<void, EndedByItself>
  /** Never succeeds: fails when it ends by itself. */
  readonly ended: Effect.Effect<never, EndedByItself>
}

const program = fileURLToPath(new URL("shop.ts", import.meta.url))

/** Starts a shop. */
export const start = (setup: Setup.Setup): Effect.Effect<Process> =>
  Effect.sync(() => {
    const child = spawn(process.execPath, [program], {
      env: { NODE_COMPILE_CACHE: `${dirname(setup.deliveries)}/compiled`, SOAK_SETUP: Setup.write(setup) },
      stdio: ["ignore", "pipe", "pipe"]
    })
    const log = tailOf(child)
    const failed = (code: unknown) => new EndedByItself({ why: `exit ${code}: ${log()}` })
    const exited = once(child, "exit").then(([code, signal]) => signal ?? code)
    const isReady = once(child.stdout, "data").then(() => true)
    return {
      ready: Effect.flatMap(
        Effect.promise(() => Promise.race([isReady, exited])),
        (outcome) => outcome === true ? Effect.void : Effect.fail(failed(outcome))
      ).pipe(Effect.timeoutOrElse({ duration: "30 seconds", orElse: () => Effect.fail(failed("not ready")) })),
      kill: Effect.flatMap(
        Effect.promise(() => {
          child.kill("SIGKILL")
          return exited
        }),
        (outcome) => outcome === "SIGKILL" ? Effect.void : Effect.fail(failed(outcome))
      ),
      ended: Effect.flatMap(Effect.promise(() => exited), (outcome) => Effect.fail(failed(outcome)))
    }
  })

/** The end of what it has logged. */
const tailOf = ({ stderr }: ChildProcess): () => string => {
  let text = ""
  stderr?.on("data", (chunk) => {
    text = `${text}${chunk}`.slice(-4_000)
  })
  return () => text
}

/** A port that stays free while the shop is down: outside the range that connections take theirs from. */
export const freePort: Effect.Effect<number> = Effect.promise(async () => {
  for (let port = 20_000 + Math.floor(Math.random() * 8_000);; port++) {
    const probe = createServer().listen(port, "127.0.0.1")
    const isFree = await once(probe, "listening").then(() => true, () => false)
    if (!isFree) continue
    probe.close()
    await once(probe, "close")
    return port
  }
})
