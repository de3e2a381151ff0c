/**
 * A payment and the pages on which it is followed, in a time that passes by the second.
 */
import { assert } from "@effect/vitest"
import type * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { DateTime, Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import { turns } from "./RealTime.ts"
import { morning, open, requestsOf, since } from "./Shop.ts"
import * as Viewer from "./Viewer.ts"

export const price = { amount: "250.00", currency: "MXN" }

const inMillis = (duration: Duration.Input) => Duration.toMillis(Duration.fromInputUnsafe(duration))

/** An account with a payment that was just created. */
export const openWithPayment = Effect.fnUntraced(function*(...options: Parameters<typeof open>) {
  const shop = yield* open(...options)
  const { checkout, id } = yield* shop.payments.create({ price })
  const seen = yield* since(shop.simulator)
  const view = Viewer.open(shop.payments.watch(id))
  return { ...shop, id, seen, view, first: checkout?._tag === "ScanQr" ? checkout.image : "" }
})

/** When the quote was renewed, in seconds from the beginning. */
export const renewals = Effect.fnUntraced(function*(simulator: EcryptopaySimulator.Service) {
  const requests = yield* requestsOf(simulator, "payments.get")
  return requests.map(({ at }) => (DateTime.toEpochMillis(at) - morning) / 1000)
})

/** Lets time pass by the second, and sockets do their work in each. */
export const pass = Effect.fnUntraced(function*(duration: Duration.Input, each: Effect.Effect<void> = Effect.void) {
  for (let passed = 0; passed < inMillis(duration); passed += 1000) {
    yield* TestClock.adjust("1 second")
    yield* turns()
    yield* each
  }
})

/** The rule of the page: what can be scanned on it holds at this moment. */
export const nothingStale = (viewers: ReadonlyArray<Viewer.Viewer>) =>
  Effect.map(DateTime.now, (now) => {
    for (const viewer of viewers) {
      const { until = Number.POSITIVE_INFINITY } = viewer.qr() ?? {}
      assert.isAbove(until, DateTime.toEpochMillis(now))
      for (const { at, payment } of viewer.frames) {
        assert.isAbove(Viewer.qrOf(payment)?.until ?? Number.POSITIVE_INFINITY, at)
      }
    }
  })

/** The page is closed, after it showed a payment in full. */
export const paidAndOver = (viewer: Viewer.Viewer) => {
  assert.isTrue(viewer.isDone())
  assert.deepInclude(viewer.now(), { status: "paid", coverage: "full", providerStatus: "cobrado_bien" })
  assert.isUndefined(viewer.qr())
}

/** The same numbers for the same seed, below a bound. */
export const chance = (seed: number) => {
  let state = seed * 2_654_435_761
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * below)
  }
}
