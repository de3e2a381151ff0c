/**
 * D. Amounts and currencies that are refused before anything is sent.
 */
import * as Money from "@gatefold/core/Money"
import type { NewInvoice } from "@gatefold/core/NewInvoice"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Case from "../../Case.ts"
import { unlessEqual, unlessFails } from "../../Violation.ts"
import type { World } from "../../World.ts"
import { carryOut } from "../creating.ts"
import { decimalsOf, priceOf } from "../prices.ts"
import { type Ask, asks, idFor } from "../writes.ts"

const byCheck =
  "Check orders with `NewInvoice.check` before anything is sent, with the provider's own decimals and currencies."

/** The call has to fail over this field, without any request. */
const unlessRefused = Effect.fnUntraced(function*(
  { adapter, order, simulator }: World,
  { ask, noun }: Ask,
  field: "amount" | "currency",
  price: NewInvoice["price"]
) {
  const what = `a ${noun} of ${JSON.stringify(price)}`
  const before = (yield* simulator.requests).length
  const reason = yield* unlessFails(what, ask(adapter, order({ price })), "InvalidRequest")
  yield* unlessEqual(`the field that ${what} is refused for`, reason.field, field)
  yield* unlessEqual(`the number of requests of ${what}`, (yield* simulator.requests).length - before, 0)
})

/** What is no amount, or none that can be asked for. */
const noAmounts = ["", " ", "0", "0.00", "-1", "-0.01", "1e3", "1E3", "NaN", "Infinity", "0x10", "1,5", "1.2.3", "12 "]

/** More decimals than any currency has. */
const endless = `1.${"0".repeat(24)}1`

/** Currencies of which no provider takes all. */
const currencies = ["USD", "EUR", "MXN", "JPY", "KWD", "ISK", "XAF", "BTC"]

const ofAsk = (ask: Ask) => {
  const { needs, noun, path } = ask
  return Case.group("D", [
    {
      id: idFor(ask, "no-amount-is-refused"),
      name: `a ${noun} of what is no positive amount in plain digits is refused before anything is sent`,
      why:
        "What each side makes of `1e3` or an empty amount differs: a customer is asked for a thousandfold, or nothing.",
      look: byCheck,
      isCritical: true,
      needs,
      run: Effect.fnUntraced(function*(world) {
        const { currency } = yield* priceOf(world.order())
        for (const amount of noAmounts) yield* unlessRefused(world, ask, "amount", { amount, currency: `${currency}` })
      })
    },
    {
      id: idFor(ask, "excess-decimals-are-refused"),
      name: `a ${noun} of an amount with more decimals than the currency has is refused, and never rounded`,
      why: "Rounded by the adapter, an order is collected at another price than the shop has on its books.",
      look: byCheck,
      isCritical: true,
      needs,
      run: Effect.fnUntraced(function*(world) {
        const own = yield* priceOf(world.order())
        yield* unlessRefused(world, ask, "amount", { amount: endless, currency: `${own.currency}` })
        const amount = `12.${"0".repeat(decimalsOf(own))}9`
        const before = (yield* world.simulator.requests).length
        const order = world.order({ price: { amount, currency: own.currency } })
        const came = yield* carryOut(world, path, ask.ask(world.adapter, order))
        if (Result.isFailure(came.result)) {
          const sent = (yield* world.simulator.requests).length - before
          return yield* unlessEqual(`the number of requests of a ${noun} of ${amount}, which failed,`, sent, 0)
        }
        // a provider may take more decimals than the standard says, but not change them
        const [entry] = came.made
        yield* unlessEqual(
          `what the provider collects for ${amount} ${own.currency}`,
          entry === undefined ? undefined : Money.canonical(yield* Money.make(entry.amount, entry.currency)),
          Money.canonical(yield* Money.make(amount, own.currency))
        )
      })
    },
    {
      id: idFor(ask, "other-currency-is-refused"),
      name: `a ${noun} in a currency that the provider does not take is refused before anything is sent`,
      why: "A provider that knows one currency collects the same figures in its own: 100 yen become 100 pesos.",
      look: byCheck,
      isCritical: true,
      needs,
      run: Effect.fnUntraced(function*(world) {
        yield* unlessRefused(world, ask, "currency", { amount: "12", currency: "no money" })
        const { currencies: taken } = world.subject.provider
        if (taken === "asked") return
        const other = currencies.find((code) => !taken.includes(code))
        if (other !== undefined) yield* unlessRefused(world, ask, "currency", { amount: "12", currency: other })
      })
    }
  ])
}

/** @internal */
export const refusedMoney = asks.flatMap(ofAsk)
