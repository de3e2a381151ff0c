/**
 * A simulated Ecca: a real HTTP server on loopback that speaks the documented wire format, with the customer's hosted
 * page, signed webhooks with retries, withdrawals, a clock that can be moved, and answers that can be made to go wrong.
 *
 * It is written from Ecca's public documentation alone and shares nothing with the adapter. Whatever the documentation
 * leaves open is either an option or, where a word had to be invented, an odd one, so that it is not taken for a fact.
 * For tests, local development and CI; no money moves here.
 */
import type * as Simulator from "@gatefold/core/Simulator"
import * as Answer from "@gatefold/simulator/Answer"
import * as MovableClock from "@gatefold/simulator/MovableClock"
import * as SimulatedServer from "@gatefold/simulator/SimulatedServer"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Account from "./simulator/Account.ts"
import * as Control from "./simulator/Control.ts"
import * as HostedRoutes from "./simulator/HostedRoutes.ts"
import * as Ledger from "./simulator/Ledger.ts"
import * as MerchantRoutes from "./simulator/MerchantRoutes.ts"
import type { Options } from "./simulator/Options.ts"
import * as Outbox from "./simulator/Outbox.ts"
import * as Platform from "./simulator/Platform.ts"
import * as PublicRoutes from "./simulator/PublicRoutes.ts"
import * as Refusal from "./simulator/Refusal.ts"
import * as Settings from "./simulator/Settings.ts"
import type { Change, NewWithdrawal } from "./simulator/Withdrawal.ts"
import * as Withdrawals from "./simulator/Withdrawals.ts"

export type { AccountState } from "./simulator/Account.ts"
export type { Currency, PaymentMethod } from "./simulator/Catalog.ts"
export type { DefaultUrls, Options, Signing } from "./simulator/Options.ts"
export type { Code as RefusalCode } from "./simulator/Refusal.ts"
export { fields as payloadFields } from "./simulator/WebhookPayload.ts"
export type { Change as WithdrawalChange, DocumentedWithdrawal, NewWithdrawal } from "./simulator/Withdrawal.ts"

/**
 * A running simulator of Ecca: what every simulator can do, and what only Ecca has.
 *
 * Ids are invoice UUIDs; an `external_id` does as well. `begin`, `pay` and `fail` choose the first payment method that takes the
 * amount if none was chosen; an invoice that expired without a method can no longer be paid, one whose deal is still open
 * can. Part and over payments and `reverse` are `NotOffered`, because Ecca documents none. `adjust` only makes the event
 * `invoice.adjusted`; what is read back stays as it was. `relabel` writes the webhooks about the present status out again,
 * so that their `event_id` and their type in the history say the new word, too. `advance` waits for receivers of webhooks, so `advance(0)` does
 * nothing else.
 */
export interface Service extends Simulator.Simulator {
  /** The customer picks a payment method, which makes a deal. */
  readonly chooseMethod: (id: string, methodCode: string) => Effect.Effect<void, Simulator.SimulatorError>
  /** Puts a withdrawal on the books and tells its UUID. `processing` is `NotOffered`: Ecca has no word for it. */
  readonly withdraw: (withdrawal: NewWithdrawal) => Effect.Effect<string, Simulator.SimulatorError>
  /** Something happened to a withdrawal. */
  readonly updateWithdrawal: (uuid: string, change: Change) => Effect.Effect<void, Simulator.SimulatorError>
  /**
   * Refuses the next matching requests that carry a valid key, in the documented envelope and before anything else is
   * looked at. For causes that last, see `setAccount`; for spoilt answers, `arm`.
   */
  readonly refuseWith: (code: Refusal.Code, match?: Simulator.Match) => Effect.Effect<void>
  /** Blocks or frees the account, switches deals, requisites or rates off or on, until it is called again. */
  readonly setAccount: (patch: Partial<Account.AccountState>) => Effect.Effect<void>
  /** A new API key; the old one is invalid at once. */
  readonly rotateApiKey: (key: string) => Effect.Effect<void>
  /** Webhooks are signed with this secret from now on. */
  readonly rotateWebhookSecret: (secret: string) => Effect.Effect<void>
  /** The rate of a currency from now on, in units per USDT. */
  readonly setRate: (currency: string, rate: string) => Effect.Effect<void>
}

/** The simulator as a service, for programs that get it from a layer. */
export class EccaSimulator extends Context.Service<EccaSimulator, Service>()("@gatefold/ecca/EccaSimulator") {}

/** Starts a simulator on a port of this machine; it stops when the scope closes. */
export const make = (options: Options = {}): Effect.Effect<Service, never, Scope.Scope> =>
  Effect.gen(function*() {
    const settings = Settings.resolve(options)
    const clock = yield* MovableClock.make
    const secrets = makeSecrets(settings)
    const platform = yield* makePlatform(settings, Effect.map(clock.now, DateTime.toEpochMillis), secrets.current)
    const withdrawals = Withdrawals.make(platform.now)
    yield* Effect.forEach(options.withdrawals ?? [], withdrawals.add, { discard: true })
    const server = yield* serve(platform, clock, withdrawals, options.port)
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep("1 second"), platform.settle)))
    return {
      ...server,
      ...Control.make(platform, clock),
      settings: {
        ECCA_BASE_URL: `${server.url}/api/v1`,
        ECCA_API_KEY: settings.apiKey,
        ECCA_WEBHOOK_SECRETS: settings.webhookSecrets.join(",")
      },
      chooseMethod: (id, methodCode) => Effect.asVoid(platform.choose(id, methodCode)),
      withdraw: withdrawals.ask,
      relabel: (id, word) => withdrawals.has(id) ? withdrawals.relabel(id, word) : platform.relabel(id, word),
      updateWithdrawal: withdrawals.change,
      refuseWith: (code, match) => Effect.sync(() => platform.account.refuseWith(code, match)),
      setAccount: (patch) => Effect.sync(() => platform.account.set(patch)),
      rotateApiKey: (key) => Effect.sync(() => platform.account.rotateKey(key)),
      rotateWebhookSecret: secrets.rotate,
      setRate: (currency, rate) => Effect.sync(() => platform.setRate(currency, rate))
    }
  })

/** A layer of one simulator. */
export const layer = (options?: Options): Layer.Layer<EccaSimulator> => Layer.effect(EccaSimulator, make(options))

const makeSecrets = ({ webhookSecrets: [first] }: Settings.Settings) => {
  let secret = first
  return {
    current: () => secret,
    rotate: (next: string) =>
      Effect.sync(() => {
        secret = next
      })
  }
}

const makePlatform = Effect.fnUntraced(function*(
  settings: Settings.Settings,
  now: Effect.Effect<number>,
  secret: () => string
) {
  const account = Account.make({ apiKey: settings.apiKey, callback: settings.defaultUrls.callback })
  const ledger = Ledger.make()
  const outbox = Outbox.make({
    now,
    scope: yield* Effect.scope,
    signing: settings.signing,
    secret,
    target: (invoiceId) => ledger.find(invoiceId ?? "")?.requestedCallback ?? account.callback(),
    retries: settings.webhookRetries,
    automatic: settings.automaticWebhooks,
    anyHost: settings.anyWebhookHost
  })
  return Platform.make({ settings, now, account, ledger, outbox })
})

const serve = Effect.fnUntraced(function*(
  platform: Platform.Platform,
  clock: MovableClock.MovableClock,
  withdrawals: Withdrawals.Withdrawals,
  port: number | undefined
) {
  let origin = ""
  const server = yield* SimulatedServer.make({
    port,
    now: clock.now,
    routes: [
      ...MerchantRoutes.make({ platform, withdrawals: withdrawals.all, origin: () => origin }),
      ...PublicRoutes.make(platform),
      ...HostedRoutes.make(platform)
    ],
    notFound: Answer.html("<!doctype html><title>404</title><h1>Not found</h1>", 404),
    unavailable: Refusal.answer(new Refusal.Refusal({ code: "NO_AVAILABLE_REQUISITES" }))
  })
  origin = server.url
  return server
})
