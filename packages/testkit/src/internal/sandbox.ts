/**
 * What stands in for a simulator where the provider is a real one, which nobody can tell what to do.
 */
import * as Simulator from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import { Violation } from "../Violation.ts"

const act = Effect.fail(
  new Simulator.SimulatorError({ reason: "NotOffered", message: "a provider's sandbox cannot be told what to do" })
)

/** A case that is marked as one for a sandbox and asks for this is wrong itself. */
const mistake = Effect.die(new Violation({ message: "what a sandbox saw is not known: this case needs a simulator" }))

/** @internal A simulator that does nothing and knows nothing. */
export const sandbox = (settings: Simulator.Simulator["settings"]): Simulator.Simulator => ({
  url: "",
  settings,
  requests: mistake,
  books: mistake,
  arm: () => mistake,
  disarm: mistake,
  begin: () => act,
  pay: () => act,
  expire: () => act,
  fail: () => act,
  cancel: () => act,
  adjust: () => act,
  reverse: () => act,
  relabel: () => act,
  withdraw: () => act,
  webhooksTo: () => mistake,
  webhook: () => act,
  deliver: () => act,
  sign: () => act,
  unknownEvent: act,
  forge: () => mistake,
  advance: () => mistake
})
