/**
 * The store's invoices, and the only place where one changes.
 */
import { SimulatorError } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Ids from "./Ids.ts"
import * as Invoice from "./Invoice.ts"
import * as LifeCycle from "./LifeCycle.ts"
import type { News } from "./News.ts"

export interface Ledger {
  /** BTCPay Server takes the same order id again: then there are two invoices. */
  readonly create: (order: Invoice.Order) => Effect.Effect<Invoice.Invoice>
  /** Oldest first. */
  readonly all: Effect.Effect<ReadonlyArray<Invoice.Invoice>>
  readonly get: (id: string) => Effect.Effect<Invoice.Invoice, SimulatorError>
  readonly change: (id: string, transition: LifeCycle.Transition) => Effect.Effect<void, SimulatorError>
  /** Calls its status by this word until that changes. */
  readonly relabel: (id: string, word: string) => Effect.Effect<void, SimulatorError>
  /** Calls what was exceptional about it by this word until its status changes. */
  readonly relabelException: (id: string, word: string) => Effect.Effect<void, SimulatorError>
  /** Ends every window that has run out by now. Everything else here does this first. */
  readonly settle: Effect.Effect<void>
}

export interface Options {
  /** Epoch milliseconds. */
  readonly now: Effect.Effect<number>
  /** Called for each thing that happened to an invoice. */
  readonly announce: (invoice: Invoice.Invoice, news: News) => Effect.Effect<void>
}

export const make = ({ announce, now }: Options): Effect.Effect<Ledger, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => {
    const invoices = new Map<string, Invoice.Invoice>()

    const save = ({ invoice, news }: LifeCycle.Step): Effect.Effect<void> => {
      const isUnchanged = invoices.get(invoice.id)?.status === invoice.status
      const saved = isUnchanged ? invoice : { ...invoice, label: undefined, exceptionLabel: undefined }
      invoices.set(invoice.id, saved)
      return Effect.forEach(news, (one) => announce(saved, one), { discard: true })
    }

    const settle = Effect.flatMap(now, (millis) =>
      Effect.suspend(() => {
        const steps = [...invoices.values()].flatMap((invoice) => LifeCycle.elapse(invoice, millis) ?? [])
        return Effect.forEach(steps, save, { discard: true })
      }))

    /** Waits in the background until an invoice's windows have run out by the server's clock. */
    const watch = ({ expiresAt, monitoredUntil }: Invoice.Invoice): Effect.Effect<void> =>
      Effect.forEach([expiresAt, monitoredUntil], (moment) => Effect.andThen(sleepUntil(moment), settle)).pipe(
        Effect.forkIn(scope),
        Effect.asVoid
      )

    const sleepUntil = (moment: number): Effect.Effect<void> =>
      Effect.flatMap(
        now,
        (millis) => millis >= moment ? Effect.void : Effect.andThen(Effect.sleep(moment - millis), sleepUntil(moment))
      )

    const find = (id: string): Result.Result<Invoice.Invoice, SimulatorError> =>
      Result.fromNullishOr(
        invoices.get(id),
        () => new SimulatorError({ reason: "NotFound", message: `There is no invoice ${id}.` })
      )

    /** Looks the invoice up and replaces it without a pause in between. */
    const update = (id: string, transition: LifeCycle.Transition): Effect.Effect<void, SimulatorError> =>
      Effect.flatMap(Effect.andThen(settle, now), (millis) =>
        Effect.suspend(() => {
          const step = Result.flatMap(find(id), (invoice) => transition(invoice, millis, Ids.transaction()))
          return Result.isFailure(step) ? Effect.fail(step.failure) : save(step.success)
        }))

    return {
      create: Effect.fnUntraced(function*(order) {
        const invoice = Invoice.open(Ids.make(), order, yield* now)
        yield* save({ invoice, news: [{ type: "InvoiceCreated" }] })
        yield* watch(invoice)
        return invoice
      }),
      all: Effect.andThen(settle, Effect.sync(() => [...invoices.values()])),
      get: (id) => Effect.andThen(settle, Effect.suspend(() => Effect.fromResult(find(id)))),
      change: update,
      relabel: (id, label) => update(id, (invoice) => Result.succeed({ invoice: { ...invoice, label }, news: [] })),
      relabelException: (id, exceptionLabel) =>
        update(id, (invoice) => Result.succeed({ invoice: { ...invoice, exceptionLabel }, news: [] })),
      settle
    }
  })
