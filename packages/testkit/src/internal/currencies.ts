/**
 * The currencies that an adapter says it takes, and what can be asked in each.
 */
import * as Currency from "@gatefold/core/Currency"
import * as Money from "@gatefold/core/Money"
import * as BigDecimal from "effect/BigDecimal"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { World } from "../World.ts"
import { priceOf } from "./prices.ts"

/** So many of each number of decimals, as an account may have hundreds. */
const fewOf = <A>(all: ReadonlyArray<A>): ReadonlyArray<A> => all.slice(0, 3)

/** Where nobody knows how many decimals there are. */
const usual = 2

const declared = Effect.fnUntraced(function*({ adapter, subject }: World) {
  const { currencies } = subject.provider
  if (currencies !== "asked") return currencies.flatMap((code) => Currency.parse(code) ?? [])
  return adapter.gateway.capabilities.has("catalog.currencies")
    ? (yield* adapter.catalog.currencies).map(({ currency }) => currency)
    : []
})

/** @internal A few of the currencies that it takes beside that of the order, by their number of decimals. */
export const others = Effect.fnUntraced(function*(world: World) {
  const own = yield* priceOf(world.subject.order)
  const all = (yield* declared(world)).filter((currency) => currency.code !== own.currency.code)
  const byDecimals = Map.groupBy(all, (currency) => Currency.decimals(currency))
  return [...byDecimals.values()].map(fewOf)
})

/** @internal An amount with this number of decimals, further ones being cut off. */
export const atScale = (text: string, decimals: number): string => {
  const [whole = "", fraction = ""] = text.split(".")
  return decimals === 0 ? whole : `${whole}.${fraction.slice(0, decimals).padEnd(decimals, "0")}`
}

/** @internal Prices in a currency, of which a provider is likely to take one: the figures of the order first. */
export const pricesIn = (world: World, currency: Currency.Currency) =>
  Effect.map(priceOf(world.subject.order), (own) =>
    [Money.format(own), "1", "100", "10000"].flatMap((amount) => {
      const price = Money.parse(atScale(amount, Currency.decimals(currency) ?? usual), currency)
      return Result.isSuccess(price) && BigDecimal.isPositive(price.success.amount) ? [price.success] : []
    }))
