/**
 * The provider's books: every payment, and the only place where one changes.
 */
import { SimulatorError } from "@gatefold/core/Simulator"
import type * as BigDecimal from "effect/BigDecimal"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Coin } from "./Coin.ts"
import * as LifeCycle from "./LifeCycle.ts"
import * as Payment from "./Payment.ts"
import type { Timer } from "./Timer.ts"

export interface Ledger {
  readonly create: (coin: Coin, pesos: BigDecimal.BigDecimal) => Effect.Effect<Payment.Payment>
  /** Oldest first. */
  readonly all: Effect.Effect<ReadonlyArray<Payment.Payment>>
  readonly get: (id: string) => Effect.Effect<Payment.Payment, SimulatorError>
  /** The payment with a new quote. */
  readonly renew: (id: string) => Effect.Effect<Payment.Payment, SimulatorError>
  readonly change: (id: string, transition: LifeCycle.Transition) => Effect.Effect<void, SimulatorError>
  /** The payment, whose state is called by this word until it changes. */
  readonly relabel: (id: string, word: string) => Effect.Effect<Payment.Payment, SimulatorError>
  /** Ends every window that has run out by now. Everything else here does this first. */
  readonly settle: Effect.Effect<void>
}

export interface Options {
  readonly firstId: bigint
  readonly seed: bigint
  readonly ttlMillis: number
  /** Epoch milliseconds. */
  readonly now: Effect.Effect<number>
  readonly timer: Timer
  /** Called after each change of a payment's state. */
  readonly changed: (payment: Payment.Payment) => Effect.Effect<void>
}

export const make = ({ changed, firstId, now, seed, timer, ttlMillis }: Options): Ledger => {
  const payments = new Map<string, Payment.Payment>()
  let nextId = firstId

  const save = (payment: Payment.Payment): Payment.Payment => {
    const id = payment.id.toString()
    const saved = payments.get(id)?.state === payment.state ? payment : { ...payment, label: undefined }
    payments.set(id, saved)
    return saved
  }

  const settle = Effect.flatMap(now, (millis) =>
    Effect.suspend(() => {
      const overdue = [...payments.values()].filter((payment) => LifeCycle.isOverdue(payment, millis))
      const expired = overdue.map((payment) => save(LifeCycle.expired(payment)))
      return Effect.forEach(expired, changed, { discard: true })
    }))

  /** Looks the payment up and replaces it without a pause in between. */
  const update = (id: string, transition: LifeCycle.Transition): Effect.Effect<Payment.Payment, SimulatorError> =>
    Effect.flatMap(Effect.andThen(settle, now), (millis) =>
      Effect.suspend(() => {
        const payment = payments.get(id)
        if (payment === undefined) return Effect.fail(unknown(id))
        const outcome = transition(payment, millis)
        if (Result.isFailure(outcome)) return Effect.fail(outcome.failure)
        const saved = save(outcome.success)
        return saved.state === payment.state ? Effect.succeed(saved) : Effect.as(changed(saved), saved)
      }))

  return {
    create: (coin, pesos) =>
      Effect.map(now, (millis) => {
        const id = nextId
        nextId += 1n
        return save(Payment.open({ id, seed, coin, pesos, now: millis, ttlMillis }))
      }).pipe(Effect.tap(() => timer(settle, ttlMillis))),
    all: Effect.andThen(settle, Effect.sync(() => [...payments.values()])),
    get: (id) => update(id, Result.succeed),
    renew: (id) => update(id, (payment, millis) => Result.succeed(Payment.renew(payment, seed, millis))),
    relabel: (id, label) => update(id, (payment) => Result.succeed({ ...payment, label })),
    change: (id, transition) => Effect.asVoid(update(id, transition)),
    settle
  }
}

const unknown = (id: string) => new SimulatorError({ reason: "NotFound", message: `There is no payment ${id}.` })
