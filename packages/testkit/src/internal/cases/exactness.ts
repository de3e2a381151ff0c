/**
 * D. A price is collected as it was asked, in every currency.
 */
import type * as Currency from "@gatefold/core/Currency"
import * as Money from "@gatefold/core/Money"
import type { Simulator } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Case from "../../Case.ts"
import { unless, Violation } from "../../Violation.ts"
import type { World } from "../../World.ts"
import { type Attempt, booked, carryOut, isWithoutTrace, said } from "../creating.ts"
import { atScale, others, pricesIn } from "../currencies.ts"
import { dearer, dearerThan, decimalsOf, priceOf, unlessSame } from "../prices.ts"
import { type Ask, asks, type Given, idFor } from "../writes.ts"

const shared = {
  why: "A customer would pay another amount than the order says, and no books would balance.",
  look:
    "Keep amounts as `Money`: read them with `Wire.Amount`, write them with `Money.format`, never through a number.",
  isCritical: true
}

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

/** What the books say that it costs; of a currency on a network they may name the currency alone. */
const onBooks = Effect.fnUntraced(function*({ books }: Simulator, id: string, { currency: asked }: Money.Money) {
  const entry = (yield* books).find((entry) => entry.id === id)
  if (entry === undefined) return yield* new Violation({ message: `${id} is not on the provider's books` })
  const price = yield* Money.make(entry.amount, entry.currency)
  return price.currency.network === undefined && price.currency.code === asked.code
    ? Money.fromBigDecimal(price.amount, asked)
    : price
})

/** What was asked has to stand on the books, and wherever the adapter states it. */
const unlessExact = Effect.fnUntraced(
  function*({ adapter, simulator }: World, { noun, prices }: Ask, gave: Given, asked: Money.Money) {
    yield* unlessSame(`the price on the books of a ${noun}`, yield* onBooks(simulator, gave.id, asked), asked)
    for (const stated of gave.prices) yield* unlessSame(`the price that a ${noun} gives`, stated, asked)
    for (const read of yield* prices(adapter, gave.id)) yield* unlessSame("the price of a read", read, asked)
  }
)

const asked = (world: World, { ask, path }: Ask, price: Money.Money) =>
  carryOut(world, path, ask(world.adapter, world.order({ price })))

/** Asks for the first of these prices that is taken, and for the smallest amount more; fails if one is not exact. */
const firstTaken = Effect.fnUntraced(function*(world: World, ask: Ask, prices: ReadonlyArray<Money.Money>) {
  let last: Attempt<Given> | undefined
  for (const price of prices) {
    last = yield* asked(world, ask, price)
    if (isWithoutTrace(last)) continue
    for (
      const [each, came] of [[price, last], [dearerThan(price), yield* asked(world, ask, dearerThan(price))]] as const
    ) {
      // a provider may have fewer decimals than the standard says
      if (came !== last && isWithoutTrace(came)) continue
      if (Result.isFailure(came.result)) {
        return yield* new Violation({ message: `a ${ask.noun} of ${each} should succeed, and ${said(came)}` })
      }
      yield* unlessExact(world, ask, came.result.success, each)
    }
    return undefined
  }
  return last
})

/** At least one of the currencies has to be taken, and each that is taken has to be exact. */
const unlessTaken = Effect.fnUntraced(
  function*(world: World, ask: Ask, currencies: ReadonlyArray<Currency.Currency>) {
    const refused: Array<Attempt<Given>> = []
    for (const currency of currencies) {
      const came = yield* firstTaken(world, ask, yield* pricesIn(world, currency))
      if (came !== undefined) refused.push(came)
    }
    const [one] = refused
    yield* unless(
      one === undefined || refused.length < currencies.length,
      `a ${ask.noun} in ${currencies.join(" or ")} should succeed, as the adapter declares to take that, and `
        + (one === undefined ? "" : said(one))
    )
  }
)

const ofAsk = (ask: Ask) => {
  const { needs, noun, path } = ask
  return Case.group("D", [
    {
      ...shared,
      id: idFor(ask, "price-is-exact"),
      name:
        `the price of a ${noun} stands as it was asked on the provider's books and in what is read, in every currency`,
      why:
        `${shared.why} Yen have no hundredths and dinars have thousandths: it may be a hundredfold, or in other money.`,
      look: `${shared.look} The simulator has to take the currencies that the adapter declares.`,
      needs,
      run: Effect.fnUntraced(function*(world) {
        const order = world.order()
        for (const price of [yield* priceOf(order), yield* dearer(order)]) {
          yield* unlessExact(world, ask, yield* ask.ask(world.adapter, world.order({ price })), price)
        }
        for (const currencies of yield* others(world)) yield* unlessTaken(world, ask, currencies)
      })
    },
    {
      ...shared,
      id: idFor(ask, "awkward-price-is-exact"),
      name: `the price of a ${noun} that no float can hold is exact, or refused without a trace`,
      needs,
      run: Effect.fnUntraced(function*(world) {
        const own = yield* priceOf(world.order())
        for (const amount of amountsAt(decimalsOf(own))) {
          const price = yield* Money.make(amount, own.currency)
          const came = yield* carryOut(world, path, ask.ask(world.adapter, world.order({ price })))
          if (Result.isSuccess(came.result)) {
            yield* unlessExact(world, ask, came.result.success, price)
            continue
          }
          yield* unless(
            isWithoutTrace(came),
            `a price of ${price} that is refused should leave nothing behind (${booked(came.made)}), and ${said(came)}`
          )
        }
      })
    }
  ])
}

/** @internal */
export const exactness = asks.flatMap(ofAsk)
