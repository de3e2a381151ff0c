/**
 * I. What happens to an invoice, and whether its order may be delivered.
 */
import * as CheckoutAction from "@gatefold/core/CheckoutAction"
import * as Invoice from "@gatefold/core/Invoice"
import * as Money from "@gatefold/core/Money"
import { isSecure } from "@gatefold/core/SecureUrl"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as Case from "../../Case.ts"
import { show, unless, unlessEqual } from "../../Violation.ts"
import { inapplicable } from "../inapplicable.ts"
import { moneyOf } from "../price.ts"
import { late, unlessBooked, unlessCovers, unlessSeen } from "../standing.ts"
import { opened } from "../webhook.ts"
import { corrections } from "./corrections.ts"
import { watching } from "./watching.ts"
import { words } from "./words.ts"

const needs = ["invoices.create", "invoices.get"] as const

const tooSoon = "The shop delivers what nobody has paid for."

const mapping = "The mapping of the provider's words and amounts to `status` and `coverage`; see `Invoice.covers`."

const payments = Case.group("I", [
  {
    id: "new-invoice-is-as-asked",
    name: "a new invoice is open and says the price and the reference that were asked for",
    why: "The customer would be asked for another amount, or the payment be booked on another order.",
    look: "Compare price and reference in the answer with what was sent, and fail with `IntegrityMismatch`.",
    isCritical: true,
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { adapter } = world
      const order = world.order()
      const price = moneyOf(order.price)
      const created = yield* adapter.invoices.create(order)
      const read = yield* adapter.invoices.get({ id: created.id })
      const isEchoed = adapter.gateway.capabilities.has("invoices.getByReference")
      for (const [what, invoice] of [["created", created], ["read", read]] as const) {
        const { reference, references } = invoice
        yield* unlessEqual(`the status of an invoice that was just ${what}`, invoice.status, "open")
        yield* unlessEqual(
          `the price of an invoice that was ${what}`,
          `${invoice.price}`,
          `${price}`
        )
        if (isEchoed || references.length > 0) {
          yield* unlessEqual(`the reference of an invoice that was ${what}`, reference, order.reference)
        }
        yield* unless(!Invoice.covers(price, invoice), `an invoice that was just ${what} should not cover its price`)
      }
      yield* unlessEqual("the id of an invoice that was read", read.id, created.id)
    })
  },
  {
    id: "open-invoice-can-be-checked-out",
    name: "an open invoice says how to pay it, by addresses that are safe to show",
    why: "The customer cannot pay, or is sent to a page that somebody else can listen to.",
    look: "`checkout` of the invoice that a create gives; check addresses with `SecureUrl`.",
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { checkout } = yield* opened(world)
      const now = yield* DateTime.now
      if (checkout === undefined) return yield* unless(false, "a new invoice should have a `checkout`, and has none")
      const { _tag } = checkout
      const url = _tag === "Redirect" ? checkout.url : _tag === "ScanQr" ? checkout.image : undefined
      yield* unless(url === undefined || isSecure(url), `${show(url)} should be an https address`)
      const quote = checkout instanceof CheckoutAction.Redirect ? undefined : checkout.quote
      const until = quote?.until ?? DateTime.add(now, { seconds: 1 })
      yield* unless(DateTime.isGreaterThan(until, now), `the quote should hold for some time, and is over`)
      yield* unless(
        quote === undefined || Money.positive(quote.due)._tag === "Success",
        "the amount due should be more than nothing"
      )
    })
  },
  {
    id: "payment-in-full-covers",
    name: "an invoice covers its price when the money is there, and not before",
    why: `${tooSoon} Or it never delivers what was paid for.`,
    look: mapping,
    isCritical: true,
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { id } = yield* opened(world)
      yield* unlessCovers(world, id, false, "an open invoice")
      yield* world.simulator.begin(id)
      yield* unlessCovers(world, id, false, "an invoice that a customer has begun to pay")
      yield* world.simulator.pay(id)
      const { coverage, status } = yield* unlessCovers(world, id, true, "a paid invoice")
      yield* unlessEqual("the status of a paid invoice", status, "paid")
      yield* unlessEqual("the coverage of an invoice that was paid exactly", coverage, "full")
    })
  },
  {
    id: "paid-at-is-when-it-was-paid",
    name: "when an invoice was paid is told as the time of the payment, whenever it is read",
    why: "Taken for the moment of the read, a payment in time looks late, and books get it in another month each time.",
    look: "`paidAt` is what the provider states, or absent where it states none: never our own clock.",
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { adapter: { invoices }, simulator } = world
      const { id } = yield* opened(world)
      yield* TestClock.adjust("1 minute")
      yield* simulator.pay(id)
      const paid = yield* invoices.get({ id })
      // by the provider's own clock
      const moment = (yield* simulator.requests).at(-1)?.at ?? (yield* DateTime.now)
      yield* TestClock.adjust("1 hour")
      const later = yield* invoices.get({ id })
      if (paid.paidAt === undefined && later.paidAt === undefined) {
        return yield* inapplicable("it does not say when an invoice was paid")
      }
      const [first, second] = [paid.paidAt, later.paidAt].map((at) =>
        at === undefined ? "absent" : DateTime.formatIso(at)
      )
      yield* unlessEqual("when it was paid, by a read an hour later", second, first)
      const off = Math.abs(DateTime.toEpochMillis(paid.paidAt ?? moment) - DateTime.toEpochMillis(moment))
      yield* unless(off <= 1_000, `when it was paid should be ${DateTime.formatIso(moment)}, and is ${first}`)
    })
  },
  {
    id: "payment-in-part-does-not-cover",
    name: "an invoice that was paid in part is underpaid, and stays so after it expired",
    why: `${tooSoon} Or the part that was paid is forgotten.`,
    look: mapping,
    isCritical: true,
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { id } = yield* opened(world)
      yield* world.simulator.pay(id, "partial")
      const open = yield* unlessCovers(world, id, false, "an invoice that was paid in part")
      yield* unlessEqual("the coverage of an invoice that was paid in part", open.coverage, "partial")
      yield* world.simulator.expire(id)
      const expired = yield* unlessCovers(world, id, false, "an invoice that was paid in part and then expired")
      yield* unlessEqual("its coverage after it expired", expired.coverage, "partial")
    })
  },
  {
    id: "payment-of-more-is-overpaid",
    name: "an invoice that was paid with more than its price covers it, and says so",
    why: "The customer gets neither the goods nor the difference back.",
    look: mapping,
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { id } = yield* opened(world)
      yield* world.simulator.pay(id, "over")
      const { coverage } = yield* unlessCovers(world, id, true, "an invoice that was paid with too much")
      yield* unlessEqual("its coverage", coverage, "over")
    })
  },
  {
    id: "late-payment-is-seen",
    name: "what a customer pays after the invoice expired is not overlooked",
    why: "The customer's money is gone, and nobody knows of it.",
    look: "An expired invoice may still be paid: ask the provider again, and map what it says of late payments.",
    isCritical: true,
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { simulator } = world
      const { id } = yield* opened(world)
      yield* simulator.begin(id)
      yield* simulator.expire(id)
      yield* unlessCovers(world, id, false, "an expired invoice")
      yield* late(simulator.pay(id))
      yield* unlessSeen(world, id, "an invoice that was paid after it expired")
    })
  },
  {
    id: "late-rest-of-a-payment-is-seen",
    name: "part of the price before the expiry, and more than the rest after it, is no part payment any more",
    why: "Each of the three alone is usually right. Together they made other libraries lose money that had come in.",
    look: "Lateness, coverage and status are separate facts: one word of the provider may set all three.",
    isCritical: true,
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { simulator } = world
      const { id } = yield* opened(world)
      yield* simulator.pay(id, "partial")
      yield* simulator.expire(id)
      yield* late(simulator.pay(id, "over"))
      yield* unlessSeen(world, id, "an invoice whose rest came late and with too much")
    })
  },
  {
    id: "time-ends-an-open-invoice",
    name: "an invoice that nobody pays in its time is expired",
    why: "The order stays open for ever, and the customer cannot try again.",
    look: "The provider's word for it, and nothing else: no clock of ours decides.",
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { id } = yield* opened(world)
      yield* world.simulator.advance("2 days")
      yield* unlessBooked(world, id, "expired")
    })
  },
  {
    id: "failed-payment-is-not-paid",
    name: "an invoice whose payment failed is read as the provider has it, and covers nothing",
    why: tooSoon,
    look: mapping,
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { id } = yield* opened(world)
      yield* world.simulator.fail(id)
      yield* unlessBooked(world, id)
    })
  },
  {
    id: "customers-cancel-is-seen",
    name: "an invoice that its customer gave up is read as the provider has it, and covers nothing",
    why: "The order stays open for ever, and the customer cannot try again.",
    look: mapping,
    needs,
    run: Effect.fnUntraced(function*(world) {
      const { id } = yield* opened(world)
      yield* world.simulator.cancel(id)
      yield* unlessBooked(world, id)
    })
  },
  {
    id: "cancel-ends-the-invoice",
    name: "an invoice that the merchant canceled is canceled at the provider",
    why: "The customer can go on and pay for an order that was called off.",
    look: "`Invoices.cancel` has to do it there and to say what the provider answered; else declare it absent.",
    isCritical: true,
    needs: [...needs, "invoices.cancel"],
    run: Effect.fnUntraced(function*(world) {
      const { id } = yield* opened(world)
      const { status } = yield* world.adapter.invoices.cancel(id)
      yield* unlessEqual("the status that a cancel gives", status, "canceled")
      yield* unlessBooked(world, id, "canceled")
    })
  }
])

/** @internal */
export const life = [...payments, ...corrections, ...words, ...watching]
