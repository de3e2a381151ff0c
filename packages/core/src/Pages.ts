/**
 * Lists in numbered pages as a stream.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

/** How many pages in a row may bring nothing new before the list is taken for stuck. */
const stuckAfter = 3

/** How many items are remembered at least: a long list must not fill the memory. */
const remembered = 10_000

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
 * Remembers the newest items, by which those that moved are known, and those of some pages further back, by which a list
 * that begins again is known however long it is: these are taken from where the page's number is a power of two.
 */
const makeMemory = () => {
  let [older, newest, landmark] = [new Set<string>(), new Set<string>(), new Set<string>()]
  let landmarkAt = 1
  return (page: number, id: string): boolean => {
    if (newest.has(id) || older.has(id) || landmark.has(id)) return false
    newest.add(id)
    if (newest.size === remembered) [older, newest] = [newest, new Set()]
    if (page >= landmarkAt * 2) {
      landmarkAt *= 2
      landmark = new Set()
    }
    if (page < landmarkAt + stuckAfter) landmark.add(id)
    return true
  }
}

/**
 * Reads page after page from 1, each only when it is wanted, and ends at the first empty one, or behind a page that has
 * fewer items than `pageSize`. Items that moved to another page meanwhile come once, unless they moved by more than
 * 10,000. A list that keeps repeating itself fails with `stuck`. Takes no more memory for a longer list.
 */
export const numbered = <A, E, R, E2>(
  fetch: (page: number) => Effect.Effect<ReadonlyArray<A>, E, R>,
  { id, pageSize = 0, stuck }: Options<A, E2>
): Stream.Stream<A, E | E2, R> =>
  // each run of the stream has seen nothing yet
  Stream.suspend(() => {
    const isNew = makeMemory()
    const start: State = { page: 1, withoutNews: 0 }
    return Stream.paginate(start, ({ page, withoutNews }) =>
      Effect.flatMap(fetch(page), (items): Effect.Effect<readonly [Array<A>, Option.Option<State>], E2> => {
        const news = items.filter((item) =>
          isNew(page, id(item))
        )
        if (items.length === 0 || items.length < pageSize) {
          return Effect.succeed([news, Option.none()])
        }
        const next = { page: page + 1, withoutNews: news.length === 0 ? withoutNews + 1 : 0 }
        return next.withoutNews >= stuckAfter ? Effect.fail(stuck()) : Effect.succeed([news, Option.some(next)])
      }))
  })
