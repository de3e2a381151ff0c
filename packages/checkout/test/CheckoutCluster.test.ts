/**
 * On PostgreSQL a cluster chooses who sweeps. `npm run machines` shows it with processes and a kill; here is what one
 * process can show.
 */
import { assert, describe, it } from "@effect/vitest"
import * as CheckoutCluster from "@gatefold/checkout/CheckoutCluster"
import { Effect } from "effect"
import { once } from "node:events"
import { createServer } from "node:net"
import { databases } from "./support/Databases.ts"
import * as PlainShop from "./support/PlainShop.ts"
import { order } from "./support/Shop.ts"

const [sqlite, postgres] = databases

/** A port that somebody else listens on until the end. */
const taken = Effect.acquireRelease(
  Effect.promise(async () => {
    const server = createServer().listen(0, "127.0.0.1")
    await once(server, "listening")
    const address = server.address()
    return { server, port: typeof address === "object" && address !== null ? address.port : 0 }
  }),
  ({ server }) => Effect.sync(() => server.close())
)

const shopOn = (kind: typeof sqlite) =>
  Effect.acquireRelease(
    Effect.promise(() => kind === undefined ? Promise.reject(new Error("no database")) : PlainShop.open(kind)),
    ({ close }) => Effect.promise(close)
  )

const refusal = (start: Promise<unknown>) =>
  Effect.promise(() => start.then(() => assert.fail("it has started"), (error: unknown) => error))

const freePort = Effect.map(Effect.scoped(taken), ({ port }) => port)

describe("a checkout in a cluster", () => {
  it.live("sweeps by the cluster's choice alone", () =>
    Effect.gen(function*() {
      const shop = yield* shopOn(postgres)
      const cluster = { host: "127.0.0.1", port: yield* freePort }
      const checkout = yield* Effect.promise(() => shop.start({ cluster, sweepInterval: "1 day" }))
      yield* Effect.promise(() => checkout.open(order("cluster-1")))
      yield* shop.providers.ecca.pay("cluster-1")
      yield* Effect.promise(() => PlainShop.until(async () => (await checkout.get("cluster-1")).isCovered))
    }))

  it.live("does not sweep where it is not chosen", () =>
    Effect.gen(function*() {
      const shop = yield* shopOn(postgres)
      // it stands for other work of the cluster only
      const sharding = { availableShardGroups: ["default", "other"], assignedShardGroups: ["other"] }
      const cluster = { host: "127.0.0.1", port: yield* freePort, sharding }
      const checkout = yield* Effect.promise(() => shop.start({ cluster }))
      yield* Effect.promise(() => checkout.open(order("cluster-2")))
      yield* shop.providers.ecca.pay("cluster-2")
      yield* Effect.sleep("800 millis")
      assert.isFalse((yield* Effect.promise(() => checkout.get("cluster-2"))).isCovered)
    }))

  it.live("needs a port of its own", () =>
    Effect.gen(function*() {
      const shop = yield* shopOn(postgres)
      const { port } = yield* taken
      const error = yield* refusal(shop.start({ cluster: { host: "127.0.0.1", port } }))
      assert.instanceOf(error, CheckoutCluster.ClusterFailed)
      assert.include(error.message, `port ${port} of 127.0.0.1 cannot be listened on`)
    }))

  it.live("needs PostgreSQL", () =>
    Effect.gen(function*() {
      const shop = yield* shopOn(sqlite)
      const error = yield* refusal(shop.start({ cluster: { host: "127.0.0.1", port: 1 } }))
      assert.instanceOf(error, CheckoutCluster.ClusterFailed)
    }))
})
