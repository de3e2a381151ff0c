/**
 * The checkout for back ends that are not on Effect: the same operations under the same names, as promises of plain
 * values (see `Plain`).
 *
 * A promise rejects with the error itself, an instance with a `_tag` such as `PriceConflict`, and never with a wrapper. The
 * errors are those that `Checkout` names, `InvalidOrder` for what is not of the type that a call takes, and
 * `CheckoutClosed` after `close`: all are in `CheckoutError.AnyError`.
 */
import type { Accounts } from "@gatefold/core/Accounts"
import * as Gateway from "@gatefold/core/Gateway"
import type * as Settings from "@gatefold/core/Settings"
import type { NodeRequest, NodeResponse } from "@gatefold/core/WebhookReceiver"
import * as ConfigProvider from "effect/ConfigProvider"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import type * as SqlClient from "effect/sql/SqlClient"
import type { Change } from "./Change.ts"
import * as Checkout from "./Checkout.ts"
import type * as CheckoutCluster from "./CheckoutCluster.ts"
import type { Choices } from "./CheckoutOptions.ts"
import * as Database from "./Database.ts"
import type { DeadLetter } from "./DeadLetter.ts"
import type { Decision } from "./Decision.ts"
import type { Difference } from "./Difference.ts"
import type { Fact } from "./Fact.ts"
import type { PausedAccount } from "./internal/accounts.ts"
import { facade } from "./internal/facade.ts"
import * as PlainLogger from "./internal/plainLogger.ts"
import * as Transport from "./internal/transport.ts"
import type { NewOrder, Order } from "./Order.ts"
import type { Plain } from "./Plain.ts"

/** Takes a change. Its promise has to be fulfilled before the change counts as delivered; `signal` says that it is late. */
export type Handler = (change: Plain<Change>, options: { readonly signal: AbortSignal }) => Promise<void> | void

/** A line of the log: a change that is parked, an account that is paused, a webhook that is not taken. Never a secret. */
export interface LogEntry {
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "fatal"
  readonly message: string
  readonly annotations: Readonly<Record<string, string | number | boolean>>
}

export interface Options extends Choices {
  /** The providers that may be configured: `[Ecca.provider, Ecryptopay.provider]`. */
  readonly providers: ReadonlyArray<Gateway.Configurable<HttpClient.HttpClient>>
  /** Where the database is. @default GATEFOLD_DATABASE_URL of the settings, or the file `./gatefold.db` */
  readonly database?: string | undefined
  /** The settings. @default the variables of the process's environment */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Takes every change, from the start on; there is no other handler then. */
  readonly onChange?: Handler | undefined
  /**
   * Takes what is logged, such as `({ annotations, level, message }) => pino[level](annotations, message)`. What it throws
   * is ignored. @default the console
   */
  readonly logger?: ((entry: LogEntry) => void) | undefined
  /** Lets one of several processes sweep for all; needs PostgreSQL. See `CheckoutCluster`. */
  readonly cluster?: CheckoutCluster.ClusterOptions | undefined
  /**
   * What carries the calls to providers. @default undici with a connect timeout of 3 seconds if `@effect/platform-node` is
   * installed, else `fetch`, with which a create at a host that is down counts as unknown and not as unsent
   */
  readonly http?: Layer.Layer<HttpClient.HttpClient> | undefined
}

/** A webhook as a server hands it out; the body as it came, since the bytes are what was signed. */
export interface PlainWebhook {
  readonly method?: string | undefined
  readonly path?: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | string
}

/** The operations, documented at `Checkout`. */
export interface PromiseCheckout extends AsyncDisposable {
  readonly open: (order: NewOrder) => Promise<Plain<Order>>
  readonly get: (reference: string) => Promise<Plain<Order>>
  readonly refresh: (reference: string) => Promise<void>
  /** For servers of your own; `webhooks` answers as providers understand. */
  readonly receive: (account: string, webhook: PlainWebhook) => Promise<Checkout.Received>
  readonly cancel: (reference: string) => Promise<Plain<Order>>
  /** `{ _tag: "Adopt", invoice }`, `{ _tag: "Abandon" }` or `{ _tag: "Settle", note }`. */
  readonly resolve: (
    reference: string,
    attempt: number,
    decision: Plain<Decision>,
    who: string
  ) => Promise<Plain<Order>>
  readonly sweep: () => Promise<Checkout.Swept>
  /**
   * Delivers every change to the handler, until what it gives is called. Rejects with `ChangesTaken` while another one or
   * `onChange` gets them: an application has one handler.
   */
  readonly changes: (handler: Handler) => Promise<() => Promise<void>>
  readonly history: (reference: string) => Promise<ReadonlyArray<Plain<Fact>>>
  readonly deadLetters: () => AsyncIterable<Plain<DeadLetter>>
  readonly replay: (reference: string) => Promise<number>
  readonly reconcile: (account: string) => AsyncIterable<Plain<Difference>>
  /** Ends when the newest attempt has ended, when the loop is left, and with `close`. */
  readonly watch: (reference: string) => AsyncIterable<Plain<Order>>
  readonly paused: () => Promise<ReadonlyArray<Plain<PausedAccount>>>
  readonly resume: (account: string) => Promise<void>
  /** `"90 days"`, or milliseconds. */
  readonly cleanUp: (keep: Duration.Input) => Promise<number>
  /** Handlers for paths that end in `/webhooks/{account}`, to be mounted before any body parser. */
  readonly webhooks: {
    /** For servers of the web platform's requests. */
    readonly fetch: (request: Request) => Promise<Response>
    /** For Node's `(request, response)`, which is also Express's. */
    readonly node: (request: NodeRequest, response: NodeResponse) => Promise<void>
  }
  /**
   * Ends cleanly: lets calls finish, ends what is watched, stops the workers and closes the database. A handler that runs
   * is told by its signal, and its change is delivered again at the next start.
   */
  readonly close: () => Promise<void>
}

/** Why it cannot start. */
export type StartError = CheckoutCluster.StartError | Database.DatabaseError | Settings.SettingsError

/**
 * Starts a checkout.
 *
 * ```ts
 * const checkout = await makeCheckout({
 *   providers: [Ecca.provider, Ecryptopay.provider],
 *   webhooksAt: "https://shop.example",
 *   onChange: async ({ kinds, order }) => {
 *     if (kinds.includes("paid")) await handOver(order.reference)
 *   }
 * })
 * const order = await checkout.open({
 *   reference: "order-7",
 *   price: { amount: "250.00", currency: "MXN" },
 *   successUrl: "https://shop.example/thanks",
 *   failureUrl: "https://shop.example/sorry"
 * })
 * ```
 *
 * Rejects with a `StartError`.
 */
export const makeCheckout = async ({ onChange, ...options }: Options): Promise<PromiseCheckout> => {
  const runtime = ManagedRuntime.make(started(options))
  const ready = runtime.runPromise(facade(runtime, onChange))
  return ready.catch(async (error: unknown) => {
    await runtime.dispose()
    return Promise.reject(error)
  })
}

/** Loaded only by who wants one: it is three times as much code as the rest. */
const onCluster = (cluster: CheckoutCluster.ClusterOptions, options: Choices) =>
  Layer.unwrap(Effect.map(
    Effect.promise(() => import("./CheckoutCluster.ts")),
    ({ layer }) => layer(cluster, options)
  ))

const started = (
  { cluster, database, env, http, logger, providers, ...options }: Omit<Options, "onChange">
): Layer.Layer<Accounts | Checkout.Checkout, StartError> => {
  const checkout: Layer.Layer<Checkout.Checkout, CheckoutCluster.StartError, Accounts | SqlClient.SqlClient> =
    cluster === undefined ? Checkout.layer(options) : onCluster(cluster, options)
  const store = database === undefined ? Database.layerConfig : Database.layer(Redacted.make(database))
  const shop = checkout.pipe(
    Layer.provideMerge(Layer.provide(Gateway.layerConfig({ providers }), http ?? Transport.layer)),
    Layer.provide(store)
  )
  const settled = env === undefined
    ? shop
    : Layer.provide(shop, ConfigProvider.layer(ConfigProvider.fromEnvRecord(env)))
  return logger === undefined ? settled : Layer.provideMerge(settled, PlainLogger.layer(logger))
}
