/**
 * A checkout on several machines that share one PostgreSQL: `effect/cluster` chooses the process that sweeps, so that the
 * others need not look for what is due.
 *
 * Any number of processes may run on one database without it: every action claims its row, and each process sweeps. With
 * it one process sweeps and the others only do what they are told of, which saves queries and nothing else. Being chosen
 * is no lock: where two sweep for a moment, every row is still done once.
 */
import type { Accounts } from "@gatefold/core/Accounts"
import * as Cause from "effect/Cause"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import type * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as Singleton from "effect/cluster/Singleton"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as Checkout from "./Checkout.ts"
import type { CheckoutOptions, Choices } from "./CheckoutOptions.ts"
import { checkedOptions } from "./internal/checkedOptions.ts"
import { kindOf } from "./internal/failureKind.ts"

export interface ClusterOptions {
  /** Where the other processes reach this one directly, such as `10.0.0.7`. */
  readonly host: string
  /** A port of this process alone. */
  readonly port: number
  /** Put over `sharding`. */
  readonly sharding?: Partial<ShardingConfig.ShardingConfig["Service"]> | undefined
}

/** The cluster cannot be joined. */
export class ClusterFailed extends Schema.TaggedError<ClusterFailed>("@gatefold/checkout/ClusterFailed")(
  "ClusterFailed",
  { issue: Schema.String }
) {
  override get message(): string {
    return `the cluster cannot be joined: ${this.issue}`
  }
}

/** Why it cannot start. */
export type StartError = Checkout.StartError | ClusterFailed

/**
 * With these settings of the cluster the sweep moves within some 6 seconds of a kill (36 with its own), and at once on a
 * clean stop.
 */
export const sharding: Partial<ShardingConfig.ShardingConfig["Service"]> = {
  shardsPerGroup: 16,
  shardLockRefreshInterval: "2 seconds",
  shardLockExpiration: "6 seconds",
  runnerHealthCheckInterval: "2 seconds",
  refreshAssignmentsInterval: "1 second",
  entityMessagePollInterval: "1 second"
}

/** How often a process sweeps that is not chosen: should the cluster choose none, nothing waits for longer. */
export const unchosenSweepInterval = "1 minute"

/**
 * A `Checkout` whose process takes part in choosing who sweeps. Needs PostgreSQL and the package `@effect/platform-node`;
 * the cluster makes its own tables (`cluster_*`).
 */
export const layer = (
  cluster: ClusterOptions,
  choices: Choices = {}
): Layer.Layer<Checkout.Checkout, StartError, Accounts | SqlClient.SqlClient> =>
  sweeping(cluster, choices).pipe(
    Layer.provideMerge(
      Checkout.layer({ ...choices, sweepInterval: choices.sweepInterval ?? unchosenSweepInterval })
    )
  )

const sweeping = (cluster: ClusterOptions, choices: Choices) =>
  Layer.unwrap(Effect.gen(function*() {
    const options = yield* checkedOptions(choices)
    const sql = yield* SqlClient.SqlClient
    const isShared = sql.onDialectOrElse({ pg: () => true, orElse: () => false })
    if (!isShared) return yield* new ClusterFailed({ issue: "it needs PostgreSQL, see GATEFOLD_DATABASE_URL" })
    const { sweep } = yield* Checkout.Checkout
    const socket = yield* joined(cluster)
    return Singleton.make(`gatefold/${options.store}/sweep`, forEver(sweep, options)).pipe(Layer.provide(socket))
  }))

/** A singleton that ends or fails is not run again. */
const forEver = (sweep: Checkout.Service["sweep"], { pollInterval }: CheckoutOptions): Effect.Effect<void> =>
  Effect.catchCause(
    Effect.asVoid(sweep),
    (cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.interrupt
        : Effect.logWarning(`nothing can be looked after now: ${kindOf(cause)}`)
  ).pipe(
    Effect.repeat(Schedule.jittered(Schedule.spaced(pollInterval))),
    Effect.asVoid
  )

const joined = Effect.fnUntraced(function*({ host, port, sharding: changes }: ClusterOptions) {
  const NodeClusterSocket = yield* Effect.tryPromise({
    try: () => import("@effect/platform-node/NodeClusterSocket"),
    catch: () => new ClusterFailed({ issue: "it needs the package @effect/platform-node: install it" })
  })
  const shardingConfig = { ...sharding, ...changes, runnerAddress: Option.some(RunnerAddress.make(host, port)) }
  const socket = NodeClusterSocket.layer({ storage: "sql", shardingConfig })
  return Layer.effectContext(Effect.mapError(Layer.build(socket), (error) => {
    const issue = error._tag === "SocketServerError"
      ? `port ${port} of ${host} cannot be listened on: each process needs one of its own`
      : "one of its own settings is wrong"
    return new ClusterFailed({ issue })
  }))
})
