/**
 * Puts the parts of a checkout together.
 */
import { Accounts } from "@gatefold/core/Accounts"
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import type { Service, Swept } from "../Checkout.ts"
import { UnknownReference } from "../CheckoutError.ts"
import type { CheckoutOptions } from "../CheckoutOptions.ts"
import * as AccountBooks from "./accounts.ts"
import * as Decide from "./decide.ts"
import * as Deliver from "./deliver.ts"
import * as History from "./history.ts"
import * as Inbox from "./inbox.ts"
import * as InFlight from "./inFlight.ts"
import * as Journal from "./journal.ts"
import * as Observe from "./observe.ts"
import * as Open from "./open.ts"
import * as Orders from "./orders.ts"
import * as Poll from "./poll.ts"
import * as Quotes from "./quotes.ts"
import * as Reserve from "./reserve.ts"
import * as Send from "./send.ts"
import * as Signal from "./signal.ts"
import { checkAccounts, migrate } from "./start.ts"
import { rows } from "./storage.ts"
import * as Watch from "./watch.ts"

/** @internal The service, with its workers running for as long as the scope is open. */
export const make = Effect.fnUntraced(function*(options: CheckoutOptions) {
  const accounts = yield* Accounts
  const here = withAccounts(accounts)
  yield* migrate
  yield* checkAccounts(options.store, accounts)
  // another one for each start: what an earlier start had claimed is not ours
  const owner = yield* (yield* SecureRandom.SecureRandom).uuidV4()
  const changed = yield* Signal.make
  const hinted = yield* Signal.make
  const orders = yield* Orders.make(options.store)
  const books = yield* AccountBooks.make(options.readsPerMinute)
  const journal = yield* Journal.make(orders, changed.ring)
  const observing = Observe.make({ orders, journal, options })
  const quotes = yield* Quotes.make(owner)
  const shared = { options, orders, journal, observing, accounts: books, quotes, owner }
  const open = yield* Open.make({ ...shared, reserve: Reserve.make(shared), send: Send.make(shared) })
  const inFlight = yield* InFlight.make(shared)
  const poll = yield* Poll.make(shared)
  const inbox = yield* Inbox.make({ ...shared, signal: hinted })
  const deliver = yield* Deliver.make({ options, owner, signal: changed })
  const watch = yield* Watch.make({ orders, quotes, signal: changed })
  const { cancel, resolve } = Decide.make(shared)
  const { history, reconcile } = yield* History.make(shared)

  const sweep = Effect.gen(function*() {
    const resolved = yield* inFlight.round
    const polled = options.polls ? yield* Effect.forEach(accounts.ids, poll, { concurrency: 4 }) : []
    const swept: Swept = {
      resolved,
      read: polled.reduce((sum, { read }) => sum + read, 0),
      waiting: polled.reduce((sum, { waiting }) => sum + waiting, 0)
    }
    return swept
  }).pipe(Effect.catchTag("UnknownAccount", Effect.die), here)

  const service: Service = {
    open: (order) => here(open(order)),
    get: (reference) =>
      Effect.flatMap(
        orders.get(reference),
        (order) =>
          order === undefined ? Effect.fail(new UnknownReference({ reference })) : Effect.succeed(Orders.shown(order))
      ),
    receive: (account, webhook) => here(inbox.receive(account, webhook)),
    cancel: (reference) => here(cancel(reference)),
    resolve: (reference, attempt, decision, who) => here(resolve(reference, attempt, decision, who)),
    sweep,
    changes: deliver.changes,
    history,
    deadLetters: deliver.deadLetters,
    replay: deliver.replay,
    reconcile: (account) => Stream.provideService(reconcile(account), Accounts, accounts),
    watch: (reference) => Stream.provideService(watch(reference), Accounts, accounts),
    paused: books.paused,
    resume: books.resume,
    cleanUp: yield* cleaner(options.store)
  }
  yield* Effect.forkScoped(inbox.work)
  yield* Effect.forkScoped(
    Signal.work(
      hinted,
      options.pollInterval,
      Effect.catch(
        Effect.as(sweep, false),
        ({ message }) => Effect.as(Effect.logWarning(`nothing can be looked after now: ${message}`), false)
      )
    )
  )
  return service
})

const withAccounts =
  (accounts: Accounts["Service"]) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, Accounts>> =>
    Effect.provideService(effect, Accounts, accounts)

/** Old rows that nothing depends on any more. */
const cleaner = Effect.fnUntraced(function*(store: string) {
  const sql = yield* SqlClient.SqlClient
  const gone = rows(Schema.Struct({ gone: Schema.Unknown }))
  return Effect.fnUntraced(function*(keep: Duration.Input) {
    const before = (yield* Clock.currentTimeMillis) - Duration.toMillis(keep)
    const webhooks = yield* gone(sql`DELETE FROM gatefold_inbox WHERE settled_at < ${before} RETURNING digest AS gone`)
    const changes = yield* gone(
      sql`DELETE FROM gatefold_changes WHERE store = ${store} AND created_at < ${before} AND EXISTS (
          SELECT 1 FROM gatefold_change_heads AS head
          WHERE head.store = gatefold_changes.store AND head.reference = gatefold_changes.reference
            AND head.number = gatefold_changes.number AND head.delivered_version >= gatefold_changes.version)
        RETURNING version AS gone`
    )
    return webhooks.length + changes.length
  })
})
