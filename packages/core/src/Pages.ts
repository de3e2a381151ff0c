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
  readonly withoutNews: number
}

export interface Options<A, E> {
  readonly id: (item: A) => string
  /** What it fails with where the list keeps repeating itself. */
  readonly stuck: () => E
  /**
   * How many items every page but the last one has, if the provider is sure to keep to it: then a page with fewer is the
   * last. @default the first empty page ends the list
   */
  readonly pageSize?: number | undefined
}

/**
 * Reads page after page from 1, each only when it is wanted, and ends at the first empty one, or behind a page that has
 * fewer items than `pageSize`. Items that moved to another page meanwhile come once. A list that keeps repeating itself
 * fails with `stuck`.
 */
export const numbered = <A, E, R, E2>(
  fetch: (page: number) => Effect.Effect<ReadonlyArray<A>, E, R>,
  { id, pageSize = 0, stuck }: Options<A, E2>
): Stream.Stream<A, E | E2, R> =>
  // each run of the stream has seen nothing yet
  Stream.suspend(() => {
    const seen = new Set<string>()
    const isNew = (item: A): boolean => seen.size < seen.add(id(item)).size
    const start: State = { page: 1, withoutNews: 0 }
    return Stream.paginate(start, ({ page, withoutNews }) =>
      Effect.flatMap(fetch(page), (items): Effect.Effect<readonly [Array<A>, Option.Option<State>], E2> => {
        const news = items.filter(isNew)
        if (items.length === 0 || items.length < pageSize) {
          return Effect.succeed([news, Option.none()])
        }
        const next = { page: page + 1, withoutNews: news.length === 0 ? withoutNews + 1 : 0 }
        return next.withoutNews >= stuckAfter ? Effect.fail(stuck()) : Effect.succeed([news, Option.some(next)])
      }))
  })
