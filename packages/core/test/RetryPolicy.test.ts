import { assert, describe, it } from "@effect/vitest"
import { GatewayError, RetryPolicy } from "@gatefold/core"
import { Duration, Effect, Random } from "effect"
import { integer } from "./support/Arbitraries.ts"
import { error } from "./support/Samples.ts"

const unavailable = (retryAfter?: Duration.Duration) =>
  error(new GatewayError.Unavailable({ evidence: "refused", ...(retryAfter === undefined ? {} : { retryAfter }) }))

const policy: RetryPolicy.RetryPolicy = { ...RetryPolicy.standard, tries: 100, within: "1 hour" }

const millis = (wait: Duration.Duration | undefined) => wait === undefined ? undefined : Duration.toMillis(wait)

/** The pause when the dice show `jitter`, from 0 to just below 1. */
const pauseAt = (
  jitter: number,
  attempt: number,
  { elapsed = 0, of = policy, retryAfter }: {
    readonly elapsed?: number
    readonly of?: RetryPolicy.RetryPolicy
    readonly retryAfter?: Duration.Duration
  } = {}
) =>
  RetryPolicy.pause(of, unavailable(retryAfter), attempt, elapsed).pipe(
    Effect.map(millis),
    Effect.provideService(Random.Random, { nextDoubleUnsafe: () => jitter, nextIntUnsafe: () => 0 })
  )

describe("RetryPolicy: the standard", () => {
  it("is five tries within 30 s, from 200 ms to 10 s, 10 s for each", () => {
    const { attemptTimeout, base, cap, factor, tries, within } = RetryPolicy.standard
    assert.deepStrictEqual([tries, factor], [5, 2])
    assert.deepStrictEqual(
      [base, cap, within, attemptTimeout].map((duration) => Duration.toMillis(duration)),
      [200, 10_000, 30_000, 10_000]
    )
  })

  it.effect("is what a call uses unless its context says otherwise", () =>
    Effect.gen(function*() {
      assert.isUndefined(yield* RetryPolicy.Current)
      const own = yield* Effect.provideService(RetryPolicy.Current, RetryPolicy.Current, RetryPolicy.once)
      assert.strictEqual(own, RetryPolicy.once)
    }))
})

describe("RetryPolicy: the pause", () => {
  it.effect("doubles with each try up to the cap", () =>
    Effect.gen(function*() {
      const longest = yield* Effect.forEach([1, 2, 3, 4, 5, 6, 7, 50], (attempt) => pauseAt(1, attempt))
      assert.deepStrictEqual(longest, [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000])
    }))

  it.effect("is anything from nothing up to that", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Effect.forEach([0, 0.25, 0.5, 0.75], (jitter) => pauseAt(jitter, 2)), [
        0,
        100,
        200,
        300
      ])
    }))

  it.effect.prop(
    "stays within its bounds, whatever the dice show",
    [integer(0, 1_000_000), integer(1, 12), integer(0, 20_000)],
    ([seed, attempt, asked]) =>
      Effect.gen(function*() {
        const pause = RetryPolicy.pause(policy, unavailable(Duration.millis(asked)), attempt, 0)
        const wait = millis(yield* Random.withSeed(pause, seed)) ?? -1
        assert.isAtLeast(wait, asked)
        assert.isAtMost(wait, Math.max(asked, Math.min(200 * 2 ** (attempt - 1), 10_000)))
      }),
    { arbitrary: { runs: 200 } }
  )

  it.effect("differs from caller to caller", () =>
    Effect.gen(function*() {
      const seeds = Array.from({ length: 50 }, (_, seed) => seed)
      const waits = yield* Effect.forEach(
        seeds,
        (seed) => Effect.map(Random.withSeed(RetryPolicy.pause(policy, unavailable(), 5, 0), seed), millis)
      )
      assert.isAtLeast(new Set(waits).size, 45)
      assert.isTrue(waits.some((wait = 0) => wait < 800) && waits.some((wait = 0) => wait > 2400))
    }))

  it.effect("is never shorter than the provider asked for, even beyond the cap", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* pauseAt(0, 1, { retryAfter: Duration.seconds(3) }), 3000)
      assert.strictEqual(yield* pauseAt(0.5, 1, { retryAfter: Duration.seconds(60) }), 60_000)
      assert.strictEqual(yield* pauseAt(0.5, 6, { retryAfter: Duration.seconds(3) }), 3200)
    }))
})

describe("RetryPolicy: the end", () => {
  it.effect("comes after the last try", () =>
    Effect.gen(function*() {
      const of = { ...policy, tries: 3 }
      assert.isDefined(yield* pauseAt(0, 2, { of }))
      assert.isUndefined(yield* pauseAt(0, 3, { of }))
      assert.isUndefined(yield* pauseAt(0, 4, { of }))
      assert.isUndefined(yield* pauseAt(0, 1, { of: RetryPolicy.once }))
    }))

  it.effect("comes before a wait that would go beyond the time for all tries", () =>
    Effect.gen(function*() {
      const of = { ...policy, within: "1 second" as const }
      assert.strictEqual(yield* pauseAt(1, 1, { of, elapsed: 800 }), 200)
      assert.isUndefined(yield* pauseAt(1, 1, { of, elapsed: 801 }))
      assert.strictEqual(yield* pauseAt(0.5, 1, { of, elapsed: 801 }), 100)
      assert.isUndefined(yield* pauseAt(0, 1, { of, elapsed: 1001 }))
    }))

  it.effect("comes at once if the provider asks for a longer wait than there is time", () =>
    Effect.gen(function*() {
      const of = RetryPolicy.standard
      assert.strictEqual(yield* pauseAt(0, 1, { of, retryAfter: Duration.seconds(30) }), 30_000)
      assert.isUndefined(yield* pauseAt(0, 1, { of, retryAfter: Duration.seconds(31) }))
      assert.isUndefined(yield* pauseAt(0, 1, { of, elapsed: 1, retryAfter: Duration.seconds(30) }))
    }))
})
