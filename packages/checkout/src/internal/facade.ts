/**
 * The service as promises, and its orderly end.
 */
import { Accounts, UnknownAccount } from "@gatefold/core/Accounts"
import * as RawWebhook from "@gatefold/core/RawWebhook"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Change } from "../Change.ts"
import { Checkout } from "../Checkout.ts"
import { CheckoutClosed, InvalidOrder } from "../CheckoutError.ts"
import * as CheckoutWebhooks from "../CheckoutWebhooks.ts"
import * as Decision from "../Decision.ts"
import * as Plain from "../Plain.ts"
import type { Handler, PromiseCheckout } from "../PromiseCheckout.ts"

type Runtime = ManagedRuntime.ManagedRuntime<Accounts | Checkout, unknown>

/** @internal */
export const facade = Effect.fnUntraced(function*(
  runtime: Runtime,
  onChange: Handler | undefined
): Effect.fn.Return<PromiseCheckout, never, Accounts | Checkout> {
  const checkout = yield* Checkout
  const { ids } = yield* Accounts
  const life = yield* Life
  const fetch = yield* CheckoutWebhooks.toWebHandler
  const node = yield* CheckoutWebhooks.toNodeHandler
  const call = <A, E>(effect: Effect.Effect<A, E>) =>
    life.during(() => runtime.runPromise(Effect.map(effect, Plain.of)))
  const iterate = <A, E>(stream: Stream.Stream<A, E>) =>
    Stream.toAsyncIterable(Stream.map(life.through(stream), Plain.of))

  /** A scope for each, so that each can be ended by itself. */
  const changes = (handler: Handler) =>
    runtime.runPromise(Effect.gen(function*() {
      const scope = yield* Scope.make()
      yield* Scope.provide(checkout.changes(handled(handler)), scope)
      return life.ending(() => runtime.runPromise(Scope.close(scope, Exit.void)))
    }))
  if (onChange !== undefined) yield* Effect.promise(() => changes(onChange))

  const close = life.close(() => runtime.dispose())
  return {
    open: (order) => call(checkout.open(order)),
    get: (reference) => call(checkout.get(reference)),
    refresh: (reference) => call(checkout.refresh(reference)),
    receive: (account, webhook) => call(Effect.suspend(() => checkout.receive(account, RawWebhook.make(webhook)))),
    cancel: (reference) => call(checkout.cancel(reference)),
    resolve: (reference, attempt, decision, who) =>
      call(Effect.flatMap(decided(decision), (known) => checkout.resolve(reference, attempt, known, who))),
    sweep: () => call(checkout.sweep),
    changes: (handler) => life.during(() => changes(handler)),
    history: (reference) => call(checkout.history(reference)),
    deadLetters: () => iterate(checkout.deadLetters),
    replay: (reference) => call(checkout.replay(reference)),
    reconcile: (account) => iterate(checkout.reconcile(account)),
    watch: (reference) => iterate(checkout.watch(reference)),
    paused: () => call(checkout.paused),
    resume: (account) => {
      const id = Effect.mapError(
        Effect.fromNullishOr(ids.find((known) => known === account)),
        () => new UnknownAccount({ account, configured: ids })
      )
      return call(Effect.flatMap(id, checkout.resume))
    },
    cleanUp: (keep) => call(Effect.flatMap(duration(keep), checkout.cleanUp)),
    webhooks: {
      fetch: (request) =>
        life.isOpen() ? life.during(() => fetch(request)) : Promise.resolve(new Response("closed", { status: 503 })),
      node: (request, response) => {
        if (life.isOpen()) return life.during(() => node(request, response))
        response.statusCode = 503
        return new Promise((resolve) => response.end("closed", resolve))
      }
    },
    close,
    [Symbol.asyncDispose]: close
  }
})

const handled = (handler: Handler) => (change: Change) =>
  // its failure has no type; the kind of it is kept
  Effect.promise(async (signal) => handler(Plain.of(change), { signal }))

const decided = (decision: Plain.Plain<Decision.Decision>) =>
  Effect.mapError(
    Schema.decodeEffect(Schema.toCodecJson(Decision.Decision))(decision),
    () => new InvalidOrder({ field: "decision", issue: "has to be an Adopt, an Abandon or a Settle, see Decision" })
  )

const duration = (keep: Duration.Input) =>
  Effect.mapError(
    Effect.fromOption(Duration.fromInput(keep)),
    () => new InvalidOrder({ field: "keep", issue: "has to be a time such as \"90 days\"" })
  )

/** What runs, and the end of it all. */
const Life = Effect.sync(() => {
  const running = new Set<Promise<unknown>>()
  const endings = new Set<() => Promise<void>>()
  const over = Deferred.makeUnsafe<void>()
  let closed: Promise<void> | undefined

  const during = <A>(start: () => Promise<A>): Promise<A> => {
    if (closed !== undefined) return Promise.reject(new CheckoutClosed())
    const call = start()
    running.add(call)
    const done = () => running.delete(call)
    call.then(done, done)
    return call
  }
  return {
    isOpen: () => closed === undefined,
    /** Runs a call, which the end waits for. */
    during,
    /** A stream that ends with it all. */
    through: <A, E>(stream: Stream.Stream<A, E>): Stream.Stream<A, E | CheckoutClosed> =>
      Stream.suspend((): Stream.Stream<A, E | CheckoutClosed> =>
        closed === undefined
          ? Stream.interruptWhen(stream, Deferred.await(over))
          : Stream.fail(new CheckoutClosed())
      ),
    /** What has to be done before the end at the latest, once. */
    ending: (end: () => Promise<void>) => {
      const once = async () => {
        if (endings.delete(once)) await end()
      }
      endings.add(once)
      return once
    },
    close: (last: () => Promise<void>) => () => {
      closed ??= (async () => {
        Deferred.doneUnsafe(over, Exit.void)
        await Promise.allSettled(running)
        await Promise.allSettled([...endings].map((end) => end()))
        await last()
      })()
      return closed
    }
  }
})
