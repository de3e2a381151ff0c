/**
 * Somebody in front of a page that shows what `Payments.watch` says.
 */
import type { GatewayError } from "@gatefold/core/GatewayError"
import type { InvoiceId, PaymentId } from "@gatefold/core/Identifiers"
import type * as Payment from "@gatefold/core/Payment"
import type * as Quote from "@gatefold/core/Quote"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { unless, Violation } from "../Violation.ts"
import { eventually, type World } from "../World.ts"
import { turns } from "./turns.ts"

/** @internal */
export interface Viewer {
  /** Everything that was shown so far, oldest first. */
  readonly frames: ReadonlyArray<Payment.Payment>
  /** What is on the page. */
  readonly shown: () => Payment.Payment | undefined
  readonly fiber: Fiber.Fiber<void, GatewayError>
}

/** @internal What the customer is told to send, and until when. */
export const quoteOf = (payment: Payment.Payment | undefined): Quote.Quote | undefined => {
  if (payment?.quote !== undefined) return payment.quote
  const checkout = payment?.checkout
  return checkout === undefined || checkout._tag === "Redirect" ? undefined : checkout.quote
}

/** @internal Opens an invoice and the page of its payment, and waits until something is on it. */
export const open = Effect.fnUntraced(function*(world: World) {
  const { adapter } = world
  const invoice = yield* adapter.invoices.create(world.order())
  const payment = yield* paymentOf(world, invoice.id, invoice.payments[0]?.id)
  const frames: Array<Payment.Payment> = []
  const show = (frame: Payment.Payment) =>
    Effect.sync(() => {
      frames.push(frame)
    })
  const fiber = yield* Effect.forkScoped(Stream.runForEach(adapter.payments.watch(payment), show))
  const viewer: Viewer = { frames, fiber, shown: () => frames.at(-1) }
  yield* eventually("the watched payment is shown", Effect.sync(() => frames.length > 0))
  return { id: invoice.id, viewer }
})

const paymentOf = Effect.fnUntraced(
  function*({ adapter, simulator }: World, id: InvoiceId, made: PaymentId | undefined) {
    if (made !== undefined) return made
    yield* simulator.begin(id)
    const [payment] = (yield* adapter.invoices.get({ id })).payments
    return payment?.id ??
      (yield* new Violation({ message: "an invoice that is being paid should have a payment to watch" }))
  }
)

/** @internal Nothing may be on the page whose time is over. */
export const unlessFresh = (viewer: Viewer): Effect.Effect<void, Violation> =>
  Effect.flatMap(DateTime.now, (now) => {
    const quote = quoteOf(viewer.shown())
    return unless(
      quote === undefined || DateTime.isGreaterThan(quote.until, now),
      quote === undefined
        ? ""
        : `a quote that holds until ${DateTime.formatIso(quote.until)} should not be shown at ${
          DateTime.formatIso(now)
        }`
    )
  })

/** @internal Lets seconds pass, one after another, and sockets do in each what there is to do. */
export const pass = <E>(seconds: number, each: Effect.Effect<void, E>): Effect.Effect<void, E> =>
  Effect.forEach(
    Array.from({ length: seconds }),
    () => Effect.andThen(Effect.andThen(TestClock.adjust("1 second"), turns(20)), each),
    { discard: true }
  )
