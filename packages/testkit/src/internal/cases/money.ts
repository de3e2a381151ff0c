/**
 * D. Amounts keep their digits.
 */
import * as Invoice from "@gatefold/core/Invoice"
import * as Money from "@gatefold/core/Money"
import type { Simulator } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Case from "../../Case.ts"
import { unless, unlessEqual, Violation } from "../../Violation.ts"
import { attempt, booked, said } from "../creating.ts"
import { inapplicable } from "../inapplicable.ts"
import { dearer, dearerThan, decimalsOf, priceOf } from "../prices.ts"
import { answerWith, replayed } from "../replay.ts"
import { refusedMoney } from "./refusedMoney.ts"

const notToTheCent = "A customer would pay another amount than the order says, and no books would balance."

const byText =
  "Keep amounts as `Money`: read them with `Wire.Amount`, write them with `Money.format`, never through a number."

/** Whole numbers beyond what a float can tell apart, and fractions that none can hold. */
const awkward = "1 10 12.3 0.29 1.15 4.35 19.99 1234567.89 4503599627370497.01 9007199254740993 9007199254740993.01"
  .split(" ")

/** The awkward amounts at this number of decimals, the last digit being the smallest amount. */
const amountsAt = (decimals: number): ReadonlyArray<string> =>
  decimals === 0
    ? ["1", "10", "1234567", "9007199254740993"]
    : [
      `0.${"1".padStart(decimals, "0")}`,
      `0.1${"0".repeat(decimals - 1)}`,
      ...awkward.map((text) => atScale(text, decimals))
    ]

const atScale = (text: string, decimals: number): string => {
  const [whole, fraction = ""] = text.split(".")
  return `${whole}.${fraction.slice(0, decimals).padEnd(decimals, "0")}`
}

/** What the books say that an invoice costs. */
const onBooks = Effect.fnUntraced(function*({ books }: Simulator, id: string) {
  const entry = (yield* books).find((entry) => entry.id === id)
  if (entry === undefined) return yield* new Violation({ message: `the invoice ${id} is not on the provider's books` })
  return yield* Money.make(entry.amount, entry.currency)
})

const unlessSame = (what: string, actual: Money.Money | undefined, asked: Money.Money) =>
  unless(
    actual !== undefined && Money.equals(actual, asked),
    `${what} should be exactly ${asked}, and is ${actual ?? "not stated"}`
  )

const exactness = Case.group("D", [
  {
    id: "price-is-exact",
    name: "an order's price stands on the provider's books, in the answer and in a read as it was asked",
    why: notToTheCent,
    look: byText,
    isCritical: true,
    needs: ["invoices.create", "invoices.get"],
    run: Effect.fnUntraced(function*({ adapter, order, simulator }) {
      const asked = order()
      for (const price of [yield* priceOf(asked), yield* dearer(asked)]) {
        const created = yield* adapter.invoices.create(order({ price }))
        yield* unlessSame("the price on the books", yield* onBooks(simulator, created.id), price)
        yield* unlessSame("the price of the invoice that was created", created.price, price)
        yield* unlessSame("the price of a read", (yield* adapter.invoices.get({ id: created.id })).price, price)
      }
    })
  },
  {
    id: "awkward-price-is-exact",
    name: "a price that no float can hold is exact, or refused without a trace",
    why: notToTheCent,
    look: byText,
    isCritical: true,
    needs: ["invoices.create"],
    run: Effect.fnUntraced(function*(world) {
      const { currency, ...own } = yield* priceOf(world.order())
      for (const amount of amountsAt(decimalsOf({ currency, ...own }))) {
        const price = yield* Money.make(amount, currency)
        const came = yield* attempt(world, world.adapter, world.order({ price: { amount, currency } }))
        if (Result.isFailure(came.result)) {
          yield* unless(
            came.result.failure.effect === "none" && came.made.length === 0,
            `a price of ${price} that is refused should leave nothing behind (${booked(came.made)}), and ${said(came)}`
          )
          continue
        }
        const { id, price: stated } = came.result.success
        yield* unlessSame(`what the provider collects for ${price}`, yield* onBooks(world.simulator, id), price)
        yield* unlessSame("the price of the invoice that was created", stated, price)
      }
    })
  },
  {
    id: "price-survives-storage",
    name: "what was read is the same after it was written as JSON and read again",
    why: "A shop compares prices after a restart: digits lost in its own database look like another price.",
    look: "Make invoices with `Invoice.make`, out of `Money` and not of numbers or text of your own.",
    needs: ["invoices.create", "invoices.get"],
    run: Effect.fnUntraced(function*({ adapter, order }) {
      const price = yield* dearer(order())
      const { id } = yield* adapter.invoices.create(order({ price }))
      const read = yield* adapter.invoices.get({ id })
      const text = JSON.stringify(yield* Schema.encodeEffect(Invoice.Invoice)(read))
      const again = yield* Schema.decodeUnknownEffect(Invoice.Invoice)(JSON.parse(text))
      yield* unlessSame("the price that was stored", again.price, price)
      yield* unlessEqual("the fact that was stored", Invoice.factKey(again), Invoice.factKey(read))
      yield* unlessEqual("the digits that were stored", again.prices.map(String), read.prices.map(String))
    })
  },
  {
    id: "paid-covers-its-price-alone",
    name: "a paid invoice covers the price that was asked, and no other",
    why: "An order is handed over when its price is covered: for too little, or never, though it is paid.",
    look: "Put into `prices` what the order costs: not what the customer pays with fees, nor what the merchant gets.",
    isCritical: true,
    needs: ["invoices.create", "invoices.get"],
    run: Effect.fnUntraced(function*({ adapter, order, simulator }) {
      const own = yield* priceOf(order())
      const price = dearerThan(own)
      const { id } = yield* adapter.invoices.create(order({ price }))
      yield* unless(
        !Invoice.covers(price, yield* adapter.invoices.get({ id })),
        `an invoice of ${price} that nobody has paid should not cover it`
      )
      yield* simulator.pay(id)
      const paid = yield* adapter.invoices.get({ id })
      yield* unless(
        Invoice.covers(price, paid),
        `an invoice of ${price} that was paid in full should cover it, and does not: ${paid.status}, priced `
          + paid.prices.join(" and ")
      )
      for (const other of [own, dearerThan(price)]) {
        yield* unless(!Invoice.covers(other, paid), `an invoice of ${price} should not cover ${other}`)
      }
    })
  }
])

/** How a price may be written in an answer: as text, as a number without trailing zeros, in its smallest amounts. */
const spellings = (price: Money.Money): ReadonlyArray<string> => {
  const text = Money.format(price)
  return [text, text.includes(".") ? text.replace(/\.?0+$/u, "") : text, text.replace(".", "")]
}

/** The answer with another price in it, in whichever spelling it has. */
const repriced = (body: string, from: Money.Money, to: Money.Money): string | undefined =>
  Option.getOrUndefined(Option.fromUndefinedOr(
    spellings(from).flatMap((text, index) => {
      const digits = new RegExp(`(?<![0-9.])${text.replace(".", "\\.")}(?![0-9]|\\.[0-9])`, "gu")
      return digits.test(body) ? [body.replace(digits, spellings(to)[index] ?? text)] : []
    })[0]
  ))

const integrity = Case.group("D", [
  {
    id: "other-price-is-integrity-mismatch",
    name: "an answer with another price than was asked is an `IntegrityMismatch`",
    why: "The customer is asked for another amount than the shop shows, and the order can never be covered.",
    look: "Compare the price of every create's answer with what was asked; `CreateByReference.create` does it.",
    isCritical: true,
    needs: ["invoices.create"],
    run: Effect.fnUntraced(function*(world) {
      const { adapter, order, simulator } = world
      // digits that stand for nothing else in an answer
      const price = dearerThan(yield* priceOf(order()))
      const [sent, again, control, wrong] = [order, order, order, order].map((next) => next({ price }))
      if (sent === undefined || again === undefined || control === undefined || wrong === undefined) return
      yield* adapter.invoices.create(sent)
      const answer = yield* replayed(simulator, sent.reference, again.reference)
      if (answer === undefined) return yield* inapplicable("its requests cannot be sent by anybody else")
      const bodyFor = (reference: string) => answer.body.replaceAll(again.reference, reference)
      yield* answerWith(simulator, { ...answer, body: bodyFor(control.reference) })
      const fine = yield* Effect.result(adapter.invoices.create(control))
      if (Result.isFailure(fine)) return yield* inapplicable("its answers cannot be written by anybody else")
      const body = repriced(bodyFor(wrong.reference), price, dearerThan(price))
      if (body === undefined) return yield* inapplicable("its answers do not spell the price in figures")
      yield* answerWith(simulator, { ...answer, body })
      const came = yield* attempt(world, adapter, wrong)
      yield* unless(
        Result.isFailure(came.result) && came.result.failure.reason._tag === "IntegrityMismatch",
        `a create of ${price} that is answered with ${dearerThan(price)} should fail with IntegrityMismatch, and ${
          said(came)
        }`
      )
    })
  }
])

/** @internal */
export const money = [...exactness, ...integrity, ...refusedMoney]
