/** The contract suite is tested itself: each adapter that is wrong on purpose is caught by the case that is meant for it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { caught } from "./contract/check.ts"
import { all } from "./contract/wrong/index.ts"

describe("an adapter that", () => {
  for (const wrong of all) {
    it.live(`${wrong.name} is caught by ${wrong.caughtBy}`, () =>
      Effect.map(caught(wrong), (found) => assert.isDefined(found, "the case let it pass")))
  }
})
