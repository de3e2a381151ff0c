/**
 * Spans and metrics of calls to providers. Nothing of a request or an answer is in them but the reason's name.
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type { GatewayError } from "../GatewayError.ts"
import type { AccountId, ProviderId } from "../Identifiers.ts"
import type { Operation } from "../Operation.ts"

const calls = Metric.counter("gatefold_calls", {
  description: "Calls to payment providers, by outcome: ok or the reason of the failure",
  incremental: true
})

const duration = Metric.timer("gatefold_call_duration", {
  description: "Time of calls to payment providers, retries and pauses included"
})

/** @internal */
export const observed =
  (account: { readonly provider: ProviderId; readonly account: AccountId }, operation: Operation) =>
  <A, R>(call: Effect.Effect<A, GatewayError, R>): Effect.Effect<A, GatewayError, R> => {
    const attributes = { provider: account.provider, account: account.account, operation: operation.name }
    const count = (outcome: string) => Metric.update(Metric.withAttributes(calls, { ...attributes, outcome }), 1)
    return call.pipe(
      Effect.tap(() => count("ok")),
      Effect.tapError(({ reason }) =>
        Effect.andThen(Effect.annotateCurrentSpan("gatefold.reason", reason._tag), count(reason._tag))
      ),
      Effect.trackDuration(Metric.withAttributes(duration, attributes)),
      Effect.withSpan(`gatefold.${account.provider}.${operation.name}`, {
        kind: "client",
        attributes: {
          "gatefold.provider": account.provider,
          "gatefold.account": account.account,
          "gatefold.operation": operation.name
        }
      })
    )
  }
