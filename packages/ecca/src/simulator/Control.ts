/**
 * What tests and examples can make the simulated platform do, as `Simulator` names it.
 */
import * as Simulator from "@gatefold/core/Simulator"
import type * as MovableClock from "@gatefold/simulator/MovableClock"
import * as Effect from "effect/Effect"
import * as Claims from "./Claims.ts"
import * as Invoice from "./Invoice.ts"
import type { Platform } from "./Platform.ts"
import * as TimeTravel from "./TimeTravel.ts"

type Control = Pick<
  Simulator.Simulator,
  | "books"
  | "begin"
  | "pay"
  | "expire"
  | "fail"
  | "cancel"
  | "adjust"
  | "reverse"
  | "webhooksTo"
  | "webhook"
  | "deliver"
  | "sign"
  | "unknownEvent"
  | "forge"
  | "advance"
>

export const make = (platform: Platform, clock: MovableClock.MovableClock): Control => {
  const newest = Effect.fnUntraced(function*(id: string) {
    yield* platform.settle
    const { invoiceId } = yield* platform.find(id)
    const [event] = platform.outbox.history(invoiceId)
    return event ?? (yield* refuse("NotFound", `Nothing has happened yet to invoice ${id} that a webhook would tell.`))
  })
  return {
    books: Effect.map(platform.settle, () => platform.ledger.all().map(bookEntry)),
    begin: (id) => Effect.asVoid(platform.begin(id)),
    pay: (id, share = "full") =>
      share === "full"
        ? Effect.asVoid(platform.pay(id))
        : refuse("NotOffered", "Ecca documents no payments of less or more than what is due."),
    expire: (id) => Effect.asVoid(platform.expire(id)),
    fail: (id) => Effect.asVoid(platform.fail(id)),
    cancel: (id) => Effect.asVoid(platform.cancel(id)),
    adjust: platform.adjust,
    reverse: () => refuse("NotOffered", "Ecca documents no way to take back a success."),
    webhooksTo: (url) => Effect.sync(() => platform.account.webhooksTo(url)),
    webhook: Effect.fnUntraced(function*(id, mangle = same) {
      const event = yield* newest(id)
      return mangle(platform.outbox.raw(event, yield* platform.now))
    }),
    deliver: Effect.fnUntraced(function*(id, mangle = same) {
      const event = yield* newest(id)
      const obstacle = platform.outbox.obstacle(event.invoiceId)
      if (obstacle !== undefined) return yield* refuse("NotOffered", `Cannot deliver: ${obstacle}.`)
      const { exchange } = yield* platform.outbox.send(event, mangle)
      return { status: exchange.status }
    }),
    sign: (body) => Effect.map(platform.now, (now) => Claims.sign(platform, body, now)),
    unknownEvent: Effect.map(platform.now, (now) => Claims.unknownEvent(platform, now)),
    forge: (id) => Effect.map(platform.now, (now) => Claims.forge(platform, id, now)),
    advance: (duration) => TimeTravel.advance(clock, platform, duration)
  }
}

const same: Simulator.Mangle = (webhook) => webhook

const refuse = (reason: Simulator.SimulatorError["reason"], message: string) =>
  Effect.fail(new Simulator.SimulatorError({ reason, message }))

const bookEntry = (invoice: Invoice.Invoice): Simulator.BookEntry => ({
  id: invoice.invoiceId,
  reference: invoice.externalId,
  amount: invoice.amount,
  currency: invoice.currency,
  status: neutral[invoice.status],
  providerStatus: Invoice.word(invoice)
})

const neutral: Record<Invoice.Status, Simulator.BookEntry["status"]> = {
  pending: "open",
  success: "paid",
  fail: "failed",
  expired: "expired",
  canceled: "canceled"
}
