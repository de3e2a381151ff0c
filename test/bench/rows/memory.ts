/**
 * What is kept in memory while invoices are open and while somebody looks at them.
 */
import * as Effect from "effect/Effect"
import * as Memory from "../checkout/Memory.ts"
import * as Figure from "../Figure.ts"
import type { Row } from "../Row.ts"

const written = (count: number) => count.toLocaleString("en")

/** What each of those that came between two looks takes. */
const each = (what: string, heaps: Memory.Heaps): ReadonlyArray<Figure.Figure> =>
  heaps.slice(1).map(([to, bytes], index) => {
    const [from, before] = heaps[index] ?? [0, 0]
    const name = `heap for each ${what}, from ${written(from)} to ${written(to)}`
    return Figure.alone({ name, unit: "bytes", ours: (bytes - before) / (to - from) })
  })

/** What all of it takes, which is less than the heap varies by. */
const all = (heaps: Memory.Heaps): ReadonlyArray<Figure.Figure> =>
  heaps.map(([count, bytes]) =>
    Figure.alone({ name: `heap of a shop with ${written(count)} open orders`, unit: "MiB", ours: bytes / 2 ** 20 })
  )

const few = [1, 100, 1_000]

export const row: Row = {
  measure: ({ isQuick }) =>
    Effect.gen(function*() {
      const orders = yield* Memory.orders(isQuick ? [25, 100] : [1_000, 5_000])
      return [
        ...all(orders),
        ...each("open order of a shop, whose rows are in its database", orders),
        ...each("viewer of one order, Checkout.watch", yield* Memory.viewers(few)),
        ...each("watcher of one payment, Payments.watch", yield* Memory.watchers(few))
      ]
    })
}
