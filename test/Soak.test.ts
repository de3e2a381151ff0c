import { assert, describe, it } from "@effect/vitest"
import { AccountId } from "@gatefold/core/Identifiers"
import { Effect } from "effect"
import * as Audit from "./soak/Audit.ts"
import type { Books } from "./soak/Books.ts"
import * as Evidence from "./soak/Evidence.ts"
import * as Place from "./soak/Place.ts"
import * as Soak from "./soak/Soak.ts"

describe.concurrent("a shop that is killed again and again", () => {
  for (const kind of ["sqlite", "postgres"] as const) {
    it.live(`loses nothing and does nothing twice on ${kind}`, () =>
      Effect.gen(function*() {
        const place = yield* Place.make(kind)
        const found = yield* Soak.run({ ...place, kills: 6, orders: 0, seed: kind })
        assert.deepStrictEqual([found.lost, found.double], [[], []])
        assert.isAbove(found.orders, 10)
        assert.isAbove(found.webhooks, 10)
        assert.isAbove(found.changes, found.orders)
      }), 120_000)
  }
})

describe("the audit", () => {
  const ecryptopay = AccountId.make("ecryptopay")
  const shown: Evidence.Shown = {
    reference: "order-1",
    attempt: 1,
    account: ecryptopay,
    invoice: "1",
    instruction: "1"
  }
  const entry = {
    reference: undefined,
    amount: "250.00",
    currency: "MXN",
    status: "open",
    providerStatus: "?"
  } as const
  const books = (evidence: Partial<Evidence.Evidence>, ids: ReadonlyArray<string> = []): Books => ({
    evidence: { ...Evidence.make(), ...evidence },
    orders: [],
    delivered: [],
    inbox: new Map(),
    parked: 0,
    providers: { ecryptopay: ids.map((id) => ({ ...entry, id })) }
  })
  const counted = (of: Books) => {
    const { double, lost, orphans } = Audit.audit(of)
    return { lost: lost.length, double: double.length, orphans }
  }

  it("misses an order that was acknowledged", () => {
    assert.deepStrictEqual(counted(books({ orders: new Set(["order-1"]) })), { lost: 1, double: 0, orphans: 0 })
  })

  it("misses a webhook that was acknowledged", () => {
    const acknowledged = [{ account: "ecca", digest: "00" }, { account: "ecca", digest: "00" }]
    assert.deepStrictEqual(counted(books({ acknowledged })), { lost: 1, double: 0, orphans: 0 })
  })

  it("sees that one attempt was shown as two instructions", () => {
    const both = [shown, { ...shown, invoice: "2", instruction: "2" }]
    assert.strictEqual(counted(books({ shown: both })).double, 1)
  })

  it("counts as an orphan what nobody owns and nobody was shown, and as lost what somebody was", () => {
    assert.deepStrictEqual(counted(books({}, ["1", "2"])), { lost: 0, double: 0, orphans: 2 })
    assert.deepStrictEqual(counted(books({ shown: [shown] }, ["1", "2"])), { lost: 2, double: 0, orphans: 1 })
  })
})
