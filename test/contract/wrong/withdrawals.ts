import { GatewayError, NotFound, Unavailable } from "@gatefold/core/GatewayError"
import * as Money from "@gatefold/core/Money"
import * as Withdrawal from "@gatefold/core/Withdrawal"
import { Withdrawals } from "@gatefold/core/Withdrawals"
import { Effect, Stream } from "effect"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { withService, type Wrong } from "../Wrong.ts"

const reading = (spoil: (withdrawal: Withdrawal.Withdrawal) => Withdrawal.Withdrawal) =>
  withService(ecca, Withdrawals, (service) => ({
    get: (id) => Effect.map(service.get(id), spoil),
    list: (filter) => Stream.map(service.list(filter), spoil)
  }))

const asFloat = (money: Money.Money): Money.Money =>
  Money.makeUnsafe(String(Number(Money.format(money))), money.currency)

export const withdrawals: ReadonlyArray<Wrong> = [
  {
    name: "reads the amounts of withdrawals as floating point numbers",
    caughtBy: "withdrawal-amount-exact",
    subject: reading((one) => Withdrawal.make({ ...one, amount: asFloat(one.amount) }))
  },
  {
    name: "takes what arrives for what left",
    caughtBy: "withdrawal-amount-exact",
    found: /net and fee/u,
    subject: reading((one) => Withdrawal.make({ ...one, net: one.amount }))
  },
  {
    name: "takes every withdrawal that is over for a success",
    caughtBy: "withdrawal-status",
    found: /that is failed should be "failed"/u,
    subject: reading((one) => one.status === "failed" ? Withdrawal.make({ ...one, status: "succeeded" }) : one)
  },
  {
    name: "forgot a word for the status of withdrawals",
    caughtBy: "withdrawal-words",
    subject: reading((one) => one.status === "canceled" ? Withdrawal.make({ ...one, status: "unknown" }) : one)
  },
  {
    name: "takes an unknown word for a withdrawal's status for success",
    caughtBy: "withdrawal-unknown-word",
    subject: reading((one) => one.status === "unknown" ? Withdrawal.make({ ...one, status: "succeeded" }) : one)
  },
  {
    name: "does not keep the word for a withdrawal's status",
    caughtBy: "withdrawal-unknown-word",
    subject: reading((one) => one.status === "unknown" ? Withdrawal.make({ ...one, providerStatus: "unknown" }) : one)
  },
  {
    name: "leaves failed withdrawals out of the list",
    caughtBy: "withdrawal-list-agrees",
    subject: withService(ecca, Withdrawals, (service) => ({
      ...service,
      list: (filter) => Stream.filter(service.list(filter), ({ status }) => status !== "failed")
    }))
  },
  {
    name: "fails to list the withdrawals of an account that has none",
    caughtBy: "withdrawal-list-empty",
    found: /withdrawals\.list: NotFound/u,
    subject: withService(ecca, Withdrawals, (service) => ({
      ...service,
      list: (filter) =>
        Stream.unwrap(Effect.flatMap(Stream.runCollect(service.list(filter)), (all) =>
          all.length > 0
            ? Effect.succeed(Stream.fromIterable(all))
            : Effect.fail(
              new GatewayError({
                provider: ecca.provider.id,
                account: ecca.provider.account,
                operation: "withdrawals.list",
                reason: new NotFound({})
              })
            )))
    }))
  },
  {
    name: "takes an unknown withdrawal for an outage",
    caughtBy: "withdrawal-not-found",
    subject: withService(ecca, Withdrawals, (service) => ({
      ...service,
      get: (id) =>
        Effect.mapError(service.get(id), (error) =>
          error.reason._tag === "NotFound"
            ? new GatewayError({ ...error, reason: new Unavailable({ evidence: "404" }) })
            : error)
    }))
  }
]
