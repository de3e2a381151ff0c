/**
 * The process of the shop, which is killed and started again on the same port.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import * as Setup from "./Setup.ts"

/** It ended although nobody had killed it. */
export class EndedByItself extends Data.TaggedError("EndedByItself")<{ readonly why: string }> {
  override get message(): string {
    return `the shop ended by itself: ${this.why}`
  }
}

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

/** Starts a shop, which lives no longer than the scope. */
export const start = (setup: Setup.Setup): Effect.Effect<Process, never, Scope.Scope> =>
  Effect.map(Effect.acquireRelease(Effect.sync(() => spawned(setup)), (child) => killed(child)), (child) => {
    const log = tailOf(child)
    const failed = (code: unknown) => new EndedByItself({ why: `${code}: ${log()}` })
    const exited = once(child, "exit").then(([code, signal]) => signal ?? `exit ${code}`)
    const isReady = once(child.stdout, "data").then(() => "ready")
    const outcome = Effect.promise(() => Promise.race([isReady, exited]))
    return {
      ready: Effect.timeoutOption(outcome, "30 seconds").pipe(
        Effect.map(Option.getOrElse(() => "not ready")),
        Effect.flatMap((is) => is === "ready" ? Effect.void : Effect.fail(failed(is)))
      ),
      kill: Effect.andThen(killed(child), Effect.promise(() => exited)).pipe(
        Effect.flatMap((is) => is === "SIGKILL" ? Effect.void : Effect.fail(failed(is)))
      ),
      ended: Effect.flatMap(Effect.promise(() => exited), (is) => Effect.fail(failed(is)))
    }
  })

const spawned = (setup: Setup.Setup) =>
  spawn(process.execPath, [program], {
    env: { NODE_COMPILE_CACHE: `${dirname(setup.deliveries)}/compiled`, SOAK_SETUP: Setup.write(setup) },
    // it ends when nobody holds the other end of its input any more
    stdio: ["pipe", "pipe", "pipe"]
  })

const killed = (child: ChildProcess) => Effect.sync(() => child.kill("SIGKILL"))

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
