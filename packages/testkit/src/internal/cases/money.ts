/**
 * D. Amounts keep their digits.
 */
import * as Invoice from "@gatefold/core/Invoice"
import * as Money from "@gatefold/core/Money"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Case from "../../Case.ts"
import { unless, unlessEqual } from "../../Violation.ts"
import { attempt, said } from "../creating.ts"
import { inapplicable } from "../inapplicable.ts"
import { dearer, dearerThan, priceOf, unlessSame } from "../prices.ts"
import { answerWith, replayed } from "../replay.ts"
import { exactness } from "./exactness.ts"
import { refusedMoney } from "./refusedMoney.ts"

const kept = Case.group("D", [
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
export const money = [...exactness, ...kept, ...integrity, ...refusedMoney]
