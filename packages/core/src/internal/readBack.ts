/**
 * Reading back what webhooks point at, without letting a flood of them become a flood of reads.
 *
 * There is one read at a time per id, and whoever waits for it shares the next one. All reads of an account come out of
 * a budget of their own, apart from its other calls. Ids that do not exist are remembered for a while.
 */
import * as Cache from "effect/Cache"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as RcMap from "effect/RcMap"
import * as Semaphore from "effect/Semaphore"
import { GatewayError, NotFound, RateLimited, Unavailable } from "../GatewayError.ts"
import type { AccountId, InvoiceId, ProviderId } from "../Identifiers.ts"
import type * as Invoice from "../Invoice.ts"

/** @internal */
export interface Options {
  readonly provider: ProviderId
  readonly account: AccountId
  readonly observe: (id: InvoiceId) => Effect.Effect<Invoice.Invoice, GatewayError>
  /** How many reads there may be in `window`. */
  readonly limit: number
  readonly window: Duration.Input
}

/** @internal `isOwned`: the application says that the invoice is its own, so that it may exist a moment later. */
export type ReadBack = (id: InvoiceId, isOwned: boolean) => Effect.Effect<Invoice.Invoice, GatewayError>

interface Entry {
  readonly lock: Semaphore.Semaphore
  arrivals: number
  /** The last read, with the number of arrivals before it began. */
  last: { readonly startedAfter: number; readonly exit: Exit.Exit<Invoice.Invoice, GatewayError> } | undefined
}

const operation = "webhookEvents.resolve"

const absentFor = Duration.seconds(30)

const absentIds = 10_000

/** The limiter of the context, which may be shared by several processes, else one in memory. */
const limiter = Effect.flatMap(
  Effect.serviceOption(RateLimiter.RateLimiter),
  Option.match({
    onSome: (given) => Effect.succeed(given),
    onNone: () => RateLimiter.make.pipe(Effect.provide(RateLimiter.layerStoreMemory))
  })
)

/** @internal */
export const make = Effect.fnUntraced(function*(options: Options) {
  const { account, limit, observe, provider, window } = options
  const { consume } = yield* limiter
  const failed = (reason: GatewayError["reason"]) => new GatewayError({ provider, account, operation, reason })
  const absent = yield* Cache.make({
    capacity: absentIds,
    timeToLive: absentFor,
    lookup: (_id: InvoiceId): Effect.Effect<true> => Effect.succeed(true)
  })
  const entries = yield* RcMap.make({
    lookup: (_id: InvoiceId): Effect.Effect<Entry> =>
      Effect.sync(() => ({ lock: Semaphore.makeUnsafe(1), arrivals: 0, last: undefined }))
  })

  const budget = consume({ key: `gatefold/read-back/${account}`, limit, window, algorithm: "token-bucket" }).pipe(
    Effect.mapError(({ reason }) =>
      failed(
        "retryAfter" in reason
          ? new RateLimited({ scope: "account", retryAfter: reason.retryAfter })
          : new Unavailable({ evidence: "the rate limiter's store failed" })
      )
    )
  )

  const readOnce = (id: InvoiceId, isOwned: boolean) =>
    Effect.andThen(budget, observe(id)).pipe(
      Effect.tapError(({ reason }) =>
        reason._tag === "NotFound" && !isOwned ? Cache.set(absent, id, true) : Effect.void
      )
    )

  /** Shares a read that began after this call came; what an earlier one saw may be older than the webhook. */
  const share = (entry: Entry, read: Effect.Effect<Invoice.Invoice, GatewayError>) =>
    Effect.suspend(() => {
      const ticket = ++entry.arrivals
      return entry.lock.withPermit(Effect.suspend(() => {
        const { last } = entry
        if (last !== undefined && last.startedAfter >= ticket) return last.exit
        const startedAfter = entry.arrivals
        return Effect.onExit(read, (exit) =>
          Effect.sync(() => {
            entry.last = Exit.hasInterrupts(exit) ? undefined : { startedAfter, exit }
          }))
      }))
    })

  const readBack: ReadBack = Effect.fnUntraced(function*(id, isOwned) {
    if (!isOwned && Option.isSome(yield* Cache.getOption(absent, id))) return yield* failed(new NotFound({}))
    return yield* Effect.scoped(Effect.flatMap(RcMap.get(entries, id), (entry) => share(entry, readOnce(id, isOwned))))
  })
  return readBack
})
