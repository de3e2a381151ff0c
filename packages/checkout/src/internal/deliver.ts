/**
 * Delivering changes: whoever claims the head of an attempt delivers its changes in their order, each acknowledged before
 * the next. A claim is a lease, and each acknowledgement is fenced by it.
 */
import { Reference } from "@gatefold/core/Identifiers"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import * as Change from "../Change.ts"
import { type StorageFailed, UnknownReference } from "../CheckoutError.ts"
import type { CheckoutOptions } from "../CheckoutOptions.ts"
import { DeadLetter } from "../DeadLetter.ts"
import { kindOf } from "./failureKind.ts"
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

const ChangeRow = Schema.Struct({ change: Schema.fromJsonString(Schema.toCodecJson(Change.Change)) })

const Parked = Schema.Struct({
  reference: Reference,
  number: Whole,
  last_version: Whole,
  delivered_version: Whole,
  parked_at: Moment,
  failure: Schema.String
})

/** @internal */
export interface Options {
  readonly options: CheckoutOptions
  readonly owner: string
  readonly signal: Signal.Signal
}

/** @internal */
export const make = Effect.fnUntraced(function*({ options, owner, signal }: Options) {
  const sql = yield* SqlClient.SqlClient
  const { store } = options
  const leaseMillis = Duration.toMillis(options.handlerTimeout) + 30_000
  const heads = rows(Head)
  const changeRow = first(ChangeRow)
  const parkedRows = rows(Parked)
  let claims = 0

  const claim = Effect.fnUntraced(function*(me: string) {
    const now = yield* Clock.currentTimeMillis
    const [head] = yield* heads(
      sql`UPDATE gatefold_change_heads SET owner = ${me}, lease_until = ${now + leaseMillis}
        WHERE (store, reference, number) IN (
          SELECT store, reference, number FROM gatefold_change_heads
          WHERE store = ${store} AND due_at <= ${now} AND lease_until < ${now} ORDER BY due_at LIMIT 1${
        skipLocked(sql)
      })
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
        SET delivered_version = ${version}, tries = 0, lease_until = ${now + leaseMillis}
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

  const postpone = Effect.fnUntraced(function*(me: string, head: Head, tries: number, failure: string) {
    const now = yield* Clock.currentTimeMillis
    const isParked = tries >= options.deliveryTries
    yield* run(
      sql`UPDATE gatefold_change_heads SET owner = NULL, lease_until = 0, tries = ${tries}, failure = ${failure},
        due_at = ${isParked ? null : now + backoff(tries)}, parked_at = ${isParked ? now : null}
        WHERE ${mine(me, head)}`
    )
    const what = `change ${store}/${head.reference}/${head.number}/${head.delivered_version + 1}`
    yield* isParked
      ? Effect.logError(`${what} is parked: its handler failed ${tries} times, last with ${failure}`)
      : Effect.logWarning(`${what} was not taken by its handler (${failure}); it is delivered again`)
  })

  /** Delivers what is undelivered of a claimed head. */
  const deliver = <E, R>(me: string, head: Head, handler: (change: Change.Change) => Effect.Effect<void, E, R>) =>
    Effect.gen(function*() {
      let { last_version: last, tries } = head
      for (let version = head.delivered_version + 1; version <= last; version++) {
        const row = yield* changeRow(
          sql`SELECT change FROM gatefold_changes
            WHERE store = ${store} AND reference = ${head.reference} AND number = ${head.number}
              AND version = ${version}`
        )
        if (row === undefined) break
        const exit = yield* Effect.exit(
          Effect.timeout(Effect.suspend(() => handler(row.change)), options.handlerTimeout)
        )
        if (Exit.isFailure(exit)) {
          if (Exit.hasInterrupts(exit)) return yield* Effect.interrupt
          return yield* postpone(me, { ...head, delivered_version: version - 1 }, tries + 1, kindOf(exit.cause))
        }
        const newest = yield* acknowledge(me, head, version)
        if (newest === undefined) return
        last = newest
        tries = 0
      }
      yield* release(me, head)
    }).pipe(Effect.onInterrupt(() => Effect.ignore(release(me, head))))

  /** One head, and whether there was one. */
  const round = <E, R>(handler: (change: Change.Change) => Effect.Effect<void, E, R>) =>
    Effect.gen(function*() {
      const me = `${owner}/${++claims}`
      const head = yield* claim(me)
      if (head === undefined) return false
      yield* deliver(me, head, handler)
      return true
    }).pipe(Effect.catch((failed: StorageFailed) =>
      Effect.as(Effect.logWarning(`changes cannot be delivered now: ${failed.message}`), false)
    ))

  const changes = <E, R>(handler: (change: Change.Change) => Effect.Effect<void, E, R>) =>
    Effect.asVoid(Effect.forkScoped(
      Effect.forEach(
        Array.from({ length: workers }),
        () => Signal.work(signal, options.pollInterval, round(handler)),
        { concurrency: "unbounded", discard: true }
      )
    ))

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

/** From one second, doubling, at most half an hour. */
const backoff = (tries: number): number => Math.min(1_000 * 2 ** (tries - 1), 1_800_000)
