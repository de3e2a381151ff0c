/**
 * Creating an invoice, and what the provider has on its books for it.
 */
import type { GatewayError } from "@gatefold/core/GatewayError"
import type * as Invoice from "@gatefold/core/Invoice"
import type { NewInvoice } from "@gatefold/core/NewInvoice"
import type * as Operation from "@gatefold/core/Operation"
import type { BookEntry, Simulator } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { show, unless, type Violation } from "../Violation.ts"
import { type Adapter, withoutPauses, type World } from "../World.ts"

/** @internal What came of one create. */
export interface Attempt {
  readonly result: Result.Result<Invoice.Invoice, GatewayError>
  /** What it added to the books. */
  readonly made: ReadonlyArray<BookEntry>
  /** How many creates were sent. */
  readonly sent: number
}

/** @internal How the adapter says that its create is kept from happening twice. */
export const safetyOf = ({ adapter }: World): Operation.Safety =>
  adapter.gateway.operations.get("invoices.create")?.safety ?? "none"

/** @internal */
export const unlessRepeatable = (world: World): string | undefined =>
  safetyOf(world) === "none" ? "it declares no way to repeat a create" : undefined

/** @internal The requests that were creates. */
export const creates = ({ requests }: Simulator) =>
  Effect.map(requests, (all) => all.filter(({ operations }) => operations.includes("invoices.create")))

/** @internal Creates and compares the books; time passes only if `run` lets it. */
export const attempt = Effect.fnUntraced(function*<E = never>(
  { simulator }: Pick<World, "simulator">,
  { invoices }: Adapter,
  order: NewInvoice,
  run: (
    call: Effect.Effect<Result.Result<Invoice.Invoice, GatewayError>>
  ) => Effect.Effect<Result.Result<Invoice.Invoice, GatewayError>, E> = (call) => call
) {
  const known = new Set((yield* simulator.books).map(({ id }) => id))
  const sentBefore = (yield* creates(simulator)).length
  const result = yield* run(Effect.result(withoutPauses(invoices.create(order))))
  const made: Attempt = {
    result,
    made: (yield* simulator.books).filter(({ id }) => !known.has(id)),
    sent: (yield* creates(simulator)).length - sentBefore
  }
  return made
})

/** @internal What came of it, for messages. */
export const said = ({ result }: Attempt): string =>
  Result.isSuccess(result)
    ? `it gave the invoice ${show(String(result.success.id))}`
    : `it failed with ${result.failure.reason._tag} (${result.failure.reason.message})`

/** @internal Fails unless one invoice was made at most, and that one is given or nothing is claimed about it. */
export const unlessUnknownOrIt = Effect.fnUntraced(function*(what: string, attempt: Attempt) {
  const { made, result } = attempt
  yield* unlessOnce(what, attempt)
  const isIt = Result.isSuccess(result)
    ? made.some(({ id }) => id === result.success.id)
    : result.failure.reason._tag === "OutcomeUnknown"
  yield* unless(
    isIt,
    `${what} should end in OutcomeUnknown or in the very invoice that was made (${booked(made)}), and ${said(attempt)}`
  )
})

/** @internal Fails if more than one invoice was made of one order. */
export const unlessOnce = (what: string, { made }: Attempt): Effect.Effect<void, Violation> =>
  unless(made.length <= 1, `${what} made ${made.length} invoices of one order: ${booked(made)}`)

/** @internal Entries of the books for messages. */
export const booked = (entries: ReadonlyArray<BookEntry>): string =>
  entries.length === 0 ? "none" : entries.map(({ amount, currency, id }) => `${id} of ${amount} ${currency}`).join(", ")
