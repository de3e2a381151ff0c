/**
 * Withdrawals: every status that is documented and any other, fields that may be absent, exact amounts, the currency.
 */
import { assert, describe, it } from "@effect/vitest"
import { Identifiers, type Withdrawal } from "@gatefold/core"
import * as Observer from "@gatefold/simulator/Observer"
import { Effect, Stream } from "effect"
import { type Account, answering, open, type Setup } from "./support/EccaAccount.ts"
import * as Fixture from "./support/Fixture.ts"

const example = Fixture.json("withdrawals.get").data
const id = Identifiers.WithdrawalId.make(example.withdraw_uuid)

/** Reads the documented example with some fields changed; `undefined` leaves one out. */
const read = Effect.fnUntraced(function*(changes: object, setup?: Setup) {
  const account = yield* open(setup)
  yield* answering(account, "withdrawals.get", { successful: true, data: { ...example, ...changes } })
  return yield* account.withdrawals.get(id)
})

const optional = ["fee", "net", "address", "memo", "network", "method", "transaction", "detail"] as const

describe("a withdrawal's status", () => {
  const statuses: ReadonlyArray<readonly [string, string | null, Withdrawal.Status]> = [
    ["pending", null, "pending"],
    ["pending", "processing", "processing"],
    ["success", null, "succeeded"],
    ["completed", null, "succeeded"],
    ["failed", "failed", "failed"],
    ["failed", "invalid_address", "failed"],
    ["cancelled", "cancelled_by_user", "canceled"],
    ["cancelled", "cancelled_by_admin", "canceled"],
    ["pending", "unknown", "pending"],
    ["success", "processing", "succeeded"],
    ["failed", "processing", "failed"],
    ["pending", "on_hold", "pending"],
    ["on_hold", null, "unknown"],
    ["canceled", null, "unknown"],
    ["SUCCESS", null, "unknown"],
    ["", null, "unknown"],
    ["constructor", null, "unknown"]
  ]
  for (const [status, substatus, ours] of statuses) {
    it.effect(`"${status}"${substatus === null ? "" : ` with "${substatus}"`} is ${ours}, with the words kept`, () =>
      Effect.gen(function*() {
        const withdrawal = yield* read({ status, substatus })
        assert.deepInclude(withdrawal, { status: ours, providerStatus: status })
        assert.strictEqual(withdrawal.detail, substatus ?? undefined)
      }))
  }

  it.effect("that nobody knows is logged once and counted each time", () =>
    Effect.gen(function*() {
      const observer = Observer.make()
      const account = yield* open()
      yield* account.sim.relabel(yield* account.sim.withdraw({ amount: "5.00" }), "on_hold")
      yield* observer.watch(Effect.gen(function*() {
        const [listed] = yield* Stream.runCollect(account.withdrawals.list())
        assert.strictEqual(listed?.status, "unknown")
        yield* account.withdrawals.get(listed?.id ?? id)
      }))
      assert.strictEqual(observer.logs.length, 1)
      assert.match(observer.warnings()[0] ?? "", /^ecca: status "on_hold"/u)
      const [counted] = yield* observer.metric("gatefold_unrecognized_words")
      assert.deepInclude(counted?.state, { count: 2 })
    }))

  it.effect("changes as the provider works on it", () =>
    Effect.gen(function*() {
      const { sim, withdrawals } = yield* open()
      const uuid = yield* sim.withdraw({ amount: "150.00", memo: "7" })
      const follow = () => withdrawals.get(Identifiers.WithdrawalId.make(uuid))
      const first = yield* follow()
      assert.deepInclude(first, { status: "pending", memo: "7" })
      assert.doesNotHaveAnyKeys(first, ["transaction", "processedAt", "detail"])
      yield* sim.updateWithdrawal(uuid, { substatus: "processing" })
      assert.deepInclude(yield* follow(), { status: "processing", detail: "processing" })
      yield* sim.updateWithdrawal(uuid, { status: "success", externalTxId: "0xabc" })
      const last = yield* follow()
      assert.deepInclude(last, { status: "succeeded", transaction: "0xabc" })
      assert.property(last, "processedAt")
    }))
})

describe("a withdrawal's fields", () => {
  const nullable = ["address_memo", "substatus", "external_tx_id", "processed_at"]
  for (const [how, value] of [["null", null], ["left out", undefined]] as const) {
    it.effect(`that may be ${how} are absent then`, () =>
      Effect.gen(function*() {
        const withdrawal = yield* read(Object.fromEntries(nullable.map((name) => [name, value])))
        assert.doesNotHaveAnyKeys(withdrawal, ["memo", "detail", "transaction", "processedAt"])
        assert.strictEqual(`${withdrawal.net}`, "149.00 USDT")
      }))
  }

  it.effect("that nothing depends on may be absent, too", () =>
    Effect.gen(function*() {
      const absent = Object.fromEntries(
        Object.keys(example).filter((name) => !["withdraw_uuid", "amount", "status"].includes(name)).map((name) => [
          name,
          undefined
        ])
      )
      const withdrawal = yield* read(absent)
      assert.deepStrictEqual({ ...withdrawal, amount: `${withdrawal.amount}` }, {
        provider: Identifiers.ProviderId.make("ecca"),
        account: Identifiers.AccountId.make("ecca"),
        id,
        status: "succeeded",
        providerStatus: "success",
        amount: "150.00 USDT"
      })
      assert.doesNotHaveAnyKeys(withdrawal, [...optional])
    }))

  for (const name of ["withdraw_uuid", "amount", "status"]) {
    it.effect(`that everything depends on may not: ${name}`, () =>
      Effect.gen(function*() {
        const { reason } = yield* Effect.flip(read({ [name]: undefined }))
        assert.deepInclude(reason, { _tag: "InvalidResponse", path: `data.${name}` })
      }))
  }

  it.effect("that are new are no obstacle", () =>
    Effect.gen(function*() {
      const withdrawal = yield* read({ risk_score: 0.5, legs: [{ amount: 1 }] })
      assert.strictEqual(withdrawal.status, "succeeded")
    }))
})

describe("a withdrawal's amounts", () => {
  const exact = (withdrawal: Withdrawal.Withdrawal) => [withdrawal.amount, withdrawal.fee, withdrawal.net].map(String)

  it.effect("keep every digit, whatever the scale", () =>
    Effect.gen(function*() {
      const amounts = { amount: "90071992547409931.000001", network_fee: "0.1", amount_to_receive: "1e-7" }
      const { reason } = yield* Effect.flip(read(amounts))
      assert.deepInclude(reason, { _tag: "InvalidResponse", path: "data.amount_to_receive" })
      const withdrawal = yield* read({ ...amounts, amount_to_receive: "0.100000000000000001" })
      assert.deepStrictEqual(exact(withdrawal), [
        "90071992547409931.000001 USDT",
        "0.1 USDT",
        "0.100000000000000001 USDT"
      ])
    }))

  it.effect("may be numbers, of which no digit is lost either", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const body = Fixture.text("withdrawals.get")
        .replace("\"150.00\"", "90071992547409931.10")
        .replace("\"1.00\"", "1e-7")
        .replace("\"149.00\"", "0.30000000000000004")
        .replace("\"withdrawal_method_id\": 1", "\"withdrawal_method_id\": 12345678901234567890")
      yield* answering(account, "withdrawals.get", body)
      const withdrawal = yield* account.withdrawals.get(id)
      assert.deepStrictEqual(exact(withdrawal), [
        "90071992547409931.10 USDT",
        "0.0000001 USDT",
        "0.30000000000000004 USDT"
      ])
      assert.strictEqual(withdrawal.method, "12345678901234567890")
    }))

  it.effect("are in USDT on a network that is not known, unless the settings say otherwise", () =>
    Effect.gen(function*() {
      const plain = yield* read({})
      assert.strictEqual(`${plain.amount}`, "150.00 USDT")
      assert.doesNotHaveAnyKeys(plain, ["network"])
      const onTron = yield* read({}, { options: { withdrawalCurrency: "USDT@TRON" } })
      // six decimals there
      assert.deepStrictEqual(exact(onTron), ["150.000000 USDT@TRON", "1.000000 USDT@TRON", "149.000000 USDT@TRON"])
      assert.strictEqual(onTron.network, "TRON")
      const usdc = yield* read({}, { options: { withdrawalCurrency: "usdc" } })
      assert.strictEqual(`${usdc.amount}`, "150.00 USDC")
    }))
})

describe("an answer about another withdrawal", () => {
  it.effect("than was asked for is a mismatch", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(read({ withdraw_uuid: "another" }))
      assert.deepInclude(reason, { _tag: "IntegrityMismatch", field: "id", asked: id, got: "another" })
    }))

  it.effect("does not come from the platform, which knows none", () =>
    Effect.gen(function*() {
      const account: Account = yield* open()
      const { reason } = yield* Effect.flip(account.withdrawals.get(id))
      assert.deepInclude(reason, { _tag: "NotFound", code: "WITHDRAWAL_NOT_FOUND" })
      assert.deepStrictEqual(yield* account.requests, [`GET /withdrawals/${id}`])
    }))
})
