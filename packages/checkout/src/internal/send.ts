/**
 * Sending an attempt: claimed by one process for longer than all tries take, sent, and settled by what came back. No
 * transaction spans the call.
 */
import * as Accounts from "@gatefold/core/Accounts"
import { Gateway } from "@gatefold/core/Gateway"
import type { GatewayError } from "@gatefold/core/GatewayError"
import type { Reference } from "@gatefold/core/Identifiers"
import type * as Invoice from "@gatefold/core/Invoice"
import { Invoices } from "@gatefold/core/Invoices"
import type { NewInvoice } from "@gatefold/core/NewInvoice"
import type { Safety } from "@gatefold/core/Operation"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { AccountPaused, NotOpened, OpenUnknown, type StorageFailed, UnknownReference } from "../CheckoutError.ts"
import type { CheckoutOptions } from "../CheckoutOptions.ts"
import * as Order from "../Order.ts"
import type { Paused } from "./accounts.ts"
import type { Journal } from "./journal.ts"
import type { Observing } from "./observe.ts"
import * as Orders from "./orders.ts"
import { givenUp, released } from "./transitions.ts"
import * as verdict from "./verdict.ts"

/** @internal How an attempt stands after one try to send it. */
export type Sent =
  /** Its invoice is known. */
  | { readonly _tag: "Opened"; readonly order: Orders.Loaded }
  /** It came to nothing; the next attempt may be opened. */
  | { readonly _tag: "Over" }
  /** Another process is sending it. */
  | { readonly _tag: "Elsewhere" }
  /** Nothing is open. */
  | { readonly _tag: "Failed"; readonly error: NotOpened | OpenUnknown | AccountPaused }

/** @internal */
export interface Options {
  readonly orders: Orders.Orders
  readonly journal: Journal
  readonly observing: Observing
  readonly accounts: Paused
  readonly options: CheckoutOptions
  /** This start of this process. */
  readonly owner: string
}

/** The time for a create and its look-ups, and for how long nobody else touches the attempt. */
const sendsWithin = "30 seconds"
const leaseMillis = 60_000

interface Claimed {
  readonly _tag: "Claimed"
  readonly order: Orders.Loaded
  readonly one: Orders.Stored
  /** Whether an earlier create of it may have reached the provider. */
  readonly wasSent: boolean
  readonly safety: Safety
}

/** @internal */
export const make = ({ accounts, journal, observing, options, orders, owner }: Options) => {
  const safetyOf = (account: string) =>
    Accounts.on(account, Effect.map(Gateway, ({ operations }) => operations.get("invoices.create")?.safety ?? "none"))

  const giveUp = (order: Orders.Loaded, one: Orders.Stored, error?: GatewayError) => {
    const { changed, entry } = givenUp(one, error)
    return journal.commit(order, changed, entry)
  }

  /** Takes an attempt for this process, if nobody else has it. */
  const claim = (reference: Reference, number: number, safety: Safety) =>
    orders.held(
      reference,
      Effect.fnUntraced(function*(order) {
        const one = order?.attempts.find(({ attempt }) => attempt.number === number)
        if (order === undefined || one === undefined) return yield* new UnknownReference({ reference })
        const { state } = one.attempt
        if (state === "done") return opened(order)
        if (state === "refused" || state === "abandoned") return over
        const now = yield* Clock.currentTimeMillis
        if (state === "sending" && one.leaseUntil > now) return elsewhere
        if (one.wasSent && safety === "none") {
          yield* giveUp(order, one)
          return over
        }
        const claimed: Orders.Stored = {
          ...one,
          attempt: new Order.Attempt({ ...one.attempt, state: "sending" }),
          owner,
          fence: one.fence + 1,
          leaseUntil: now + leaseMillis,
          wasSent: true
        }
        const held = yield* journal.commit(order, claimed, { kind: "sent", source: "shop" })
        const is: Claimed = {
          _tag: "Claimed",
          order: held,
          one: { ...claimed, facts: claimed.facts + 1 },
          wasSent: one.wasSent,
          safety
        }
        return is
      })
    )

  /** Runs `use` on the claimed attempt as it is now, unless somebody else has taken it over. */
  const settle = (
    { one, order: { reference } }: Claimed,
    use: (order: Orders.Loaded, one: Orders.Stored) => Effect.Effect<Sent, StorageFailed>
  ) =>
    orders.held(
      reference,
      Effect.fnUntraced(function*(order) {
        const is = order?.attempts.find(({ attempt }) => attempt.number === one.attempt.number)
        if (order === undefined || is === undefined) return yield* new UnknownReference({ reference })
        if (is.attempt.state === "done") return opened(order)
        return is.fence === one.fence && is.attempt.state === "sending" ? yield* use(order, is) : elsewhere
      })
    )

  const bind = (claimed: Claimed, invoice: Invoice.Invoice) =>
    settle(claimed, (order, one) => Effect.map(observing.join(order, one, invoice, "create"), opened))

  const settleFailure = Effect.fnUntraced(function*(claimed: Claimed, error: GatewayError) {
    const { attempt } = claimed.one
    const { reference } = claimed.order
    const failed = (as: Order.State, entry: "refused" | "unknown" | "postponed", found: NotOpened | OpenUnknown) =>
      settle(claimed, (order, one) =>
        Effect.as(
          journal.commit(
            order,
            { ...released(one, as, error), wasSent: as !== "reserved" },
            { kind: entry, source: "create", failure: error }
          ),
          failure(found)
        ))
    const notOpened = new NotOpened({ reference, attempt: attempt.number, reason: error })
    const isUnknown = new OpenUnknown({ reference, attempt: attempt.number, reason: error })
    const judged = verdict.of(error, claimed.safety)
    switch (judged._tag) {
      case "Ended":
        return yield* Effect.as(bind(claimed, judged.invoice), over)
      case "GivenUp":
        return yield* settle(claimed, (order, one) => Effect.as(giveUp(order, one, error), over))
      case "Unknown":
        return yield* failed("unknown", "unknown", isUnknown)
      case "Postponed":
        if (judged.pausesAccount) yield* accounts.pause(attempt.account, error)
        return claimed.wasSent
          ? yield* failed("unknown", "unknown", isUnknown)
          : yield* failed("reserved", "postponed", notOpened)
      case "Refused":
        return yield* failed("refused", "refused", notOpened)
    }
  })

  /** An earlier create may have worked, whatever this one was told. */
  const lookUp = Effect.fnUntraced(function*(claimed: Claimed, refusal: GatewayError) {
    const { account, providerReference } = claimed.one.attempt
    const found = yield* Effect.result(
      Accounts.on(account, Effect.flatMap(Invoices, ({ get }) => get({ reference: providerReference })))
    )
    if (Result.isSuccess(found)) return yield* bind(claimed, found.success)
    const isAbsent = found.failure._tag === "GatewayError" && found.failure.reason._tag === "NotFound"
    return yield* settleFailure({ ...claimed, wasSent: !isAbsent }, refusal)
  })

  const attemptOnce = Effect.fnUntraced(function*(claimed: Claimed) {
    const { attempt } = claimed.one
    const create = Accounts.on(
      attempt.account,
      Effect.flatMap(Invoices, (invoices) => invoices.create(invoiceOf(claimed.order, attempt, options)))
    )
    // after a defect the lease runs out, and the attempt is looked after as one that may have been sent
    const created = yield* Effect.result(RetryPolicy.limit(sendsWithin)(create))
    if (Result.isSuccess(created)) return yield* bind(claimed, created.success)
    const error = created.failure
    if (error._tag === "UnknownAccount") return yield* error
    const isRefusal = error.reason._tag !== "OutcomeUnknown" && error.reason._tag !== "IntegrityMismatch"
    return claimed.wasSent && isRefusal && claimed.safety !== "none"
      ? yield* lookUp(claimed, error)
      : yield* settleFailure(claimed, error)
  })

  /** Sends an attempt unless that was done, and tells how it stands. */
  return Effect.fnUntraced(function*(reference: Reference, attempt: Order.Attempt) {
    const safety = yield* safetyOf(attempt.account)
    const claimed = yield* claim(reference, attempt.number, safety)
    return claimed._tag === "Claimed" ? yield* attemptOnce(claimed) : claimed
  })
}

const over: Sent = { _tag: "Over" }

const elsewhere: Sent = { _tag: "Elsewhere" }

const opened = (order: Orders.Loaded): Sent => ({ _tag: "Opened", order })

const failure = (error: NotOpened | OpenUnknown | AccountPaused): Sent => ({ _tag: "Failed", error })

const invoiceOf = (order: Orders.Loaded, attempt: Order.Attempt, { webhooksAt }: CheckoutOptions): NewInvoice => ({
  ...order.request,
  reference: attempt.providerReference,
  price: order.price,
  webhookUrl: order.request.webhookUrl ??
    (webhooksAt === undefined ? undefined : `${webhooksAt.replace(/\/+$/u, "")}/webhooks/${attempt.account}`)
})
