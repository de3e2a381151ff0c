/**
 * Lists in numbered pages as a stream.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

/** How many pages in a row may bring nothing new before the list is taken for stuck. */
const stuckAfter = 3

interface State {
  readonly page: number
  readonly seen: ReadonlySet<string>
  readonly withoutNews: number
}

/**
 * Reads page after page from 1, each only when it is wanted, and ends at the first empty one. Items that moved to another
 * page meanwhile come once. A list that keeps repeating itself fails with `stuck`.
 */
export const numbered = <A, E, R, E2>(options: {
  readonly fetch: (page: number) => Effect.Effect<ReadonlyArray<A>, E, R>
  readonly id: (item: A) => string
  readonly stuck: () => E2
}): Stream.Stream<A, E | E2, R> => {
  const start: State = { page: 1, seen: new Set(), withoutNews: 0 }
  return Stream.paginate(
    start,
    (state) =>
      Effect.flatMap(
        options.fetch(state.page),
        (items): Effect.Effect<readonly [Array<A>, Option.Option<State>], E2> => {
          if (items.length === 0) return Effect.succeed([[], Option.none()])
          const seen = new Set(state.seen)
          const news = items.filter((item) => {
            const isNew = !seen.has(options.id(item))
            seen.add(options.id(item))
            return isNew
          })
          const withoutNews = news.length === 0 ? state.withoutNews + 1 : 0
          return withoutNews >= stuckAfter
            ? Effect.fail(options.stuck())
            : Effect.succeed([news, Option.some({ page: state.page + 1, seen, withoutNews })])
        }
      )
  )
}
