/** `npm run machines`: two machines on one database, one of which is killed, and what became of every order. */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { parseArgs } from "node:util"
import * as Run from "./Run.ts"

const { values } = parseArgs({ options: { orders: { type: "string", default: "40" } } })
const orders = Number(values.orders)

if (!Number.isSafeInteger(orders) || orders < 8) {
  process.stderr.write("usage: npm run machines -- [--orders 40], at least 8\n")
  process.exit(2)
}

const main = Effect.gen(function*() {
  const { changes, double, lost, moved, outOfOrder, repeats, unclean, ...found } = yield* Run.run(orders)
  const wrong = [...lost, ...double, ...outOfOrder, ...unclean.map((name) => `${name} did not end cleanly`)]
  for (const one of wrong.slice(0, 20)) yield* Console.error(one)
  yield* Console.log(
    `2 machines, 1 kill, ${found.orders} orders, ${changes} changes, ${lost.length} lost, ${double.length} double, ` +
      `${outOfOrder.length} out of order, ${repeats} repeated, sweep moved in ${(moved / 1_000).toFixed(1)} s`
  )
  process.exitCode = wrong.length === 0 && moved < 12_000 ? 0 : 1
})

NodeRuntime.runMain(Effect.scoped(main))
