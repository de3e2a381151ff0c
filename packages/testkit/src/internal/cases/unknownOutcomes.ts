/**
 * E. A write that may have happened is not taken for one that did not.
 */
import { Fault } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Case from "../../Case.ts"
import { type Attempt, carryOut, unlessUnknownOrIt } from "../creating.ts"
import { type Lane, lost, pages, spoilt } from "../lanes.ts"
import { whileTimePasses } from "../time.ts"
import { type Given, signIn, type Write, writes } from "../writes.ts"

const unlessHonest = ({ isTrue }: Write, { effect }: Pick<Lane, "effect">, what: string, came: Attempt<Given>) =>
  unlessUnknownOrIt(what, came, (gave, made) => isTrue(gave, made, effect))

/** A write under each of these faults, on a connection that has signed in. */
const unknownOrIt = (write: Write, lanes: ReadonlyArray<Lane>): Case.Case["run"] =>
  Effect.fnUntraced(function*(world) {
    yield* signIn(write, world)
    for (const lane of lanes) {
      const call = yield* write.next(world)
      yield* world.simulator.arm(lane.fault, { operation: write.path })
      const came = yield* carryOut(world, write.path, call)
      yield* unlessHonest(write, lane, `a ${write.noun} with ${lane.name}`, came)
    }
  })

const inTime = (write: Write): Case.Case["run"] =>
  Effect.fnUntraced(function*(world) {
    yield* signIn(write, world)
    for (const effect of ["none", "applied"] as const) {
      const call = yield* write.next(world)
      yield* world.simulator.arm(Fault.Timeout({ effect }), { operation: write.path })
      const came = yield* carryOut(world, write.path, call, whileTimePasses(world.simulator))
      yield* unlessHonest(write, { effect }, `a ${write.noun} that nobody answers (effect: ${effect})`, came)
    }
  })

const ofWrite = (write: Write) => {
  const { isCritical, needs, noun, twice } = write
  const taken = `The provider may have carried it out: taken for failed, it is done a second time. ${twice}`
  const shared = {
    look: `Declare the ${noun} with \`Operation.write\` and send it through \`ProviderClient.call\`; `
      + "do not map `OutcomeUnknown` away.",
    isCritical,
    needs
  }
  return Case.group("E", [
    {
      ...shared,
      id: noun === "create" ? "lost-answer-is-unknown" : `lost-${noun}-is-unknown`,
      name: `a ${noun} whose answer is lost is of unknown outcome, or looked up`,
      why: taken,
      run: unknownOrIt(write, lost)
    },
    {
      ...shared,
      id: `timed-out-${noun}-is-unknown`,
      name: `a ${noun} that is not answered in time is of unknown outcome, or looked up`,
      why: taken,
      run: inTime(write)
    },
    {
      ...shared,
      id: `error-page-of-${noun}-is-unknown`,
      name: `a ${noun} that is answered with a page is of unknown outcome, or looked up`,
      why: `A page comes from something on the way, which may have passed the request on before it gave up. ${twice}`,
      run: unknownOrIt(write, pages)
    },
    {
      ...shared,
      id: `unreadable-${noun}-is-unknown`,
      name: `a ${noun} whose answer cannot be read is of unknown outcome, or looked up`,
      why: `A success that cannot be read is a success: taken for failed, it is done a second time. ${twice}`,
      run: unknownOrIt(write, spoilt)
    }
  ])
}

/** @internal */
export const unknownOutcomes = writes.flatMap(ofWrite)
