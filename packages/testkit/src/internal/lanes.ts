/**
 * Ways in which the answer to a write goes wrong.
 */
import { type EffectAtProvider, Fault } from "@gatefold/core/Simulator"

/** @internal */
export interface Lane {
  readonly name: string
  /** Whether the provider did it. */
  readonly effect: EffectAtProvider
  readonly fault: Fault
}

const page = { "content-type": "text/html" }

const effects: ReadonlyArray<readonly [EffectAtProvider, string]> = [
  ["none", "before it took effect"],
  ["applied", "after it took effect"]
]

/** @internal The connection ends without an answer. */
export const lost: ReadonlyArray<Lane> = effects.flatMap(([effect, when]) => [
  { effect, name: `a reset ${when}`, fault: Fault.Reset({ effect }) },
  { effect, name: `a hang-up ${when}`, fault: Fault.Hangup({ effect }) }
])

/** @internal An answer that nobody documented comes instead. */
export const pages: ReadonlyArray<Lane> = effects.flatMap(([effect, when]) => [
  { effect, name: `HTTP 500 with a page ${when}`, fault: Fault.ErrorPage({ effect }) },
  {
    effect,
    name: `HTTP 502 with a page ${when}`,
    fault: Fault.Answer({ effect, status: 502, headers: page, body: "<h1>Bad Gateway</h1>" })
  },
  {
    effect,
    name: `HTTP 200 with a page ${when}`,
    fault: Fault.Answer({ effect, status: 200, headers: page, body: "<h1>Welcome</h1>" })
  }
])

/** @internal The answer is not whole. */
export const spoilt: ReadonlyArray<Lane> = [
  { effect: "applied", name: "an answer without a body", fault: Fault.EmptyBody() },
  { effect: "applied", name: "an answer that is cut off", fault: Fault.Truncated() }
]

/** @internal The provider says no, in time and in a form that is its own or nobody's. */
export const refused: ReadonlyArray<Lane> = [
  { effect: "none", name: "HTTP 429", fault: Fault.RateLimited({ retryAfter: "0" }) },
  { effect: "none", name: "HTTP 503", fault: Fault.Unavailable() },
  ...[400, 402, 403, 404, 409, 422].map((status): Lane => ({
    effect: "none",
    name: `HTTP ${status}`,
    fault: Fault.Answer({ effect: "none", status, body: "{}" })
  }))
]
