/**
 * Opening an order: reserve, send, and if that came to nothing the next attempt.
 */
import { Accounts, type UnknownAccount } from "@gatefold/core/Accounts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberMap from "effect/FiberMap"
import * as Option from "effect/Option"
import {
  type AccountPaused,
  type InsideTransaction,
  type InvalidOrder,
  NotOpened,
  OpenUnknown,
  type PriceConflict,
  type StorageFailed,
  UnknownReference
} from "../CheckoutError.ts"
import * as Order from "../Order.ts"
import * as Inputs from "./inputs.ts"
import * as Orders from "./orders.ts"
import type { Quoted } from "./quoted.ts"
import * as Reserve from "./reserve.ts"
import type { Sent } from "./sent.ts"

/** @internal */
export type OpenError =
  | InvalidOrder
  | PriceConflict
  | NotOpened
  | OpenUnknown
  | AccountPaused
  | UnknownReference
  | UnknownAccount
  | InsideTransaction
  | StorageFailed

/** @internal */
export interface Options {
  readonly orders: Orders.Orders
  readonly quoted: Quoted
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
export const make = Effect.fnUntraced(function*({ orders, quoted, reserve, send }: Options) {
  // a caller that goes away must not tear down what it began: the answer of a create has to be written down
  const sending = yield* FiberMap.make<string, Sent, UnknownReference | UnknownAccount | StorageFailed>()

  /** All callers of this process who want one attempt sent wait for one sending of it. */
  const sendShared = Effect.fnUntraced(function*(reference: Orders.Loaded["reference"], attempt: Order.Attempt) {
    const key = Order.attemptKey({ store: "", reference, number: attempt.number })
    const run = yield* FiberMap.runtime(sending)<Accounts>()
    // in one step, so that no other caller comes in between
    const fiber = yield* Effect.sync(() =>
      Option.getOrElse(FiberMap.getUnsafe(sending, key), () => run(key, send(reference, attempt)))
    )
    return yield* Fiber.join(fiber)
  })

  /** Waits while another process sends the attempt, and no longer than that has claimed it for. */
  const awaited = Effect.fnUntraced(function*(reference: Orders.Loaded["reference"], number: number) {
    for (let looks = 0; looks < waits.times; looks++) {
      const order = yield* orders.get(reference)
      const one = order?.attempts.find(({ attempt }) => attempt.number === number)
      if (order === undefined || one === undefined) return yield* new UnknownReference({ reference })
      const hasEnded = one.leaseUntil <= (yield* Clock.currentTimeMillis)
      if (one.attempt.state !== "sending" || hasEnded) return { order, is: one.attempt }
      yield* Effect.sleep(waits.pause)
    }
    return yield* new OpenUnknown({ reference, attempt: number })
  })

  return Effect.fnUntraced(function*(newOrder: Order.NewOrder): Effect.fn.Return<Order.Order, OpenError, Accounts> {
    yield* Inputs.order(newOrder)
    const checked = yield* Reserve.check(newOrder)
    const { reference } = checked
    const accounts = yield* Accounts
    let last: Extract<Sent, { readonly _tag: "Over" }> | undefined
    for (let begun = 0; begun < attemptsPerOpen; begun++) {
      const attempt = yield* reserve(checked, accounts)
      const shown = (order: Orders.Loaded) => quoted(Orders.shown(order), attempt.invoice === undefined)
      const sent = yield* sendShared(reference, attempt)
      if (sent._tag === "Failed") return yield* sent.error
      if (sent._tag === "Opened" && isOpen(sent.order, attempt.number)) return yield* shown(sent.order)
      if (sent._tag === "Over") last = sent
      if (sent._tag === "Elsewhere") {
        const { is, order } = yield* awaited(reference, attempt.number)
        if (is.state === "done" && !Order.isOver(is)) return yield* shown(order)
      }
    }
    const attempt = last?.number ?? attemptsPerOpen
    return yield* last?.reason === undefined
      ? new OpenUnknown({ reference, attempt })
      : new NotOpened({ reference, attempt, reason: last.reason })
  })
})

const isOpen = ({ attempts }: Orders.Loaded, number: number): boolean =>
  attempts.some(({ attempt }) => attempt.number === number && !Order.isOver(attempt))
