/**
 * Reading one object at the provider.
 */
import type { GatewayError } from "@gatefold/core/GatewayError"
import type { InvoiceId } from "@gatefold/core/Identifiers"
import type { SettingsError } from "@gatefold/core/Settings"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { Adapter, Connection, World } from "../World.ts"

/** @internal A read that is known to work, as far as nothing is armed. */
export interface Reading {
  /** The operation whose answers it reads. */
  readonly path: "invoices.get" | "payments.get"
  /** Whether the answer is the object alone, and no list with the object in it. */
  readonly isOfOne: boolean
  /** A new connection that has signed in and read nothing of the object by this call, and the call. */
  readonly next: (
    connection?: Connection
  ) => Effect.Effect<Effect.Effect<unknown, GatewayError>, GatewayError | SettingsError, Scope.Scope>
}

type Call = (adapter: Adapter) => Effect.Effect<unknown, GatewayError>

/** @internal Finds a read whose request asks for one object; some adapters read one invoice by way of a list. */
export const reading = Effect.fnUntraced(function*(world: World) {
  const { adapter, order, simulator } = world
  const { id } = yield* adapter.invoices.create(order())
  const next = (call: Call): Reading["next"] => (connection) =>
    Effect.map(signedIn(world, id, connection), (adapter) => call(adapter))
  const candidates: Array<readonly [Reading["path"], Call]> = [["invoices.get", ({ invoices }) => invoices.get({ id })]]
  if (adapter.gateway.capabilities.has("payments.get")) {
    const [payment] = (yield* adapter.invoices.get({ id })).payments
    if (payment !== undefined) candidates.push(["payments.get", ({ payments }) => payments.get(payment.id)])
  }
  for (const [path, call] of candidates) {
    const read = yield* next(call)()
    const before = (yield* simulator.requests).length
    const result = yield* Effect.result(read)
    const sent = (yield* simulator.requests).slice(before)
    const isOfOne = sent.length > 0 && sent.every(({ operations }) => operations.includes(path))
    if (Result.isSuccess(result) && isOfOne) return { path, isOfOne, next: next(call) } satisfies Reading
  }
  const byList: Reading = { path: "invoices.get", isOfOne: false, next: next(({ invoices }) => invoices.get({ id })) }
  return byList
})

/** Another process of the same account, which has the credentials for its next request. */
const signedIn = Effect.fnUntraced(function*(world: World, id: InvoiceId, connection: Connection | undefined) {
  const adapter = yield* world.connect(connection)
  yield* adapter.invoices.get({ id })
  return adapter
})
