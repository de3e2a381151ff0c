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
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { AccountPaused, NotOpened, OpenUnknown, type StorageFailed, UnknownReference } from "../CheckoutError.ts"
import type { CheckoutOptions } from "../CheckoutOptions.ts"
import type * as Order from "../Order.ts"
import type { Paused } from "./accounts.ts"
import * as Bind from "./bind.ts"
import type { Journal } from "./journal.ts"
import type { Observing } from "./observe.ts"
import type * as Orders from "./orders.ts"
import { elsewhere, failure, opened, over, type Sent } from "./sent.ts"
import { givenUp, released } from "./transitions.ts"
import * as verdict from "./verdict.ts"

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

interface Claimed {
  readonly _tag: "Claimed"
  readonly order: Orders.Loaded
  readonly one: Orders.Stored
  /** Whether an earlier create of it may have reached the provider. */
  readonly wasSent: boolean
  /** Whether nobody can say that the provider does not have it. */
  readonly mayExist?: boolean
  readonly safety: Safety
}

/** @internal */
export const make = ({ accounts, journal, observing, options, orders, owner }: Options) => {
  /** For how long nobody else touches an attempt: longer than all tries take. */
  const leaseMillis = Duration.toMillis(options.callsWithin) + Duration.toMillis(options.takeOverAfter)

  const bind = Bind.make({ orders, journal, observing })

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
        if (state === "refused" || state === "abandoned") return over(number)
        // the shop has canceled it before anything was sent
        if (state === "reserved" && !one.wasSent && one.attempt.canceledAt !== undefined) return over(number)
        const now = yield* Clock.currentTimeMillis
        if (state === "sending" && one.leaseUntil > now) return elsewhere
        if (one.wasSent && safety === "none") {
          yield* giveUp(order, one)
          return over(number, one.attempt.failure)
        }
        const { account } = one.attempt
        if (yield* accounts.isPaused(account)) return failure(new AccountPaused({ account }))
        const claimed: Orders.Stored = {
          ...released(one, "sending", one.wasSent ? one.attempt.failure : undefined),
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

  const bound = ({ one, order: { reference } }: Claimed, invoice: Invoice.Invoice, refusal?: GatewayError) =>
    bind(reference, one.attempt.number, invoice, refusal)

  const settleFailure = Effect.fnUntraced(function*(claimed: Claimed, error: GatewayError) {
    const { attempt } = claimed.one
    const { reference } = claimed.order
    const failed = (as: Order.State, entry: "refused" | "unknown" | "postponed", found: Sent, wasSent = true) =>
      settle(claimed, (order, one) =>
        Effect.as(
          journal.commit(order, { ...released(one, as, error), wasSent }, {
            kind: entry,
            source: "create",
            failure: error
          }),
          found
        ))
    const notOpened = failure(new NotOpened({ reference, attempt: attempt.number, reason: error }))
    const isUnknown = failure(new OpenUnknown({ reference, attempt: attempt.number, reason: error }))
    const judged = claimed.mayExist ? verdict.unknown : verdict.of(error, claimed.safety)
    yield* accounts.heed(attempt.account, error)
    switch (judged._tag) {
      case "Spent":
        return judged.invoice === undefined
          ? yield* failed("refused", "refused", over(attempt.number, error), false)
          : yield* bound(claimed, judged.invoice, error)
      case "GivenUp":
        return yield* settle(claimed, (order, one) => Effect.as(giveUp(order, one, error), over(attempt.number, error)))
      case "Unknown":
        return yield* failed("unknown", "unknown", isUnknown)
      case "Postponed":
        return yield* failed("reserved", "postponed", notOpened, claimed.wasSent)
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
    return Result.isSuccess(found)
      ? yield* bound(claimed, found.success, isSpent(refusal) ? refusal : undefined)
      : yield* settleFailure({ ...claimed, mayExist: !isAbsent(found.failure) }, refusal)
  })

  const attemptOnce = Effect.fnUntraced(function*(claimed: Claimed) {
    const { attempt } = claimed.one
    const create = Accounts.on(
      attempt.account,
      Effect.flatMap(Invoices, (invoices) => invoices.create(invoiceOf(claimed.order, attempt, options)))
    )
    // after a defect the lease runs out, and the attempt is looked after as one that may have been sent
    const created = yield* Effect.result(RetryPolicy.limit(options.callsWithin)(create))
    if (Result.isSuccess(created)) return yield* bound(claimed, created.success)
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

/** Only a provider's own word says that there is none: a bare 404 may come from anything on the way. */
const isAbsent = (error: GatewayError | Accounts.UnknownAccount): boolean =>
  error._tag === "GatewayError" && error.reason._tag === "NotFound" && error.reason.code !== undefined

const isSpent = ({ reason }: GatewayError): boolean => reason._tag === "Conflict" && reason.kind === "referenceSpent"

const invoiceOf = (order: Orders.Loaded, attempt: Order.Attempt, { webhooksAt }: CheckoutOptions): NewInvoice => ({
  ...order.request,
  reference: attempt.providerReference,
  price: order.price,
  webhookUrl: order.request.webhookUrl ??
    (webhooksAt === undefined ? undefined : `${webhooksAt.replace(/\/+$/u, "")}/webhooks/${attempt.account}`)
})
