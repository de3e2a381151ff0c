/**
 * F. What nothing keeps from happening twice is sent once.
 */
import { Fault } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Case from "../../Case.ts"
import { unlessEqual } from "../../Violation.ts"
import type { World } from "../../World.ts"
import { carryOut, safetyOf } from "../creating.ts"
import { lost, pages, refused, spoilt } from "../lanes.ts"
import { whileTimePasses } from "../time.ts"
import { signIn, type Write, writes } from "../writes.ts"

/** Every way in which an answer goes wrong without time. */
const lanes = [...lost, ...pages, ...spoilt, ...refused]

const unlessSingle = ({ path }: Write) => (world: World): string | undefined =>
  safetyOf(world, path) === "none" ? undefined : `its ${path} can be repeated`

const ofWrite = (write: Write) => {
  const { isCritical, needs, next, noun, path, twice } = write
  return Case.group("F", [
    {
      id: `at-most-one-${noun}`,
      name: `a ${noun} that nothing keeps from happening twice is sent once, whatever the answer`,
      why: `The provider may have carried it out. ${twice}`,
      look: "The operation's `safety`, and retries outside of `ProviderClient`.",
      isCritical,
      needs,
      unless: unlessSingle(write),
      run: Effect.fnUntraced(function*(world) {
        yield* signIn(write, world)
        for (const { fault, name } of lanes) {
          const call = yield* next(world)
          yield* world.simulator.arm(fault, { operation: path })
          const came = yield* carryOut(world, path, call)
          yield* unlessEqual(`the number of ${noun}s sent, the first of which met ${name},`, came.sent, 1)
        }
      })
    },
    {
      id: `at-most-one-${noun}-in-time`,
      name: `a ${noun} that nothing keeps from happening twice is not sent again when time runs out`,
      why: `The provider may have carried it out. ${twice}`,
      look: "The operation's `safety`, and retries or time limits outside of `ProviderClient`.",
      isCritical,
      needs,
      unless: unlessSingle(write),
      run: Effect.fnUntraced(function*(world) {
        yield* signIn(write, world)
        const call = yield* next(world)
        yield* world.simulator.arm(Fault.Timeout({ effect: "applied" }), { operation: path })
        const came = yield* carryOut(world, path, call, whileTimePasses(world.simulator))
        yield* unlessEqual(`the number of ${noun}s sent, the first of which nobody answers,`, came.sent, 1)
      })
    }
  ])
}

/** @internal */
export const single = writes.flatMap(ofWrite)
