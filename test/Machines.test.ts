/**
 * Several processes on one database: nothing is lost or done twice when the one is killed that swept for all.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { runNode } from "./support.ts"

describe("two machines on one PostgreSQL", () => {
  it.live("deliver every change of every order, and sweep again soon after a kill", () =>
    Effect.gen(function*() {
      const { code, stderr, stdout } = yield* runNode(["test/machines/main.ts", "--orders", "12"])
      const output = stdout + stderr
      assert.match(output, /A opens at Ecca and B at ecryptopay/u)
      assert.match(output, /[AB], which swept, is killed\n[AB] took a webhook and opened 3 orders within \d+ ms\n/u)
      const figures = "2 machines, 1 kill, 12 orders, \\d+ changes, 0 lost, 0 double, 0 out of order, \\d+ repeated"
      assert.match(stdout.trimEnd(), new RegExp(`\\n${figures}, sweep moved in \\d{1,2}\\.\\d s$`, "u"), output)
      assert.strictEqual(code, 0)
    }), 60_000)

  it.live("are not fewer than make sense", () =>
    Effect.gen(function*() {
      const { code, stderr } = yield* runNode(["test/machines/main.ts", "--orders", "few"])
      assert.strictEqual(code, 2)
      assert.include(stderr, "usage: npm run machines")
    }))
})
