/**
 * Attempts whose create may have worked and whose process is gone, or was told nothing: they are looked up by their
 * reference where the provider keeps one, and given up where nothing can ever be known.
 */
import * as Accounts from "@gatefold/core/Accounts"
import { Gateway } from "@gatefold/core/Gateway"
import type { GatewayError } from "@gatefold/core/GatewayError"
import { AccountId, Reference } from "@gatefold/core/Identifiers"
import { Invoices } from "@gatefold/core/Invoices"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import type { CheckoutOptions } from "../CheckoutOptions.ts"
import type { Paused } from "./accounts.ts"
import type { Journal } from "./journal.ts"
import type { Observing } from "./observe.ts"
import type * as Orders from "./orders.ts"
import { alone, rows, Whole } from "./storage.ts"
import { givenUp, isUnresolved, leftUnknown } from "./transitions.ts"

/** For how long one that cannot be worked on is left alone. */
const blockedPause = 60_000

/** How many are looked at in one round. */
const atOnce = 50

const Key = Schema.Struct({ reference: Reference, number: Whole, account: AccountId, provider_reference: Reference })
type Key = typeof Key.Type

/** @internal */
export interface Options {
  readonly options: CheckoutOptions
  readonly orders: Orders.Orders
  readonly journal: Journal
  readonly observing: Observing
  readonly accounts: Paused
}

/** @internal Makes an effect that settles what can be settled, and tells how many were. */
export const make = Effect.fnUntraced(function*({ accounts, journal, observing, options, orders }: Options) {
  const sql = yield* SqlClient.SqlClient
  const { store } = options
  const keys = rows(Key)

  const due = Effect.flatMap(Clock.currentTimeMillis, (now) =>
    keys(
      sql`SELECT reference, number, account, provider_reference FROM gatefold_attempts
        WHERE store = ${store} AND state IN ('sending', 'unknown') AND lease_until < ${now}
          AND (due_at IS NULL OR due_at <= ${now}) ORDER BY due_at LIMIT ${atOnce}`
    ))

  /** Changes the attempt unless it was settled meanwhile. */
  const change = ({ number, reference }: Key, how: (one: Orders.Stored) => ReturnType<typeof givenUp>) =>
    orders.held(
      reference,
      Effect.fnUntraced(function*(order) {
        const one = order?.attempts.find(({ attempt }) => attempt.number === number)
        const now = yield* Clock.currentTimeMillis
        if (order === undefined || one === undefined || !isUnresolved(one, now)) return
        const { changed, entry } = how(one)
        yield* journal.commit(order, changed, entry)
      })
    )

  /** It stays unknown, and is looked at again after a while. */
  const again = Effect.fnUntraced(function*(key: Key, failure?: GatewayError) {
    const now = yield* Clock.currentTimeMillis
    if (failure !== undefined) yield* accounts.heed(key.account, failure)
    yield* orders.held(
      key.reference,
      Effect.fnUntraced(function*(order) {
        const one = order?.attempts.find(({ attempt }) => attempt.number === key.number)
        if (order === undefined || one === undefined || !isUnresolved(one, now)) return
        if (one.attempt.state === "sending") {
          const { changed, entry } = leftUnknown(one)
          yield* journal.commit(order, changed, entry)
        }
        const age = now - one.attempt.createdAt.epochMilliseconds
        yield* orders.postpone(
          key.reference,
          key.number,
          now + Math.min(Math.max(age / 4, Duration.toMillis(options.lookEvery)), 600_000)
        )
      })
    )
    return false
  })

  const lookUp = Effect.fnUntraced(function*(key: Key) {
    if ((yield* accounts.spend(key.account, 1)) === 0) return yield* again(key)
    const found = yield* Effect.result(
      Accounts.on(key.account, Effect.flatMap(Invoices, ({ get }) => get({ reference: key.provider_reference })))
    )
    if (Result.isFailure(found)) {
      return yield* again(key, found.failure._tag === "GatewayError" ? found.failure : undefined)
    }
    // what is there under its reference may be something else, at another price: that is for a person
    const order = yield* observing.observe(key.account, found.success, "sweep")
    return order === undefined ? yield* again(key) : true
  })

  const resolve = Effect.fnUntraced(function*(key: Key) {
    const gateway = yield* Effect.result(Accounts.on(key.account, Gateway))
    if (Result.isFailure(gateway) || (yield* accounts.isPaused(key.account))) return yield* again(key)
    const { capabilities, operations } = gateway.success
    if (capabilities.has("invoices.getByReference")) return yield* lookUp(key)
    const safety = operations.get("invoices.create")?.safety ?? "none"
    if (safety !== "none") return yield* again(key)
    yield* change(key, (one) => givenUp(one))
    return true
  })

  /** One that cannot be worked on comes up again after the others. */
  const resolveAlone = Effect.fnUntraced(function*(key: Key) {
    const what = `attempt ${key.number} of order ${key.reference}`
    const settled = yield* alone(what, resolve(key))
    if (settled !== undefined) return settled
    const now = yield* Clock.currentTimeMillis
    yield* alone(what, orders.postpone(key.reference, key.number, now + blockedPause))
    return false
  })

  const round = Effect.flatMap(
    due,
    (found) =>
      Effect.map(Effect.forEach(found, resolveAlone, { concurrency: 4 }), (settled) => settled.filter(Boolean).length)
  )
  return { round }
})
