/**
 * A provider of quotes that exists in this process alone: time is the test's, and every read is counted.
 */
import * as QuoteHolder from "@gatefold/core/QuoteHolder"
import { DateTime, Duration, Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"

/** What is to be paid, as a reader sees it. `quote` is the number of the renewal that it came from. */
export interface Due {
  readonly state: string
  readonly quote: number | undefined
  /** Milliseconds; the quote may not be shown from then on. */
  readonly until: number | undefined
}

export type Trouble = "down" | "gone"

export const lasts = Duration.seconds(25)

/** The till, with what the next reads shall do. */
export const make = Effect.gen(function*() {
  const till = {
    state: "open",
    renewals: [] as Array<number>,
    peeks: [] as Array<number>,
    /** How long a renewal and a peek take. */
    renewalTakes: Duration.zero,
    peekTakes: Duration.zero,
    trouble: undefined as Trouble | undefined,
    /** Whether a peek finds anything. */
    isListed: true
  }
  const clock = yield* Effect.clockWith(Effect.succeed)
  const now = () => clock.currentTimeMillisUnsafe()
  const holder = yield* QuoteHolder.make<string, Due, Trouble>({
    lasts,
    renew: (_id, sentAt) =>
      Effect.gen(function*() {
        till.renewals.push(now())
        const quote = till.renewals.length
        yield* Effect.sleep(till.renewalTakes)
        if (till.trouble !== undefined) return yield* Effect.fail(till.trouble)
        return { state: till.state, quote, until: DateTime.toEpochMillis(sentAt) + Duration.toMillis(lasts) }
      }),
    peek: () =>
      Effect.gen(function*() {
        till.peeks.push(now())
        const { state } = till
        yield* Effect.sleep(till.peekTakes)
        if (till.trouble !== undefined) return yield* Effect.fail(till.trouble)
        return till.isListed ? { state, quote: undefined, until: undefined } : undefined
      }),
    keepQuote: ({ quote, until }, { state }) => ({ state, quote, until }),
    withoutQuote: ({ state }) => ({ state, quote: undefined, until: undefined }),
    isSettled: ({ state }) => state === "paid",
    isTransient: (trouble) => trouble === "down"
  })
  return { till, holder, now }
})

/** What a watcher saw, as `state/quote at second`, and how its watch ended. */
export interface Watcher {
  readonly saw: ReadonlyArray<string>
  readonly ended: () => string | undefined
  readonly leave: Effect.Effect<void>
}

/** Watches, and notes everything that comes with its time. A watcher that is busy takes so long for each. */
export const watch = Effect.fnUntraced(function*(
  { holder, now }: Effect.Success<typeof make>,
  id = "p-1",
  busy: Duration.Input = 0
) {
  const saw: Array<string> = []
  let ended: string | undefined
  const fiber = yield* holder.watch(id).pipe(
    Stream.runForEach((due) => {
      const overdue = due.until !== undefined && now() >= due.until
      saw.push(`${due.state}/${overdue ? "STALE" : due.quote ?? "-"} at ${now() / 1000}`)
      return Effect.sleep(busy)
    }),
    Effect.matchEffect({
      onFailure: (trouble) => Effect.sync(() => (ended = trouble)),
      onSuccess: () => Effect.sync(() => (ended = "end"))
    }),
    Effect.forkChild
  )
  const watcher: Watcher = { saw, ended: () => ended, leave: Fiber.interrupt(fiber) }
  return watcher
})

/** Lets time pass in steps, so that all that happens on the way happens in its order. */
export const pass = (seconds: number) =>
  Effect.forEach(Array.from({ length: seconds * 2 }), () => TestClock.adjust("500 millis"))

/** What is due, with the second until which its quote holds. */
export const due = (state: string, quote: number | undefined, until?: number): Due => ({
  state,
  quote,
  until: until === undefined ? undefined : until * 1000
})
