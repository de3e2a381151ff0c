/** Nobody takes a case out by leaving something away: what applies and cannot be run is unproven, or fails. */
import { assert, describe, it } from "@effect/vitest"
import { SimulatorError } from "@gatefold/core/Simulator"
import * as AdapterContract from "@gatefold/testkit/AdapterContract"
import * as Report from "@gatefold/testkit/Report"
import type { Subject } from "@gatefold/testkit/Subject"
import { Effect } from "effect"
import { copyFile, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { subject as btcpay } from "../../../examples/plugin/test/contract.ts"
import { subject as ecca } from "../../ecca/test/contract.ts"
import { subject } from "./support/Cases.ts"

describe("a simulator that does not offer what the adapter or its subject declares", () => {
  it.live("fails the cases that need it", () =>
    Effect.gen(function*() {
      const lacking = (of: Subject, ...parts: ReadonlyArray<"begin" | "relabel" | "sign" | "withdraw">): Subject => ({
        ...of,
        simulator: of.simulator === undefined ? undefined : Effect.map(of.simulator, (simulator) => ({
          ...simulator,
          ...Object.fromEntries(parts.map((part) => [part, () => Effect.fail(lazy)]))
        }))
      })
      const lazy = new SimulatorError({ reason: "NotOffered", message: "not written yet" })
      const ended = (of: Subject, ...only: ReadonlyArray<string>) =>
        Effect.map(
          AdapterContract.check(of, { only, variant: "default" }),
          (results) => results.map(({ outcome }) => outcome._tag)
        )
      const failed = Array.from({ length: 3 }, () => "Failed")
      const signing = [
        "webhook-without-proper-signature-is-rejected",
        "webhook-signature-is-compared-whole",
        "webhook-of-spaced-body-is-accepted"
      ]
      assert.deepStrictEqual(yield* ended(lacking(ecca, "sign"), ...signing), failed)
      const withdrawing = ["withdrawal-status", "withdrawal-amount-exact", "withdrawal-unknown-word"]
      assert.deepStrictEqual(yield* ended(lacking(ecca, "withdraw"), ...withdrawing), failed)
      assert.deepStrictEqual(yield* ended(lacking(ecca, "begin"), "payment-in-full-covers"), ["Failed"])
      const beside = "unheard-of-word-beside-the-state-decides-nothing"
      assert.deepStrictEqual(yield* ended(lacking(btcpay, "relabel"), beside), ["Failed"])
      // without a signature there is nothing to sign, and without withdrawals none to make
      assert.deepStrictEqual(
        yield* ended(lacking(subject, "sign", "withdraw"), ...signing, ...withdrawing),
        [
          ...failed,
          ...failed
        ].map(() => "Skipped")
      )
    }))
})

describe("without golden exchanges", () => {
  const golden = ["golden-requests", "golden-models", "missing-status-is-not-paid", "answered-amounts-are-exact"]

  const reportOf = (of: Partial<Subject>) =>
    Effect.gen(function*() {
      const changed = { ...subject, ...of }
      return yield* Report.make(
        changed,
        yield* AdapterContract.check(changed, { only: [...golden, "provider-is-named"] })
      )
    })

  it.live("what they prove is unproven and not skipped, and the adapter is not correct", () =>
    Effect.gen(function*() {
      const report = yield* reportOf({ golden: undefined })
      assert.deepStrictEqual(report.of("unproven").map((one) => one.case), golden)
      assert.isFalse(report.isCorrect)
      assert.include(Report.verdict(report), "4 cases are not proven, as the subject names no folder with golden")
    }))

  it.live("what is paid is unproven where none of them is paid", () =>
    Effect.gen(function*() {
      const unpaid = yield* Effect.promise(async () => pathToFileURL(`${await mkdtemp(join(tmpdir(), "unpaid-"))}/`))
      yield* Effect.promise(() =>
        copyFile(new URL("get-invoice.json", subject.golden), new URL("get-invoice.json", unpaid))
      )
      const report = yield* Effect.ensuring(
        reportOf({ golden: unpaid }),
        Effect.promise(() => rm(unpaid, { recursive: true }))
      )
      assert.deepStrictEqual(report.of("unproven").map((one) => [one.case, one.detail]), [
        ["missing-status-is-not-paid", "there is no golden exchange of something that is paid"]
      ])
    }))
})

describe("without samples of webhooks", () => {
  it.live("their case is unproven, and skipped only where a variant says that they do not hold", () =>
    Effect.gen(function*() {
      const outcomes = (webhooks: Subject["webhooks"]) =>
        Effect.map(
          AdapterContract.check({ ...subject, webhooks }, { only: ["documented-webhooks-are-understood"] }),
          (results) => results.map(({ outcome }) => outcome._tag)
        )
      assert.deepStrictEqual(yield* outcomes({ proof: "readback" }), ["Unproven"])
      assert.deepStrictEqual(yield* outcomes({ proof: "readback", events: {} }), ["Skipped"])
      assert.deepStrictEqual(yield* outcomes(subject.webhooks), ["Passed"])
    }))
})
