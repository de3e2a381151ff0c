/**
 * Money that leaves the provider.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { GatewayError } from "./GatewayError.ts"
import type { WithdrawalId } from "./Identifiers.ts"
import type * as Withdrawal from "./Withdrawal.ts"

/** Which withdrawals to list. */
export interface Filter {
  readonly status?: Withdrawal.Status | undefined
  readonly order?: "newest first" | "oldest first" | undefined
  readonly pageSize?: number | undefined
}

export interface Service {
  /** Reads one withdrawal. */
  readonly get: (id: WithdrawalId) => Effect.Effect<Withdrawal.Withdrawal, GatewayError>
  /** Reads page after page on demand; none is an empty stream, however the provider says it. */
  readonly list: (filter?: Filter) => Stream.Stream<Withdrawal.Withdrawal, GatewayError>
}

export class Withdrawals extends Context.Service<Withdrawals, Service>()("@gatefold/core/Withdrawals") {}
