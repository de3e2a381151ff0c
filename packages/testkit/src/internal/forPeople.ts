/**
 * Failures at a shell: what they say, without a trace.
 */
import * as CliError from "effect/cli/CliError"
import * as Effect from "effect/Effect"

/** @internal */
export const forPeople = <A, E extends { readonly message: string }, R>(
  act: Effect.Effect<A, E, R>
): Effect.Effect<A, CliError.UserError, R> =>
  Effect.mapError(act, (error) => new CliError.UserError({ cause: error, userMessage: error.message }))
