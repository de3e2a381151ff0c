/**
 * A list in pages: everything once, no request more than is wanted, and an end.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Pages from "@gatefold/core/Pages"
import { Effect, Exit, Stream } from "effect"

interface Item {
  readonly name: string
}

/** Pages of names, and which of them were asked for. What is behind the last one is empty. */
const setUp = (pages: ReadonlyArray<string>, options: { readonly pageSize?: number } = {}) => {
  const asked: Array<number> = []
  const stream = Pages.numbered(
    (page) =>
      Effect.sync((): ReadonlyArray<Item> => {
        asked.push(page)
        return [...pages[page - 1] ?? ""].map((name) => ({ name }))
      }),
    { ...options, id: ({ name }) => name, stuck: () => "stuck" as const }
  )
  const run = Effect.map(Stream.runCollect(stream), (items) => items.map(({ name }) => name).join(""))
  return { asked, run, stream }
}

describe("Pages.numbered", () => {
  it.effect("ends at the first empty page", () =>
    Effect.gen(function*() {
      const { asked, run } = setUp(["ab", "c", "", "d"])
      assert.strictEqual(yield* run, "abc")
      assert.deepStrictEqual(asked, [1, 2, 3])
    }))

  const cases: ReadonlyArray<readonly [what: string, pages: ReadonlyArray<string>, all: string, asked: number]> = [
    ["whose last page is short", ["ab", "cd", "e", "x"], "abcde", 3],
    ["whose last page is full", ["ab", "cd"], "abcd", 3],
    ["that has nothing", [], "", 1],
    ["whose short page repeats what was seen", ["ab", "b"], "ab", 2],
    ["whose full page repeats what was seen", ["ab", "bc", "d"], "abcd", 3],
    ["whose pages are larger than they should be", ["abc", "de", "f"], "abcdef", 3]
  ]
  for (const [what, pages, all, requests] of cases) {
    it.effect(`of a known page size, ${what}, takes ${requests} requests`, () =>
      Effect.gen(function*() {
        const { asked, run } = setUp(pages, { pageSize: 2 })
        assert.strictEqual(yield* run, all)
        assert.lengthOf(asked, requests)
      }))
  }

  it.effect("brings what moved to another page once, and goes on behind pages without news", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* setUp(["ab", "bc", "ab", "bc", "cd"]).run, "abcd")
    }))

  it.effect("fails at the third page in a row without news", () =>
    Effect.gen(function*() {
      const { asked, run } = setUp(["ab", "ab", "ba", "ab", "cd"])
      assert.strictEqual(yield* Effect.flip(run), "stuck")
      assert.deepStrictEqual(asked, [1, 2, 3, 4])
    }))

  it.effect("fails where a list of any length begins again at its end, after some pages that come twice", () =>
    Effect.gen(function*() {
      const [pages, pageSize] = [300, 100]
      let asked = 0
      const stream = Pages.numbered(
        (page) =>
          Effect.sync(() => {
            asked += 1
            const first = (page - 1) % pages * pageSize
            return Array.from({ length: pageSize }, (_, index) => ({ name: `${first + index}` }))
          }),
        { id: ({ name }) => name, stuck: () => "stuck" as const }
      )
      assert.strictEqual(yield* Effect.flip(Stream.runDrain(stream)), "stuck")
      // it is noticed at the latest where the page that it is known by comes again
      assert.isAtMost(asked, 512 + pages + 3)
    }))

  it.effect("asks for a page only when it is wanted", () =>
    Effect.gen(function*() {
      const { asked, stream } = setUp(["ab", "cd", "ef"])
      yield* Stream.runDrain(Stream.take(stream, 3))
      assert.deepStrictEqual(asked, [1, 2])
    }))

  it.effect("has seen nothing yet whenever it is run, also after a failure and by two at once", () =>
    Effect.gen(function*() {
      const { run } = setUp(["ab", "bc"])
      assert.deepStrictEqual(yield* Effect.all([run, run], { concurrency: 2 }), ["abc", "abc"])
      assert.strictEqual(yield* run, "abc")
      const { run: stuck } = setUp(["a", "a", "a", "a"])
      assert.isTrue(Exit.isFailure(yield* Effect.exit(stuck)))
      assert.strictEqual(yield* Effect.flip(stuck), "stuck")
    }))
})
