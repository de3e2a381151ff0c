/**
 * The service as promises, and its orderly end.
 */
import type { Accounts } from "@gatefold/core/Accounts"
import * as RawWebhook from "@gatefold/core/RawWebhook"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as ManagedRuntime from "effect/ManagedRuntime"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Change } from "../Change.ts"
import { Checkout } from "../Checkout.ts"
import { CheckoutClosed } from "../CheckoutError.ts"
import * as CheckoutWebhooks from "../CheckoutWebhooks.ts"
import * as Plain from "../Plain.ts"
import type { Handler, PromiseCheckout } from "../PromiseCheckout.ts"
import * as Inputs from "./inputs.ts"

type Runtime = ManagedRuntime.ManagedRuntime<Accounts | Checkout, unknown>

/** @internal */
export const facade = Effect.fnUntraced(function*(
  runtime: Runtime,
  onChange: Handler | undefined
): Effect.fn.Return<PromiseCheckout, never, Accounts | Checkout> {
  const checkout = yield* Checkout
  const life = yield* Life
  const fetch = yield* CheckoutWebhooks.toWebHandler
  const node = yield* CheckoutWebhooks.toNodeHandler
  const call = <A, E>(effect: Effect.Effect<A, E>) =>
    life.during(() => runtime.runPromise(Effect.map(effect, Plain.of)))
  const iterate = <A, E>(stream: Stream.Stream<A, E>) =>
    Stream.toAsyncIterable(Stream.map(life.through(stream), Plain.of))

  /** An operation on one order, and what streams about one of something. */
  const on = <A, E>(reference: string, operation: (reference: string) => Effect.Effect<A, E>) =>
    call(Effect.andThen(Inputs.text("reference", reference), Effect.suspend(() => operation(reference))))
  const about = <A, E>(field: "reference" | "account", name: string, stream: (name: string) => Stream.Stream<A, E>) =>
    iterate(Stream.unwrap(Effect.map(Inputs.text(field, name), () => stream(name))))

  /** A scope for each, so that each can be ended by itself. */
  const changes = (handler: Handler) =>
    runtime.runPromise(Effect.gen(function*() {
      yield* Inputs.handler(handler)
      const scope = yield* Scope.make()
      yield* Scope.provide(checkout.changes(handled(handler)), scope)
      return life.ending(() => runtime.runPromise(Scope.close(scope, Exit.void)))
    }))
  if (onChange !== undefined) yield* Effect.promise(() => changes(onChange))

  const close = life.close(() => runtime.dispose())
  return {
    open: (order) => call(checkout.open(order)),
    get: (reference) => on(reference, checkout.get),
    refresh: (reference) => on(reference, checkout.refresh),
    receive: (account, webhook) =>
      call(Effect.gen(function*() {
        yield* Inputs.text("account", account)
        yield* Inputs.webhook(webhook)
        return yield* checkout.receive(account, RawWebhook.make(webhook))
      })),
    cancel: (reference) => on(reference, checkout.cancel),
    resolve: (reference, attempt, decision, who) =>
      on(reference, () =>
        Effect.gen(function*() {
          yield* Inputs.attempt(attempt)
          yield* Inputs.text("who", who)
          return yield* checkout.resolve(reference, attempt, yield* Inputs.decision(decision), who)
        })),
    sweep: () => call(checkout.sweep),
    changes: (handler) => life.during(() => changes(handler)),
    history: (reference) => on(reference, checkout.history),
    deadLetters: () => iterate(checkout.deadLetters),
    replay: (reference) => on(reference, checkout.replay),
    reconcile: (account) => about("account", account, checkout.reconcile),
    watch: (reference) => about("reference", reference, checkout.watch),
    paused: () => call(checkout.paused),
    resume: (account) =>
      call(Effect.andThen(Inputs.text("account", account), Effect.suspend(() => checkout.resume(account)))),
    cleanUp: (keep) => call(Effect.flatMap(Inputs.keep(keep), checkout.cleanUp)),
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
