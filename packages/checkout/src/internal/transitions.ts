/**
 * How an attempt becomes another, with the entry that says why.
 */
import type { GatewayError } from "@gatefold/core/GatewayError"
import * as Order from "../Order.ts"
import type { Entry } from "./journal.ts"
import type { Stored } from "./orders.ts"

/** @internal An attempt and the reason for what it has become. */
export interface Transition {
  readonly changed: Stored
  readonly entry: Entry
}

/** @internal Nobody works on it any more. */
export const released = (one: Stored, state: Order.State, failure?: GatewayError): Stored => {
  const { failure: _, ...kept } = one.attempt
  return {
    ...one,
    attempt: new Order.Attempt({ ...kept, state, ...(failure === undefined ? {} : { failure }) }),
    owner: undefined,
    leaseUntil: 0
  }
}

/** @internal Its outcome cannot be known, and nothing of it was shown to anybody: the next attempt may be opened. */
export const givenUp = (one: Stored, failure?: GatewayError): Transition => ({
  changed: released(one, "abandoned", failure),
  entry: {
    kind: "abandoned",
    source: "sweep",
    failure,
    note: "its outcome cannot be known, and nothing of it was shown to anybody"
  }
})

/** @internal Whoever sent it is gone. */
export const leftUnknown = (one: Stored): Transition => ({
  changed: released(one, "unknown"),
  entry: { kind: "unknown", source: "sweep", note: "the process that sent it is gone" }
})

/** @internal Whether nobody works on an attempt that may have been sent. */
export const isUnresolved = ({ attempt: { state }, leaseUntil }: Stored, now: number): boolean =>
  state === "unknown" || (state === "sending" && leaseUntil < now)
