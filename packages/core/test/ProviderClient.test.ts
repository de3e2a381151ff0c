/**
 * What a caller hears, and how often the provider is asked, for every way in which an answer goes wrong.
 */
import { assert, describe, it } from "@effect/vitest"
import type { GatewayError } from "@gatefold/core/GatewayError"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { Fault } from "@gatefold/core/Simulator"
import { type Duration, Effect, Fiber, Result } from "effect"
import { TestClock } from "effect/testing"
import { hasEnded, moment } from "./support/RealTime.ts"
import * as TinyProvider from "./support/TinyProvider.ts"

interface Lane {
  readonly lane: string
  readonly fault: Fault
  /** Time to let pass after each request has arrived. */
  readonly after?: Duration.Input
  /** `reason (what is known) / requests that the provider saw`, for a read and for the three kinds of writes. */
  readonly heard: Readonly<Record<TinyProvider.Kind, string>>
}

const same = (heard: string) => ({ read: heard, none: heard, reference: heard, key: heard })

/** A read is repeated; of a write the outcome is unknown, and only one with a key is sent again. */
const lost = (what: string) => ({
  read: `Unavailable (${what}) / 3`,
  none: `OutcomeUnknown (${what}) / 1`,
  reference: `OutcomeUnknown (${what}) / 1`,
  key: `OutcomeUnknown (${what}) / 3`
})

/** Nothing happened, so whoever has a safe write may send it again. */
const refused = (reason: string) => ({
  read: `${reason} / 3`,
  none: `${reason} / 1`,
  reference: `${reason} / 3`,
  key: `${reason} / 3`
})

/** An answer that does not make sense is no reason to ask again. */
const unreadable = (issue: string) => ({
  read: `InvalidResponse (${issue}) / 1`,
  none: `OutcomeUnknown (unreadable answer: ${issue}) / 1`,
  reference: `OutcomeUnknown (unreadable answer: ${issue}) / 1`,
  key: `OutcomeUnknown (unreadable answer: ${issue}) / 3`
})

const answer = (status: number, body: string, headers = {}) =>
  Fault.Answer({ effect: "applied", status, body, headers })

const cut = (
  fault: (effect: "none" | "applied") => Fault,
  name: string,
  heard: Lane["heard"],
  after?: Duration.Input
) =>
  (["none", "applied"] as const).map((effect): Lane => ({
    lane: `${name} (${effect})`,
    fault: fault(effect),
    heard,
    ...(after === undefined ? {} : { after })
  }))

const lanes: ReadonlyArray<Lane> = [
  { lane: "refused connection", fault: Fault.Refused(), heard: same("Unavailable (refused) / 0") },
  ...cut((effect) => Fault.Reset({ effect }), "reset", lost("ECONNRESET")),
  ...cut((effect) => Fault.Hangup({ effect }), "hang-up", lost("UND_ERR_SOCKET")),
  ...cut((effect) => Fault.Timeout({ effect }), "no answer", lost("timeout"), "10 seconds"),
  ...cut((effect) => Fault.ErrorPage({ effect }), "500 with a page", lost("HTTP 500")),
  { lane: "late answer", fault: Fault.Delay({ duration: "9 seconds" }), after: "9 seconds", heard: same("thing / 1") },
  { lane: "429", fault: Fault.RateLimited({ retryAfter: "0" }), heard: refused("RateLimited (account)") },
  { lane: "documented 503", fault: Fault.Unavailable(), heard: refused("Unavailable (maintenance)") },
  { lane: "empty body", fault: Fault.EmptyBody(), heard: unreadable("body: empty") },
  { lane: "half a body", fault: Fault.Truncated(), heard: unreadable("body: not JSON") },
  {
    lane: "too large a body",
    fault: Fault.Oversized({ bytes: 9_999 }),
    heard: unreadable("body: larger than 4096 bytes")
  },
  { lane: "slow drip", fault: Fault.SlowDrip({ every: "1 second" }), after: "10 seconds", heard: lost("timeout") },
  {
    lane: "redirect",
    fault: Fault.Redirect({ to: "http://127.0.0.1:9/" }),
    heard: unreadable("status: a redirect, which is not followed")
  },
  { lane: "JSON labelled as HTML", fault: Fault.WrongContentType(), heard: same("thing / 1") },
  { lane: "HTML as success", fault: answer(200, "<html>"), heard: unreadable("body: not JSON") },
  { lane: "JSON of another form", fault: answer(200, "{\"id\":7}"), heard: unreadable("price: Missing key") },
  { lane: "documented refusal", fault: answer(422, TinyProvider.errorBody("DECLINED")), heard: same("Declined / 1") },
  {
    lane: "rate limit of the customer",
    fault: answer(429, TinyProvider.errorBody("CUSTOMER_LIMIT")),
    heard: same("RateLimited (customer) / 1")
  },
  { lane: "404 with a page", fault: answer(404, "<html>"), heard: unreadable("error: not in the documented form") },
  { lane: "410 without a body", fault: answer(410, ""), heard: unreadable("error: not in the documented form") },
  {
    lane: "404 in the documented form with a code that is not",
    fault: answer(404, TinyProvider.errorBody("NO_SUCH_PATH")),
    heard: { ...same("NotFound / 1"), read: "InvalidResponse (error: no code that is documented for absence) / 1" }
  },
  {
    lane: "404 with the documented code",
    fault: answer(404, TinyProvider.errorBody("NO_SUCH_THING")),
    heard: same("NotFound / 1")
  },
  { lane: "409", fault: answer(409, ""), heard: same("Conflict / 1") },
  { lane: "400", fault: answer(400, "{}"), heard: same("InvalidRequest / 1") },
  { lane: "401", fault: answer(401, ""), heard: same("Unauthenticated / 1") },
  { lane: "403", fault: answer(403, ""), heard: same("Forbidden / 1") },
  { lane: "402", fault: answer(402, ""), heard: same("Declined / 1") },
  { lane: "a 4xx that says nothing", fault: answer(418, ""), heard: lost("HTTP 418") },
  { lane: "502", fault: answer(502, "Bad Gateway"), heard: lost("HTTP 502") },
  { lane: "503 without the documented code", fault: answer(503, "{}"), heard: lost("HTTP 503") }
]

/** Three tries, a millisecond apart. */
const retry: RetryPolicy.RetryPolicy = {
  ...RetryPolicy.standard,
  base: "1 millis",
  cap: "1 millis",
  tries: 3,
  within: "1 hour"
}

for (const { layer, transport } of TinyProvider.transports) {
  describe(`ProviderClient on ${transport}`, () => {
    for (const { after, fault, heard, lane } of lanes) {
      for (const kind of TinyProvider.kinds) {
        it.effect(`${lane}, ${kind === "read" ? "read" : `write with safety ${kind}`}: ${heard[kind]}`, () =>
          Effect.gen(function*() {
            const { baseUrl, server } = yield* TinyProvider.start
            yield* server.arm(fault, { times: "always" })
            const { call, tries } = yield* TinyProvider.connect(baseUrl, { retry })
            const fiber = yield* Effect.forkChild(Effect.result(call(kind)))
            const requests = yield* letTimePass(server.requests, fiber, after)
            const result = yield* Fiber.join(fiber)
            const said = Result.isSuccess(result) ? "thing" : describeReason(result.failure)
            assert.strictEqual(`${said} / ${requests}`, heard[kind])
            // what never left is tried as often as the policy says, whatever kind it is
            if (fault._tag === "Refused") assert.strictEqual(tries.count, 3)
          }).pipe(Effect.provide(layer)))
      }
    }
  })
}

const letTimePass = Effect.fnUntraced(function*<A, E>(
  requests: Effect.Effect<ReadonlyArray<unknown>>,
  fiber: Fiber.Fiber<A, E>,
  after: Duration.Input | undefined
) {
  let seen = 0
  for (let round = 0; !hasEnded(fiber); round++) {
    assert.isBelow(round, 1_000, "it does not come to an end")
    yield* moment()
    const { length } = yield* requests
    if (after !== undefined && length > seen) yield* TestClock.adjust(after)
    seen = length
    yield* TestClock.adjust("1 millis")
  }
  return (yield* requests).length
})

const describeReason = ({ reason }: GatewayError): string => {
  switch (reason._tag) {
    case "Unavailable":
      return `Unavailable (${reason.evidence})`
    case "RateLimited":
      return `RateLimited (${reason.scope})`
    case "InvalidResponse":
      return `InvalidResponse (${reason.path}: ${reason.issue})`
    case "OutcomeUnknown":
      assert.strictEqual(reason.findOut, "look at the list of things")
      return reason.answer === undefined
        ? `OutcomeUnknown (${reason.trouble})`
        : `OutcomeUnknown (${reason.trouble}: ${reason.answer.path}: ${reason.answer.issue})`
    default:
      return reason._tag
  }
}
