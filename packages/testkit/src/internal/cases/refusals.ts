/**
 * E. The provider says no: what that means, and what may be sent after it.
 */
import type { GatewayError, Reason } from "@gatefold/core/GatewayError"
import { Fault, type Match, type RecordedRequest } from "@gatefold/core/Simulator"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import * as Case from "../../Case.ts"
import { unless, unlessEqual, unlessFails } from "../../Violation.ts"
import { eventually, settled, withoutPauses, type World } from "../../World.ts"
import { attempt, said } from "../creating.ts"
import { once } from "../once.ts"
import { reading } from "../reading.ts"

/** What each status may mean by itself. */
const meanings: ReadonlyArray<readonly [status: number, ReadonlyArray<Reason["_tag"]>]> = [
  [400, ["InvalidRequest", "Declined"]],
  [402, ["Declined"]],
  [403, ["Forbidden", "Declined"]],
  [409, ["Conflict", "Declined"]],
  [422, ["InvalidRequest", "Declined"]]
]

const answer = (status: number, body = "{}") => Fault.Answer({ effect: "none", status, body })

const create = { operation: "invoices.create" }

const byToken = "Give `ProviderClient` an `authorize` whose `renew` gets new credentials; leave the repeating to it."

const statuses = Case.group("E", [
  {
    id: "refusal-is-typed",
    name: "a create that is refused fails with the reason that the status means, and is not sent again",
    why: "A shop has to know whether to mend its order, its account or nothing; what is refused once is refused again.",
    look:
      "Let `Refusal.reasonFromStatus` decide where the provider documents no code; see `reasonOf` of `ProviderClient`.",
    needs: ["invoices.create"],
    run: Effect.fnUntraced(function*(world) {
      yield* world.adapter.invoices.create(world.order())
      for (const [status, tags] of meanings) {
        yield* world.simulator.arm(answer(status), { ...create, times: "always" })
        const came = yield* attempt(world, world.adapter, world.order())
        yield* unless(
          Result.isFailure(came.result) && tags.includes(came.result.failure.reason._tag),
          `a create with HTTP ${status} should fail with ${tags.join(" or ")}, and ${said(came)}`
        )
        yield* unlessEqual(`the number of creates sent, each answered with HTTP ${status}`, came.sent, 1)
        yield* world.simulator.disarm
      }
    })
  },
  {
    id: "page-404-is-not-absence",
    name: "a 404 that the provider did not write does not say that an invoice is absent",
    why: "A proxy or a wrong path says 404 of everything: an invoice that is being paid would be taken for none.",
    look:
      "In `reasonOf`, take a 404 for `NotFound` only in the provider's documented form; else for `InvalidResponse`.",
    isCritical: true,
    needs: ["invoices.create", "invoices.get"],
    run: Effect.fnUntraced(function*(world) {
      const { next } = yield* reading(world)
      for (const body of ["", "<h1>Not Found</h1>"]) {
        const read = yield* next()
        const headers = { "content-type": "text/html" }
        yield* world.simulator.arm(Fault.Answer({ effect: "none", status: 404, headers, body }))
        const what = `a read answered with HTTP 404 and the body ${JSON.stringify(body)}`
        yield* unlessFails(what, once(read), "InvalidResponse", "Unavailable")
      }
    })
  },
  {
    id: "unavailable-is-no-success",
    name: "a provider that cannot serve now makes a read `Unavailable`, and a create that or of unknown outcome",
    why: "A provider that is down for a minute must neither lose the order nor be taken for having it.",
    look: "Map the documented 503 to `Unavailable` in `reasonOf`, and leave every other 5xx to `ProviderClient`.",
    needs: ["invoices.create", "invoices.get"],
    run: Effect.fnUntraced(function*(world) {
      const read = yield* Effect.flatMap(reading(world), ({ next }) => next())
      yield* world.simulator.arm(Fault.Unavailable(), { times: "always" })
      yield* unlessFails("the read", withoutPauses(read), "Unavailable")
      const call = withoutPauses(world.adapter.invoices.create(world.order()))
      yield* unlessFails("the create", call, "Unavailable", "OutcomeUnknown")
    })
  }
])

/** Two requests with the same credentials, as far as their headers tell. */
const isSameCredentials = (one: RecordedRequest, other: RecordedRequest): boolean =>
  JSON.stringify(Object.entries(one.headers).sort()) === JSON.stringify(Object.entries(other.headers).sort())

/** Creates sent after `seen` requests, and whether each of them had new credentials, got since the one before. */
const creditedSince = Effect.fnUntraced(function*({ simulator }: World, seen: number) {
  const later = (yield* simulator.requests).slice(seen)
  const sent = later.flatMap((request, at) => request.operations.includes("invoices.create") ? [{ at, request }] : [])
  const isRenewed = sent.every((one, index) => {
    const before = sent[index - 1]
    return before === undefined || one.at > before.at + 1 && !isSameCredentials(before.request, one.request)
  })
  return { sent: sent.length, isRenewed }
})

/** Whether the adapter gets its credentials by a request of its own. */
const signsIn = ({ adapter, simulator }: World): Effect.Effect<boolean> =>
  Effect.map(
    simulator.requests,
    (all) =>
      all.some(({ operations }) =>
        operations.length > 0 && operations.every((operation) => !adapter.gateway.capabilities.has(operation))
      )
  )

const credentials = Case.group("E", [
  {
    id: "rejected-credentials-are-not-repeated",
    name: "a create whose credentials are rejected is `Unauthenticated`, and not repeated with the same ones",
    why: "Providers lock accounts that keep knocking with a wrong key, and then no shop of that account can sell.",
    look: byToken,
    isCritical: true,
    needs: ["invoices.create"],
    run: Effect.fnUntraced(function*(world) {
      const { adapter, order, simulator } = world
      yield* adapter.invoices.create(order())
      const seen = (yield* simulator.requests).length
      yield* simulator.arm(answer(401), { ...create, times: "always" })
      yield* unlessFails("create", withoutPauses(adapter.invoices.create(order())), "Unauthenticated")
      const { isRenewed, sent } = yield* creditedSince(world, seen)
      yield* unless(isRenewed, `a create was sent ${sent} times with credentials that had been rejected`)
      yield* unless(sent <= 2, `a create answered with 401 should be sent twice at most, and was sent ${sent} times`)
    })
  },
  {
    id: "rejected-token-is-replaced",
    name: "a create whose cached token is rejected is sent once more with a new one",
    why: "A provider may end a token early: each sale until the adapter's own clock noticed would fail.",
    look: byToken,
    needs: ["invoices.create"],
    run: Effect.fnUntraced(function*(world) {
      yield* world.adapter.invoices.create(world.order())
      const hasToken = yield* signsIn(world)
      yield* world.simulator.arm(answer(401), create)
      const came = yield* attempt(world, world.adapter, world.order())
      yield* unlessEqual("whether the create was repeated", came.sent > 1, hasToken)
      yield* unless(Result.isSuccess(came.result) === hasToken, `after one 401, ${said(came)}`)
      yield* unlessEqual("the number of invoices made", came.made.length, hasToken ? 1 : 0)
    })
  }
])

/** How long the provider asks to wait, in its two ways of saying so. The clock of a case begins with 1970. */
const waits = [["5 seconds", "5"], ["a date 5 seconds ahead", "Thu, 01 Jan 1970 00:00:05 GMT"]] as const

/** A call that is told to wait: sent once, and again only afterwards, unless it fails with how long to wait. */
const waitsFor = Effect.fnUntraced(function*<A>(
  world: World,
  what: string,
  call: Effect.Effect<A, GatewayError>,
  match?: Match
) {
  const operation = match?.operation
  const count = Effect.map(
    world.simulator.requests,
    (all) => all.filter(({ operations }) => operation === undefined || operations.includes(operation)).length
  )
  const before = yield* count
  const fiber = yield* Effect.forkChild(Effect.result(withoutPauses(call)))
  yield* eventually(`${what} was sent`, Effect.map(count, (now) => now > before))
  yield* settled
  yield* TestClock.adjust("4900 millis")
  yield* settled
  yield* unlessEqual(
    `the number of requests of ${what} before the moment that it may be sent again`,
    yield* count,
    before + 1
  )
  yield* TestClock.adjust("200 millis")
  yield* eventually(`${what} came to an end`, Effect.sync(() => fiber.pollUnsafe() !== undefined))
  const result = yield* Fiber.join(fiber)
  if (Result.isSuccess(result)) return
  const { reason, retryAfter } = result.failure
  yield* unless(
    reason._tag === "RateLimited" && retryAfter !== undefined && Duration.toMillis(retryAfter) === 5_000,
    `${what} should succeed after the wait, or fail with RateLimited and that wait, and failed with ${reason._tag} `
      + `(${reason.message})`
  )
})

const limits = Case.group("E", [
  {
    id: "retry-after-is-waited-for",
    name: "a call that has to wait is not sent again before the moment that `Retry-After` names",
    why: "Providers block accounts that go on in spite of it, and then nothing can be sold at all.",
    look:
      "Let `ProviderClient` read the header and wait; map the provider's own code to `RateLimited` with `retryAfter`.",
    needs: ["invoices.create", "invoices.get"],
    run: Effect.fnUntraced(function*(world) {
      const { next } = yield* reading(world)
      const [[inSeconds, seconds], [asDate, date]] = waits
      const read = yield* next()
      yield* world.simulator.arm(Fault.RateLimited({ retryAfter: date }))
      yield* waitsFor(world, `a read that is to wait until ${asDate}`, read)
      yield* world.simulator.arm(Fault.RateLimited({ retryAfter: seconds }), create)
      const call = world.adapter.invoices.create(world.order())
      yield* waitsFor(world, `a create that is to wait ${inSeconds}`, call, create)
    })
  }
])

/** @internal */
export const refusals = [...statuses, ...credentials, ...limits]
