/**
 * The provider's own answer to a create, altered in one place.
 *
 * What an adapter sent is sent once more for another order, so that the answer is the provider's word for word whatever
 * its format is. That needs a request whose reference can be exchanged: not one that is signed.
 */
import { Fault, type RecordedRequest, type Simulator } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import { creates } from "./creating.ts"

/** @internal A recorded answer that can be armed for another order. */
export interface Recorded {
  readonly status: number
  readonly body: string
}

/** Headers that belong to a connection and not to a request. */
const ofConnection = new Set(["host", "connection", "content-length", "transfer-encoding", "keep-alive", "expect"])

/** @internal Sends the last create again with another reference; `undefined` if that is not a success. */
export const replayed = Effect.fnUntraced(function*(simulator: Simulator, from: string, to: string) {
  const last = (yield* creates(simulator)).at(-1)
  if (last === undefined) return undefined
  const { body, status } = yield* Effect.promise(() => send(simulator.url, last, (text) => text.replaceAll(from, to)))
  if (status < 200 || status > 299) return undefined
  const recorded: Recorded = { status, body }
  return recorded
})

const send = async (
  origin: string,
  { body, headers, method, url }: RecordedRequest,
  change: (text: string) => string
): Promise<Recorded> => {
  const kept = Object.entries(headers).filter(([name]) => !ofConnection.has(name))
  const answer = await fetch(origin + change(url), {
    method,
    headers: kept.map(([name, value]): [string, string] => [name, change(value)]),
    ...body === "" ? {} : { body: change(body) }
  })
  return { status: answer.status, body: await answer.text() }
}

/** @internal Answers the next create with it, as if nothing were wrong. */
export const answerWith = (simulator: Simulator, { body, status }: Recorded): Effect.Effect<void> =>
  simulator.arm(Fault.Answer({ effect: "none", status, body }), { operation: "invoices.create" })
