/**
 * Spans and metrics of calls to providers. Nothing of a request or an answer is in them but the reason's name.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import type { GatewayError } from "../GatewayError.ts"
import type { AccountId, ProviderId } from "../Identifiers.ts"
import type { Operation } from "../Operation.ts"

const calls = (attributes: Readonly<Record<string, string>>) =>
  Metric.counter("gatefold_calls", {
    description: "Calls to payment providers, by outcome: ok or the reason of the failure",
    incremental: true,
    attributes
  })

const duration = (attributes: Readonly<Record<string, string>>) =>
  Metric.timer("gatefold_call_duration", {
    description: "Time of calls to payment providers, retries and pauses included",
    attributes
  })

interface Account {
  readonly provider: ProviderId
  readonly account: AccountId
}

/** @internal What watches the calls of one account. Its series are kept: to find one by its attributes costs as much as the rest. */
export const observer = ({ account, provider }: Account) => {
  const watching = memoized((operation: string) => watch({ provider, account, operation }))
  return ({ name }: Operation) => watching(name)
}

const memoized = <A>(make: (key: string) => A) => {
  const made = new Map<string, A>()
  return (key: string): A => {
    const known = made.get(key)
    if (known !== undefined) return known
    const one = make(key)
    made.set(key, one)
    return one
  }
}

const watch = (attributes: Account & { readonly operation: string }) => {
  const time = duration({ ...attributes })
  const counter = memoized((outcome) => calls({ ...attributes, outcome }))
  const span = {
    kind: "client",
    // it would hold the place of this line
    captureStackTrace: false,
    attributes: {
      "gatefold.provider": attributes.provider,
      "gatefold.account": attributes.account,
      "gatefold.operation": attributes.operation
    }
  } as const
  const name = `gatefold.${attributes.provider}.${attributes.operation}`
  return <A, R>(call: Effect.Effect<A, GatewayError, R>): Effect.Effect<A, GatewayError, R> => {
    const watched = Effect.withFiber((fiber) => {
      const clock = fiber.getRef(Clock.Clock)
      const began = clock.monotonicTimeNanosUnsafe()
      return Effect.onExit(call, (exit) => {
        time.updateUnsafe(Duration.nanos(clock.monotonicTimeNanosUnsafe() - began), fiber.context)
        const outcome = outcomeOf(exit)
        if (outcome === undefined) return Effect.void
        counter(outcome).updateUnsafe(1, fiber.context)
        return outcome === ok ? Effect.void : Effect.annotateCurrentSpan("gatefold.reason", outcome)
      })
    })
    // in a pipe the span would take the stack in spite of its options
    return Effect.withSpan(watched, name, span)
  }
}

const ok = "ok"

/** Interruptions and defects are none. */
const outcomeOf = (exit: Exit.Exit<unknown, GatewayError>): string | undefined =>
  Exit.isSuccess(exit) ? ok : Option.getOrUndefined(Exit.findErrorOption(exit))?.reason._tag
