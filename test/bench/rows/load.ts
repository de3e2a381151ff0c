/**
 * A load that does not wait: customers come at a fixed rate, providers answer as slowly as real ones, and some answers go
 * wrong.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type * as Database from "../../soak/Database.ts"
import * as Load from "../checkout/Load.ts"
import { quantile } from "../checkout/Quantiles.ts"
import * as Weather from "../checkout/Weather.ts"
import * as Figure from "../Figure.ts"
import type { Row, Size } from "../Row.ts"

const names: Readonly<Record<Database.Kind, string>> = { sqlite: "SQLite", postgres: "PostgreSQL" }

const weather = `providers answer after ${Weather.median} ms, one time in 100 after ${Weather.p99} ms, ` +
  `and ${Weather.faultPercent} % of that is spoilt`

const times = (name: string, all: ReadonlyArray<number>) =>
  [0.5, 0.99].map((share) => Figure.alone({ name: `${name}, p${share * 100}`, unit: "ms", ours: quantile(all, share) }))

const measured = Effect.fnUntraced(function*(options: Load.Options) {
  const { covers, double, lost, opens, throughput } = yield* Load.measure(options)
  for (const one of [...lost, ...double].slice(0, 10)) yield* Console.error(one)
  const at = `load on ${names[options.kind]}`
  const note = `${options.orders} customers, ${options.rate} a second; ${weather}`
  return [
    Figure.alone({ name: `${at}: orders covered`, unit: "1/s", ours: throughput, note }),
    ...times(`${at}: from arrival to the page that says how to pay`, opens),
    ...times(`${at}: from paid to the shop's handler`, covers),
    Figure.alone({ name: `${at}: lost`, unit: "orders", ours: lost.length }, ["<=", 0]),
    Figure.alone({ name: `${at}: double`, unit: "orders", ours: double.length }, ["<=", 0])
  ]
})

const sizeOf = ({ isQuick }: Size) => isQuick ? { rate: 20, orders: 20 } : { rate: 30, orders: 900 }

export const row: Row = {
  measure: (size) =>
    Effect.map(
      Effect.all(
        [measured({ kind: "sqlite", ...sizeOf(size) }), measured({ kind: "postgres", ...sizeOf(size) })],
        // so few customers leave the machine free enough for both
        { concurrency: size.isQuick ? 2 : 1 }
      ),
      (all) => all.flat()
    )
}
