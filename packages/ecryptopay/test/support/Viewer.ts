/**
 * Somebody in front of a page that shows what `Payments.watch` says.
 */
import type { GatewayError } from "@gatefold/core/GatewayError"
import type { Payment } from "@gatefold/core/Payment"
import { Cause, DateTime, Effect, type Exit, Fiber, Option, type Scope, Stream } from "effect"

/** What was shown from this moment on, in epoch milliseconds. */
export interface Frame {
  readonly at: number
  readonly payment: Payment
}

export interface Viewer {
  /** Everything that was shown, oldest first. */
  readonly frames: ReadonlyArray<Frame>
  /** What is on the page. */
  readonly now: () => Payment | undefined
  /** The QR code on the page, if there is one. */
  readonly qr: () => { readonly image: string; readonly until: number } | undefined
  /** Whether the stream came to its end. */
  readonly isDone: () => boolean
  /** Why the stream failed, if it did. */
  readonly failure: () => GatewayError | undefined
  readonly leave: Effect.Effect<void>
}

/** Opens the page. */
export const open = (watch: Stream.Stream<Payment, GatewayError>): Effect.Effect<Viewer, never, Scope.Scope> =>
  Effect.gen(function*() {
    const frames: Array<Frame> = []
    const fiber = yield* Effect.forkScoped(Stream.runForEach(watch, (payment) =>
      Effect.map(DateTime.now, (now) => {
        frames.push({ at: DateTime.toEpochMillis(now), payment })
      })))
    const now = () => frames.at(-1)?.payment
    return {
      frames,
      now,
      qr: () => qrOf(now()),
      isDone: () => endOf(fiber)?._tag === "Success",
      failure: () => failureOf(endOf(fiber)),
      leave: Fiber.interrupt(fiber)
    }
  })

const endOf = <A, E>(fiber: Fiber.Fiber<A, E>) => fiber.pollUnsafe()

const failureOf = <A, E>(exit: Exit.Exit<A, E> | undefined): E | undefined =>
  exit?._tag === "Failure" ? Option.getOrUndefined(Cause.findErrorOption(exit.cause)) : undefined

/** What can be scanned of a payment. */
export const qrOf = (payment: Payment | undefined) =>
  payment?.checkout?._tag === "ScanQr"
    ? { image: payment.checkout.image, until: DateTime.toEpochMillis(payment.checkout.quote.until) }
    : undefined
