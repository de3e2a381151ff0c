/**
 * The store's payouts: money on its way to an address that the merchant gave.
 */
import { type NewWithdrawal, SimulatorError } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Decimal from "./Decimal.ts"
import * as Ids from "./Ids.ts"
import * as Market from "./Market.ts"

export type State = "AwaitingApproval" | "AwaitingPayment" | "InProgress" | "Completed" | "Cancelled"

export interface Payout {
  readonly id: string
  readonly createdAt: number
  readonly amount: Decimal.Decimal
  readonly state: State
  /** What the server calls the state instead of its usual word, until the state changes. */
  readonly label: string | undefined
  /** The hash of the transaction that pays it, from when it is in progress. */
  readonly transaction: string
}

export interface Payouts {
  /** Puts one on the books and tells its id. */
  readonly add: (withdrawal: NewWithdrawal) => Effect.Effect<string, SimulatorError>
  /** The merchant approves it: from now on it has an amount in bitcoin. */
  readonly approve: (id: string) => Effect.Effect<void, SimulatorError>
  readonly relabel: (id: string, label: string) => Effect.Effect<void, SimulatorError>
  readonly find: (id: string) => Payout | undefined
  /** Newest first. */
  readonly list: (includeCancelled: boolean) => ReadonlyArray<Payout>
}

/** @param now in epoch milliseconds. */
export const make = (now: Effect.Effect<number>): Payouts => {
  const payouts = new Map<string, Payout>()

  const update = (id: string, change: (payout: Payout) => Result.Result<Payout, SimulatorError>) =>
    Effect.suspend(() => {
      const payout = payouts.get(id)
      if (payout === undefined) return Effect.fail(problem("NotFound", `There is no payout ${id}.`))
      return Effect.map(Effect.fromResult(change(payout)), (changed) => {
        payouts.set(id, changed)
      })
    })

  return {
    add: Effect.fnUntraced(function*({ amount: text, status = "pending" }) {
      const amount = Decimal.parse(text)
      if (amount === undefined) return yield* problem("InvalidTransition", `${text} is no positive decimal.`)
      if (status === "failed") return yield* problem("NotOffered", "BTCPay Server knows no payouts that failed.")
      const id = Ids.make()
      const createdAt = yield* now
      payouts.set(id, {
        id,
        createdAt,
        amount,
        state: states[status],
        label: undefined,
        transaction: Ids.transaction()
      })
      return id
    }),
    approve: (id) =>
      update(id, (payout) =>
        payout.state === "AwaitingApproval"
          ? Result.succeed({ ...payout, state: "AwaitingPayment", label: undefined })
          : Result.fail(problem("InvalidTransition", `Payout ${id} is ${payout.state}: it awaits no approval.`))),
    relabel: (id, label) => update(id, (payout) => Result.succeed({ ...payout, label })),
    find: (id) => payouts.get(id),
    list: (includeCancelled) =>
      [...payouts.values()].filter(({ state }) => includeCancelled || state !== "Cancelled").toReversed()
  }
}

const states = {
  pending: "AwaitingApproval",
  processing: "InProgress",
  succeeded: "Completed",
  canceled: "Cancelled"
} as const

const problem = (reason: SimulatorError["reason"], message: string) => new SimulatorError({ reason, message })

/** `text`: the description's `date`, which is text; `number`: what servers are seen to send. */
export type DateFormat = "text" | "number"

/** How a store's payouts are written. */
export interface Dialect {
  /** In what the merchant said how much: one of the market's currencies. */
  readonly currency: string
  readonly dates: DateFormat
}

/** A payout as the API shows it. */
export const toJson = ({ amount, createdAt, id, label, state, transaction }: Payout, { currency, dates }: Dialect) => {
  const seconds = Math.floor(createdAt / 1000)
  const isApproved = state === "AwaitingPayment" || state === "InProgress" || state === "Completed"
  const isSent = state === "InProgress" || state === "Completed"
  return {
    id,
    revision: 0,
    date: dates === "text" ? String(seconds) : seconds,
    destination: `simulated${id}`,
    originalCurrency: currency,
    originalAmount: Decimal.format(amount, amount.scale),
    payoutCurrency: "BTC",
    payoutAmount: isApproved ? inBitcoin(amount, currency) : null,
    payoutMethodId: "BTC-CHAIN",
    state: label ?? state,
    ...isSent ? { paymentProof: { proofType: "PayoutTransactionOnChainBlob", id: transaction, link: null } } : {},
    metadata: {}
  }
}

const inBitcoin = (amount: Decimal.Decimal, currency: string): string | null => {
  const rate = Market.rate(currency)
  return rate === undefined ? null : Decimal.format(Decimal.toBitcoin(amount, rate), Decimal.satoshi)
}
