/**
 * Every account that is configured, also those that new attempts do not go to: what is in flight there keeps its poller,
 * its webhook route and its credentials.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Capability from "./Capability.ts"
import type { Gateway } from "./Gateway.ts"
import { AccountId } from "./Identifiers.ts"

/** No account of that name is configured. */
export class UnknownAccount extends Schema.TaggedError<UnknownAccount>("@gatefold/core/UnknownAccount")(
  "UnknownAccount",
  { account: Schema.String, configured: Schema.Array(AccountId) }
) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `no account "${this.account}" is configured; there is: ${this.configured.join(", ")}`
  }
}

/** What an account's program may need: the gateway and every service. */
export type Services = Gateway | Capability.All

export interface Service {
  /** Where new attempts go. */
  readonly chosen: AccountId
  readonly ids: ReadonlyArray<AccountId>
  /** The services of one account. */
  readonly get: (account: string) => Effect.Effect<Context.Context<Services>, UnknownAccount>
}

export class Accounts extends Context.Service<Accounts, Service>()("@gatefold/core/Accounts") {}

/** Runs a program on one account: `Accounts.on("ecca", program)`. */
export const on = <A, E, R>(
  account: string,
  program: Effect.Effect<A, E, R>
): Effect.Effect<A, E | UnknownAccount, Accounts | Exclude<R, Services>> =>
  Effect.flatMap(
    Effect.flatMap(Accounts, ({ get }) => get(account)),
    (services) => Effect.provideContext(program, services)
  )

/** @internal */
export const make = (
  chosen: AccountId,
  accounts: ReadonlyMap<string, Context.Context<Services>>,
  ids: ReadonlyArray<AccountId>
): Service => ({
  chosen,
  ids,
  get: (account) => {
    const services = accounts.get(account)
    return services === undefined
      ? Effect.fail(new UnknownAccount({ account, configured: ids }))
      : Effect.succeed(services)
  }
})
