/**
 * What a process keeps for each open order and for each viewer.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Payments } from "@gatefold/core/Payments"
import * as Ecryptopay from "@gatefold/ecryptopay/Ecryptopay"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type * as Child from "../Child.ts"
import * as Heap from "../Heap.ts"
import * as World from "./World.ts"

/** The bytes that a heap holds, by how many there are of something. */
export type Heaps = ReadonlyArray<readonly [count: number, bytes: number]>

/** Lets there be more and more, and looks at the heap each time. */
const grown = <E, R>(
  counts: ReadonlyArray<number>,
  more: (from: number, to: number) => Effect.Effect<number, E, R>
): Effect.Effect<Heaps, E, R> =>
  Effect.forEach(counts, (to, index) => Effect.map(more(counts[index - 1] ?? 0, to), (bytes) => [to, bytes] as const))

const open = Effect.fnUntraced(function*(shop: Child.Child, from: number, to: number) {
  const references = Array.from({ length: to - from }, (_, index) => `memory-${from + index}`)
  yield* Effect.forEach(references, (reference) => World.opened(shop, reference), { concurrency: 8, discard: true })
  return Number(yield* shop.ask(""))
})

/** A shop with so many open orders. */
export const orders = Effect.fnUntraced(function*(counts: ReadonlyArray<number>) {
  const { start } = yield* World.make({ kind: "sqlite", webhooks: "manual" })
  const shop = yield* start("ecca")
  return yield* grown(counts, (from, to) => open(shop, from, to))
}, Effect.scoped)

/** A shop with so many viewers of one order. */
export const viewers = Effect.fnUntraced(function*(counts: ReadonlyArray<number>) {
  const { start } = yield* World.make({ kind: "sqlite", webhooks: "manual" })
  const shop = yield* start("ecryptopay")
  yield* World.opened(shop, "memory")
  return yield* grown(counts, (from, to) => Effect.map(shop.ask(`${to - from} memory`), Number))
}, Effect.scoped)

/** This process with so many watchers of one payment. */
export const watchers = Effect.fnUntraced(function*(counts: ReadonlyArray<number>) {
  const { settings } = yield* EcryptopaySimulator.make()
  const accounts = Ecryptopay.layerConfig.pipe(
    Layer.provide(NodeHttpClient.layerUndici),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(settings)))
  )
  return yield* Effect.gen(function*() {
    const { create, watch } = yield* Payments
    const { id } = yield* create({ price: { amount: "250.00", currency: "MXN" } })
    const watcher = Effect.forkScoped(Stream.runDrain(watch(id)))
    return yield* grown(
      counts,
      (from, to) => Effect.andThen(Effect.replicateEffect(watcher, to - from, { discard: true }), Heap.used)
    )
  }).pipe(Effect.provide(accounts))
}, Effect.scoped)
