/**
 * Asking providers about invoices that are due: claimed row by row, so that processes share the work, and within each
 * account's budget.
 */
import * as Accounts from "@gatefold/core/Accounts"
import { Gateway } from "@gatefold/core/Gateway"
import type { GatewayError } from "@gatefold/core/GatewayError"
import { AccountId, InvoiceId, Reference } from "@gatefold/core/Identifiers"
import type * as Invoice from "@gatefold/core/Invoice"
import { Invoices } from "@gatefold/core/Invoices"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import type { CheckoutOptions } from "../CheckoutOptions.ts"
import type { Paused } from "./accounts.ts"
import type { Observing } from "./observe.ts"
import type { Quotes } from "./quotes.ts"
import { first, rows, run, skipLocked, Whole } from "./storage.ts"

/** How long nobody else asks about a claimed invoice. */
const leaseMillis = 60_000

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
  const due = rows(Due)
  const counted = first(Schema.Struct({ due: Whole }))

  const countDue = Effect.fnUntraced(function*(account: AccountId, now: number) {
    const row = yield* counted(
      sql`SELECT COUNT(*) AS due FROM gatefold_attempts
        WHERE store = ${store} AND account = ${account} AND state = 'done' AND due_at <= ${now} AND poll_until < ${now}`
    )
    return row?.due ?? 0
  })

  const claim = (account: AccountId, now: number, atMost: number) =>
    due(
      sql`UPDATE gatefold_attempts SET poller = ${owner}, poll_until = ${
        now + leaseMillis
      }, polled_at = ${now}, is_woken = 0
        WHERE (store, reference, number) IN (
          SELECT store, reference, number FROM gatefold_attempts
          WHERE store = ${store} AND account = ${account} AND state = 'done' AND due_at <= ${now} AND poll_until < ${now}
          ORDER BY due_at LIMIT ${atMost}${skipLocked(sql)})
        RETURNING reference, number, invoice_id, failed_polls`
    )

  const done = ({ number, reference }: Due) =>
    run(
      sql`UPDATE gatefold_attempts SET poller = NULL, poll_until = 0, failed_polls = 0
        WHERE store = ${store} AND reference = ${reference} AND number = ${number} AND poller = ${owner}`
    )

  /** Asks again later, after longer each time. */
  const failed = Effect.fnUntraced(function*(account: AccountId, one: Due, error: GatewayError) {
    if (error.reason._tag === "Unauthenticated" || error.reason._tag === "Forbidden") {
      yield* accounts.pause(account, error)
    }
    const now = yield* Clock.currentTimeMillis
    const wait = Math.min(15_000 * 2 ** Math.min(one.failed_polls, 10), 600_000)
    yield* run(
      sql`UPDATE gatefold_attempts SET poller = NULL, poll_until = 0, failed_polls = failed_polls + 1, due_at = ${
        now + wait
      }
        WHERE store = ${store} AND reference = ${one.reference} AND number = ${one.number} AND poller = ${owner}`
    )
  })

  const readOne = Effect.fnUntraced(function*(account: AccountId, one: Due) {
    const read = Accounts.on(account, Effect.flatMap(Invoices, ({ get }) => get({ id: one.invoice_id })))
    yield* read.pipe(
      Effect.flatMap((invoice) => Effect.andThen(observing.observe(account, invoice, "poll"), done(one))),
      Effect.catchTag("GatewayError", (error) => failed(account, one, error))
    )
  })

  /**
   * One pass over the list for all that are due: at a provider whose reads by id renew the quote that a customer is
   * looking at. What the list does not have is read by itself, unless a customer looks at it.
   */
  const readList = Effect.fnUntraced(function*(account: AccountId, all: ReadonlyArray<Due>) {
    const open = new Map<string, Due>(all.map((one) => [one.invoice_id, one]))
    const take = (invoice: Invoice.Invoice) =>
      Effect.gen(function*() {
        const one = open.get(invoice.id)
        if (one === undefined) return
        open.delete(invoice.id)
        yield* observing.observe(account, invoice, "poll")
        yield* done(one)
      })
    const pass = Accounts.on(
      account,
      Effect.flatMap(Invoices, ({ list }) =>
        list().pipe(
          Stream.tap(take),
          Stream.takeUntil(() => open.size === 0),
          Stream.runDrain
        ))
    )
    const failure = yield* pass.pipe(Effect.as(undefined), Effect.catchTag("GatewayError", Effect.succeed))
    for (const one of open.values()) {
      if (failure !== undefined) yield* failed(account, one, failure)
      else if (yield* quotes.isLookedAt(account, one.invoice_id)) yield* done(one)
      else yield* readOne(account, one)
    }
  })

  /** One round of one account. */
  return Effect.fnUntraced(function*(account: AccountId) {
    const nothing: Polled = { read: 0, waiting: 0 }
    if (yield* accounts.isPaused(account)) return nothing
    const now = yield* Clock.currentTimeMillis
    const wanted = yield* countDue(account, now)
    const granted = wanted === 0 ? 0 : yield* accounts.spend(account, wanted)
    if (granted === 0) return { read: 0, waiting: wanted }
    const claimed = yield* claim(account, now, granted)
    const { capabilities } = yield* Accounts.on(account, Gateway)
    yield* capabilities.has("payments.watch")
      ? readList(account, claimed)
      : Effect.forEach(claimed, (one) => readOne(account, one), { concurrency: 4, discard: true })
    const polled: Polled = { read: claimed.length, waiting: wanted - granted }
    return polled
  })
})
