// Runs the programs of a task: they share its terminal, get its signals and give it their status.
import { spawn } from "node:child_process"
import { constants } from "node:os"

const cwd = new URL("..", import.meta.url)
const shell = process.platform === "win32"

let running
let stoppedBy

const stop = (signal) => {
  stoppedBy ??= signal
  if (running === undefined) process.exit(killed(signal))
  // npx passes on no SIGHUP
  running.kill(signal === "SIGHUP" ? "SIGTERM" : signal)
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(signal))

// npm and npx signal the shell that they start us with, which may end without a word to us
const parent = process.ppid
const orphaned = () => {
  if (process.ppid === parent) return
  clearInterval(watching)
  stop("SIGTERM")
}
const watching = process.env.npm_lifecycle_event === undefined ? undefined : setInterval(orphaned, 250).unref()

/** The status of a program that a signal has ended, as a shell tells it. */
const killed = (signal) => 128 + (constants.signals[signal] ?? 0)

/** Runs a program and tells its status; the task ends with it if it was asked to end. */
export const attempt = (command, argv, { env = {}, quiet = false } = {}) =>
  new Promise((resolve) => {
    const stdio = quiet ? ["ignore", "pipe", "pipe"] : "inherit"
    const child = spawn(command, argv, { cwd, shell, env: { ...process.env, ...env }, stdio })
    running = child
    let output = ""
    for (const pipe of [child.stdout, child.stderr]) pipe?.setEncoding("utf8").on("data", (text) => output += text)
    child.once("error", (error) => {
      running = undefined
      console.error(`Cannot run ${command}: ${error.message}`)
      resolve(1)
    })
    child.once("close", (code, signal) => {
      running = undefined
      const status = code ?? (signal === null ? 1 : killed(signal))
      if (stoppedBy !== undefined) process.exit(status === 0 ? killed(stoppedBy) : status)
      if (status !== 0 && quiet) process.stderr.write(output)
      resolve(status)
    })
  })

/** Runs a program that has to succeed. */
export const run = async (command, argv, options) => {
  const status = await attempt(command, argv, options)
  if (status !== 0) process.exit(status)
}
