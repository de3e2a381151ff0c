/**
 * A checkout that loses nothing and does nothing twice: what a shop's back end calls, on any `SqlClient`.
 *
 * An order is written down before anything is sent, every statement of a provider is kept, and what changed reaches the
 * application through `changes`, at least once and in order for each attempt.
 */
import type { Accounts, UnknownAccount } from "@gatefold/core/Accounts"
import type { GatewayError } from "@gatefold/core/GatewayError"
import type { RawWebhook } from "@gatefold/core/RawWebhook"
import type { WebhookRejected } from "@gatefold/core/WebhookRejected"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as Stream from "effect/Stream"
import type * as Change from "./Change.ts"
import type * as CheckoutError from "./CheckoutError.ts"
import type { Choices } from "./CheckoutOptions.ts"
import type { DeadLetter } from "./DeadLetter.ts"
import type { Decision } from "./Decision.ts"
import type { Difference } from "./Difference.ts"
import type * as Fact from "./Fact.ts"
import type { PausedAccount } from "./internal/accounts.ts"
import { checkedOptions } from "./internal/checkedOptions.ts"
import { make } from "./internal/engine.ts"
import type { OpenError } from "./internal/open.ts"
import type * as Order from "./Order.ts"

export type { PausedAccount } from "./internal/accounts.ts"
export type { OpenError } from "./internal/open.ts"

/** What a sweep did. */
export interface Swept {
  /** Attempts that had been in flight and are settled now. */
  readonly resolved: number
  /** Invoices that were read. */
  readonly read: number
  /** Invoices that are due and have to wait for the account's budget. */
  readonly waiting: number
}

/** What became of a webhook: stored until it is resolved, or a hint that made us look sooner. */
export type Received = "stored" | "known" | "looking" | "unowned"

/**
 * What a shop calls.
 *
 * Call nothing of it inside a transaction of your own on the same `SqlClient` but `get`, `history`, `paused` and
 * `deadLetters`: what a provider did cannot be rolled back with your rows. All else fails with `InsideTransaction` there and
 * does nothing. Commit first, then call. Handlers of `changes` run outside of transactions, and may begin their own.
 */
export interface Service {
  /**
   * Opens an order, or gives the attempt that is open or paid: calling it again is safe, also from two processes at once.
   * If the newest attempt came to nothing (refused, failed, expired, canceled, given up) it begins the next one, on the
   * account that is chosen today. Show the customer `order.current?.invoice?.checkout`; a quote is told by the call that
   * created its invoice, and from then on by `watch`. While a person has to look at what came of the newest attempt, it is
   * in `order.needsReview`, and there is nothing to pay.
   */
  readonly open: (order: Order.NewOrder) => Effect.Effect<Order.Order, OpenError>
  /**
   * The order as it is known. A quote is shown only while somebody watches: by itself nobody knows whether it still holds.
   */
  readonly get: (
    reference: string
  ) => Effect.Effect<Order.Order, CheckoutError.UnknownReference | CheckoutError.StorageFailed>
  /**
   * Has the provider asked about what is still open, as when the customer comes back to the shop, which by itself proves
   * nothing: within about a second, as the account's budget allows. Returns before that, so read the answer from `watch` or
   * `changes` and not from a `get` right after.
   */
  readonly refresh: (
    reference: string
  ) => Effect.Effect<
    void,
    CheckoutError.UnknownReference | CheckoutError.InsideTransaction | CheckoutError.StorageFailed
  >
  /**
   * Takes a webhook of an account: answer 2xx only after it succeeded. A signed one is stored and resolved afterwards, an
   * unsigned one only makes us look sooner.
   */
  readonly receive: (
    account: string,
    webhook: RawWebhook
  ) => Effect.Effect<
    Received,
    WebhookRejected | GatewayError | UnknownAccount | CheckoutError.InsideTransaction | CheckoutError.StorageFailed
  >
  /**
   * The shop no longer wants the order to be paid: every attempt that may still bring money is canceled, the older ones
   * too. Where the provider can cancel, it is asked to. They stay watched: money that comes in any case is reported as
   * `paidAfterCancel` and `refundDue`, and opening the order again begins the next attempt.
   */
  readonly cancel: (
    reference: string
  ) => Effect.Effect<
    Order.Order,
    | CheckoutError.UnknownReference
    | CheckoutError.InvalidTransition
    | CheckoutError.InsideTransaction
    | CheckoutError.StorageFailed
  >
  /**
   * A person settles what the program cannot. `who` is kept in the history. As a promise it rejects with `InvalidOrder`,
   * too, for what is no decision.
   */
  readonly resolve: (
    reference: string,
    attempt: number,
    decision: Decision,
    who: string
  ) => Effect.Effect<
    Order.Order,
    | CheckoutError.UnknownReference
    | CheckoutError.InvalidTransition
    | GatewayError
    | UnknownAccount
    | CheckoutError.InsideTransaction
    | CheckoutError.StorageFailed
  >
  /** One round of looking after what is in flight and what is due. The workers do it all the time. */
  readonly sweep: Effect.Effect<Swept, CheckoutError.InsideTransaction | CheckoutError.StorageFailed>
  /**
   * Delivers every change to the handler, for as long as the scope is open: at least once, in order for each attempt,
   * with a stable `id`. A handler that fails is tried again; after `deliveryTries` that attempt alone is parked. The
   * application has one handler, which its processes share the work of: a second one in a process is refused.
   */
  readonly changes: <E, R>(
    handler: (change: Change.Change) => Effect.Effect<void, E, R>
  ) => Effect.Effect<void, CheckoutError.ChangesTaken, R | Scope.Scope>
  /** Why an order is in the state that it is in: everything that happened to its attempts, oldest first. */
  readonly history: (
    reference: string
  ) => Effect.Effect<ReadonlyArray<Fact.Fact>, CheckoutError.UnknownReference | CheckoutError.StorageFailed>
  /** Attempts whose changes are parked since their handler failed too often. */
  readonly deadLetters: Stream.Stream<DeadLetter, CheckoutError.StorageFailed>
  /** Delivers the parked changes of an order again. Tells how many attempts were parked. */
  readonly replay: (
    reference: string
  ) => Effect.Effect<
    number,
    CheckoutError.UnknownReference | CheckoutError.InsideTransaction | CheckoutError.StorageFailed
  >
  /** Compares our books with an account's list at the provider; what it states that we did not know is joined. */
  readonly reconcile: (
    account: string
  ) => Stream.Stream<
    Difference,
    GatewayError | UnknownAccount | CheckoutError.InsideTransaction | CheckoutError.StorageFailed
  >
  /**
   * Follows an order for a page that shows it: emits at once and after each change, with a quote that still holds where
   * the provider has quotes. All viewers share one, also across processes. Ends when the newest attempt has ended.
   */
  readonly watch: (
    reference: string
  ) => Stream.Stream<
    Order.Order,
    CheckoutError.UnknownReference | CheckoutError.InsideTransaction | CheckoutError.StorageFailed
  >
  /** Accounts that are paused because their credentials were refused. */
  readonly paused: Effect.Effect<ReadonlyArray<PausedAccount>, CheckoutError.StorageFailed>
  /** Takes an account back to work after its credentials were mended. */
  readonly resume: (
    account: string
  ) => Effect.Effect<void, UnknownAccount | CheckoutError.InsideTransaction | CheckoutError.StorageFailed>
  /**
   * Removes what is older than `keep`: settled webhooks, delivered changes and quotes of processes that are gone. As a
   * promise it rejects with `InvalidOrder`, too, for what is no time.
   */
  readonly cleanUp: (
    keep: Duration.Input
  ) => Effect.Effect<number, CheckoutError.InsideTransaction | CheckoutError.StorageFailed>
}

export class Checkout extends Context.Service<Checkout, Service>()("@gatefold/checkout/Checkout") {}

/** Why a checkout cannot start. */
export type StartError = CheckoutError.InvalidOptions | CheckoutError.StorageFailed | CheckoutError.MissingAccounts

/**
 * The checkout on the accounts and the database of the context, with its workers running for as long as the layer lives.
 * Brings the tables up to date first. Does not start with options that make no sense, on a database that a newer version has written, or while orders in
 * flight belong to accounts that are not configured.
 */
export const layer = (
  options: Choices = {}
): Layer.Layer<Checkout, StartError, Accounts | SqlClient.SqlClient> =>
  Layer.effect(Checkout, Effect.flatMap(checkedOptions(options), make)).pipe(
    Layer.provide(SecureRandom.layerWebCrypto)
  )
