import { assert, describe, it } from "@effect/vitest"
import { Identifiers, Withdrawal } from "@gatefold/core"
import { Result, Schema } from "effect"
import { account, money, provider } from "./support/Samples.ts"

const required = {
  provider,
  account,
  id: Identifiers.WithdrawalId.make("w-1"),
  status: "processing",
  providerStatus: "sending",
  amount: money("100.50", "USDT")
} as const

describe("Withdrawal", () => {
  it("has no key for what the provider left out", () => {
    const withdrawal = Withdrawal.make({ ...required, fee: undefined, detail: undefined, processedAt: undefined })
    assert.hasAllKeys(withdrawal, Object.keys(required))
    assert.isTrue(Schema.is(Withdrawal.Withdrawal)(withdrawal))
  })

  it("keeps amount, fee and net as they were told, to the digit", () => {
    const { amount, fee, net } = Withdrawal.make({
      ...required,
      fee: money("1.000001", "USDT@TRON"),
      net: money("99.499999", "USDT@TRON")
    })
    assert.deepStrictEqual([amount, fee, net].map(String), [
      "100.50 USDT",
      "1.000001 USDT@TRON",
      "99.499999 USDT@TRON"
    ])
  })

  it.each(["pending", "processing", "succeeded", "failed", "canceled", "unknown"] as const)(
    "may be %s, with the provider's own word beside it",
    (status) => {
      const withdrawal = Withdrawal.make({ ...required, status, detail: "aml_review" })
      assert.deepStrictEqual([withdrawal.status, withdrawal.providerStatus, withdrawal.detail], [
        status,
        "sending",
        "aml_review"
      ])
    }
  )

  it("is in no state that is not one of these", () => {
    const encoded = Schema.encodeSync(Withdrawal.Withdrawal)(Withdrawal.make(required))
    for (const status of ["paid", "open", "completed", ""]) {
      assert.isTrue(Result.isFailure(Schema.decodeUnknownResult(Withdrawal.Withdrawal)({ ...encoded, status })))
    }
  })
})
