/**
 * Webhooks: what is signed is stored before it is acknowledged and resolved afterwards; what is not is a hint that makes
 * us look sooner.
 */
import * as Accounts from "@gatefold/core/Accounts"
import { AccountId } from "@gatefold/core/Identifiers"
import type { Invoice } from "@gatefold/core/Invoice"
import type { RawWebhook } from "@gatefold/core/RawWebhook"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { Admitted } from "@gatefold/core/WebhookEvent"
import { WebhookEvents } from "@gatefold/core/WebhookEvents"
import * as WebhookOwnership from "@gatefold/core/WebhookOwnership"
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Order from "effect/Order"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as SqlClient from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import { createHash } from "node:crypto"
import type { Received } from "../Checkout.ts"
import { StorageFailed } from "../CheckoutError.ts"
import type { CheckoutOptions } from "../CheckoutOptions.ts"
import type { Paused } from "./accounts.ts"
import { kindOf } from "./failureKind.ts"
import { json, text } from "./jsonText.ts"
import type { Observing } from "./observe.ts"
import type { Orders } from "./orders.ts"
import * as Precedence from "./precedence.ts"
import * as Queue from "./queue.ts"
import type { Signal } from "./signal.ts"
import { first, lockedAtMost, rows, run, transaction, Whole } from "./storage.ts"
import * as Together from "./together.ts"

/** How many webhooks one process resolves at a time. */
const takers = 32

/** How many webhooks that come in at once are stored by one transaction at most. */
const perTransaction = 32

/** How many webhooks may wait to be stored: those of some seconds, and no more than memory has room for. */
const room = 4_096

/** A sender waits no longer than this, and all others no longer for a connection to the database that hangs. */
const patience = "10 seconds"

/** What another process is storing at this moment is waited for: if it takes longer, its machine may have stopped. */
const lockMillis = 1_000

/** Two hints about one invoice make one look within this time, so that a flood of them is none of reads. */
const hintGapMillis = 2_000

const Key = Schema.Struct({ account: AccountId, digest: Schema.String })
type Key = typeof Key.Type

const Row = Schema.Struct({ admitted: json(Admitted), result: Schema.String })
const encodeAdmitted = text(Admitted)

/** A webhook that is to be stored, and what it says. */
interface Incoming {
  readonly key: Key
  readonly admitted: string
}

/** By it a webhook that is sent again is known. Web Crypto would take a turn through its threads for each. */
const fingerprint = (body: Uint8Array): string => createHash("sha256").update(body).digest("hex")

const nameOf = ({ account, digest }: Key): string => `${account}/${digest}`
const byName = Order.mapInput(Order.String, ({ key }: Incoming) => nameOf(key))

/** @internal */
export interface Options {
  readonly options: CheckoutOptions
  readonly orders: Orders
  readonly observing: Observing
  readonly accounts: Paused
  readonly signal: Signal
}

/** @internal */
export const make = Effect.fnUntraced(function*({ accounts, observing, options, orders, signal }: Options) {
  const sql = yield* SqlClient.SqlClient
  const { store } = options
  const locksRows = sql.onDialectOrElse({ pg: () => true, orElse: () => false })
  const touched = rows(Schema.Struct({ number: Whole }))
  const inserted = rows(Key)
  const row = first(Row)
  // those that were stored together are one item, of which whatever is settled is not done again
  const queue = yield* Queue.make(`gatefold/${store}/webhooks`, Schema.Array(Key), options.takeOverAfter)
  const resolving = yield* Semaphore.make(takers)
  const precedence = yield* Precedence.make

  /** Stores those that are not known, and tells of each whether it was. */
  const keep = Effect.fnUntraced(function*(all: Arr.NonEmptyReadonlyArray<Incoming>) {
    const received_at = yield* Clock.currentTimeMillis
    // everybody stores in one order: two processes that store the same must not wait for each other
    const values = Arr.map(Arr.sort(all, byName), ({ admitted, key: { account, digest } }) => ({
      store,
      account,
      digest,
      admitted,
      received_at,
      result: "admitted",
      settled_at: null
    }))
    const stored = yield* inserted(
      sql`INSERT INTO gatefold_inbox ${sql.insert(values)}
        ON CONFLICT (store, account, digest) DO NOTHING RETURNING account, digest`
    )
    const [first] = stored
    // the rows say what is known, so that the queue must not: it remembers ids for longer than rows are kept
    if (first !== undefined) yield* queue.offer(`${nameOf(first)}/${received_at}`, stored)
    const names = new Set(stored.map(nameOf))
    const firsts = new Map(all.toReversed().map((one) => [nameOf(one.key), one]))
    return (one: Incoming): Received => {
      const name = nameOf(one.key)
      return names.has(name) && firsts.get(name) === one ? "stored" : "known"
    }
  })

  const storeTogether = yield* Together.make({
    store: (all: Arr.NonEmptyReadonlyArray<Incoming>) =>
      transaction(sql)(Effect.andThen(lockedAtMost(sql, lockMillis), keep(all))),
    atMost: perTransaction,
    isOfOne: ({ kind }) => kind === "other" || (kind === "busy" && locksRows),
    room,
    patience,
    refusal: new StorageFailed({ kind: "unreachable" })
  })

  /** When a look that was asked for now may happen: looks at one invoice keep their distance. */
  const soon = (now: number) =>
    sql`CASE WHEN polled_at + ${hintGapMillis} > ${now} THEN polled_at + ${hintGapMillis} ELSE ${now} END`

  /** Wakes the attempt that has the invoice, and tells whether there is one. */
  const wakeOwner = Effect.fnUntraced(function*(account: AccountId, invoice: string, now: number) {
    const ours = yield* touched(
      // reads that failed before say nothing any more: its provider is there
      sql`UPDATE gatefold_attempts SET is_woken = 1, failed_polls = 0, due_at = ${soon(now)}
        WHERE store = ${store} AND account = ${account} AND invoice_id = ${invoice} RETURNING number`
    )
    return ours.length > 0
  })

  /** Wakes whatever may turn out to have it: a create whose answer is still on its way, or was lost. */
  const wakeUnbound = (account: AccountId, now: number) =>
    run(
      sql`UPDATE gatefold_attempts SET is_woken = 1, due_at = ${soon(now)},
          polled_at = CASE WHEN polled_at + ${hintGapMillis} > ${now} THEN polled_at ELSE ${now} END
        WHERE store = ${store} AND account = ${account} AND state IN ('sending', 'unknown')`
    )

  /** Makes the next look at an invoice of ours happen now, and that at whatever may turn out to be it. */
  const hint = Effect.fnUntraced(function*(account: AccountId, invoice: string) {
    const now = yield* Clock.currentTimeMillis
    const isOurs = (yield* wakeOwner(account, invoice, now)) ||
      // one that was unbound at the first look and is not any more at the second has it by the third
      (yield* Effect.andThen(wakeUnbound(account, now), wakeOwner(account, invoice, now)))
    yield* signal.ring
    const received: Received = isOurs ? "looking" : "unowned"
    return received
  })

  const receive = Effect.fnUntraced(function*(account: string, webhook: RawWebhook) {
    const admitted = yield* Accounts.on(account, Effect.flatMap(WebhookEvents, ({ admit }) => admit(webhook)))
    if (admitted.proof.mode === "readback") return yield* hint(admitted.account, admitted.invoice)
    const key: Key = { account: admitted.account, digest: fingerprint(webhook.body) }
    return yield* storeTogether({ key, admitted: yield* encodeAdmitted(admitted) })
  }, precedence.first)

  const settle = Effect.fnUntraced(function*({ account, digest }: Key, result: string) {
    const now = yield* Clock.currentTimeMillis
    yield* run(
      sql`UPDATE gatefold_inbox SET result = ${result}, settled_at = ${now}
        WHERE store = ${store} AND account = ${account} AND digest = ${digest}`
    )
  })

  const unbound = (account: AccountId, which: Fragment) =>
    Effect.map(
      touched(
        sql`SELECT number FROM gatefold_attempts
          WHERE store = ${store} AND account = ${account} AND invoice_id IS NULL AND ${which} LIMIT 1`
      ),
      ({ length }) => length > 0
    )

  /** How an invoice stands to us before it is read: no read is spent on what cannot be ours. */
  const standing = Effect.fnUntraced(function*(account: AccountId, { invoice }: Admitted) {
    const isOurs = Effect.map(orders.ofInvoice(account, invoice), (reference) => reference !== undefined)
    if (yield* isOurs) return ours
    if (yield* unbound(account, sql`state IN ('sending', 'unknown')`)) return maySoonBeOurs
    if (yield* unbound(account, sql`was_sent = 1`)) return mayBeOurs
    // it may have become ours between the looks
    return (yield* isOurs) ? ours : undefined
  })

  /** Nobody's, unless it may turn out to be ours: then it is asked about again. */
  const unowned = (key: Key, { waits }: Standing): Effect.Effect<void, Waits | StorageFailed> =>
    waits ? Effect.fail(new Waits({ kind: "MayBeOurs" })) : settle(key, "unowned")

  const apply = Effect.fnUntraced(function*(key: Key, invoice: Invoice, is: Standing) {
    const isApplied = yield* transaction(sql)(Effect.gen(function*() {
      const order = yield* observing.observe(key.account, invoice, "webhook")
      if (order !== undefined) yield* settle(key, "applied")
      return order !== undefined
    }))
    if (isApplied) return
    // one that names another's reference is not ours, whatever the create that is under way comes to
    yield* invoice.reference === undefined ? unowned(key, is) : settle(key, "unowned")
  })

  /** It was acknowledged, and its proof no longer holds, as when secrets were exchanged since: the provider is asked. */
  const dropped = Effect.fnUntraced(function*(key: Key, { invoice }: Admitted, why: string) {
    yield* Effect.logWarning(`a stored webhook for ${key.account} no longer proves anything (${why}): it is looked up`)
    yield* hint(key.account, invoice)
    yield* settle(key, why)
  })

  /** What a stored webhook says becomes known. Fails if the provider could not be asked: it is tried again. */
  const process = Effect.fnUntraced(function*(key: Key) {
    const found = yield* row(
      sql`SELECT admitted, result FROM gatefold_inbox
        WHERE store = ${store} AND account = ${key.account} AND digest = ${key.digest}`
    )
    if (found === undefined || found.result !== "admitted") return
    const is = yield* standing(key.account, found.admitted)
    if (is === undefined) return yield* settle(key, "unowned")
    // whoever has refused our credentials is not asked with them again and again
    if (yield* accounts.isPaused(key.account)) return yield* new Waits({ kind: "AccountPaused" })
    const hook = is === ours ? () => Effect.succeed(true) : undefined
    const resolve = Accounts.on(key.account, Effect.flatMap(WebhookEvents, (events) => events.resolve(found.admitted)))
    yield* resolve.pipe(
      Effect.provideService(WebhookOwnership.Current, hook),
      // the queue tries again, and has others to go on with meanwhile
      Effect.provideService(RetryPolicy.Current, RetryPolicy.once),
      Effect.tapError((error) => error._tag === "GatewayError" ? accounts.heed(key.account, error) : Effect.void),
      // a commit holds up everything else in this process
      Effect.flatMap(({ invoice }) => precedence.later(apply(key, invoice, is))),
      Effect.catchTag(
        "WebhookRejected",
        ({ why }) => why === "UnknownObject" ? unowned(key, is) : dropped(key, found.admitted, why)
      )
    )
  })

  /** The queue stores the text of what it is told: the kind of a failure, whatever it was. */
  const toldOne = (key: Key) =>
    resolving.withPermits(1)(
      Effect.catchCause(precedence.later(process(key)), (cause) => Effect.fail(kindOf(cause)))
    )

  /** One that fails keeps none of the others back. */
  const told = Effect.fnUntraced(function*(keys: ReadonlyArray<Key>) {
    const results = yield* Effect.forEach(keys, (key) => Effect.result(toldOne(key)), { concurrency: "unbounded" })
    const failure = results.find(Result.isFailure)
    if (failure !== undefined) return yield* Effect.fail(failure.failure)
  })

  // it keeps what failed; its own outages come back as failures or defects of take
  const worker = Effect.forever(Effect.catchCause(queue.take(told), () => Effect.sleep("200 millis")))

  const gone = rows(Schema.Struct({ gone: Schema.String }))

  /** Forgets at most so many webhooks that were settled before, and tells how many. */
  const forget = (before: number, atMost: number) =>
    Effect.map(
      gone(
        sql`DELETE FROM gatefold_inbox WHERE (store, account, digest) IN (
            SELECT store, account, digest FROM gatefold_inbox
            WHERE store = ${store} AND settled_at < ${before} LIMIT ${atMost})
          RETURNING digest AS gone`
      ),
      ({ length }) => length
    )

  return {
    receive,
    forget,
    cleanQueue: queue.cleanUp,
    /** Makes us look at an invoice as a hint does. */
    hint,
    work: Effect.forEach(Array.from({ length: takers }), () => worker, { concurrency: "unbounded", discard: true })
  }
})

interface Standing {
  /** Whether it is asked about again for as long as it is nobody's: a create is under way, or its outcome is unknown. */
  readonly waits: boolean
}

const ours: Standing = { waits: false }
const maySoonBeOurs: Standing = { waits: true }
/** It may be what was given up or refused, and exists all the same. */
const mayBeOurs: Standing = { waits: false }

/** It cannot be resolved yet. */
class Waits extends Data.TaggedError("Waits")<{ readonly kind: "AccountPaused" | "MayBeOurs" }> {}
