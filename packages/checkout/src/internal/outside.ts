/**
 * What speaks to a provider or claims work has to commit by itself: inside a transaction of the application's own it would
 * be forgotten with that, or wait for the connection that its caller holds.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import type { Service } from "../Checkout.ts"
import { InsideTransaction } from "../CheckoutError.ts"

/** @internal The same service, which refuses to write inside a transaction of this client. */
export const guarded = ({ transactionService }: SqlClient.SqlClient, service: Service): Service => {
  const check = (operation: string): Effect.Effect<void, InsideTransaction> =>
    Effect.contextWith((context) =>
      Context.getOrUndefined(context, transactionService) === undefined
        ? Effect.void
        : Effect.fail(new InsideTransaction({ operation }))
    )
  const outside = <A, E, R>(
    operation: keyof Service,
    effect: Effect.Effect<A, E, R>
  ): Effect.Effect<A, E | InsideTransaction, R> => Effect.andThen(check(operation), effect)
  const streamed = <A, E, R>(
    operation: keyof Service,
    stream: Stream.Stream<A, E, R>
  ): Stream.Stream<A, E | InsideTransaction, R> => Stream.unwrap(Effect.as(check(operation), stream))

  const without = <R>(context: Context.Context<R>): Context.Context<R> =>
    Context.makeUnsafe(Context.omit(transactionService)(context).mapUnsafe)

  return {
    ...service,
    open: (order) => outside("open", service.open(order)),
    refresh: (reference) => outside("refresh", service.refresh(reference)),
    receive: (account, webhook) => outside("receive", service.receive(account, webhook)),
    cancel: (reference) => outside("cancel", service.cancel(reference)),
    resolve: (reference, attempt, decision, who) =>
      outside("resolve", service.resolve(reference, attempt, decision, who)),
    sweep: outside("sweep", service.sweep),
    // what it begins lives on after the transaction
    changes: (handler) => Effect.updateContext(service.changes(handler), without),
    replay: (reference) => outside("replay", service.replay(reference)),
    reconcile: (account) => streamed("reconcile", service.reconcile(account)),
    watch: (reference) => streamed("watch", service.watch(reference)),
    resume: (account) => outside("resume", service.resume(account)),
    cleanUp: (keep) => outside("cleanUp", service.cleanUp(keep))
  }
}
