/**
 * The platform behind the API: what a merchant's requests, the customer and the passing of time do to the books.
 */
import { SimulatorError } from "@gatefold/core/Simulator"
import type * as Route from "@gatefold/simulator/Route"
import * as Effect from "effect/Effect"
import type * as Account from "./Account.ts"
import * as Catalog from "./Catalog.ts"
import * as CreateRequest from "./CreateRequest.ts"
import * as Deals from "./Deals.ts"
import * as Invoice from "./Invoice.ts"
import type * as Ledger from "./Ledger.ts"
import * as Money from "./Money.ts"
import * as Opening from "./Opening.ts"
import type { Outbox } from "./Outbox.ts"
import { Refusal } from "./Refusal.ts"
import type { Settings } from "./Settings.ts"

export interface Parts {
  readonly settings: Settings
  readonly now: Effect.Effect<number>
  readonly account: Account.Account
  readonly ledger: Ledger.Ledger
  readonly outbox: Outbox
}

type Changed = Effect.Effect<Invoice.Invoice, SimulatorError>

export interface Platform extends Parts {
  readonly market: () => Deals.Market
  readonly setRate: (code: string, rate: string) => void
  /** Lets everything happen that was due by now. */
  readonly settle: Effect.Effect<void>
  readonly find: (ref: string) => Changed
  readonly create: (request: Route.ApiRequest) => Effect.Effect<Invoice.Invoice, Refusal>
  readonly choose: (ref: string, methodCode: string) => Changed
  /** Chooses the first method that takes the amount, if none was chosen. */
  readonly begin: (ref: string) => Changed
  readonly pay: (ref: string) => Changed
  readonly fail: (ref: string) => Changed
  readonly cancel: (ref: string) => Changed
  readonly expire: (ref: string) => Changed
  readonly adjust: (ref: string, amount: string | undefined) => Effect.Effect<void, SimulatorError>
  /** Calls the invoice's status by this word until the status changes. */
  readonly relabel: (ref: string, word: string) => Effect.Effect<void, SimulatorError>
}

export const make = (parts: Parts): Platform => {
  const { account, ledger, now, outbox, settings } = parts
  let catalog = settings.catalog
  const market = (): Deals.Market => ({ catalog, settlementFee: settings.settlementFee })

  const put = (before: Invoice.Invoice, next: Invoice.Invoice): Invoice.Invoice => {
    const after = next.status === before.status ? next : { ...next, label: undefined }
    ledger.put(after)
    if (after.status !== before.status && after.status !== "pending") {
      outbox.add({ invoice: after, kind: after.status, at: after.finishedAt ?? after.createdAt })
    }
    return after
  }

  const settle = Effect.flatMap(now, (moment) => {
    for (const invoice of ledger.unsettled()) {
      const after = Invoice.pass(invoice, moment)
      if (after !== invoice) put(invoice, after)
    }
    return outbox.dispatch
  })

  const find = (ref: string): Changed =>
    Effect.suspend(() => {
      const invoice = ledger.find(ref)
      return invoice === undefined
        ? Effect.fail(new SimulatorError({ reason: "NotFound", message: `There is no invoice ${ref}.` }))
        : Effect.succeed(invoice)
    })

  const change = Effect.fnUntraced(function*(ref: string, verb: string, step: Invoice.Step) {
    yield* settle
    const moment = yield* now
    const after = yield* Effect.flatMap(find(ref), (invoice) => {
      const next = step(invoice, moment)
      if (next === undefined) return forbidden(invoice, verb)
      return Effect.succeed(put(invoice, next))
    })
    yield* outbox.dispatch
    return after
  })

  return {
    ...parts,
    market,
    setRate: (code, rate) => {
      catalog = Catalog.withRate(catalog, code, rate)
    },
    settle,
    find,
    create: Effect.fnUntraced(function*(request) {
      const asked = yield* CreateRequest.parse(request)
      const opened = Opening.open(asked, { settings, account, ledger, catalog, now: yield* now })
      if (opened instanceof Refusal) return yield* opened
      ledger.put(opened)
      return opened
    }),
    choose: Effect.fnUntraced(function*(ref, code) {
      const invoice = yield* find(ref)
      const method = Deals.methodsFor(market(), invoice).find((one) => one.code === code)
      if (method === undefined) return yield* notOffered(`No method "${code}" takes this invoice.`)
      return yield* change(ref, "have a method chosen", Deals.choose(market(), method))
    }),
    begin: (ref) => change(ref, "be begun to be paid", Deals.withDeal(market(), Invoice.withDeal)),
    pay: (ref) => change(ref, "be paid", Deals.withDeal(market(), Invoice.pay)),
    fail: (ref) => change(ref, "fail", Deals.withDeal(market(), Invoice.fail)),
    cancel: (ref) => change(ref, "be canceled", Invoice.cancel),
    expire: (ref) => change(ref, "expire", Invoice.expire),
    adjust: Effect.fnUntraced(function*(ref, amount) {
      yield* settle
      const invoice = yield* find(ref)
      if (invoice.status !== "success") return yield* forbidden(invoice, "be adjusted")
      if (amount !== undefined && !Money.isPrice(amount)) return yield* notOffered(`${amount} is not an amount.`)
      const adjustedTo = amount === undefined ? undefined : Money.canonical(amount)
      outbox.add({ invoice, kind: "adjusted", at: yield* now, adjustedTo })
      yield* outbox.dispatch
    }),
    relabel: Effect.fnUntraced(function*(ref, label) {
      yield* settle
      const invoice = { ...yield* find(ref), label }
      ledger.put(invoice)
      outbox.restate(invoice)
    })
  }
}

const forbidden = (invoice: Invoice.Invoice, verb: string) =>
  Effect.fail(
    new SimulatorError({ reason: "InvalidTransition", message: `An invoice in "${invoice.status}" cannot ${verb}.` })
  )

const notOffered = (message: string) => new SimulatorError({ reason: "NotOffered", message })
