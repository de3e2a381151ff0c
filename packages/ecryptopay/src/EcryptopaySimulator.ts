/**
 * A simulator of ecryptopay: a real HTTP server on loopback that speaks the documented API, for tests and demos.
 *
 * It is written from the provider's documentation, edition of 2022-11-03, and not from the adapter. What that leaves
 * open (the states and their words, error bodies, formats of times and paths, expiry) is the simulator's own choice, as
 * its options and settings say. The adapter's base URL is `/api/v1` under `url`; `settings` holds it.
 */
import { type Simulator, SimulatorError } from "@gatefold/core/Simulator"
import * as MovableClock from "@gatefold/simulator/MovableClock"
import * as SimulatedServer from "@gatefold/simulator/SimulatedServer"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { randomBytes } from "node:crypto"
import * as ApiRoutes from "./simulator/ApiRoutes.ts"
import * as CustomerRoutes from "./simulator/CustomerRoutes.ts"
import * as Decimal from "./simulator/Decimal.ts"
import * as Ledger from "./simulator/Ledger.ts"
import * as LifeCycle from "./simulator/LifeCycle.ts"
import * as Payment from "./simulator/Payment.ts"
import * as State from "./simulator/State.ts"
import * as Timer from "./simulator/Timer.ts"
import type { TimestampFormat } from "./simulator/Timestamp.ts"
import * as Tokens from "./simulator/Tokens.ts"
import * as Webhooks from "./simulator/Webhooks.ts"
import * as Wire from "./simulator/Wire.ts"

/** How a simulated ecryptopay differs from the default one. */
export interface Options {
  /** Default: a free port. */
  readonly port?: number | undefined
  /** Default: random ones, different in each simulator. */
  readonly credentials?: Partial<Tokens.Credentials> | undefined
  /** How long an access token holds, in whole seconds. Default: 2 hours. */
  readonly expiresIn?: Duration.Input | undefined
  /** `false`: the token endpoint takes no refresh tokens. Default: `true`. */
  readonly refreshGrant?: boolean | undefined
  /** The first payment's id, which may be longer than a JavaScript number holds. Default: 48213. */
  readonly firstId?: bigint | undefined
  /** How times are written. Default: `iso`. */
  readonly timestamps?: TimestampFormat | undefined
  /** How `qr_image_path` is written. Default: `absolute`. */
  readonly qrPaths?: Wire.QrPaths | undefined
  /** How long a payment stays open. Default: 15 minutes. */
  readonly ttl?: Duration.Input | undefined
  /** Where the exchange rates' drift begins: the same seed gives the same quotes. Default: 1. */
  readonly seed?: bigint | undefined
  /** Whether changes are posted by themselves. Default: `auto`. */
  readonly webhooks?: Webhooks.WebhookMode | undefined
  /** The pauses before further tries to post a webhook that was not answered with 2xx. Default: none, one try only. */
  readonly webhookRetries?: ReadonlyArray<Duration.Input> | undefined
}

/** What a simulated ecryptopay can be asked to do, beside what every simulator can. */
export interface Service extends Simulator {
  /** The customer's coins are seen on their way: the payment is being processed. */
  readonly confirming: (id: string) => Effect.Effect<void, SimulatorError>
  /**
   * A customer scans the QR image at this URL (or path) and pays the amount that it shows. Enough if its quote is the
   * newest and not older than 25 seconds; otherwise a little too little, and the payment is underpaid.
   */
  readonly scanAndPay: (qrUrl: string) => Effect.Effect<void, SimulatorError>
  /** All access tokens are worth nothing from now on; refresh tokens still are. */
  readonly revokeTokens: Effect.Effect<void>
  /** Waits until every webhook that is under way was answered or given up. */
  readonly webhooksSettled: Effect.Effect<void>
}

/** A simulated ecryptopay as a service. */
export class EcryptopaySimulator extends Context.Service<EcryptopaySimulator, Service>()(
  "@gatefold/ecryptopay/EcryptopaySimulator"
) {}

/** Starts a simulated ecryptopay that stops when the scope closes. */
export const make = Effect.fnUntraced(function*(options: Options = {}): Effect.fn.Return<Service, never, Scope.Scope> {
  const clock = yield* MovableClock.make
  const now = Effect.map(clock.now, DateTime.toEpochMillis)
  const timer = yield* Timer.make
  const credentials = withDefaults(options.credentials)
  const origin = yield* Deferred.make<string>()
  const wire = Wire.make({ timestamps: options.timestamps ?? "iso", qrPaths: options.qrPaths ?? "absolute" })
  const tokens = Tokens.make({
    credentials,
    expiresInSeconds: Math.floor(Duration.toSeconds(options.expiresIn ?? "2 hours")),
    refreshGrant: options.refreshGrant ?? true,
    now
  })
  const webhooks = yield* Webhooks.make({
    mode: options.webhooks ?? "auto",
    retryAfterMillis: (options.webhookRetries ?? []).map((pause) => Duration.toMillis(pause)),
    wire,
    now,
    timer
  })
  const ledger = Ledger.make({
    firstId: options.firstId ?? 48_213n,
    seed: options.seed ?? 1n,
    ttlMillis: Duration.toMillis(options.ttl ?? "15 minutes"),
    now,
    timer,
    changed: webhooks.announce
  })
  const server = yield* SimulatedServer.make({
    routes: [
      ...ApiRoutes.make({ ledger, tokens, wire, origin: Deferred.await(origin) }),
      ...CustomerRoutes.make({ ledger, now })
    ],
    notFound: ApiRoutes.notFound,
    unavailable: ApiRoutes.unavailable,
    now: clock.now,
    port: options.port
  })
  yield* Deferred.succeed(origin, server.url)

  return {
    ...server,
    ...customer(ledger),
    settings: settings(server.url, credentials),
    books: Effect.map(ledger.all, (payments) => payments.map(bookEntry)),
    begin: (id) => Effect.asVoid(ledger.get(id)),
    adjust: () => notOffered("ecryptopay documents no correction of an amount."),
    withdraw: () => notOffered("ecryptopay documents no withdrawals."),
    relabel: (id, word) => Effect.flatMap(ledger.relabel(id, word), webhooks.restate),
    webhooksTo: webhooks.register,
    webhook: (id, mangle = unchanged) => Effect.map(Effect.flatMap(ledger.get(id), webhooks.newest), mangle),
    deliver: (id, mangle = unchanged) => Effect.flatMap(ledger.get(id), (payment) => webhooks.deliver(payment, mangle)),
    sign: () => notOffered("ecryptopay does not sign its webhooks."),
    unknownEvent: webhooks.unknownEvent,
    forge: webhooks.forge,
    webhooksSettled: webhooks.quiet,
    revokeTokens: tokens.revoke,
    advance: (duration) => Effect.all([clock.advance(duration), ledger.settle, webhooks.retryDue], { discard: true })
  }
})

/** A simulated ecryptopay for as long as the layer lives. */
export const layer = (options?: Options): Layer.Layer<EcryptopaySimulator> =>
  Layer.effect(EcryptopaySimulator, make(options))

const customer = (ledger: Ledger.Ledger) =>
  ({
    pay: (id, share = "full") => ledger.change(id, LifeCycle.pay(share)),
    scanAndPay: (qrUrl) => CustomerRoutes.scanAndPay(ledger, qrUrl),
    confirming: (id) => ledger.change(id, LifeCycle.confirming),
    expire: (id) => ledger.change(id, LifeCycle.expire),
    fail: (id) => ledger.change(id, LifeCycle.fail),
    cancel: (id) => ledger.change(id, LifeCycle.cancel),
    reverse: (id) => ledger.change(id, LifeCycle.reverse)
  }) satisfies Partial<Service>

const unchanged = <A>(value: A): A => value

const notOffered = (message: string) => Effect.fail(new SimulatorError({ reason: "NotOffered", message }))

const bookEntry = (payment: Payment.Payment) => ({
  id: payment.id.toString(),
  reference: undefined,
  amount: Decimal.format(payment.pesos, Decimal.pesoDecimals),
  currency: "MXN",
  status: State.status(payment.state),
  providerStatus: Payment.word(payment)
})

const withDefaults = (given: Partial<Tokens.Credentials> = {}): Tokens.Credentials => ({
  email: "comercio@example.test",
  password: secret(),
  clientId: secret(),
  clientSecret: secret(),
  ...given
})

const secret = (): string => randomBytes(16).toString("hex")

const settings = (url: string, credentials: Tokens.Credentials) => ({
  ECRYPTOPAY_BASE_URL: `${url}/api/v1`,
  ECRYPTOPAY_EMAIL: credentials.email,
  ECRYPTOPAY_PASSWORD: credentials.password,
  ECRYPTOPAY_CLIENT_ID: credentials.clientId,
  ECRYPTOPAY_CLIENT_SECRET: credentials.clientSecret,
  ...State.settings
})
