/**
 * Creating an invoice or making another write, and what the provider has on its books for it.
 */
import type { Path } from "@gatefold/core/Capability"
import type { GatewayError } from "@gatefold/core/GatewayError"
import type * as Invoice from "@gatefold/core/Invoice"
import type { NewInvoice } from "@gatefold/core/NewInvoice"
import type * as Operation from "@gatefold/core/Operation"
import type { BookEntry, Simulator } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { show, unless, type Violation } from "../Violation.ts"
import { type Adapter, withoutPauses, type World } from "../World.ts"
import { requestsFor } from "./provider.ts"

/** @internal What came of one write. */
export interface Attempt<A = Invoice.Invoice> {
  readonly result: Result.Result<A, GatewayError>
  /** What it added to the books. */
  readonly made: ReadonlyArray<BookEntry>
  /** How many such requests were sent. */
  readonly sent: number
}

/** @internal How the adapter says that its create, or another write, is kept from happening twice. */
export const safetyOf = ({ adapter }: World, path: Path = "invoices.create"): Operation.Safety =>
  adapter.gateway.operations.get(path)?.safety ?? "none"

/** @internal */
export const unlessRepeatable = (world: World): string | undefined =>
  safetyOf(world) === "none" ? "it declares no way to repeat a create" : undefined

/** @internal The requests that were creates. */
export const creates = ({ requests }: Simulator) =>
  Effect.map(requests, (all) => all.filter(({ operations }) => operations.includes("invoices.create")))

/** @internal How a write is let run; time passes only if this lets it. */
export type Run<A, E> = (
  call: Effect.Effect<Result.Result<A, GatewayError>>
) => Effect.Effect<Result.Result<A, GatewayError>, E>

/** @internal Carries a write out and compares the books. */
export const carryOut = Effect.fnUntraced(function*<A, E = never>(
  { simulator }: Pick<World, "simulator">,
  operation: string,
  call: Effect.Effect<A, GatewayError>,
  run: Run<A, E> = (call) => call
) {
  const known = new Set((yield* simulator.books).map(({ id }) => id))
  const sentBefore = yield* requestsFor(simulator, operation)
  const result = yield* run(Effect.result(withoutPauses(call)))
  const came: Attempt<A> = {
    result,
    made: (yield* simulator.books).filter(({ id }) => !known.has(id)),
    sent: (yield* requestsFor(simulator, operation)) - sentBefore
  }
  return came
})

/** @internal Creates an invoice and compares the books. */
export const attempt = <E = never>(
  world: Pick<World, "simulator">,
  { invoices }: Adapter,
  order: NewInvoice,
  run?: Run<Invoice.Invoice, E>
) => carryOut(world, "invoices.create", Effect.suspend(() => invoices.create(order)), run)

/** @internal What came of it, for messages. */
export const said = ({ result }: Attempt<{ readonly id: string }>): string =>
  Result.isSuccess(result)
    ? `it gave ${show(String(result.success.id))}`
    : `it failed with ${result.failure.reason._tag} (${result.failure.reason.message})`

/** @internal Whether what was given is what was made. */
export const isMade = ({ id }: { readonly id: string }, made: ReadonlyArray<BookEntry>): boolean =>
  made.some((entry) => entry.id === id)

/** @internal Refused, and nothing done. */
export const isWithoutTrace = ({ made, result }: Attempt<unknown>): boolean =>
  Result.isFailure(result) && result.failure.effect === "none" && made.length === 0

/** @internal Fails unless one was made at most, and that one is given or nothing is claimed about it. */
export const unlessUnknownOrIt = Effect.fnUntraced(function*<A extends { readonly id: string }>(
  what: string,
  attempt: Attempt<A>,
  isIt: (gave: A, made: ReadonlyArray<BookEntry>) => boolean = isMade
) {
  const { made, result } = attempt
  yield* unlessOnce(what, attempt)
  const isHonest = Result.isSuccess(result)
    ? isIt(result.success, made)
    : result.failure.reason._tag === "OutcomeUnknown"
  yield* unless(
    isHonest,
    `${what} should end in OutcomeUnknown or in the very one that was made (${booked(made)}), and ${said(attempt)}`
  )
})

/** @internal Fails if more than one was made. */
export const unlessOnce = (what: string, { made }: Attempt<unknown>): Effect.Effect<void, Violation> =>
  unless(made.length <= 1, `${what} should make one at most, and made ${made.length}: ${booked(made)}`)

/** @internal Entries of the books for messages. */
export const booked = (entries: ReadonlyArray<BookEntry>): string =>
  entries.length === 0 ? "none" : entries.map(({ amount, currency, id }) => `${id} of ${amount} ${currency}`).join(", ")
