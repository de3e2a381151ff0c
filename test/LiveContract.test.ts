/** The contract against a provider's sandbox, for which a simulator stands in whose origin alone is known. */
import { assert, describe, it } from "@effect/vitest"
import { GatewayError, Unavailable } from "@gatefold/core/GatewayError"
import { Invoices } from "@gatefold/core/Invoices"
import * as Live from "@gatefold/testkit/Live"
import * as Report from "@gatefold/testkit/Report"
import type { Subject } from "@gatefold/testkit/Subject"
import { Effect } from "effect"
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { subject as ecca } from "../packages/ecca/test/contract.ts"
import { subject as ecryptopay } from "../packages/ecryptopay/test/contract.ts"
import { withService } from "./contract/Wrong.ts"
import { runNode } from "./support.ts"

/** Checks as if the adapter had no simulator, and the other one were a real provider. */
const checkLive = Effect.fnUntraced(function*(subject: Subject, allowed: string | undefined = "1") {
  const provider = subject.simulator === undefined ? undefined : yield* subject.simulator
  const results = yield* Live.check(
    { ...subject, simulator: undefined },
    { ...provider?.settings, GATEFOLD_LIVE: allowed }
  )
  return { provider, results }
})

const failed = (results: ReadonlyArray<Report.Result>) =>
  results.flatMap(({ case: { id }, outcome }) => outcome._tag === "Failed" ? [`${id}: ${outcome.found}`] : [])

describe("against a sandbox", () => {
  for (const subject of [ecca, ecryptopay]) {
    it.live(`${subject.provider.name} is correct, in few requests`, () =>
      Effect.gen(function*() {
        const { provider, results } = yield* checkLive(subject)
        assert.deepStrictEqual(failed(results), [])
        assert.isAtLeast(results.filter(({ outcome }) => outcome._tag === "Passed").length, 8)
        assert.isTrue((yield* Report.make({ ...subject, simulator: undefined }, results)).isCorrect)
        const requests = yield* provider?.requests ?? Effect.succeed([])
        assert.isAtMost(requests.length, 30)
        assert.lengthOf(yield* provider?.books ?? Effect.succeed([]), 1)
      }))
  }

  it.live("an order has another reference in each run", () =>
    Effect.gen(function*() {
      const references: Array<string | undefined> = []
      for (let run = 0; run < 2; run++) {
        const { provider } = yield* checkLive(ecca)
        references.push(...(yield* provider?.books ?? Effect.succeed([])).map(({ reference }) => reference))
      }
      assert.strictEqual(new Set(references).size, 2)
      for (const reference of references) assert.match(reference ?? "", /^live-[0-9a-f]{8}-1$/u)
    }))

  it.live("an adapter that is wrong is found out", () =>
    Effect.gen(function*() {
      const wrong = withService(ecca, Invoices, (service) => ({
        ...service,
        get: (lookup) =>
          Effect.mapError(service.get(lookup), (error) =>
            new GatewayError({ ...error, reason: new Unavailable({ evidence: "404" }) }))
      }))
      const { results } = yield* checkLive(wrong)
      assert.include(failed(results).join("\n"), "unknown-invoice-is-not-found")
    }))

  it.live(
    "its report stands beside that of the whole contract, and does not take its place",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const { settings } = yield* ecca.simulator ?? Effect.die("Ecca has a simulator")
        const reports = yield* Effect.acquireRelease(
          Effect.promise(() => mkdtemp(join(tmpdir(), "reports-"))),
          (made) => Effect.promise(() => rm(made, { recursive: true }))
        )
        yield* Effect.promise(() => writeFile(join(reports, "ecca.md"), "the whole contract"))
        const { code, stdout } = yield* runNode(
          ["packages/testkit/src/cli.ts", "check", "packages/ecca/test/contract.ts", "--live", "--reports", reports],
          { ...settings, GATEFOLD_LIVE: "1" }
        )
        assert.strictEqual(code, 0, stdout)
        assert.include(stdout, "Ecca: Live check, which is a part of the contract. Correct: ")
        const files = yield* Effect.promise(() => readdir(reports))
        assert.deepStrictEqual(files.toSorted(), ["ecca.live.badge.json", "ecca.live.json", "ecca.live.md", "ecca.md"])
        assert.strictEqual(
          yield* Effect.promise(() => readFile(join(reports, "ecca.md"), "utf8")),
          "the whole contract"
        )
      })),
    30_000
  )

  it.live("nothing is sent unless the run is asked for", () =>
    Effect.gen(function*() {
      for (const allowed of ["", "0", "true"]) {
        const error = yield* Effect.flip(checkLive(ecca, allowed))
        assert.deepStrictEqual(error.problems, ["GATEFOLD_LIVE is not 1"])
      }
    }))

  it.live("all that is missing is said at once, by its names", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Live.check(ecryptopay, {}))
      assert.deepStrictEqual(error.problems, [
        "GATEFOLD_LIVE is not 1",
        "ECRYPTOPAY_EMAIL is missing",
        "ECRYPTOPAY_PASSWORD is missing",
        "ECRYPTOPAY_CLIENT_ID is missing",
        "ECRYPTOPAY_CLIENT_SECRET is missing"
      ])
    }))
})
