/**
 * Time that passes while a call is under way.
 */
import type { Simulator } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { Violation } from "../Violation.ts"

/** Longer than any call may take with all of its tries. */
const longest = 120

const moment = TestClock.withLive(Effect.sleep("4 millis"))

/** @internal Runs a call that only time can end: a second passes whenever nothing happens on the sockets. */
export const whileTimePasses = ({ requests }: Simulator) =>
  Effect.fnUntraced(function*<A, E, R>(call: Effect.Effect<A, E, R>) {
    const progress = Effect.map(requests, (all) => JSON.stringify(all.map(({ ended }) => ended)))
    const fiber = yield* Effect.forkChild(call)
    let before = yield* progress
    for (let seconds = 0; seconds < longest && fiber.pollUnsafe() === undefined;) {
      yield* moment
      const now = yield* progress
      if (now === before) {
        seconds += 1
        yield* TestClock.adjust("1 second")
      }
      before = now
    }
    if (fiber.pollUnsafe() !== undefined) return yield* Fiber.join(fiber)
    yield* Effect.forkDetach(Fiber.interrupt(fiber))
    return yield* new Violation({
      message: `the call should be given up in time, and was not after ${longest} seconds`
    })
  })
