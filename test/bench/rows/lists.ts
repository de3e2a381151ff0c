/**
 * A long history of one invoice, folded, and a long list of invoices, read as a stream.
 */
import * as Effect from "effect/Effect"
import * as Figure from "../Figure.ts"
import * as Fold from "../lists/Fold.ts"
import * as List from "../lists/List.ts"
import * as Race from "../Race.ts"
import type { Row, Size } from "../Row.ts"

const written = (count: number) => count.toLocaleString("en")

const micros = (run: () => unknown): number => {
  const began = performance.now()
  run()
  return (performance.now() - began) * 1_000 / Fold.observations
}

const fold = Effect.fnUntraced(function*(rounds: number) {
  const { ours, theirs } = yield* Fold.make
  const times = Array.from({ length: rounds }, () => ({ ours: micros(ours), theirs: micros(theirs) }))
  const median = (side: "ours" | "theirs") => Race.median(times.map(({ [side]: each }) => each))
  const note = "the loop keeps the higher status: no coverage, payments, adjustments, prices or conditions"
  return Figure.beside(
    { name: `fold of ${written(Fold.observations)} observations, each`, unit: "us", ours: median("ours"), note },
    ["plain loop", median("theirs")]
  )
})

const mebibytes = (bytes: number | undefined) => (bytes ?? Number.NaN) / 2 ** 20

const list = Effect.fnUntraced(function*(rounds: number) {
  const times = yield* Effect.replicateEffect(Effect.all({ ours: List.ours, plain: List.plain }), rounds)
  const heap = times.at(-1)?.ours.heap ?? []
  const name = `list of ${written(List.invoices)} invoices`
  const note = "the loop parses the same pages: it checks nothing, and drops nothing that comes twice"
  return [
    Figure.beside(
      { name, unit: "s", ours: Race.median(times.map(({ ours }) => ours.seconds)), note },
      ["plain loop", Race.median(times.map(({ plain }) => plain))]
    ),
    ...List.marks.map((mark, index) =>
      Figure.alone({ name: `${name}: heap after ${written(mark)}`, unit: "MiB", ours: mebibytes(heap[index]) })
    ),
    Figure.alone(
      {
        name: `${name}: most that it grew after ${written(List.marks[0])}`,
        unit: "MiB",
        ours: mebibytes(Math.max(...heap) - (heap[0] ?? 0))
      },
      ["<=", 2]
    )
  ]
})

export const row: Row = {
  measure: ({ isQuick }: Size) =>
    Effect.map(Effect.all([fold(isQuick ? 1 : 5), list(isQuick ? 1 : 3)]), ([folded, listed]) => [folded, ...listed])
}
