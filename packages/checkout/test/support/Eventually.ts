/**
 * Looking again and again in real time, for what other fibers, processes and servers do.
 */
import { Effect } from "effect"

/** Real time, also where the test's clock stands still. */
const pause = Effect.promise(() => new Promise((resume) => setTimeout(resume, 20)))

/** What `look` gives as soon as it holds, or what it gave last: so that an assertion shows what was wrong. */
export const eventually = <A, E, R>(
  look: Effect.Effect<A, E, R>,
  holds: (value: A) => boolean,
  withinMillis = 8_000
): Effect.Effect<A, E, R> =>
  Effect.gen(function*() {
    const until = performance.now() + withinMillis
    while (true) {
      const value = yield* look
      if (holds(value) || performance.now() > until) return value
      yield* pause
    }
  })
