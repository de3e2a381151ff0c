/**
 * Moves the provider's clock so that everything on the way happens in its turn.
 */
import type * as MovableClock from "@gatefold/simulator/MovableClock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Invoice from "./Invoice.ts"
import type { Platform } from "./Platform.ts"

/**
 * Stops at each expiry, retry and overdue answer up to `duration` from now, and gives receivers real time to answer
 * before it goes on, because how they answer decides what comes next.
 */
export const advance = Effect.fnUntraced(function*(
  clock: MovableClock.MovableClock,
  platform: Platform,
  duration: Duration.Input
) {
  const happen = Effect.andThen(platform.settle, platform.outbox.quiet)
  const moveTo = (moment: number) =>
    Effect.flatMap(platform.now, (now) => clock.advance(Duration.millis(Math.max(0, moment - now))))
  const end = (yield* platform.now) + Duration.toMillis(Duration.fromInputUnsafe(duration))
  yield* happen
  for (let next = nextMoment(platform); next !== undefined && next <= end; next = nextMoment(platform)) {
    yield* moveTo(next)
    yield* happen
  }
  yield* moveTo(end)
  yield* happen
})

const nextMoment = ({ ledger, outbox }: Platform): number | undefined =>
  [...ledger.unsettled().map(Invoice.nextMoment), outbox.nextMoment()]
    .filter((moment) => moment !== undefined)
    .toSorted((one, other) => one - other)[0]
