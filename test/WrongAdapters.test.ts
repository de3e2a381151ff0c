/** The contract suite is tested itself: each adapter that is wrong on purpose is caught by the case that is meant for it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { caught, isFair, unprovenBy } from "./contract/check.ts"
import { all } from "./contract/wrong/index.ts"

describe.concurrent("an adapter that", () => {
  for (const wrong of all) {
    it.live(
      `${wrong.name} is caught by ${wrong.caughtBy}, which passes without the mistake`,
      () =>
        Effect.gen(function*() {
          const [found, fair] = yield* Effect.all([caught(wrong), isFair(wrong)], { concurrency: "unbounded" })
          assert.isDefined(found, "the case let it pass, or failed of something else")
          assert.isTrue(fair, "the case does not pass for the adapter that was spoilt")
        }),
      30_000
    )
  }
})

describe("each case", () => {
  it("is known to find the mistake that it is about", () => {
    assert.deepStrictEqual(unprovenBy(all), [])
  })
})
