/** The package of a new adapter, as its author gets it. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as NewAdapter from "@gatefold/testkit/NewAdapter"
import { Effect, Schema } from "effect"
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { join, relative } from "node:path"
import { root, runNode } from "./support.ts"

/** A folder of this workspace, so that the packages are found, which is gone after the test. */
const folder = Effect.acquireRelease(
  Effect.promise(async () => {
    await mkdir(join(root, "test/.generated"), { recursive: true })
    return mkdtemp(join(root, "test/.generated/new-adapter-"))
  }),
  (made) => Effect.promise(() => rm(made, { recursive: true }))
)

const make = (options: NewAdapter.Options) => Effect.provide(NewAdapter.make(options), NodeServices.layer)

const read = (...path: ReadonlyArray<string>) => Effect.promise(() => readFile(join(...path), "utf8"))

const Results = Schema.fromJsonString(Schema.Struct({
  testResults: Schema.Array(Schema.Struct({
    message: Schema.String,
    assertionResults: Schema.Array(Schema.Struct({
      title: Schema.String,
      status: Schema.String,
      failureMessages: Schema.Array(Schema.String)
    }))
  }))
}))

/** Its tests, run as its author runs them. */
const tested = Effect.fnUntraced(function*(made: string, ...which: ReadonlyArray<string>) {
  const report = join(made, "results.json")
  const run = yield* runNode([
    "node_modules/vitest/vitest.mjs",
    "run",
    `--root=${made}`,
    "--reporter=json",
    `--outputFile=${report}`,
    ...which
  ])
  assert.isTrue(existsSync(report), run.stdout + run.stderr)
  const { testResults } = yield* Schema.decodeEffect(Results)(yield* read(report))
  for (const { message } of testResults) assert.strictEqual(message, "", "a file could not be loaded")
  return testResults.flatMap(({ assertionResults }) => assertionResults)
})

const cli = (...args: ReadonlyArray<string>) => runNode(["packages/testkit/src/cli.ts", ...args])

describe("a new adapter", () => {
  it.live(
    "compiles, is free of lint, and its failing tests are what there is to do",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const { files, folder: made } = yield* make({ id: "acme-pay", name: "Acme & Co.", folder: yield* folder })
        const sources = files.filter((file) => file.endsWith(".ts")).map((file) => relative(root, join(made, file)))
        const [types, lint, tests] = yield* Effect.all([
          runNode(["node_modules/typescript/bin/tsc", "-p", join(made, "tsconfig.test.json")]),
          runNode(["node_modules/oxlint/bin/oxlint", "--deny-warnings", "--no-ignore", ...sources]),
          tested(made)
        ], { concurrency: "unbounded" })
        assert.strictEqual(types.code, 0, types.stdout + types.stderr)
        assert.strictEqual(lint.code, 0, lint.stdout + lint.stderr)
        assert.include(lint.stdout, `on ${sources.length} files`)

        const failed = tests.filter(({ status }) => status === "failed")
        assert.deepStrictEqual(failed.map(({ title }) => title).toSorted(), [
          "an answer whose status is missing, empty or of another type never reads as paid",
          "every word that the provider documents for an invoice's state is read as what it means",
          "in src/AcmePay.ts",
          "in src/AcmePayOptions.ts",
          "in src/account.ts",
          "in src/invoices.ts",
          "in src/mapping.ts",
          "in src/wire.ts",
          "in test/AcmePaySimulator.ts",
          "in test/golden/create-invoice.json",
          "in test/simulator/Invoice.ts",
          "in test/simulator/Routes.ts",
          "in test/simulator/Webhooks.ts",
          "in test/webhooks/invoice-paid.json",
          "the subject says of each operation that is absent why, and of no other",
          "there is a golden exchange for each operation that it declares"
        ])
        assert.isAbove(tests.filter(({ status }) => status === "passed").length, 90)
        const said = failed.flatMap(({ failureMessages }) => failureMessages).join("\n")
        assert.include(said, "it is not proven: there is no golden exchange of something that is paid")
        assert.include(said, "operations without a golden exchange should be [], and is [ 'invoices.get'")
        assert.match(said, /src\/account\.ts:\d+: how requests are signed in/u)
        assert.match(said, /Why it matters: .+\nWhere to look: .+\nCase: absence-is-explained/u)
      })),
    60_000
  )

  it.live("is not proven without its simulator, which is a failing test", () =>
    Effect.scoped(Effect.gen(function*() {
      const { folder: made } = yield* make({ id: "acme", folder: yield* folder })
      const contract = join(made, "test/contract.ts")
      const text = yield* read(contract)
      yield* Effect.promise(() => writeFile(contract, text.replace("simulator: AcmeSimulator.make,", "")))
      const tests = yield* tested(made, "-t", "has a simulator")
      const [failed, ...others] = tests.filter(({ status }) => status === "failed")
      assert.include(failed?.failureMessages.join("\n"), "`simulator` of the subject is missing")
      assert.isEmpty(others)
    })))

  it.live("has no word left of the one that it was made of", () =>
    Effect.scoped(Effect.gen(function*() {
      const { files, folder: made } = yield* make({ id: "acme-pay", name: "Acme & Co.", folder: yield* folder })
      const texts = yield* Effect.forEach(files, (file) => read(made, file))
      assert.notMatch(files.join("\n") + texts.join("\n"), /template/iu)
      assert.include(yield* read(made, "src/AcmePay.ts"), "id: \"acme-pay\",\n  name: \"Acme & Co.\"")
      assert.include(yield* read(made, "src/AcmePayOptions.ts"), "\"ACME_PAY_API_KEY\"")
      assert.include(yield* read(made, "package.json"), "\"name\": \"gatefold-acme-pay\"")
      assert.deepStrictEqual(files.toSorted(), files)
    })))

  it.effect("is called by its id where nobody says how", () =>
    Effect.scoped(Effect.gen(function*() {
      const { folder: made } = yield* make({ id: "acme-pay", folder: yield* folder })
      assert.include(yield* read(made, "src/AcmePay.ts"), "name: \"Acme Pay\"")
    })))

  it.effect("asks for the versions that this workspace is tested with", () =>
    Effect.gen(function*() {
      const Manifest = Schema.fromJsonString(Schema.Struct({
        version: Schema.optional(Schema.String),
        devDependencies: Schema.Record(Schema.String, Schema.String)
      }))
      const manifest = (path: string) => Effect.flatMap(read(root, path), Schema.decodeEffect(Manifest))
      const asked = yield* manifest("packages/testkit/template/manifest.json")
      const { devDependencies: ours } = yield* manifest("package.json")
      const { version } = yield* manifest("packages/testkit/package.json")
      for (const [name, range] of Object.entries(asked.devDependencies)) {
        assert.strictEqual(range, name.startsWith("@gatefold/") ? `^${version}` : ours[name], name)
      }
    }))
})

describe("a new adapter is refused", () => {
  it.effect("under an id that no setting, file or type could be named by", () =>
    Effect.scoped(Effect.gen(function*() {
      const parent = yield* folder
      const ids = ["", "Acme", "acme_pay", "9pay", "-acme", "acme--pay", "acme/../..", "a".repeat(41), "crème"]
      const taken = ["wire", "account", "invoices", "invoice", "effect", "schema", "money", "simulator"]
      for (const id of [...ids, ...taken]) {
        const error = yield* Effect.flip(make({ id, folder: parent }))
        assert.include({ ...error }, { _tag: "NewAdapterError", reason: "BadId" }, id)
        assert.include(error.message, id)
        assert.match(error.message, /: take /u)
      }
      assert.isEmpty(yield* Effect.promise(() => readdir(parent)))
    })))

  it.effect("under a name that would not be a name any more in code", () =>
    Effect.scoped(Effect.gen(function*() {
      const parent = yield* folder
      for (const name of ["", " ", "a\"b", "a\\", "*/", "a\nb", "`${x}`", "a".repeat(61)]) {
        const error = yield* Effect.flip(make({ id: "acme", name, folder: parent }))
        assert.include({ ...error }, { _tag: "NewAdapterError", reason: "BadName" }, name)
      }
      assert.isEmpty(yield* Effect.promise(() => readdir(parent)))
    })))

  it.effect("where something is already, which stays as it was", () =>
    Effect.scoped(Effect.gen(function*() {
      const parent = yield* folder
      yield* Effect.promise(async () => {
        await mkdir(join(parent, "acme"))
        await writeFile(join(parent, "acme/README.md"), "mine")
      })
      const error = yield* Effect.flip(make({ id: "acme", folder: parent }))
      assert.include({ ...error }, { _tag: "NewAdapterError", reason: "FolderExists" })
      assert.deepStrictEqual(yield* Effect.promise(() => readdir(join(parent, "acme"))), ["README.md"])
      assert.strictEqual(yield* read(parent, "acme/README.md"), "mine")
    })))
})

describe("gatefold-testkit", () => {
  it.live("makes an adapter and says what was made; a second one is refused in one sentence", () =>
    Effect.scoped(Effect.gen(function*() {
      const parent = yield* folder
      const first = yield* cli("new", "acme", "--folder", parent)
      assert.strictEqual(first.code, 0, first.stderr)
      assert.include(first.stdout, "src/Acme.ts")
      assert.isTrue(existsSync(join(parent, "acme/src/Acme.ts")))
      const second = yield* cli("new", "acme", "--folder", parent)
      assert.strictEqual(second.code, 1)
      assert.include(second.stdout + second.stderr, "acme exists: take another id, or remove it first")
      assert.notMatch(second.stdout + second.stderr, /\n\s+at /u)
    })))

  it.live("tells of a new adapter what fails, and what is not proven", () =>
    Effect.scoped(Effect.gen(function*() {
      const parent = yield* folder
      const { folder: made } = yield* make({ id: "acme", folder: parent })
      const { code, stderr, stdout } = yield* cli("check", join(made, "test/contract.ts"), "--reports", parent)
      assert.strictEqual(code, 1)
      assert.strictEqual(stdout.match(/^✗ /gmu)?.length, 3, stdout)
      assert.match(
        stdout,
        /^\? not proven: there is no golden exchange of something that is paid\n {4}an answer .+ \(missing-status-is-not-paid, in default\)$/mu
      )
      assert.include(stdout + stderr, "Acme: Not correct: 3 cases failed, 1 not proven.")
    })), 60_000)

  it.live("names what a module has to export to be checked", () =>
    Effect.gen(function*() {
      const { code, stderr, stdout } = yield* cli("check", "test/support.ts")
      assert.strictEqual(code, 1)
      assert.include(stdout + stderr, "test/support.ts has no export `subject`")
    }))

  it.live("asks no sandbox unless the environment says so", () =>
    Effect.scoped(Effect.gen(function*() {
      const { code, stderr, stdout } = yield* cli(
        "check",
        "packages/ecryptopay/test/contract.ts",
        "--live",
        "--reports",
        yield* folder
      )
      assert.strictEqual(code, 1)
      assert.include(stdout + stderr, "GATEFOLD_LIVE is not 1")
      assert.include(stdout + stderr, "ECRYPTOPAY_EMAIL is missing")
    })))
})
