/**
 * `Withdrawals` at BTCPay Server: the payouts of the store, which are read here and made by people.
 */
import { IntegrityMismatch, InvalidRequest } from "@gatefold/core/GatewayError"
import type { WithdrawalId } from "@gatefold/core/Identifiers"
import { path } from "@gatefold/core/ProviderClient"
import type * as Withdrawals from "@gatefold/core/Withdrawals"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Account, getPayout, listPayouts } from "./account.ts"
import * as mapping from "./mapping.ts"
import * as wire from "./wire.ts"

export const withdrawals = (account: Account): Withdrawals.Service => ({
  get: (id) => get(account, id),
  list: (filter) => list(account, filter ?? {})
})

const seen = Effect.fnUntraced(function*({ identity, unrecognized }: Account, answer: wire.Payout) {
  const withdrawal = mapping.withdrawal(identity, answer)
  if (withdrawal.status === "unknown") yield* unrecognized.note([withdrawal.providerStatus])
  return withdrawal
})

const get = Effect.fnUntraced(function*(account: Account, asked: WithdrawalId) {
  const answer = yield* account.client.call(getPayout, { method: "GET", path: path`/payouts/${asked}` }, wire.Payout)
  if (answer.id === asked) return yield* seen(account, answer)
  return yield* account.client.error(getPayout, new IntegrityMismatch({ field: "id", asked, got: answer.id }))
})

/** The server's list comes whole, without filters or pages. */
const list = (account: Account, filter: Withdrawals.Filter) => {
  const { client } = account
  const unknown = (["status", "order"] as const).find((field) => filter[field] !== undefined)
  if (unknown !== undefined) {
    const issue = "the server's list has no such filter"
    return Stream.fail(client.error(listPayouts, new InvalidRequest({ field: unknown, issue })))
  }
  const request = { method: "GET", path: "/payouts", query: { includeCancelled: "true" } } as const
  return Stream.unwrap(Effect.map(client.call(listPayouts, request, wire.Payouts), Stream.fromIterable)).pipe(
    Stream.mapEffect((answer) => seen(account, answer))
  )
}
