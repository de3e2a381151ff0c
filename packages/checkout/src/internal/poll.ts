/**
 * Asking providers about invoices that are due: claimed row by row, so that processes share the work, and within each
 * account's budget.
 */
import * as Accounts from "@gatefold/core/Accounts"
import type { GatewayError } from "@gatefold/core/GatewayError"
import { type AccountId, InvoiceId, Reference } from "@gatefold/core/Identifiers"
import type * as Invoice from "@gatefold/core/Invoice"
import { Invoices } from "@gatefold/core/Invoices"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import type { StorageFailed } from "../CheckoutError.ts"
import type { CheckoutOptions } from "../CheckoutOptions.ts"
import type { Paused } from "./accounts.ts"
import type { Observing } from "./observe.ts"
import type { Quotes } from "./quotes.ts"
import { alone, first, rows, run, skipLocked, Whole } from "./storage.ts"

/** How many invoices are claimed at a time where each is read by itself, and how many of them are read at once. */
const batch = { size: 8, atOnce: 4 }

/** How many invoices one pass over a list looks for. */
const perList = 500

/** What an invoice costs that the list does not have: the adapter looks into the list again before it asks by id. */
const readsOfUnlisted = 2

const Due = Schema.Struct({ reference: Reference, number: Whole, invoice_id: InvoiceId, failed_polls: Whole })
type Due = typeof Due.Type

/** @internal */
export interface Options {
  readonly options: CheckoutOptions
  readonly observing: Observing
  readonly accounts: Paused
  readonly quotes: Quotes
  readonly owner: string
}

/** @internal What one round of one account did. */
export interface Polled {
  readonly read: number
  readonly waiting: number
}

/** @internal */
export const make = Effect.fnUntraced(function*({ accounts, observing, options, owner, quotes }: Options) {
  const sql = yield* SqlClient.SqlClient
  const { store } = options
  // longer than a batch of reads takes, or a list with its joins
  const leaseMillis = Duration.toMillis(options.callsWithin) + Duration.toMillis(options.takeOverAfter)
  /** How long at first after a failed read. */
  const pause = Duration.toMillis(options.lookEvery)
  const due = rows(Due)
  const counted = first(Schema.Struct({ due: Whole }))

  // where this process asks for nothing by itself, it asks about what a hint was about
  const wanted = options.polls ? sql.literal("") : sql.literal(" AND is_woken <> 0")

  const isDue = (account: AccountId, now: number) =>
    sql`store = ${store} AND account = ${account} AND state = 'done' AND due_at <= ${now} AND poll_until <= ${now}${wanted}`

  const countDue = Effect.fnUntraced(function*(account: AccountId) {
    const now = yield* Clock.currentTimeMillis
    const row = yield* counted(sql`SELECT COUNT(*) AS due FROM gatefold_attempts WHERE ${isDue(account, now)}`)
    return row?.due ?? 0
  })

  // is_woken: 0 nobody asked for a look, 1 somebody did, 2 somebody did and it is under way
  const claim = Effect.fnUntraced(function*(account: AccountId, atMost: number) {
    const now = yield* Clock.currentTimeMillis
    return yield* due(
      sql`WITH due AS MATERIALIZED (
          SELECT store, reference, number FROM gatefold_attempts
          WHERE ${isDue(account, now)} ORDER BY due_at LIMIT ${atMost}${skipLocked(sql)})
        UPDATE gatefold_attempts SET poller = ${owner}, poll_until = ${now + leaseMillis}, polled_at = ${now},
          is_woken = CASE WHEN is_woken = 0 THEN 0 ELSE 2 END
        WHERE (store, reference, number) IN (SELECT store, reference, number FROM due)
        RETURNING reference, number, invoice_id, failed_polls`
    )
  })

  const mine = ({ number, reference }: Due) =>
    sql`store = ${store} AND reference = ${reference} AND number = ${number} AND poller = ${owner}`

  /** What it says is known, and with it when to look again; a hint that came meanwhile is looked after next. */
  const done = (one: Due) =>
    run(
      sql`UPDATE gatefold_attempts SET poller = NULL, poll_until = 0, failed_polls = 0,
        is_woken = CASE WHEN is_woken = 2 THEN 0 ELSE is_woken END WHERE ${mine(one)}`
    )

  /** Nothing was learned: it is asked about again after a while, or as soon as may be if a hint came meanwhile. */
  const putOff = Effect.fnUntraced(function*(one: Due, wait: number, failures: number) {
    const now = yield* Clock.currentTimeMillis
    yield* run(
      sql`UPDATE gatefold_attempts SET poller = NULL, poll_until = 0, failed_polls = ${failures},
        due_at = CASE WHEN is_woken = 1 THEN ${now + shortPause} ELSE ${now + wait} END,
        is_woken = CASE WHEN is_woken = 0 THEN 0 ELSE 1 END WHERE ${mine(one)}`
    )
  })

  /** Nothing more is expected of it: only a hint, such as one that came meanwhile, makes us look again. */
  const letGo = Effect.fnUntraced(function*(one: Due) {
    const now = yield* Clock.currentTimeMillis
    yield* run(
      sql`UPDATE gatefold_attempts SET poller = NULL, poll_until = 0, failed_polls = 0,
        due_at = CASE WHEN is_woken = 1 THEN ${now + shortPause} ELSE NULL END,
        is_woken = CASE WHEN is_woken = 1 THEN 1 ELSE 0 END WHERE ${mine(one)}`
    )
  })

  const failed = Effect.fnUntraced(function*(account: AccountId, one: Due, error: GatewayError) {
    yield* accounts.heed(account, error)
    if (isAboutIt(error) && (yield* observing.unreadable(one.reference, one.number, error))) return yield* letGo(one)
    yield* putOff(one, Math.min(pause * 2 ** Math.min(one.failed_polls, 10), 600_000), one.failed_polls + 1)
  })

  /** What cannot be written down stays claimed for a while, and comes up after the others. */
  const unlessBlocked = <E, R>({ number, reference }: Due, effect: Effect.Effect<void, E | StorageFailed, R>) =>
    alone(`attempt ${number} of order ${reference}`, effect)

  const take = (account: AccountId, one: Due, invoice: Invoice.Invoice) =>
    unlessBlocked(
      one,
      Effect.flatMap(
        observing.observe(account, invoice, "poll"),
        (order) => order === undefined ? putOff(one, pause, one.failed_polls) : done(one)
      )
    )

  const readOne = (account: AccountId, one: Due) =>
    ask(account, Effect.flatMap(Invoices, ({ get }) => get({ id: one.invoice_id }))).pipe(
      Effect.flatMap((invoice) => take(account, one, invoice)),
      Effect.catchTag("GatewayError", (error) => unlessBlocked(one, failed(account, one, error)))
    )

  /** Batch by batch, so that no claim runs out before its turn comes. */
  const readEach = Effect.fnUntraced(function*(account: AccountId, wanted: number) {
    let read = 0
    while (read < wanted) {
      const granted = yield* accounts.spend(account, Math.min(batch.size, wanted - read))
      if (granted === 0) return { read, waiting: wanted - read }
      const claimed = yield* claim(account, granted)
      if (claimed.length === 0) break
      yield* Effect.forEach(claimed, (one) => readOne(account, one), { concurrency: batch.atOnce, discard: true })
      read += claimed.length
      if (yield* accounts.isPaused(account)) break
    }
    return { read, waiting: 0 }
  })

  /** By itself, unless a customer looks at it or the budget is used up. */
  const readUnlisted = Effect.fnUntraced(function*(account: AccountId, one: Due) {
    const granted = yield* accounts.spend(account, readsOfUnlisted)
    const read = granted < readsOfUnlisted ? false : yield* quotes.alone(account, one.invoice_id, readOne(account, one))
    if (!read) yield* putOff(one, pause, one.failed_polls)
  })

  /**
   * One pass over the list for all that are due: at a provider whose reads by id renew the quote that a customer is
   * looking at.
   */
  const readList = Effect.fnUntraced(function*(account: AccountId, wanted: number) {
    if ((yield* accounts.spend(account, 1)) === 0) return { read: 0, waiting: wanted }
    const claimed = yield* claim(account, perList)
    const missing = new Map<string, Due>(claimed.map((one) => [one.invoice_id, one]))
    const found = (invoice: Invoice.Invoice) => {
      const one = missing.get(invoice.id)
      missing.delete(invoice.id)
      return one === undefined ? Effect.void : take(account, one, invoice)
    }
    const pass = Effect.flatMap(
      Invoices,
      ({ list }) => list().pipe(Stream.takeUntil(() => missing.size === 0), Stream.runForEach(found))
    )
    const failure = yield* ask(account, pass).pipe(
      Effect.as(undefined),
      Effect.catchTag("GatewayError", Effect.succeed)
    )
    for (const one of missing.values()) {
      yield* failure === undefined ? readUnlisted(account, one) : unlessBlocked(one, failed(account, one, failure))
    }
    return { read: claimed.length, waiting: Math.max(0, wanted - perList) }
  })

  /** One round of one account. */
  return Effect.fnUntraced(
    function*(
      account: AccountId
    ): Effect.fn.Return<Polled, StorageFailed | Accounts.UnknownAccount, Accounts.Accounts> {
      if (yield* accounts.isPaused(account)) return { read: 0, waiting: 0 }
      const wanted = yield* countDue(account)
      if (wanted === 0) return { read: 0, waiting: 0 }
      return yield* (yield* quotes.hasQuotes(account)) ? readList(account, wanted) : readEach(account, wanted)
    }
  )
})

/** Whether a read has failed because of the invoice, and not because its provider or its account are out of order. */
const isAboutIt = ({ reason }: GatewayError): boolean =>
  reason._tag === "NotFound" || reason._tag === "InvalidResponse" || reason._tag === "IntegrityMismatch"

/** How long after a read that failed while a hint came. */
const shortPause = 2_000

/** Asks once: what fails is asked again by the next rounds, within the budget. */
const ask = <A, E, R>(account: AccountId, program: Effect.Effect<A, E, R>) =>
  Effect.provideService(Accounts.on(account, program), RetryPolicy.Current, RetryPolicy.once)
