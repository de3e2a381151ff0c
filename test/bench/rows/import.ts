/**
 * The time until a package can be used: `import()` in a process that has imported nothing yet, of the JavaScript that is
 * published. It is measured within the process, so that the start of Node.js does not count.
 */
import * as Effect from "effect/Effect"
import * as Child from "../Child.ts"
import * as Figure from "../Figure.ts"
import * as Published from "../Published.ts"
import * as Race from "../Race.ts"
import type { Row, Size } from "../Row.ts"

const names: ReadonlyArray<Published.Name> = ["core", "ecca", "ecryptopay", "checkout", "sqlite"]

const peer = "effect/http/HttpClient"

/** As a user imports them: the module that is needed, or the index with all of them. */
const specifiers = [
  "@gatefold/core",
  "@gatefold/ecca/Ecca",
  "@gatefold/ecca",
  "@gatefold/ecryptopay/Ecryptopay",
  "@gatefold/ecryptopay",
  "@gatefold/checkout/Checkout",
  "@gatefold/checkout",
  "@gatefold/sqlite"
]

const millis = (folder: string, specifier: string) =>
  Effect.scoped(
    Effect.map(Child.start({ path: "TimedImport.ts", setup: { folder, specifier } }), ({ said }) => Number(said))
  )

const medians = Effect.fnUntraced(function*(folder: string, { isQuick }: Size) {
  const times = new Map<string, Array<number>>()
  for (let round = 0; round < (isQuick ? 2 : 21); round++) {
    for (const specifier of [peer, ...specifiers]) {
      times.set(specifier, [...times.get(specifier) ?? [], yield* millis(folder, specifier)])
    }
  }
  return (specifier: string) => Race.median(times.get(specifier) ?? [])
})

export const row: Row = {
  measure: (size) =>
    Effect.gen(function*() {
      const median = yield* medians(yield* Published.folder(names), size)
      return specifiers.map((specifier) =>
        Figure.beside(
          { name: `import of ${specifier}`, unit: "ms", ours: median(specifier) },
          [peer, median(peer)],
          ["<=", 1.3]
        )
      )
      // the folder is gone before the figures are told, upon which this process is ended
    }).pipe(Effect.scoped)
}
