/**
 * Webhooks that were sent and not answered yet.
 *
 * A receiver's time to answer runs on the provider's clock, which can be moved while a real socket waits.
 */
import * as WebhookSender from "@gatefold/simulator/WebhookSender"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

interface Flight {
  readonly deadline: number
  readonly overdue: Deferred.Deferred<void>
  readonly landed: Deferred.Deferred<void>
  /** The receiver had its share of real time and said nothing: nobody waits for it again. */
  silent: boolean
}

export interface InFlight {
  /** Waits for an answer, at most until the provider's clock is 15 seconds after `startedAt`, and records it. */
  readonly track: <A>(flight: {
    readonly startedAt: number
    readonly sending: Effect.Effect<WebhookSender.Exchange>
    readonly record: (exchange: WebhookSender.Exchange) => Effect.Effect<A>
  }) => Effect.Effect<A>
  /** Ends those whose time ran out by now. */
  readonly giveUp: (now: number) => Effect.Effect<void>
  /** When the time of the next one runs out. */
  readonly nextMoment: () => number | undefined
  /** Gives receivers two seconds of real time to answer; those that did not are not waited for again. */
  readonly quiet: Effect.Effect<void>
}

const answerWithin = Duration.toMillis(Duration.fromInputUnsafe(WebhookSender.answerWithin))
const noAnswer = WebhookSender.unanswered(`no answer within ${WebhookSender.answerWithin}`)

export const make = (): InFlight => {
  const flights = new Set<Flight>()
  return {
    track: ({ record, sending, startedAt }) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          const flight: Flight = {
            deadline: startedAt + answerWithin,
            overdue: Deferred.makeUnsafe(),
            landed: Deferred.makeUnsafe(),
            silent: false
          }
          flights.add(flight)
          return flight
        }),
        (flight) =>
          Effect.raceFirst(sending, Effect.as(Deferred.await(flight.overdue), noAnswer)).pipe(Effect.flatMap(record)),
        (flight) =>
          Effect.suspend(() => {
            flights.delete(flight)
            return Deferred.succeed(flight.landed, undefined)
          })
      ),
    giveUp: (now) =>
      Effect.forEach(
        [...flights].filter(({ deadline }) => deadline <= now),
        (flight) => Effect.andThen(Deferred.succeed(flight.overdue, undefined), Deferred.await(flight.landed)),
        { discard: true }
      ),
    nextMoment: () => [...flights].map(({ deadline }) => deadline).toSorted((one, other) => one - other)[0],
    quiet: Effect.suspend(() => {
      const waitedFor = [...flights].filter(({ silent }) => !silent)
      const answers = Effect.forEach(waitedFor, ({ landed }) => Deferred.await(landed), { discard: true })
      const enough = Effect.tap(realTime, () =>
        Effect.sync(() => {
          for (const flight of waitedFor) flight.silent = true
        }))
      return Effect.raceFirst(answers, enough)
    })
  }
}

/** Wall-clock time: a receiver is a real process also where the program's clock stands still. */
const realTime = Effect.callback<void>((resume) => {
  const timer = setTimeout(() => resume(Effect.void), 2000)
  return Effect.sync(() => clearTimeout(timer))
})
