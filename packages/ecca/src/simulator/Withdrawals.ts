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
  readonly add: (asked: Withdrawal.NewWithdrawal) => Effect.Effect<string>
  readonly change: (uuid: string, what: Withdrawal.Change) => Effect.Effect<void, SimulatorError>
}

export const make = (now: Effect.Effect<number>): Withdrawals => {
  const byUuid = new Map<string, Withdrawal.Withdrawal>()
  return {
    all: () => [...byUuid.values()],
    add: (asked) =>
      Effect.map(now, (moment) => {
        const made = Withdrawal.make(asked, moment)
        byUuid.set(made.withdrawUuid, made)
        return made.withdrawUuid
      }),
    change: Effect.fnUntraced(function*(uuid, what) {
      const found = byUuid.get(uuid)
      if (found === undefined) {
        return yield* new SimulatorError({ reason: "NotFound", message: `There is no withdrawal ${uuid}.` })
      }
      byUuid.set(uuid, Withdrawal.change(found, what, yield* now))
    })
  }
}
