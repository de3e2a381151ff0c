/**
 * Words of a provider that nobody understood: kept in the state, logged once and counted.
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type { AccountId, ProviderId } from "./Identifiers.ts"

const counter = Metric.counter("gatefold_unrecognized_words", {
  description: "Statuses of a provider that are in no map",
  incremental: true
})

/** How many different words are remembered, and so logged. */
const remembered = 256

/** Takes the words that one account's answers held, and passes the answer on. */
export interface Unrecognized {
  readonly note: (words: ReadonlyArray<string>) => Effect.Effect<void>
}

/** Makes the notes of one account. */
export const make = (identity: { readonly provider: ProviderId; readonly account: AccountId }): Unrecognized => {
  const logged = new Set<string>()
  const count = Metric.update(Metric.withAttributes(counter, { ...identity }), 1)
  const noteWord = (word: string) =>
    Effect.suspend(() => {
      if (logged.has(word) || logged.size >= remembered) return count
      logged.add(word)
      return Effect.andThen(
        count,
        Effect.logWarning(`${identity.account}: status "${word}" is in no map, so it is never taken for paid`)
      )
    })
  return { note: (words) => Effect.forEach(words, noteWord, { discard: true }) }
}
