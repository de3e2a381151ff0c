/**
 * A long list of invoices, read as a stream and with a plain loop.
 */
import { Invoices } from "@gatefold/core/Invoices"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Heap from "../Heap.ts"
import * as Provider from "./Provider.ts"

export const invoices = 100_000

/** After so many invoices one looks at the heap; at the very end nothing is read any more. */
export const marks = [10_000, 50_000, 99_000] as const

const mustBeAll = (count: number) =>
  count === invoices ? Effect.void : Effect.die(new Error(`the list has ${invoices} invoices, and ${count} came`))

const isMark = (count: number): boolean => marks.some((mark) => mark === count)

/** How many seconds it takes as a stream, and how many bytes the heap holds at each mark. */
export const ours = Effect.gen(function*() {
  const { list } = yield* Invoices
  const heap: Array<number> = []
  let [count, looking] = [0, 0]
  const look = Effect.gen(function*() {
    const began = performance.now()
    heap.push(yield* Heap.used)
    looking += performance.now() - began
  })
  const began = performance.now()
  yield* Stream.runForEach(
    list({ pageSize: Provider.pageSize }),
    () => Effect.suspend(() => isMark(++count) ? look : Effect.void)
  )
  yield* mustBeAll(count)
  return { seconds: (performance.now() - began - looking) / 1_000, heap }
}).pipe(Effect.provide(Provider.layer(invoices)))

interface Listed {
  readonly invoice_id: string
  readonly status: string
}

/** What a hand-written loop does at the least: it checks nothing, and drops nothing that comes twice. */
const looped = async () => {
  let [count, open] = [0, 0]
  for (let number = 1;; number++) {
    const answer = new Response(Provider.page(number, invoices).slice())
    const { data }: { readonly data: ReadonlyArray<Listed> } = await answer.json()
    if (data.length === 0) return open === count ? count : 0
    for (const { status } of data) {
      count += 1
      if (status === "pending") open += 1
    }
  }
}

/** How many seconds the loop takes. */
export const plain = Effect.gen(function*() {
  const began = performance.now()
  yield* mustBeAll(yield* Effect.promise(looped))
  return (performance.now() - began) / 1_000
})
