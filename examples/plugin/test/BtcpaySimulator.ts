/**
 * A simulator of a BTCPay Server with one store: a real HTTP server on loopback that speaks the Greenfield API.
 *
 * It is written from the server's own description (v2.3.9, cut down in `fixtures/btcpay.json`) and its page about
 * invoices, and not from the adapter. `Description.test.ts` holds every answer against the description.
 */
import { type Simulator, SimulatorError } from "@gatefold/core/Simulator"
import * as MovableClock from "@gatefold/simulator/MovableClock"
import * as SimulatedServer from "@gatefold/simulator/SimulatedServer"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as ApiRoutes from "./simulator/ApiRoutes.ts"
import * as CheckoutPage from "./simulator/CheckoutPage.ts"
import * as Ids from "./simulator/Ids.ts"
import * as Invoice from "./simulator/Invoice.ts"
import * as Ledger from "./simulator/Ledger.ts"
import * as LifeCycle from "./simulator/LifeCycle.ts"
import * as Payouts from "./simulator/Payouts.ts"
import * as Problem from "./simulator/Problem.ts"
import * as Webhooks from "./simulator/Webhooks.ts"

/** How a simulated server differs from the default one. */
export interface Options {
  /** Default: a free port. */
  readonly port?: number | undefined
  /** How many invoices a list answers that asks for no number: the description does not say. Default: 50. */
  readonly usualTake?: number | undefined
  /** In what payouts are asked for: a currency that the store has a rate for. Default: USD. */
  readonly payoutCurrency?: string | undefined
  /** How the dates of payouts are written. Default: `text`, as described; servers are seen to send a `number`. */
  readonly payoutDates?: Payouts.DateFormat | undefined
  /** Whether webhooks are posted by themselves. Default: `auto`. */
  readonly webhooks?: Webhooks.WebhookMode | undefined
}

/** What a simulated server can be asked to do, beside what every simulator can. */
export interface BtcpaySimulator extends Simulator {
  /** The customer pays in full and the coins wait to be confirmed: Processing. `pay` confirms them, `fail` does not. */
  readonly confirming: (id: string) => Effect.Effect<void, SimulatorError>
  /** The merchant marks an invoice as settled that was paid after it expired. */
  readonly settleLate: (id: string) => Effect.Effect<void, SimulatorError>
  /** The merchant approves a payout. */
  readonly approve: (id: string) => Effect.Effect<void, SimulatorError>
  /** Waits until every webhook that is under way was answered or given up. */
  readonly webhooksSettled: Effect.Effect<void>
}

/** Starts a simulated BTCPay Server that stops when the scope closes. */
export const make = Effect.fnUntraced(
  function*(options: Options = {}): Effect.fn.Return<BtcpaySimulator, never, Scope.Scope> {
    const clock = yield* MovableClock.make
    const now = Effect.map(clock.now, DateTime.toEpochMillis)
    const storeId = Ids.make()
    const apiKey = Ids.make()
    const secret = Ids.make()
    const origin = yield* Deferred.make<string>()
    const webhooks = yield* Webhooks.make({ mode: options.webhooks ?? "auto", secret, storeId, now })
    const ledger = yield* Ledger.make({ now, announce: webhooks.announce })
    const payouts = Payouts.make(now)
    const routes = ApiRoutes.make({
      ledger,
      payouts,
      payoutDialect: { currency: options.payoutCurrency ?? "USD", dates: options.payoutDates ?? "text" },
      storeId,
      apiKey,
      usualTake: options.usualTake ?? 50,
      origin: Deferred.await(origin)
    })
    const server = yield* SimulatedServer.make({
      routes: [...routes, ...CheckoutPage.routes(ledger)],
      notFound: Problem.noRoute,
      unavailable: Problem.unavailable,
      now: clock.now,
      port: options.port
    })
    yield* Deferred.succeed(origin, server.url)

    return {
      ...server,
      ...life(ledger),
      settings: {
        BTCPAY_BASE_URL: server.url,
        BTCPAY_STORE_ID: storeId,
        BTCPAY_API_KEY: apiKey,
        BTCPAY_WEBHOOK_SECRETS: secret
      },
      books: Effect.map(ledger.all, (invoices) => invoices.map(Invoice.bookEntry)),
      withdraw: payouts.add,
      approve: payouts.approve,
      relabel: (id, word, axis = "status") =>
        axis === "additionalStatus"
          ? ledger.relabelException(id, word)
          : payouts.find(id) === undefined
          ? ledger.relabel(id, word)
          : payouts.relabel(id, word),
      webhooksTo: webhooks.register,
      webhook: (id, mangle = unchanged) => Effect.map(Effect.andThen(ledger.get(id), webhooks.newest(id)), mangle),
      deliver: (id, mangle = unchanged) => Effect.andThen(ledger.get(id), webhooks.deliver(id, mangle)),
      sign: (body) => webhooks.sign(body),
      unknownEvent: webhooks.unknownEvent,
      forge: webhooks.forge,
      webhooksSettled: webhooks.quiet,
      advance: (duration) => Effect.andThen(clock.advance(duration), ledger.settle)
    }
  }
)

const life = (ledger: Ledger.Ledger) =>
  ({
    begin: (id) => Effect.asVoid(ledger.get(id)),
    pay: (id, share = "full") => ledger.change(id, LifeCycle.pay(share)),
    confirming: (id) => ledger.change(id, LifeCycle.confirming),
    settleLate: (id) => ledger.change(id, LifeCycle.settleLate),
    expire: (id) => ledger.change(id, LifeCycle.expire),
    fail: (id) => ledger.change(id, LifeCycle.fail),
    cancel: () => notOffered("A customer of BTCPay Server cannot cancel an invoice."),
    adjust: () => notOffered("BTCPay Server documents no correction of an amount."),
    reverse: () => notOffered("BTCPay Server cannot take back coins that were paid.")
  }) satisfies Partial<BtcpaySimulator>

const unchanged = <A>(value: A): A => value

const notOffered = (message: string) => Effect.fail(new SimulatorError({ reason: "NotOffered", message }))
