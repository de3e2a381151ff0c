/**
 * An attempt belongs to the account that it was begun on, whatever is chosen later.
 */
import { assert, describe, it } from "@effect/vitest"
import { Fault } from "@gatefold/core/Simulator"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { databases } from "./support/Databases.ts"
import * as Processes from "./support/Processes.ts"
import * as Shop from "./support/Shop.ts"

const withoutEcca = { ECCA_API_KEY: undefined, ECCA_WEBHOOK_SECRETS: undefined, ECCA_BASE_URL: undefined }

describe.each(databases)("switching the provider on $name", ({ make }) => {
  it.effect("leaves what is open where it is, looked after and with its webhooks, and begins new attempts elsewhere", () =>
    Effect.gen(function*() {
      const providers = yield* Processes.inPesos
      const { ecca, ecryptopay } = providers
      const database = yield* make
      const before = yield* Processes.start(providers, database, { chosen: "ecca" })
      const paid = yield* before.checkout.open(Shop.pesos("to-be-paid"))
      const expired = yield* before.checkout.open(Shop.pesos("to-expire"))
      yield* before.kill
      const { checkout } = yield* Shop.start(providers, database, { chosen: "ecryptopay" })
      const same = yield* checkout.open(Shop.pesos("to-be-paid"))
      assert.strictEqual(Processes.text(same), Processes.text(paid))
      yield* ecca.pay(Processes.invoiceOf(paid))
      yield* ecca.expire(Processes.invoiceOf(expired))
      const webhook = yield* ecca.webhook(Processes.invoiceOf(paid))
      assert.strictEqual(yield* checkout.receive("ecca", webhook), "stored")
      yield* TestClock.adjust("20 seconds")
      yield* checkout.sweep
      assert.isTrue((yield* checkout.get("to-be-paid")).isCovered)
      const next = yield* checkout.open(Shop.pesos("to-expire"))
      assert.deepStrictEqual(next.attempts.map(({ account, providerReference }) => [account, providerReference]), [
        ["ecca", "to-expire"],
        ["ecryptopay", "to-expire.2"]
      ])
      assert.strictEqual((yield* Processes.creates(ecca)).length, 2)
      assert.strictEqual((yield* Processes.creates(ecryptopay)).length, 1)
    }))

  it.effect.each(
    [
      ["also configured", {}],
      ["no longer configured", withoutEcca]
    ] as const
  )(
    "moves an order whose attempt was never sent away from an account that is %s",
    ([, settings]) =>
      Effect.gen(function*() {
        const providers = yield* Processes.inPesos
        const { ecca } = providers
        const database = yield* make
        const before = yield* Processes.start(providers, database, { chosen: "ecca" })
        yield* ecca.arm(Fault.Refused())
        yield* Effect.flip(Processes.once(before.checkout.open(Shop.pesos("order-1"))))
        yield* before.kill
        const { checkout } = yield* Shop.start(providers, database, { chosen: "ecryptopay", settings })
        const opened = yield* checkout.open(Shop.pesos("order-1"))
        assert.deepStrictEqual(opened.attempts.map(({ account, state }) => [account, state]), [
          ["ecca", "abandoned"],
          ["ecryptopay", "done"]
        ])
        yield* ecca.disarm
        assert.strictEqual((yield* ecca.books).length, 0)
      })
  )

  it.effect("does not move an attempt that may have been sent", () =>
    Effect.gen(function*() {
      const providers = yield* Processes.inPesos
      const { ecca, ecryptopay } = providers
      const database = yield* make
      const before = yield* Processes.start(providers, database, { chosen: "ecca" })
      yield* ecca.arm(Fault.Reset({ effect: "applied" }), { operation: "invoices.create" })
      yield* ecca.arm(Fault.Reset({ effect: "none" }), { operation: "invoices.get", times: "always" })
      yield* Effect.flip(Processes.once(before.checkout.open(Shop.pesos("order-1"))))
      yield* before.kill
      const { checkout } = yield* Shop.start(providers, database, { chosen: "ecryptopay" })
      assert.strictEqual((yield* Effect.flip(Processes.once(checkout.open(Shop.pesos("order-1")))))._tag, "OpenUnknown")
      yield* ecca.disarm
      // that Ecca takes nothing now, and finds nothing, is no proof that nothing will come of what was sent
      yield* ecca.refuseWith("NO_AVAILABLE_REQUISITES", { operation: "invoices.create" })
      yield* ecca.refuseWith("INVOICE_NOT_FOUND", { operation: "invoices.get" })
      assert.strictEqual((yield* Effect.flip(Processes.once(checkout.open(Shop.pesos("order-1")))))._tag, "NotOpened")
      assert.strictEqual((yield* checkout.get("order-1")).current?.state, "reserved")
      const opened = yield* checkout.open(Shop.pesos("order-1"))
      assert.deepStrictEqual(opened.attempts.map(({ account }) => account), ["ecca"])
      assert.strictEqual(opened.current?.invoice?.id, (yield* ecca.books)[0]?.id)
      assert.strictEqual((yield* Processes.creates(ecryptopay)).length, 0)
    }))

  it.effect("gives what is open also while the chosen account is paused", () =>
    Effect.gen(function*() {
      const providers = yield* Processes.inPesos
      const { ecca } = providers
      const { checkout: before } = yield* Shop.start(providers, yield* make, { chosen: "ecca" })
      yield* before.open(Shop.pesos("order-1"))
      yield* ecca.rotateApiKey("another-key")
      yield* Effect.flip(before.open(Shop.pesos("order-2")))
      assert.strictEqual((yield* Effect.flip(before.open(Shop.pesos("order-3"))))._tag, "AccountPaused")
      assert.strictEqual((yield* Effect.flip(before.get("order-3")))._tag, "UnknownReference")
      assert.strictEqual((yield* before.open(Shop.pesos("order-1"))).current?.state, "done")
    }))
})
