/**
 * What a case of the contract found wrong, and the few ways of finding it.
 */
import type { GatewayError, Reason } from "@gatefold/core/GatewayError"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { inspect, isDeepStrictEqual } from "node:util"

/** The adapter broke the contract. The message says what was seen and what it should have been. */
export class Violation extends Data.TaggedError("Violation")<{ readonly message: string }> {}

/** Fails unless it holds. */
export const unless = (holds: boolean, found: string): Effect.Effect<void, Violation> =>
  holds ? Effect.void : Effect.fail(new Violation({ message: found }))

/** Fails unless both are the same in depth. */
export const unlessEqual = (what: string, actual: unknown, expected: unknown): Effect.Effect<void, Violation> =>
  unless(isDeepStrictEqual(actual, expected), `${what} should be ${show(expected)}, and is ${show(actual)}`)

/** Runs a call that has to fail with one of these reasons, and tells which it was. */
export const unlessFails = <Tag extends Reason["_tag"], A, R>(
  what: string,
  call: Effect.Effect<A, GatewayError, R>,
  ...tags: ReadonlyArray<Tag>
): Effect.Effect<Extract<Reason, { readonly _tag: Tag }>, Violation, R> =>
  Effect.flatMap(Effect.result(call), (result) => {
    const wanted = `${what} should fail with ${tags.join(" or ")}`
    if (Result.isSuccess(result)) {
      return Effect.fail(new Violation({ message: `${wanted}, and gave ${show(result.success)}` }))
    }
    const { reason } = result.failure
    return isOneOf(reason, tags)
      ? Effect.succeed(reason)
      : Effect.fail(new Violation({ message: `${wanted}, and failed with ${reason._tag} (${reason.message})` }))
  })

const isOneOf = <Tag extends Reason["_tag"]>(
  reason: Reason,
  tags: ReadonlyArray<Tag>
): reason is Extract<Reason, { readonly _tag: Tag }> => tags.some((tag) => tag === reason._tag)

/** A value as text for people, cut where it gets long. */
export const show = (value: unknown): string => {
  const text = typeof value === "string" ? JSON.stringify(value) : inspect(value, { depth: 6, breakLength: 120 })
  return text.length > 600 ? `${text.slice(0, 600)}...` : text
}
