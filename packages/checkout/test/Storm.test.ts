/**
 * A storm of webhooks in small; `npm run storm` is the same in full size.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { databases } from "./support/Databases.ts"
import * as Storm from "./support/Storm.ts"

describe.each(databases)("a storm on $name", ({ make }) => {
  it.live("of 600 valid, repeated, forged, oversized and malformed webhooks applies each valid one once", () =>
    Effect.gen(function*() {
      const size = { posts: 600, orders: 20, atOnce: 100, settlesWithin: "15 seconds" } as const
      const figures = yield* Storm.run(yield* make, size)
      assert.deepInclude(figures, { posts: 600, wronglyAnswered: 0, orders: 20, lost: 0, double: 0 })
      assert.isBelow(figures.grownMegabytes, 300)
    }))
})
