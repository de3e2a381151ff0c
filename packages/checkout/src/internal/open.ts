/**
 * Opening an order: reserve, send, and if that came to nothing the next attempt.
 */
import { Accounts, type UnknownAccount } from "@gatefold/core/Accounts"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberMap from "effect/FiberMap"
import {
  AccountPaused,
  type InvalidOrder,
  NotOpened,
  OpenUnknown,
  type PriceConflict,
  type StorageFailed,
  UnknownReference
} from "../CheckoutError.ts"
import * as Order from "../Order.ts"
import type { Paused } from "./accounts.ts"
import * as Orders from "./orders.ts"
import * as Reserve from "./reserve.ts"
import type { Sent } from "./send.ts"

/** @internal */
export type OpenError =
  | InvalidOrder
  | PriceConflict
  | NotOpened
  | OpenUnknown
  | AccountPaused
  | UnknownReference
  | UnknownAccount
  | StorageFailed

/** @internal */
export interface Options {
  readonly orders: Orders.Orders
  readonly accounts: Paused
  readonly reserve: ReturnType<typeof Reserve.make>
  readonly send: (
    reference: Orders.Loaded["reference"],
    attempt: Order.Attempt
  ) => Effect.Effect<Sent, UnknownReference | UnknownAccount | StorageFailed, Accounts>
}

/** How many attempts one call opens at most: what was given up or had ended is followed by the next. */
const attemptsPerOpen = 3

/** How long a call waits for another process that is sending the attempt. */
const waits = { times: 300, pause: "100 millis" } as const

/** @internal */
export const make = Effect.fnUntraced(function*({ accounts, orders, reserve, send }: Options) {
  // a caller that goes away must not tear down what it began: the answer of a create has to be written down
  const sending = yield* FiberMap.make<string, Sent, UnknownReference | UnknownAccount | StorageFailed>()

  const sendShared = (reference: Orders.Loaded["reference"], attempt: Order.Attempt) =>
    Effect.flatMap(
      FiberMap.run(
        sending,
        Order.attemptKey({ store: "", reference, number: attempt.number }),
        send(reference, attempt),
        {
          onlyIfMissing: true
        }
      ),
      Fiber.join
    )

  /** Waits while another process sends the attempt. */
  const awaited = Effect.fnUntraced(function*(reference: Orders.Loaded["reference"], number: number) {
    for (let looks = 0; looks < waits.times; looks++) {
      const order = yield* orders.get(reference)
      const is = order?.attempts.find(({ attempt }) => attempt.number === number)?.attempt
      if (order === undefined || is === undefined) return yield* new UnknownReference({ reference })
      if (is.state !== "sending") return { order, is }
      yield* Effect.sleep(waits.pause)
    }
    return yield* new OpenUnknown({ reference, attempt: number })
  })

  return Effect.fnUntraced(function*(newOrder: Order.NewOrder): Effect.fn.Return<Order.Order, OpenError, Accounts> {
    const checked = yield* Reserve.check(newOrder)
    const { chosen } = yield* Accounts
    if (yield* accounts.isPaused(chosen)) return yield* new AccountPaused({ account: chosen })
    for (let begun = 0; begun < attemptsPerOpen; begun++) {
      const attempt = yield* reserve(checked, chosen)
      const sent = yield* sendShared(checked.reference, attempt)
      if (sent._tag === "Opened") {
        const is = sent.order.attempts.find((one) => one.attempt.number === attempt.number)
        if (is !== undefined && !Order.isOver(is.attempt)) return Orders.shown(sent.order)
      }
      if (sent._tag === "Failed") return yield* sent.error
      if (sent._tag === "Elsewhere") {
        const { is, order } = yield* awaited(checked.reference, attempt.number)
        if (is.state === "done" && !Order.isOver(is)) return Orders.shown(order)
      }
    }
    return yield* new OpenUnknown({ reference: checked.reference, attempt: attemptsPerOpen })
  })
})
