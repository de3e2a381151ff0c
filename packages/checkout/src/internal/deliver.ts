/**
 * Delivering changes: whoever claims the head of an attempt delivers its changes in their order, each acknowledged before
 * the next. A claim is a lease, and each acknowledgement is fenced by it.
 */
import { Reference } from "@gatefold/core/Identifiers"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import * as Change from "../Change.ts"
import { ChangesTaken, UnknownReference } from "../CheckoutError.ts"
import type { CheckoutOptions } from "../CheckoutOptions.ts"
import { DeadLetter } from "../DeadLetter.ts"
import * as Order from "../Order.ts"
import { kindOf } from "./failureKind.ts"
import { json } from "./jsonText.ts"
import type { Outage } from "./outage.ts"
import * as Signal from "./signal.ts"
import { first, Moment, rows, run, skipLocked, Whole } from "./storage.ts"

/** How many heads one process works on at a time. */
const workers = 8

const Head = Schema.Struct({
  reference: Reference,
  number: Whole,
  last_version: Whole,
  delivered_version: Whole,
  tries: Whole
})
type Head = typeof Head.Type

const ChangeRow = Schema.Struct({ change: json(Change.Change) })

const Parked = Schema.Struct({
  reference: Reference,
  number: Whole,
  last_version: Whole,
  delivered_version: Whole,
  parked_at: Moment,
  failure: Schema.String
})

type Handler<E, R> = (change: Change.Change) => Effect.Effect<void, E, R>

/** @internal */
export interface Options {
  readonly options: CheckoutOptions
  readonly owner: string
  readonly signal: Signal.Signal
  readonly outage: Outage
}

/** @internal */
export const make = Effect.fnUntraced(function*({ options, outage, owner, signal }: Options) {
  const sql = yield* SqlClient.SqlClient
  const { store } = options
  const leaseMillis = Duration.toMillis(options.handlerTimeout) + Duration.toMillis(options.takeOverAfter)
  const heads = rows(Head)
  const changeRow = first(ChangeRow)
  const parkedRows = rows(Parked)
  let claims = 0

  const claim = Effect.fnUntraced(function*(me: string) {
    const now = yield* Clock.currentTimeMillis
    const [head] = yield* heads(
      sql`WITH due AS MATERIALIZED (
          SELECT store, reference, number FROM gatefold_change_heads
          WHERE store = ${store} AND due_at <= ${now} AND lease_until <= ${now} ORDER BY due_at LIMIT 1${
        skipLocked(sql)
      })
        UPDATE gatefold_change_heads SET owner = ${me}, lease_until = ${now + leaseMillis}
        WHERE (store, reference, number) IN (SELECT store, reference, number FROM due)
        RETURNING reference, number, last_version, delivered_version, tries`
    )
    return head
  })

  const mine = (me: string, { number, reference }: Head) =>
    sql`store = ${store} AND reference = ${reference} AND number = ${number} AND owner = ${me}`

  const acknowledged = first(Schema.Struct({ last_version: Whole }))

  /** Tells the newest version, or `undefined` if somebody else has taken the head over. */
  const acknowledge = Effect.fnUntraced(function*(me: string, head: Head, version: number) {
    const now = yield* Clock.currentTimeMillis
    const found = yield* acknowledged(
      sql`UPDATE gatefold_change_heads
        SET delivered_version = ${version}, tries = 0, failure = NULL, lease_until = ${now + leaseMillis}
        WHERE ${mine(me, head)} AND delivered_version = ${version - 1} RETURNING last_version`
    )
    return found?.last_version
  })

  const release = Effect.fnUntraced(function*(me: string, head: Head) {
    const now = yield* Clock.currentTimeMillis
    yield* run(
      sql`UPDATE gatefold_change_heads SET owner = NULL, lease_until = 0,
        due_at = CASE WHEN last_version > delivered_version THEN ${now} ELSE NULL END WHERE ${mine(me, head)}`
    )
  })

  const park = Effect.fnUntraced(function*(me: string, head: Head, version: number, tries: number, failure: string) {
    const now = yield* Clock.currentTimeMillis
    yield* run(
      sql`UPDATE gatefold_change_heads SET owner = NULL, lease_until = 0, tries = ${tries}, failure = ${failure},
        due_at = NULL, parked_at = ${now} WHERE ${mine(me, head)}`
    )
    yield* Effect.logError(`change ${nameOf(head, version)} is parked: ${failure}, tried ${tries} times`)
  })

  const postpone = Effect.fnUntraced(
    function*(me: string, head: Head, version: number, tries: number, failure: string) {
      if (tries >= options.deliveryTries) return yield* park(me, head, version, tries, failure)
      const now = yield* Clock.currentTimeMillis
      yield* run(
        sql`UPDATE gatefold_change_heads SET owner = NULL, lease_until = 0, tries = ${tries}, failure = ${failure},
          due_at = ${now + backoff(tries)} WHERE ${mine(me, head)}`
      )
      yield* Effect.logWarning(
        `change ${nameOf(head, version)} was not taken by its handler (${failure}); it is delivered again`
      )
    }
  )

  const nameOf = ({ number, reference }: Head, version: number) =>
    `${Order.attemptKey({ store, reference, number })}/${version}`

  /** The change, or `undefined` if it cannot be read: neither can those behind it then be delivered in order. */
  const read = ({ number, reference }: Head, version: number) =>
    Effect.catchIf(
      changeRow(
        sql`SELECT change FROM gatefold_changes
          WHERE store = ${store} AND reference = ${reference} AND number = ${number} AND version = ${version}`
      ),
      ({ kind }) => kind === "corrupt",
      () => Effect.undefined
    )

  /** Delivers what is undelivered of a claimed head. */
  const deliver = <E, R>(me: string, head: Head, handler: Handler<E, R>) =>
    Effect.gen(function*() {
      let { last_version: last, tries } = head
      for (let version = head.delivered_version + 1; version <= last; version++) {
        const row = yield* read(head, version)
        if (row === undefined) return yield* park(me, head, version, tries, "the change cannot be read")
        const exit = yield* within(Effect.suspend(() => handler(row.change)), options.handlerTimeout)
        if (Exit.isFailure(exit)) {
          yield* Effect.logDebug(`the handler failed on change ${nameOf(head, version)}`, exit.cause)
          return yield* postpone(me, head, version, tries + 1, kindOf(exit.cause))
        }
        const newest = yield* acknowledge(me, head, version)
        if (newest === undefined) return
        last = newest
        tries = 0
      }
      yield* release(me, head)
    }).pipe(
      Effect.onInterrupt(() => Effect.ignore(release(me, head))),
      // it is given back as soon as the database is there again, and not when its lease has run out
      Effect.tapError(() => Effect.retry(release(me, head), givingBack))
    )

  const givingBack = Schedule.upTo(Schedule.spaced("500 millis"), { duration: Duration.millis(leaseMillis) })

  /** One head, and whether there was one. */
  const round = <E, R>(handler: Handler<E, R>) =>
    Effect.gen(function*() {
      const me = `${owner}/${++claims}`
      const head = yield* claim(me)
      if (head === undefined) return false
      yield* deliver(me, head, handler)
      return true
    })

  const work = <E, R>(handler: Handler<E, R>) => {
    const worker = outage.worker("changes cannot be delivered now")
    const one = Effect.map(worker.round(round(handler)), (found) => found === true)
    return Effect.ensuring(Signal.work(signal, options.pollInterval, one), worker.ended)
  }

  let isTaken = false
  // there is one position for each attempt: two handlers would each get a part of the changes
  const taken = Effect.acquireRelease(
    Effect.suspend(() => {
      if (isTaken) return Effect.fail(new ChangesTaken())
      isTaken = true
      return Effect.void
    }),
    () => Effect.sync(() => void (isTaken = false))
  )

  const changes = <E, R>(handler: Handler<E, R>) =>
    Effect.andThen(
      taken,
      Effect.asVoid(Effect.forkScoped(
        Effect.forEach(
          Array.from({ length: workers }),
          () => work(handler),
          { concurrency: "unbounded", discard: true }
        )
      ))
    )

  const deadLetters = Stream.fromIterableEffect(Effect.map(
    parkedRows(
      sql`SELECT reference, number, last_version, delivered_version, parked_at, failure FROM gatefold_change_heads
        WHERE store = ${store} AND parked_at IS NOT NULL ORDER BY parked_at`
    ),
    (found) =>
      found.map((row) =>
        new DeadLetter({
          reference: row.reference,
          attempt: row.number,
          version: row.delivered_version + 1,
          lastVersion: row.last_version,
          parkedAt: row.parked_at,
          failure: row.failure
        })
      )
  ))

  const replayed = rows(Schema.Struct({ number: Whole }))

  const replay = Effect.fnUntraced(function*(reference: string) {
    const now = yield* Clock.currentTimeMillis
    const known = yield* replayed(
      sql`SELECT number FROM gatefold_attempts WHERE store = ${store} AND reference = ${reference}`
    )
    if (known.length === 0) return yield* new UnknownReference({ reference })
    const heads = yield* replayed(
      sql`UPDATE gatefold_change_heads SET parked_at = NULL, failure = NULL, tries = 0, due_at = ${now}
        WHERE store = ${store} AND reference = ${reference} AND parked_at IS NOT NULL RETURNING number`
    )
    yield* signal.ring
    return heads.length
  })

  return { changes, deadLetters, replay }
})

/**
 * Runs a handler for no longer than it may take. One that cannot be interrupted is left behind: it must not hold up all
 * other changes.
 */
const within = <E, R>(
  handler: Effect.Effect<void, E, R>,
  atMost: Duration.Input
): Effect.Effect<Exit.Exit<void, E | HandlerTimeout>, never, R> =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkDetach(handler)
    const exit = yield* Effect.timeoutOption(Fiber.await(fiber), atMost).pipe(
      Effect.onInterrupt(() => Effect.timeoutOption(Fiber.interrupt(fiber), "1 second"))
    )
    if (Option.isSome(exit)) return exit.value
    fiber.interruptUnsafe()
    return Exit.fail(new HandlerTimeout())
  })

class HandlerTimeout extends Data.TaggedError("HandlerTimeout") {}

/** From one second, doubling, at most half an hour. */
const backoff = (tries: number): number => Math.min(1_000 * 2 ** (tries - 1), 1_800_000)
