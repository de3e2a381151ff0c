/**
 * What the customer reaches: the QR images, and a page to play the customer with in a browser.
 *
 * The provider is only known for the images; the page is the simulator's own and never renews a quote, because that is
 * for the API's caller to do.
 */
import { type Share, SimulatorError } from "@gatefold/core/Simulator"
import * as Answer from "@gatefold/simulator/Answer"
import type { ApiRequest, Route } from "@gatefold/simulator/Route"
import * as Effect from "effect/Effect"
import * as QrCode from "qrcode"
import type { Ledger } from "./Ledger.ts"
import * as LifeCycle from "./LifeCycle.ts"
import * as Payment from "./Payment.ts"
import * as PayPage from "./PayPage.ts"
import * as Wire from "./Wire.ts"

export interface Options {
  readonly ledger: Ledger
  /** Epoch milliseconds. */
  readonly now: Effect.Effect<number>
}

export const make = ({ ledger, now }: Options): ReadonlyArray<Route> => [
  {
    method: "GET",
    path: "/qr/:file",
    operations: [],
    handle: ({ path }) =>
      quoteOf(ledger, path).pipe(
        Effect.flatMap(({ payment, quote }) => image(Payment.walletLink(payment, quote))),
        Effect.map((png) => Answer.bytes("image/png", png)),
        Effect.catch(refusal)
      )
  },
  {
    method: "GET",
    path: "/pay/:id",
    operations: [],
    handle: ({ params }) =>
      ledger.get(params["id"] ?? "").pipe(
        Effect.zipWith(now, (payment, millis) => Answer.html(PayPage.payment(payment, millis))),
        Effect.catch(refusal)
      )
  },
  {
    method: "POST",
    path: "/pay/:id",
    operations: [],
    handle: (request) =>
      act(ledger, request).pipe(
        Effect.as(Answer.redirect(request.path)),
        Effect.catch(refusal)
      )
  }
]

/** A customer scans this QR image and pays what it says. */
export const scanAndPay = (ledger: Ledger, qrUrl: string): Effect.Effect<void, SimulatorError> =>
  Effect.flatMap(
    quoteOf(ledger, qrUrl),
    ({ payment, quote }) => ledger.change(payment.id.toString(), LifeCycle.payQuote(quote))
  )

const quoteOf = Effect.fnUntraced(function*(ledger: Ledger, address: string) {
  const qr = Wire.parseQrPath(address)
  if (qr === undefined) return yield* noImage(address)
  const payment = yield* ledger.get(qr.id)
  const quote = Payment.quoteAt(payment, qr.sequence)
  return quote === undefined ? yield* noImage(address) : { payment, quote }
})

const noImage = (address: string) =>
  new SimulatorError({ reason: "NotFound", message: `There is no QR image at ${address}.` })

const image = (text: string): Effect.Effect<Uint8Array> => Effect.promise(() => QrCode.toBuffer(text, { scale: 6 }))

const shares: Readonly<Record<string, Share>> = { partial: "partial", over: "over" }

/** Does what the page's form asks for. */
const act = (ledger: Ledger, { body, params }: ApiRequest): Effect.Effect<void, SimulatorError> => {
  const form = new URLSearchParams(body)
  const action = form.get("action") ?? ""
  const id = params["id"] ?? ""
  const share = Object.hasOwn(shares, action) ? shares[action] : undefined
  if (share !== undefined) return ledger.change(id, LifeCycle.pay(share))
  switch (action) {
    case "scan":
      return scanAndPay(ledger, form.get("qr") ?? "")
    case "confirming":
      return ledger.change(id, LifeCycle.confirming)
    case "fail":
      return ledger.change(id, LifeCycle.fail)
    case "cancel":
      return ledger.change(id, LifeCycle.cancel)
    default:
      return Effect.fail(new SimulatorError({ reason: "NotOffered", message: "There is no such button." }))
  }
}

const statuses = { NotFound: 404, InvalidTransition: 409, NotOffered: 400 } as const

const refusal = ({ message, reason }: SimulatorError): Effect.Effect<Answer.Answer> =>
  Effect.succeed(Answer.html(PayPage.message(message), statuses[reason]))
