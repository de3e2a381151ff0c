// The commands of the README. Brings its own Node 24 and pnpm from npm, so that any machine with Node 20 and npm will do.
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const [task, ...args] = process.argv.slice(2)
const cwd = new URL("..", import.meta.url)
const shell = process.platform === "win32"

const attempt = (command, argv, { env = {}, quiet = false } = {}) => {
  const result = spawnSync(command, argv, {
    cwd,
    shell,
    encoding: "utf8",
    env: { ...process.env, ...env },
    stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit"
  })
  if (result.error !== undefined) console.error(`Cannot run ${command}: ${result.error.message}`)
  if (result.status !== 0 && quiet) process.stderr.write((result.stdout ?? "") + (result.stderr ?? ""))
  return result.status ?? 1
}

const run = (command, argv, options) => {
  const status = attempt(command, argv, options)
  if (status !== 0) process.exit(status)
}

/** Runs all tests and ends with the one line that counts them. */
const test = () => {
  const checks = attempt("pnpm", ["run", "--silent", "check"])
  const folder = mkdtempSync(join(tmpdir(), "gatefold-"))
  const report = join(folder, "report.json")
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`]
  const tests = attempt("pnpm", ["exec", "vitest", "run", ...reporters, ...args])
  const counts = readCounts(report, checks === 0 ? 0 : 1)
  rmSync(folder, { recursive: true, force: true })
  if (checks !== 0) console.error("\nType check, lint or format check failed: see above.")
  console.log(`${counts.passed} passed, ${counts.failed} failed`)
  process.exit(counts.failed > 0 || tests !== 0 || counts.passed === 0 ? 1 : 0)
}

/** A file that cannot be loaded fails without a failed test of its own, and so do the checks. */
const readCounts = (report, failedChecks) => {
  try {
    const { numFailedTests, numPassedTests, testResults } = JSON.parse(readFileSync(report, "utf8"))
    const unloaded = testResults.filter(({ assertionResults, status }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed")
    )
    return { passed: numPassedTests, failed: numFailedTests + unloaded.length + failedChecks }
  } catch {
    return { passed: 0, failed: 1 + failedChecks }
  }
}

/** Installs what the lock file says, unless that was the last thing installed here. */
const install = () => {
  const stamp = new URL("../node_modules/.installed-lock", import.meta.url)
  const lock = readFileSync(new URL("../pnpm-lock.yaml", import.meta.url), "utf8")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return
  run("pnpm", ["install", "--frozen-lockfile", "--prefer-offline"], { quiet: true })
  writeFileSync(stamp, lock)
}

/** Makes an adapter's package and installs it; it is not in the lock file yet. */
const newAdapter = () => {
  const before = packages()
  run("node", [".dev/newAdapter.ts", ...args])
  const made = packages().filter((folder) => !before.includes(folder))
  if (made.length === 0) return
  run("pnpm", ["install", "--no-frozen-lockfile", "--prefer-offline"], { quiet: true })
  run("pnpm", [
    "exec",
    "dprint",
    "fmt",
    "--log-level=error",
    "tsconfig.json",
    ".dev/*.json",
    ...made.map((one) => `${one}/**`)
  ])
}

const packages = () =>
  ["examples", "packages"].flatMap((parent) => readdirSync(new URL(parent, cwd)).map((name) => `${parent}/${name}`))

const tasks = {
  start: () => {
    const isShop = args.includes("--shop")
    const rest = args.filter((arg) => arg !== "--shop")
    run("node", [`examples/${isShop ? "checkout" : "quickstart"}/main.ts`, ...rest])
  },
  bench: () => run("node", ["test/bench/main.ts", ...args]),
  flood: () => run("node", ["test/flood/main.ts", ...args]),
  // one adapter, or all of them with those that are wrong on purpose
  contract: () =>
    run("node", args.length > 0 ? ["packages/testkit/src/cli.ts", "check", ...args] : ["test/contract/main.ts"]),
  laws: () => run("node", ["test/laws/main.ts", ...args]),
  machines: () => run("node", ["test/machines/main.ts", ...args]),
  soak: () => run("node", ["test/soak/main.ts", ...args]),
  storm: () => run("node", ["test/storm/main.ts", ...args]),
  "new-adapter": newAdapter,
  test
}

if (!Object.hasOwn(tasks, task ?? "")) {
  console.error(`Unknown task "${task ?? ""}". There is: ${Object.keys(tasks).join(", ")}`)
  process.exit(2)
}
if (process.env.GATEFOLD_BOOTSTRAPPED === undefined) {
  const inner = ["node", ".dev/run.mjs", task, ...args]
  run("npx", ["--yes", "--prefer-offline", "-p", "node@24.21.0", "-p", "pnpm@10.34.9", "--", ...inner], {
    env: { GATEFOLD_BOOTSTRAPPED: "1", npm_config_loglevel: "error" }
  })
} else {
  install()
  tasks[task]()
}
