/**
 * `Withdrawals` at Ecca, which can be read and not made [WD].
 */
import * as Currency from "@gatefold/core/Currency"
import { IntegrityMismatch } from "@gatefold/core/GatewayError"
import type { WithdrawalId } from "@gatefold/core/Identifiers"
import { path } from "@gatefold/core/ProviderClient"
import type * as Withdrawals from "@gatefold/core/Withdrawals"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Ecca } from "./context.ts"
import * as lists from "./lists.ts"
import * as mapping from "./mapping.ts"
import * as operations from "./operations.ts"
import * as wire from "./wire.ts"

/** @internal */
export const withdrawals = (ecca: Ecca): Withdrawals.Service => ({
  get: (id) => get(ecca, id),
  list: (filter) => list(ecca, filter ?? {})
})

/** What withdrawals are in unless the account's settings say otherwise; the network is not known. */
const usdt = new Currency.Currency({ code: Currency.Code.make("USDT") })

const currency = ({ options }: Ecca) => Currency.parse(options.withdrawalCurrency ?? usdt) ?? usdt

const seen = Effect.fnUntraced(function*(ecca: Ecca, answer: wire.Withdrawal) {
  const withdrawal = mapping.withdrawal(ecca.identity, currency(ecca), answer)
  if (withdrawal.status === "unknown") yield* ecca.unrecognized.note([withdrawal.providerStatus])
  return withdrawal
})

const get = Effect.fnUntraced(function*(ecca: Ecca, id: WithdrawalId) {
  const operation = operations.getWithdrawal
  const { data } = yield* ecca.client.call(
    operation,
    { method: "GET", path: path`/withdrawals/${id}` },
    wire.WithdrawalAnswer
  )
  if (data.withdraw_uuid === id) return yield* seen(ecca, data)
  return yield* ecca.client.error(
    operation,
    new IntegrityMismatch({ field: "id", asked: id, got: data.withdraw_uuid })
  )
})

const list = (ecca: Ecca, filter: Withdrawals.Filter) => {
  const answers = lists.all(ecca, {
    operation: operations.listWithdrawals,
    path: "/withdrawals",
    answer: wire.WithdrawalPage,
    id: ({ withdraw_uuid: id }) => id,
    nothing: "WITHDRAWALS_NOT_FOUND",
    statusesOf: "withdrawal",
    filter
  })
  return Stream.mapEffect(answers, (answer) => seen(ecca, answer))
}
