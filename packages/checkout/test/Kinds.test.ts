/**
 * What changes say about an order holds for whatever may happen to its attempts.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Order from "@gatefold/checkout/Order"
import { AccountId, InvoiceId, ProviderId, Reference } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import * as Money from "@gatefold/core/Money"
import { DateTime, Effect, Result, Schema } from "effect"
import * as kinds from "../src/internal/kinds.ts"

const at = DateTime.makeUnsafe(0)
const account = AccountId.make("ecca")
const price = Result.getOrThrow(Money.fromInput({ amount: "100.00", currency: "MXN" }))
const other = Result.getOrThrow(Money.fromInput({ amount: "90.00", currency: "MXN" }))

/** One thing that happens to one attempt of an order. */
const Step = Schema.Struct({
  number: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3 })),
  status: Schema.Literals(["open", "processing", "canceled", "expired", "failed", "paid"]),
  coverage: Schema.Literals(["none", "partial", "full", "over"]),
  isReversed: Schema.Boolean,
  isOtherPrice: Schema.Boolean,
  what: Schema.Literals(["observed", "observed again", "canceled", "settled", "unknown", "abandoned"])
})
type Step = typeof Step.Type

const begun = (number: number): Order.Attempt =>
  new Order.Attempt({
    number,
    account,
    providerReference: Reference.make(`order-1.${number}`),
    state: "sending",
    version: 0,
    createdAt: at
  })

const fresh = new Order.Order({
  store: "main",
  reference: Reference.make("order-1"),
  price,
  metadata: {},
  createdAt: at,
  attempts: [1, 2, 3].map(begun)
})

const observed = ({ coverage, isOtherPrice, isReversed, number, status }: Step): Invoice.Invoice =>
  Invoice.make({
    provider: ProviderId.make("ecca"),
    account,
    id: InvoiceId.make(`invoice-${number}`),
    status,
    coverage,
    isReversed: isReversed && status === "paid",
    prices: [isOtherPrice ? other : price]
  })

const attemptAfter = (attempt: Order.Attempt, step: Step): Order.Attempt => {
  const { settledAt: _, ...kept } = attempt
  switch (step.what) {
    case "canceled":
      return Order.isPaid(attempt) ? attempt : new Order.Attempt({ ...attempt, canceledAt: at })
    case "settled":
      return new Order.Attempt({ ...attempt, settledAt: at })
    case "unknown":
    case "abandoned":
      return attempt.invoice === undefined ? new Order.Attempt({ ...attempt, state: step.what }) : attempt
    default: {
      const seen = observed(step)
      const known = attempt.invoice
      const invoice = known === undefined ? seen : Result.getOrElse(Invoice.merge(known, seen), () => known)
      return new Order.Attempt({ ...kept, state: "done", invoice })
    }
  }
}

const orderAfter = (order: Order.Order, step: Step): Order.Order =>
  new Order.Order({
    ...order,
    attempts: order.attempts.map((attempt) => attempt.number === step.number ? attemptAfter(attempt, step) : attempt)
  })

const numbers = (attempts: ReadonlyArray<Order.Attempt>) => attempts.map(({ number }) => number)

/** The kinds of each step of a story, with the order before and after. */
const told = (steps: ReadonlyArray<Step>) => {
  let before = fresh
  return steps.map((step) => {
    const after = orderAfter(before, step)
    const change = { step, before, after, kinds: kinds.between(before, after, step.number) }
    before = after
    return change
  })
}

const stories = { steps: Schema.Array(Step).check(Schema.isMaxLength(12)) }

describe("changes", () => {
  it.effect.prop(
    "announce that an order is paid exactly when it comes to be, once unless that is taken back",
    stories,
    ({ steps }) =>
      Effect.sync(() => {
        let isAnnounced = false
        for (const { after, kinds } of told(steps)) {
          if (kinds.includes("paid")) assert.isFalse(isAnnounced)
          isAnnounced = after.isCovered && (isAnnounced || kinds.includes("paid"))
          assert.strictEqual(after.isCovered, isAnnounced)
        }
      })
  )

  it.effect.prop(
    "say nothing of what was known before, and are never called updated beside something better",
    stories,
    ({ steps }) =>
      Effect.sync(() => {
        for (const { after, kinds: said, step } of told(steps)) {
          assert.deepStrictEqual(kinds.between(after, after, step.number), [])
          assert.isTrue(!said.includes("updated") || said.length === 1)
          assert.strictEqual(new Set(said).size, said.length)
        }
      })
  )

  it.effect.prop(
    "tell every attempt that comes to need a person, and every refund that comes to be due",
    stories,
    ({ steps }) =>
      Effect.sync(() => {
        for (const { after, before, kinds } of told(steps)) {
          const grew = (is: ReadonlyArray<number>, was: ReadonlyArray<number>) =>
            is.some((number) => !was.includes(number))
          if (grew(numbers(after.needsReview), numbers(before.needsReview))) assert.include(kinds, "needsReview")
          assert.strictEqual(
            grew(numbers(after.refundDue), numbers(before.refundDue)),
            kinds.includes("refundDue")
          )
        }
      })
  )

  it.effect.prop(
    "tell the second of two that are paid, and money for what was canceled",
    stories,
    ({ steps }) =>
      Effect.sync(() => {
        for (const { after, before, kinds, step: { number } } of told(steps)) {
          const [was, is] = [before, after].map(({ attempts }) => attempts.find((one) => one.number === number))
          const isNewlyPaid = is !== undefined && Order.isPaid(is) && (was === undefined || !Order.isPaid(was))
          const isWanted = is?.canceledAt === undefined
          const others = after.attempts.filter((one) =>
            one.number !== number && one.canceledAt === undefined && Order.isPaid(one)
          )
          assert.strictEqual(kinds.includes("paidAfterCancel"), isNewlyPaid && !isWanted)
          assert.strictEqual(kinds.includes("paidTwice"), isNewlyPaid && isWanted && others.length > 0)
        }
      })
  )
})

describe("an order", () => {
  it.effect.prop("gives back all the money but that of one attempt", stories, ({ steps }) =>
    Effect.sync(() => {
      for (const { after } of told(steps)) {
        const unsettled = after.attempts.filter(({ settledAt }) => settledAt === undefined)
        if (unsettled.length < after.attempts.length) continue
        const paid = after.attempts.filter(Order.isPaid)
        const kept = paid.filter(({ number }) => !numbers(after.refundDue).includes(number))
        assert.isAtMost(kept.length, 1)
        assert.strictEqual(kept.length === 1, paid.some(({ canceledAt }) => canceledAt === undefined))
        // what it keeps pays for the order, if anything does
        assert.strictEqual(after.isCovered, kept.some((attempt) => Order.covers(price, attempt)))
      }
    }))

  it.effect.prop(
    "is covered by what is paid and not canceled, and whatever else has money needs a person",
    stories,
    ({ steps }) =>
      Effect.sync(() => {
        for (const { after } of told(steps)) {
          const covering = after.attempts.filter((attempt) => Order.covers(price, attempt))
          assert.strictEqual(after.isCovered, covering.length > 0)
          for (const attempt of covering) assert.isUndefined(attempt.canceledAt)
          const review = numbers(after.needsReview)
          for (const attempt of after.attempts) {
            const isCalm = attempt.settledAt !== undefined || review.includes(attempt.number) ||
              covering.includes(attempt) || !Order.isPaid(attempt)
            assert.isTrue(isCalm, `attempt ${attempt.number}`)
          }
          for (const number of numbers(after.refundDue)) assert.include(review, number)
        }
      })
  )

  it.effect.prop(
    "says of what is paid that it is uncovered exactly when that is not its price, wanted or not",
    stories,
    ({ steps }) =>
      Effect.sync(() => {
        for (const { after } of told(steps)) {
          assert.deepStrictEqual(after.reviews.map(({ attempt }) => attempt), [...numbers(after.needsReview)])
          for (const attempt of after.attempts) {
            const why = after.reviews.find((one) => one.attempt === attempt.number)?.why ?? []
            const isUncovered = attempt.settledAt === undefined && Order.isPaid(attempt) &&
              attempt.invoice !== undefined && !Invoice.covers(price, attempt.invoice)
            assert.strictEqual(why.includes("uncovered"), isUncovered)
          }
        }
      })
  )

  it.effect.prop(
    "shows one thing to pay at most, none when it is paid, and nothing that has ended",
    stories,
    ({ steps }) =>
      Effect.sync(() => {
        for (const { after } of told(steps)) {
          const payable = after.attempts.filter((attempt) => Order.isPayable(after, attempt))
          assert.isAtMost(payable.length, 1)
          if (payable.length > 0) {
            assert.isFalse(after.isCovered)
            assert.isFalse(after.attempts.some((one) => one.canceledAt === undefined && Order.isPaid(one)))
          }
          for (const { invoice } of payable) {
            assert.notInclude(["paid", "expired", "failed", "canceled"], invoice?.status, "its own invoice")
          }
        }
      })
  )

  it.effect.prop(
    "is followed by the next attempt only after what came to nothing, and never left without a word",
    stories,
    ({ steps }) =>
      Effect.sync(() => {
        for (const { after } of told(steps)) {
          for (const attempt of after.attempts) {
            const { canceledAt, invoice, settledAt, state } = attempt
            const isOver = Order.isOver(attempt)
            if (state === "unknown") assert.isFalse(isOver)
            if (state === "abandoned") assert.isTrue(isOver)
            if (invoice === undefined) continue
            if (canceledAt !== undefined) assert.isTrue(isOver, "what was canceled is followed, paid or not")
            else if (invoice.status === "open" || Order.isPaid(attempt)) assert.isFalse(isOver)
            // whoever opens it again pays, is told that it is paid, or that a person has to look
            const isTold = isOver || Order.isPaid(attempt) || !Invoice.isTerminal(invoice) ||
              (settledAt === undefined && after.needsReview.includes(attempt))
            assert.isTrue(isTold)
          }
        }
      })
  )
})
