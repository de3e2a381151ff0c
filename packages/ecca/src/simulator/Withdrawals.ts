/**
 * The withdrawals on the books.
 */
import { SimulatorError } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Withdrawal from "./Withdrawal.ts"

export interface Withdrawals {
  /** Oldest first. */
  readonly all: () => ReadonlyArray<Withdrawal.Withdrawal>
  /** Adds one and tells its id. */
  readonly add: (asked: Withdrawal.DocumentedWithdrawal) => Effect.Effect<string>
  /** Does the same, unless Ecca has no word for the status. */
  readonly ask: (asked: Withdrawal.NewWithdrawal) => Effect.Effect<string, SimulatorError>
  readonly has: (uuid: string) => boolean
  readonly change: (uuid: string, what: Withdrawal.Change) => Effect.Effect<void, SimulatorError>
  /** Calls its status by this word until the status changes. */
  readonly relabel: (uuid: string, word: string) => Effect.Effect<void, SimulatorError>
}

export const make = (now: Effect.Effect<number>): Withdrawals => {
  const byUuid = new Map<string, Withdrawal.Withdrawal>()

  const add = (asked: Withdrawal.DocumentedWithdrawal) =>
    Effect.map(now, (moment) => {
      const made = Withdrawal.make(asked, moment)
      byUuid.set(made.withdrawUuid, made)
      return made.withdrawUuid
    })

  const update = Effect.fnUntraced(function*(
    uuid: string,
    step: (withdrawal: Withdrawal.Withdrawal, now: number) => Withdrawal.Withdrawal
  ) {
    const moment = yield* now
    const found = byUuid.get(uuid)
    if (found === undefined) {
      return yield* new SimulatorError({ reason: "NotFound", message: `There is no withdrawal ${uuid}.` })
    }
    byUuid.set(uuid, step(found, moment))
  })

  return {
    all: () => [...byUuid.values()],
    add,
    ask: (asked) => Withdrawal.isDocumented(asked) ? add(asked) : Effect.fail(noWord(asked)),
    has: (uuid) => byUuid.has(uuid),
    change: (uuid, what) => update(uuid, (withdrawal, moment) => Withdrawal.change(withdrawal, what, moment)),
    relabel: (uuid, label) => update(uuid, (withdrawal) => ({ ...withdrawal, label }))
  }
}

const noWord = ({ status }: Withdrawal.NewWithdrawal) =>
  new SimulatorError({ reason: "NotOffered", message: `Ecca documents no status of a withdrawal for "${status}".` })
