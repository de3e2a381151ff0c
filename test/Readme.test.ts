import { assert, describe, it } from "@effect/vitest"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import * as Matrix from "@gatefold/testkit/Matrix"
import { Effect } from "effect"
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { adapters } from "./contract/adapters.ts"
import { root, runNode } from "./support.ts"

const readme = Effect.promise(() => readFile(join(root, "README.md"), "utf8"))

/** Rows of cells, however the formatter padded them. */
const cells = (markdown: string) =>
  markdown.trim().split("\n").map((line) => line.split("|").map((cell) => cell.trim().replace(/^-+$/u, "---")))

const program = Effect.map(readme, (text) => /```ts\n([\s\S]*?)```/u.exec(text)?.[1] ?? "")

/** Writes the README's program where it finds the packages, and runs it. */
const runProgram = Effect.fnUntraced(function*(env: Readonly<Record<string, string>>) {
  const source = yield* program
  const folder = join(root, "test/.generated")
  yield* Effect.promise(() => mkdir(folder, { recursive: true }))
  yield* Effect.promise(() => writeFile(join(folder, "readme.ts"), source))
  return yield* runNode(["test/.generated/readme.ts"], env)
})

describe("the README", () => {
  it.effect("shows the capabilities that the contract suite finds", () =>
    Effect.gen(function*() {
      const shown = /<!-- capabilities -->([\s\S]*)<!-- \/capabilities -->/u.exec(yield* readme)?.[1] ?? ""
      assert.deepStrictEqual(cells(shown), cells(yield* Matrix.table(yield* adapters)))
    }))

  it.live("has a program that runs as it stands, on either provider", () =>
    Effect.gen(function*() {
      // an account as it is on its first day, whose dashboard has no URLs yet
      const ecca = yield* EccaSimulator.make({
        currencies: [{ code: "MXN", name: "Mexican Peso", symbol: "$", decimal: 2, rate: "18.40" }],
        defaultUrls: {}
      })
      const ecryptopay = yield* EcryptopaySimulator.make()
      const settings = { ...ecca.settings, ...ecryptopay.settings }
      const onEcca = yield* runProgram({ ...settings, GATEFOLD_PROVIDER: "ecca" })
      assert.include(onEcca.stdout, `${ecca.url}/pay/`, onEcca.stdout + onEcca.stderr)
      assert.strictEqual(onEcca.code, 0)
      const onEcryptopay = yield* runProgram({ ...settings, GATEFOLD_PROVIDER: "ecryptopay" })
      assert.include(onEcryptopay.stdout, `${ecryptopay.url}/qr/`, onEcryptopay.stdout + onEcryptopay.stderr)
      assert.strictEqual(onEcryptopay.code, 0)
    }))

  it.live("has a program that names every missing setting", () =>
    Effect.gen(function*() {
      const { code, stderr, stdout } = yield* runProgram({ GATEFOLD_PROVIDER: "ecca" })
      assert.notStrictEqual(code, 0)
      assert.include(stdout + stderr, "ECCA_API_KEY is missing")
      assert.include(stdout + stderr, "ECCA_WEBHOOK_SECRETS is missing")
    }))
})
