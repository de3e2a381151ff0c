/**
 * I. Following a payment whose quote runs out: never a stale one, and never a new one while somebody looks at the old.
 */
import { Fault } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as Case from "../../Case.ts"
import { show, unless, unlessEqual } from "../../Violation.ts"
import { settled, type World } from "../../World.ts"
import { inapplicable } from "../inapplicable.ts"
import { requestsFor } from "../provider.ts"
import { open, pass, quoteOf, unlessFresh } from "../viewer.ts"
import { take, unlessReadBack } from "../webhook.ts"

const needs = ["invoices.create", "payments.watch"] as const

const why = "A customer who pays by a quote that is over has paid too little, and gets nothing for it."

const look = "Read through core's `QuoteHolder`, which renews in time, hides what is over, and shares one renewal."

/** @internal */
export const watching = Case.group("I", [
  {
    id: "watch-renews-the-quote-in-time",
    name: "as long as a payment is watched, a quote that holds is on the page, and each is followed by a new one",
    why,
    look,
    isCritical: true,
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { viewer } = yield* open(world)
      const first = quoteOf(viewer.shown())
      if (first === undefined) return yield* inapplicable("a payment that is watched has no quote")
      const isShown = Effect.suspend(() =>
        unless(quoteOf(viewer.shown()) !== undefined, "a quote should be on the page all the time, and there was none")
      )
      yield* pass(60, Effect.andThen(unlessFresh(viewer), isShown))
      yield* unless(viewer.frames.length > 1, "the quote should have been renewed within a minute, or hold for longer")
    })
  },
  {
    id: "watch-hides-a-quote-that-is-over",
    name: "a quote that cannot be renewed is taken off the page when its time is over",
    why,
    look,
    isCritical: true,
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { viewer } = yield* open(world)
      if (quoteOf(viewer.shown()) === undefined) return yield* inapplicable("a payment that is watched has no quote")
      yield* world.simulator.arm(Fault.Unavailable(), { times: "always" })
      yield* pass(60, unlessFresh(viewer))
      const { length } = viewer.frames
      yield* world.simulator.disarm
      yield* pass(60, unlessFresh(viewer))
      yield* unless(viewer.frames.length > length, "after an outage a new quote should be shown, and none was")
    })
  },
  {
    id: "watch-ends-when-the-payment-does",
    name: "a watch shows that the payment is paid, and ends",
    why: "The customer waits in front of a page that asks for money which was paid, and may pay again.",
    look,
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { id, viewer } = yield* open(world)
      yield* pass(2, Effect.void)
      yield* world.simulator.pay(id)
      yield* pass(60, Effect.void)
      yield* settled
      const exit = viewer.fiber.pollUnsafe()
      const last = viewer.shown()
      yield* unlessEqual("how the watch of a paid payment has ended", exit?._tag, "Success")
      yield* unlessEqual("the status that it shows last", last?.status, "paid")
      yield* unless(
        quoteOf(last) === undefined,
        `no quote should be shown of a paid payment, and ${show(quoteOf(last))} is`
      )
    })
  },
  {
    id: "webhook-does-not-renew-a-quote",
    name: "webhooks leave the quote untouched that a customer is looking at",
    why: "Whether the quote before is still honoured is unknown: a stranger's posts would spoil what customers pay by.",
    look: "`observe` of `Webhooks.make` has to read without renewing: `QuoteHolder.observe`.",
    isCritical: true,
    needs: [...needs, "webhookEvents.receive"],
    unless: unlessReadBack,
    run: Effect.fnUntraced(function*(world) {
      const { adapter, simulator } = world
      const { id, viewer } = yield* open(world)
      const before = quoteOf(viewer.shown())
      const renewals = yield* renewalsOf(world)
      for (const webhook of [yield* simulator.webhook(id), yield* simulator.forge(id)]) {
        for (let each = 0; each < 5; each++) {
          yield* take(adapter, "a webhook", webhook)
          yield* TestClock.adjust("500 millis")
        }
      }
      yield* unlessEqual("the number of renewals for 10 webhooks", (yield* renewalsOf(world)) - renewals, 0)
      const after = quoteOf(viewer.shown())
      yield* unlessEqual("the quote on the page after 10 webhooks", show(after), show(before))
    })
  }
])

/** How often a quote was renewed so far. */
const renewalsOf = Effect.fnUntraced(function*({ adapter, simulator }: World) {
  const renewing = [...adapter.gateway.operations.values()].filter(({ kind }) => kind === "read, renews quote")
  const counts = yield* Effect.forEach(renewing, ({ name }) => requestsFor(simulator, name))
  return counts.reduce((sum, count) => sum + count, 0)
})
