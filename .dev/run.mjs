// The commands of the README. Brings its own Node 24 and pnpm from npm, so that any machine with Node 20 and npm will do.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { attempt, run } from "./child.mjs"

const [task, ...args] = process.argv.slice(2)
const cwd = new URL("..", import.meta.url)

/** Runs all tests and ends with the one line that counts them. */
const test = async () => {
  const checks = await attempt("pnpm", ["run", "--silent", "check"])
  const folder = mkdtempSync(join(tmpdir(), "gatefold-"))
  const report = join(folder, "report.json")
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`]
  const tests = await attempt("pnpm", ["exec", "vitest", "run", ...reporters, ...args])
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
const install = async () => {
  const stamp = new URL("../node_modules/.installed-lock", import.meta.url)
  const lock = readFileSync(new URL("../pnpm-lock.yaml", import.meta.url), "utf8")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return
  await run("pnpm", ["install", "--frozen-lockfile", "--prefer-offline"], { quiet: true })
  writeFileSync(stamp, lock)
}

/** Makes an adapter's package and installs it; it is not in the lock file yet. */
const newAdapter = async () => {
  const before = packages()
  await run("node", [".dev/newAdapter.ts", ...args])
  const made = packages().filter((folder) => !before.includes(folder))
  if (made.length === 0) return
  await run("pnpm", ["install", "--no-frozen-lockfile", "--prefer-offline"], { quiet: true })
  await run("pnpm", [
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

const providers = ["ecca", "ecryptopay"]

/** What `npm start` was asked for; where that is not understood, how to ask. */
const readStart = () => {
  const usage = `Usage: npm start -- [--shop] [--provider ${providers.join("|")}]`
  const options = { help: { type: "boolean", short: "h" }, provider: { type: "string" }, shop: { type: "boolean" } }
  const end = (say, status) => {
    say(usage)
    process.exit(status)
  }
  try {
    const { values } = parseArgs({ args, options })
    if (values.help) end(console.log, 0)
    if (values.provider === undefined || providers.includes(values.provider)) return values
  } catch {
    // an option that there is not
  }
  return end(console.error, 2)
}

const start = () => {
  const { provider, shop } = readStart()
  const rest = provider === undefined ? [] : ["--provider", provider]
  return run("node", [`examples/${shop ? "checkout" : "quickstart"}/main.ts`, ...rest])
}

const tasks = {
  start,
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
// before anything is installed for it
if (task === "start") readStart()
if (process.env.GATEFOLD_BOOTSTRAPPED === undefined) {
  const inner = ["node", ".dev/run.mjs", task, ...args]
  await run("npx", ["--yes", "--prefer-offline", "-p", "node@24.21.0", "-p", "pnpm@10.34.9", "--", ...inner], {
    env: { GATEFOLD_BOOTSTRAPPED: "1", npm_config_loglevel: "error" }
  })
} else {
  await install()
  await tasks[task]()
}
