/**
 * Our books against the provider's, as differences with types.
 */
import { assert, describe, it } from "@effect/vitest"
import { Fault } from "@gatefold/core/Simulator"
import { Effect, Stream } from "effect"
import { TestClock } from "effect/testing"
import { databases } from "./support/Databases.ts"
import * as Processes from "./support/Processes.ts"
import * as Shop from "./support/Shop.ts"

describe.each(databases)("reconciliation on $name", ({ make }) => {
  it.effect("tells orphans, what we did not know, and what the list does not have, and joins what it can", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecryptopay } = providers
      const { checkout, sql } = yield* Shop.start(providers, yield* make, { chosen: "ecryptopay" })
      const differences = Effect.map(
        Stream.runCollect(checkout.reconcile("ecryptopay")),
        (found) => [...found].toSorted((a, b) => a._tag < b._tag ? -1 : 1)
      )
      const paid = yield* checkout.open(Shop.pesos("paid"))
      const quiet = yield* checkout.open(Shop.pesos("quiet"))
      yield* ecryptopay.arm(Fault.Reset({ effect: "applied" }), { operation: "invoices.create" })
      yield* checkout.open(Shop.pesos("given-up"))
      yield* sql`UPDATE gatefold_attempts SET invoice_id = ${"77"},
        invoice = replace(invoice, ${`"id":"${
        Processes.invoiceOf(quiet)
      }"`}, ${`"id":"77"`}) WHERE reference = ${"quiet"}`
      yield* ecryptopay.pay(Processes.invoiceOf(paid))
      yield* TestClock.adjust("1 second")
      const [behind, notListed, orphan, other, ...none] = yield* differences
      assert.deepStrictEqual(none, [])
      assert.strictEqual(behind?._tag, "Behind")
      if (behind?._tag === "Behind") {
        assert.strictEqual(behind.reference, "paid")
        assert.strictEqual(behind.ours?.status, "open")
        assert.strictEqual(behind.theirs.status, "paid")
      }
      assert.strictEqual(notListed?._tag, "NotListed")
      if (notListed?._tag === "NotListed") assert.strictEqual(notListed.reference, "quiet")
      const orphans = [orphan, other].flatMap((one) => one?._tag === "Orphan" ? [one.invoice.id] : [])
      const known = new Set([Processes.invoiceOf(paid), Processes.invoiceOf(yield* checkout.get("given-up"))])
      assert.sameMembers(
        orphans,
        (yield* ecryptopay.books).flatMap(({ id }) => known.has(id) ? [] : [id])
      )
      assert.isTrue((yield* checkout.get("paid")).isCovered)
      assert.notInclude((yield* differences).map(({ _tag }) => _tag), "Behind", "it is known now")
    }))

  it.effect("finds the invoice of an unknown attempt", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecca } = providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      yield* ecca.arm(Fault.Reset({ effect: "applied" }), { operation: "invoices.create" })
      yield* ecca.arm(Fault.Reset({ effect: "none" }), { operation: "invoices.get", times: "always" })
      yield* Effect.flip(Processes.once(checkout.open(Shop.order("order-1"))))
      yield* ecca.disarm
      const [found, ...others] = yield* Stream.runCollect(checkout.reconcile("ecca"))
      assert.deepStrictEqual(others, [])
      assert.strictEqual(found?._tag, "Behind")
      assert.isUndefined(found?._tag === "Behind" ? found.ours : "none")
      assert.strictEqual((yield* checkout.get("order-1")).current?.state, "done")
    }))

  it.effect("fails typed for an account that there is not, and one that cannot be listed", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      const unknown = yield* Effect.flip(Stream.runDrain(checkout.reconcile("nobody")))
      assert.strictEqual(unknown._tag, "UnknownAccount")
      yield* providers.ecca.arm(Fault.Refused())
      const failed = yield* Effect.flip(Processes.once(Stream.runDrain(checkout.reconcile("ecca"))))
      assert.strictEqual(failed._tag, "GatewayError")
    }))
})
