/**
 * A storm of webhooks in full size, over real HTTP, on two processes' worth of a shop:
 * `node test/storm/main.ts [--posts 10000] [--orders 200] [--database sqlite|postgres]`. Its last line is the figures; it
 * ends with 1 if anything was lost, double or answered wrongly, or if memory grew by more than it may.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Logger } from "effect"
import { parseArgs } from "node:util"
import { databases } from "../../packages/checkout/test/support/Databases.ts"
import * as Storm from "../../packages/checkout/test/support/Storm.ts"

const { values } = parseArgs({
  options: {
    posts: { type: "string", default: "10000" },
    orders: { type: "string", default: "200" },
    database: { type: "string", default: "sqlite" }
  }
})

/** In MiB, of senders, both processes of the shop and the providers together. It is some 100, however many posts. */
const mayGrowBy = 250

const main = Effect.gen(function*() {
  const kind = databases.find(({ name }) => name.toLowerCase() === values.database)
  const [posts, orders] = [Number(values.posts), Number(values.orders)]
  if (kind === undefined || !Number.isSafeInteger(posts) || !Number.isSafeInteger(orders) || posts < 1 || orders < 1) {
    yield* Console.error("usage: npm run storm -- [--posts 10000] [--orders 200] [--database sqlite|postgres]")
    return 2
  }
  yield* Console.log(`${posts} webhooks about ${orders} orders, 200 at once, on ${kind.name}`)
  const { answers, double, grownMegabytes, lost, millis, peakMegabytes, wronglyAnswered } = yield* Storm.run(
    yield* kind.make,
    { posts, orders, atOnce: 200, settlesWithin: "2 minutes" }
  )
  const told = Object.entries(answers).map(([status, count]) => `${status}: ${count}`).join(", ")
  yield* Console.log(`answers ${told}; ${millis} ms`)
  yield* Console.log(`memory grew by ${grownMegabytes} MiB, of ${mayGrowBy} that it may, to ${peakMegabytes} MiB`)
  yield* Console.log(
    `${posts} posts, ${orders} orders, ${lost} lost, ${double} double, ${wronglyAnswered} wrongly answered`
  )
  return lost + double + wronglyAnswered === 0 && grownMegabytes <= mayGrowBy ? 0 : 1
})

NodeRuntime.runMain(
  Effect.scoped(main).pipe(
    Effect.provide(Logger.layer([])),
    Effect.flatMap((code) =>
      Effect.sync(() => {
        process.exitCode = code
      })
    )
  )
)
