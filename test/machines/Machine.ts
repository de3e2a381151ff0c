/**
 * A process of the shop as seen from outside: what it is told, what it tells, and its end.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

/** What a process tells. Moments are milliseconds of this machine's one clock. */
export type Report =
  | { readonly tells: "ready"; readonly port: number }
  | { readonly tells: "opened"; readonly reference: string; readonly invoice: string; readonly account: string }
  | { readonly tells: "failed"; readonly reference: string; readonly why: string }
  | { readonly tells: "asked"; readonly url: string; readonly at: number }
  | {
    readonly tells: "taken"
    readonly id: string
    readonly attempt: string
    readonly version: number
    readonly kinds: ReadonlyArray<string>
    readonly at: number
  }

export type Told<T extends Report["tells"]> = Extract<Report, { readonly tells: T }>

export interface Machine {
  readonly name: string
  /** All that it told so far. */
  readonly reports: ReadonlyArray<Report>
  /** Where it receives webhooks. */
  readonly origin: string
  readonly open: (reference: string) => void
  /** Kills it at whatever instruction it is. */
  readonly kill: () => Promise<void>
  /** Lets it end cleanly; its exit code. */
  readonly end: () => Promise<number>
}

const program = fileURLToPath(new URL("shop.ts", import.meta.url))

/** Starts one and waits until it is ready. */
export const start = async (name: string, env: Readonly<Record<string, string>>): Promise<Machine> => {
  const child = spawn(process.execPath, [program], {
    env: { ...env, CLUSTER_PORT: String(await freePort()) },
    stdio: ["pipe", "pipe", "inherit"]
  })
  // a parent that ends leaves nobody behind
  process.once("exit", () => child.kill("SIGKILL"))
  const exited = once(child, "exit")
  const reports: Array<Report> = []
  const lines = createInterface({ input: child.stdout })
  const drained = once(lines, "close")
  const port = await new Promise<number>((resolve, reject) => {
    exited.then(() => reject(new Error(`machine ${name} ended before it was ready`)))
    lines.on("line", (line) => {
      const report = read(line)
      if (report === undefined) process.stdout.write(`  ${name}: ${line}\n`)
      else reports.push(report)
      if (report?.tells === "ready") resolve(report.port)
    })
  })
  const ended = async () => {
    await Promise.all([drained, exited])
    return child.exitCode ?? -1
  }
  return {
    name,
    reports,
    origin: `http://127.0.0.1:${port}`,
    open: (reference) => child.stdin.write(`${reference}\n`),
    kill: async () => {
      child.kill("SIGKILL")
      await ended()
    },
    end: () => {
      child.stdin.end()
      return ended()
    }
  }
}

/** Other lines are its log. */
const read = (line: string): Report | undefined => line.startsWith("{\"tells\":") ? JSON.parse(line) : undefined

/** Outside the range that connections take theirs from. */
const freePort = async (): Promise<number> => {
  const port = 15_000 + Math.floor(Math.random() * 15_000)
  const probe = createServer().listen(port, "127.0.0.1")
  const isFree = await once(probe, "listening").then(() => true, () => false)
  if (!isFree) return freePort()
  probe.close()
  await once(probe, "close")
  return port
}
