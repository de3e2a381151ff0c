/**
 * What stands in for a simulator where an author has none yet.
 */
import { type Simulator, SimulatorError } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"

const missing = Effect.fail(new SimulatorError({ reason: "NotOffered", message: "there is no simulator" }))

const nothing = () => missing

/** @internal It does nothing, and says so where it can. */
export const noSimulator: Simulator = {
  url: "",
  settings: {},
  requests: Effect.succeed([]),
  books: Effect.succeed([]),
  arm: () => Effect.void,
  disarm: Effect.void,
  begin: nothing,
  pay: nothing,
  expire: nothing,
  fail: nothing,
  cancel: nothing,
  adjust: nothing,
  reverse: nothing,
  relabel: nothing,
  withdraw: nothing,
  webhooksTo: () => Effect.void,
  webhook: nothing,
  deliver: nothing,
  sign: nothing,
  unknownEvent: missing,
  forge: () => Effect.die(new SimulatorError({ reason: "NotOffered", message: "there is no simulator" })),
  advance: () => Effect.void
}
