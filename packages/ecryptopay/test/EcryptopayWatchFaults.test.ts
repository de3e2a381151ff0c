/**
 * Following a payment while renewals fail: whatever happens, no quote is on the page that is over.
 */
import { assert, describe, it } from "@effect/vitest"
import { Fault } from "@gatefold/core/Simulator"
import { Effect } from "effect"
import { eventually } from "./support/RealTime.ts"
import { morning } from "./support/Shop.ts"
import * as Viewer from "./support/Viewer.ts"
import { chance, nothingStale, openWithPayment, paidAndOver, pass, renewals } from "./support/Watching.ts"

describe("a renewal that fails", () => {
  it.effect("takes the quote off the page, since it may have been renewed all the same, and is tried again", () =>
    Effect.gen(function*() {
      const { simulator, view } = yield* openWithPayment()
      const viewers = yield* Effect.all([view, view])
      yield* simulator.arm(Fault.ErrorPage({ effect: "applied" }), { operation: "payments.get", times: "always" })
      yield* pass("40 seconds", nothingStale(viewers))
      for (const viewer of viewers) {
        assert.isUndefined(viewer.qr())
        assert.strictEqual(viewer.now()?.status, "pending")
        assert.isFalse(viewer.isDone())
        assert.isUndefined(viewer.failure())
      }
      yield* simulator.disarm
      yield* pass("20 seconds", nothingStale(viewers))
      for (const viewer of viewers) assert.isDefined(viewer.qr())
      yield* simulator.scanAndPay(viewers[0].qr()?.image ?? "")
      yield* pass("21 seconds")
      for (const viewer of viewers) paidAndOver(viewer)
    }))

  it.effect("for good ends every page with the reason", () =>
    Effect.gen(function*() {
      const { simulator, view } = yield* openWithPayment()
      const viewers = yield* Effect.all([view, view, view])
      yield* simulator.arm(Fault.Answer({ effect: "none", status: 404, body: "{}" }), { operation: "payments.get" })
      yield* pass("21 seconds")
      for (const viewer of viewers) {
        assert.strictEqual(viewer.failure()?.reason._tag, "NotFound")
      }
      yield* pass("1 minute")
      assert.deepStrictEqual(yield* renewals(simulator), [20])
      const again = yield* view
      yield* eventually("a new page works", Effect.sync(() => again.qr() !== undefined))
    }))

  it.effect("leaves nothing stale on the page either when others read, slowly, what could not be renewed", () =>
    Effect.gen(function*() {
      const { id, payments, simulator, view } = yield* openWithPayment()
      const viewer = yield* view
      const lanes = [
        Fault.RateLimited({ retryAfter: "40" }),
        Fault.Timeout({ effect: "none" }),
        Fault.Timeout({ effect: "none" }),
        Fault.Delay({ duration: 0 }),
        Fault.Timeout({ effect: "none" })
      ]
      for (const lane of lanes) yield* simulator.arm(lane, { operation: "payments.get" })
      yield* pass("21 seconds")
      yield* Effect.forkChild(payments.get(id))
      yield* pass("1 second")
      yield* Effect.forkChild(payments.get(id))
      yield* pass("21 seconds", nothingStale([viewer]))
      assert.strictEqual(viewer.qr()?.until, morning + 46_000)
      yield* pass("15 seconds", nothingStale([viewer]))
    }))

  const troubles = [
    Fault.Reset({ effect: "applied" }),
    Fault.Hangup({ effect: "none" }),
    Fault.Timeout({ effect: "applied" }),
    Fault.Timeout({ effect: "none" }),
    Fault.Delay({ duration: "4 seconds" }),
    Fault.Delay({ duration: "8 seconds" }),
    Fault.RateLimited({ retryAfter: "6" }),
    Fault.ErrorPage({ effect: "applied" }),
    Fault.Unavailable()
  ]

  it.effect.each([1, 2, 3])(
    "never leaves a quote on the page that is over, whatever comes together: %i",
    (seed) =>
      Effect.gen(function*() {
        const { id, payments, simulator, view } = yield* openWithPayment({}, { ttl: "1 hour" })
        const viewers = yield* Effect.all([view, view])
        const next = chance(seed)
        for (let times = 0; times < 20; times++) {
          yield* simulator.arm(troubles[next(troubles.length)] ?? Fault.Unavailable(), { operation: "payments.get" })
        }
        const look = Effect.suspend(() =>
          next(7) === 0 ? Effect.asVoid(Effect.forkChild(Effect.exit(payments.get(id)))) : Effect.void
        )
        yield* pass("3 minutes", Effect.andThen(look, nothingStale(viewers)))
        yield* simulator.disarm
        yield* pass("1 minute", nothingStale(viewers))
        for (const viewer of viewers) {
          assert.isDefined(viewer.qr())
          assert.isAbove(viewer.frames.filter(({ payment }) => Viewer.qrOf(payment) === undefined).length, 0)
        }
      })
  )
})
