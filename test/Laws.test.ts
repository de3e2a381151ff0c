import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { run } from "./laws/run.ts"

describe("generated histories of both simulators", () => {
  it.live("converge on their last observation, whatever arrives in whatever order and however often", () =>
    Effect.gen(function*() {
      const { broken, cases } = yield* run(1000, "every test run")
      assert.deepStrictEqual(broken, [])
      assert.isAtLeast(cases, 1000)
    }))
})
