/**
 * J. Money that leaves the provider.
 */
import { WithdrawalId } from "@gatefold/core/Identifiers"
import * as Money from "@gatefold/core/Money"
import type * as Withdrawal from "@gatefold/core/Withdrawal"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Case from "../../Case.ts"
import { unless, unlessEqual, unlessFails } from "../../Violation.ts"
import type { World } from "../../World.ts"
import { nobody } from "../everyCall.ts"
import { inapplicable } from "../inapplicable.ts"

const statuses = ["pending", "processing", "succeeded", "failed", "canceled"] as const

/** Withdrawals of each status that the provider knows, by id. */
const oneOfEach = Effect.fnUntraced(function*({ simulator }: World) {
  const made = new Map<string, Withdrawal.Status>()
  for (const status of statuses) {
    const id = yield* Effect.result(simulator.withdraw({ amount: "150.00", status }))
    if (Result.isSuccess(id)) made.set(id.success, status)
    else if (id.failure.reason !== "NotOffered") return yield* id.failure
  }
  return made.size > 0 ? made : yield* inapplicable("the provider offers no withdrawals to make")
})

/** More digits than a floating point number holds, the least that many coins have, and an ordinary amount. */
const amounts = ["150.00", "10.000001", "98765432109.876543", "1234567.890123"]

/** An unlikely word, that no provider uses. */
const unheardOf = "abracadabra_42"

/** @internal */
export const withdrawals = Case.group("J", [
  {
    id: "withdrawal-status",
    name: "a withdrawal reads as pending, succeeded, failed or canceled as it is, with its own id",
    why: "Money that failed to leave and reads as arrived is looked for by nobody.",
    look: "The mapping of the withdrawal's status.",
    isCritical: true,
    needs: ["withdrawals.get"],
    run: Effect.fnUntraced(function*(world) {
      for (const [id, status] of yield* oneOfEach(world)) {
        const read = yield* world.adapter.withdrawals.get(WithdrawalId.make(id))
        yield* unlessEqual(`the status of a withdrawal that is ${status}`, read.status, status)
        yield* unlessEqual("the id of the withdrawal that was asked for", read.id, id)
        yield* unless(read.providerStatus !== "", "the provider's own word for the status is not kept")
      }
    })
  },
  {
    id: "withdrawal-amount-exact",
    name: "amounts of withdrawals are exact to the last digit, and what arrives is the amount less the fee",
    why: "Books that are off by a fraction never close.",
    look: "`Wire.Decimal` reads amounts as text; a number of JavaScript holds about 16 digits.",
    isCritical: true,
    needs: ["withdrawals.get"],
    run: Effect.fnUntraced(function*({ adapter, simulator }) {
      for (const amount of amounts) {
        const id = yield* simulator.withdraw({ amount })
        const read = yield* adapter.withdrawals.get(WithdrawalId.make(id))
        const exact = Money.canonical(yield* Money.make(amount, read.amount.currency))
        yield* unlessEqual("the amount of a withdrawal", Money.canonical(read.amount), exact)
        if (read.fee === undefined || read.net === undefined) continue
        const sum = yield* Effect.fromResult(Money.add(read.net, read.fee))
        yield* unlessEqual(`net and fee of ${amount} together`, Money.canonical(sum), exact)
      }
    })
  },
  {
    id: "withdrawal-words",
    name: "each documented word for a withdrawal's status has the meaning that the author gives it",
    why: "A word that was forgotten leaves a finished withdrawal open for ever.",
    look: "The mapping of the withdrawal's status against `words.withdrawal` of the subject.",
    needs: ["withdrawals.get"],
    unless: ({ subject: { words } }) =>
      Object.keys(words.withdrawal ?? {}).length > 0 ? undefined : "no words for withdrawals are documented",
    run: Effect.fnUntraced(function*({ adapter, simulator, subject: { words } }) {
      const id = yield* simulator.withdraw({ amount: "150.00" })
      for (const [word, status] of Object.entries(words.withdrawal ?? {})) {
        yield* simulator.relabel(id, word)
        const read = yield* adapter.withdrawals.get(WithdrawalId.make(id))
        yield* unlessEqual(
          `the status and word of a withdrawal that is "${word}"`,
          [read.status, read.providerStatus],
          [
            status,
            word
          ]
        )
      }
    })
  },
  {
    id: "withdrawal-unknown-word",
    name: "a word for a withdrawal's status that is documented nowhere is `unknown`, with the word kept",
    why: "Providers add words. One that is taken for success hides money that never arrived.",
    look: "The mapping of the withdrawal's status, where no word matches.",
    isCritical: true,
    needs: ["withdrawals.get"],
    run: Effect.fnUntraced(function*({ adapter, simulator }) {
      const id = yield* simulator.withdraw({ amount: "150.00" })
      yield* simulator.relabel(id, unheardOf)
      const read = yield* adapter.withdrawals.get(WithdrawalId.make(id))
      yield* unlessEqual("status and word", [read.status, read.providerStatus], ["unknown", unheardOf])
      if (!adapter.gateway.capabilities.has("withdrawals.list")) return
      const listed = yield* Stream.runCollect(adapter.withdrawals.list())
      yield* unlessEqual("status in the list", listed.map(({ status }) => status), ["unknown"])
    })
  },
  {
    id: "withdrawal-list-agrees",
    name: "the list of withdrawals has each of them once, as it reads by itself",
    why: "Reconciliation goes by the list; one that is missing there is missing in the books.",
    look: "The list's pages, and that both use the same mapping.",
    needs: ["withdrawals.get", "withdrawals.list"],
    run: Effect.fnUntraced(function*(world) {
      const { withdrawals } = world.adapter
      const made = yield* oneOfEach(world)
      const listed = yield* Stream.runCollect(withdrawals.list())
      yield* unlessEqual(
        "the ids in the list",
        listed.map(({ id }) => String(id)).toSorted(),
        [...made.keys()].toSorted()
      )
      for (const one of listed) {
        const read = yield* withdrawals.get(one.id)
        yield* unlessEqual("a withdrawal in the list", described(one), described(read))
      }
    })
  },
  {
    id: "withdrawal-list-empty",
    name: "an account without withdrawals has an empty list, however the provider says so",
    why: "A new account that cannot be listed stops the books before the first payout.",
    look: "A provider may say \"none\" with a 404 of its own code: `Pages` ends at an empty page.",
    needs: ["withdrawals.list"],
    run: ({ adapter }) =>
      Effect.flatMap(
        Stream.runCollect(adapter.withdrawals.list()),
        (listed) => unlessEqual("the withdrawals of a new account", listed.length, 0)
      )
  },
  {
    id: "withdrawal-not-found",
    name: "a withdrawal that the provider does not know is `NotFound`",
    why: "Taken for an outage it is asked for without end; taken for another withdrawal it is booked twice.",
    look: "`reasonOf` of the client.",
    isLive: true,
    needs: ["withdrawals.get"],
    run: ({ adapter }) =>
      unlessFails("an unknown withdrawal", adapter.withdrawals.get(WithdrawalId.make(nobody)), "NotFound")
  }
])

const described = ({ amount, fee, id, net, providerStatus, status }: Withdrawal.Withdrawal) => ({
  id,
  status,
  providerStatus,
  amount: Money.canonical(amount),
  fee: fee === undefined ? undefined : Money.canonical(fee),
  net: net === undefined ? undefined : Money.canonical(net)
})
