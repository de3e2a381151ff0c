/**
 * Puts the parts of a checkout together.
 */
import { Accounts } from "@gatefold/core/Accounts"
import type { AccountId } from "@gatefold/core/Identifiers"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import type { Service, Swept } from "../Checkout.ts"
import type { StorageFailed } from "../CheckoutError.ts"
import type { CheckoutOptions } from "../CheckoutOptions.ts"
import * as AccountBooks from "./accounts.ts"
import * as CleanUp from "./cleanUp.ts"
import * as Decide from "./decide.ts"
import * as Deliver from "./deliver.ts"
import * as History from "./history.ts"
import * as Inbox from "./inbox.ts"
import * as InFlight from "./inFlight.ts"
import * as Journal from "./journal.ts"
import * as Observe from "./observe.ts"
import * as Open from "./open.ts"
import * as Orders from "./orders.ts"
import * as Outage from "./outage.ts"
import { guarded } from "./outside.ts"
import { Patience } from "./patience.ts"
import * as Poll from "./poll.ts"
import * as Quoted from "./quoted.ts"
import * as Quotes from "./quotes.ts"
import * as Reserve from "./reserve.ts"
import * as Send from "./send.ts"
import * as Signal from "./signal.ts"
import { checkAccounts, migrate } from "./start.ts"
import * as Watch from "./watch.ts"

/** @internal The service, with its workers running for as long as the scope is open. */
export const make = Effect.fnUntraced(function*(options: CheckoutOptions) {
  const accounts = yield* Accounts
  const here = withAccounts(accounts)
  // a table that is large takes its time
  yield* Effect.provideService(migrate, Patience, "1 hour")
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
  const quoted = Quoted.make(quotes)
  const shared = { options, orders, journal, observing, accounts: books, quotes, owner }
  const open = yield* Open.make({ ...shared, quoted, reserve: Reserve.make(shared), send: Send.make(shared) })
  const inFlight = yield* InFlight.make(shared)
  const poll = yield* Poll.make(shared)
  const inbox = yield* Inbox.make({ ...shared, signal: hinted })
  const outage = Outage.make()
  const deliver = yield* Deliver.make({ options, owner, signal: changed, outage })
  const watching = yield* Watch.make({ orders, quotes, quoted, signal: changed, hint: inbox.hint })
  const { cancel, resolve } = Decide.make(shared)
  const { history, reconcile } = yield* History.make(shared)

  const polled = (account: AccountId) => here(Effect.catchTag(poll(account), "UnknownAccount", Effect.die))
  const resolved = here(inFlight.round)

  const sweep = Effect.gen(function*() {
    const [settled, polls] = yield* Effect.all([resolved, Effect.forEach(accounts.ids, polled, { concurrency: 4 })], {
      concurrency: 2
    })
    const swept: Swept = {
      resolved: settled,
      read: polls.reduce((sum, { read }) => sum + read, 0),
      waiting: polls.reduce((sum, { waiting }) => sum + waiting, 0)
    }
    return swept
  })

  const service: Service = {
    open: (order) => here(open(order)),
    get: watching.look,
    refresh: watching.refresh,
    receive: (account, webhook) => here(inbox.receive(account, webhook)),
    cancel: (reference) => here(Effect.flatMap(cancel(reference), (order) => quoted(order))),
    resolve: (reference, attempt, decision, who) =>
      here(Effect.flatMap(resolve(reference, attempt, decision, who), (order) => quoted(order))),
    sweep,
    changes: deliver.changes,
    history,
    deadLetters: deliver.deadLetters,
    replay: deliver.replay,
    reconcile: (account) => Stream.provideService(reconcile(account), Accounts, accounts),
    watch: (reference) => Stream.provideService(watching.watch(reference), Accounts, accounts),
    paused: books.paused,
    resume: (account) => Effect.andThen(accounts.get(account), books.resume(account)),
    cleanUp: yield* CleanUp.make(options.store, inbox)
  }
  const work = (round: Effect.Effect<unknown, StorageFailed>) =>
    Signal.work(
      hinted,
      options.sweepInterval ?? options.pollInterval,
      // a flood of hints makes some rounds, and not one for each
      Effect.as(
        Effect.andThen(outage.worker("nothing can be looked after now").round(round), Effect.sleep("50 millis")),
        false
      )
    )
  yield* Effect.forkScoped(here(inbox.work))
  // each by itself, so that a provider that hangs holds up nobody else
  yield* Effect.forkScoped(work(resolved))
  yield* Effect.forEach(accounts.ids, (account) => Effect.forkScoped(work(polled(account))), { discard: true })
  return guarded(yield* SqlClient.SqlClient, service)
})

const withAccounts =
  (accounts: Accounts["Service"]) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, Accounts>> =>
    Effect.provideService(effect, Accounts, accounts)
