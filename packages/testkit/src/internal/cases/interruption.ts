/**
 * L. Calls at the same time, and calls that are given up.
 */
import type { GatewayError } from "@gatefold/core/GatewayError"
import * as Invoice from "@gatefold/core/Invoice"
import { Fault, type Match } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as Case from "../../Case.ts"
import { unless, unlessEqual } from "../../Violation.ts"
import { eventually, quieted, type World } from "../../World.ts"
import { reading } from "../reading.ts"

const holdsSocket = "Each call that a customer leaves would hold a connection, until none is left for those who stay."

const byScope =
  "Send through `ProviderClient.call`: the request lives in the call's own fiber and scope, not in a detached one."

/** Interrupts a call once its request is under way, and sees to it that its connection is closed and nothing follows. */
const unlessReleased = Effect.fnUntraced(function*<A>(
  { simulator }: World,
  what: string,
  call: Effect.Effect<A, GatewayError>,
  match?: Match
) {
  const before = (yield* simulator.requests).length
  yield* simulator.arm(Fault.Timeout({ effect: "none" }), match)
  const fiber = yield* Effect.forkChild(call)
  const unanswered = Effect.map(
    simulator.requests,
    (all) =>
      all.findIndex(({ ended, operations }, at) =>
        at >= before && ended === undefined && (match?.operation === undefined || operations.includes(match.operation))
      )
  )
  yield* eventually(`${what} is sent`, Effect.map(unanswered, (at) => at >= 0))
  const [at, sent] = [yield* unanswered, (yield* simulator.requests).length]
  yield* Fiber.interrupt(fiber)
  yield* eventually(
    `the connection of ${what} that was interrupted is closed`,
    Effect.map(simulator.requests, (all) => all[at]?.ended === "abandoned"),
    2
  )
  yield* quieted
  yield* unlessEqual(`the number of requests after ${what} was interrupted`, (yield* simulator.requests).length, sent)
})

/** @internal */
export const interruption = Case.group("L", [
  {
    id: "interrupted-read-releases-socket",
    name: "a read that is interrupted closes its connection and sends nothing more",
    why: holdsSocket,
    look: byScope,
    needs: ["invoices.create", "invoices.get"],
    run: Effect.fnUntraced(function*(world) {
      const read = yield* Effect.flatMap(reading(world), ({ next }) => next())
      yield* unlessReleased(world, "a read", read)
    })
  },
  {
    id: "interrupted-create-releases-socket",
    name: "a create that is interrupted closes its connection and sends nothing more",
    why: `${holdsSocket} A create that goes on by itself makes an invoice that nobody waits for.`,
    look: byScope,
    isCritical: true,
    needs: ["invoices.create"],
    run: Effect.fnUntraced(function*(world) {
      const call = world.adapter.invoices.create(world.order())
      yield* unlessReleased(world, "a create", call, { operation: "invoices.create" })
    })
  },
  {
    id: "interrupted-list-releases-socket",
    name: "a list that is interrupted while it waits for a page closes its connection",
    why: holdsSocket,
    look: "Build lists with `Pages` out of `ProviderClient.call`, without a fiber of their own that reads ahead.",
    needs: ["invoices.create", "invoices.list"],
    run: Effect.fnUntraced(function*(world) {
      yield* world.adapter.invoices.create(world.order())
      const list = Stream.runDrain(world.adapter.invoices.list())
      yield* unlessReleased(world, "a list", list, { operation: "invoices.list" })
    })
  },
  {
    id: "left-list-stops-reading",
    name: "a list that nobody reads on sends no more requests",
    why: "A list that goes on by itself uses up the account's rate limit, and then no order can be created.",
    look: "Build lists with `Pages` out of `ProviderClient.call`, without a fiber of their own that reads ahead.",
    needs: ["invoices.create", "invoices.list"],
    run: Effect.fnUntraced(function*({ adapter, order, simulator }) {
      for (let orders = 0; orders < 4; orders++) yield* adapter.invoices.create(order())
      const seen = yield* Stream.runCollect(Stream.take(adapter.invoices.list({ pageSize: 1 }), 1))
      const sent = (yield* simulator.requests).length
      yield* unlessEqual("the number of invoices that were taken of the list", seen.length, 1)
      yield* quieted
      yield* unlessEqual(
        "the number of requests some time after the list was left",
        (yield* simulator.requests).length,
        sent
      )
    })
  },
  {
    id: "webhook-and-read-are-one-change",
    name: "a webhook and a read of the same payment at once are one change of state",
    why: "The shop would deliver twice: once for the webhook, and once when the customer comes back.",
    look: "Map webhooks and reads by one function to one `Invoice`, so that `Invoice.factKey` is equal.",
    isCritical: true,
    needs: ["invoices.create", "invoices.get", "webhookEvents.receive"],
    run: Effect.fnUntraced(function*({ adapter, order, simulator }) {
      const asked = order()
      const opened = yield* adapter.invoices.create(asked)
      yield* simulator.pay(opened.id)
      const webhook = yield* simulator.webhook(opened.id)
      const statements = yield* Effect.all(
        [
          Effect.map(adapter.webhookEvents.receive(webhook), ({ invoice }) => invoice),
          adapter.invoices.get({ id: opened.id }),
          Effect.map(adapter.webhookEvents.receive(webhook), ({ invoice }) => invoice)
        ],
        { concurrency: "unbounded" }
      )
      const [webhooks, read, again] = statements
      for (const inOrder of [[webhooks, read, again], [read, webhooks, again]]) {
        const changes = yield* changesOf(opened, inOrder)
        yield* unless(
          changes.length === 1,
          `a webhook, a read and the webhook again should be one change of state, and were ${changes.length}: `
            + changes.join(" then ")
        )
      }
    })
  }
])

/** The facts that an invoice goes through, one for each change. */
const changesOf = Effect.fnUntraced(function*(opened: Invoice.Invoice, statements: ReadonlyArray<Invoice.Invoice>) {
  const changes: Array<string> = []
  let state = opened
  for (const statement of statements) {
    const next = yield* Effect.fromResult(Invoice.merge(state, statement))
    if (Invoice.factKey(next) !== Invoice.factKey(state)) changes.push(Invoice.factKey(next))
    state = next
  }
  return changes
})
