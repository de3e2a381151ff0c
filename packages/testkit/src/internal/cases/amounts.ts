/**
 * B. Amounts as they are sent.
 */
import type { Simulator } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Case from "../../Case.ts"
import { unless } from "../../Violation.ts"
import type { World } from "../../World.ts"
import { others, pricesIn } from "../currencies.ts"
import { once } from "../once.ts"
import { amountsToSend, elsewhere, type SentAmount, standsIn } from "../sentAmounts.ts"
import { type Ask, asks, idFor } from "../writes.ts"

const requestsOf = ({ requests }: Simulator, { path }: Ask) =>
  Effect.map(requests, (all) => all.filter(({ operations }) => operations.includes(path)))

/** How many of these amounts were sent, each in full; others may be refused before. */
const sentInFull = Effect.fnUntraced(function*(world: World, ask: Ask, amounts: ReadonlyArray<SentAmount>) {
  let sent = 0
  for (const amount of amounts) {
    const before = (yield* requestsOf(world.simulator, ask)).length
    const price = { amount: amount.text, currency: amount.currency }
    yield* Effect.exit(once(ask.ask(world.adapter, world.order({ price }))))
    const [request] = (yield* requestsOf(world.simulator, ask)).slice(before)
    if (request === undefined) continue
    sent++
    yield* unless(
      standsIn(amount, request),
      `${amount.text} ${amount.currency} should be sent, and this is: ${request.url} ${request.body}`
    )
  }
  return sent
})

const ofAsk = (ask: Ask) =>
  Case.group("B", [
    {
      id: idFor(ask, "amount-is-sent-in-full"),
      name: `the amount of a ${ask.noun} is sent with all its digits, without exponent or rounding`,
      why: "The customer is asked for another amount than the shop expects, and the order is never covered.",
      look: "`Money.format` writes an amount; a `Number` made of it does not.",
      isCritical: true,
      needs: ask.needs,
      run: Effect.fnUntraced(function*(world) {
        const sent = yield* sentInFull(world, ask, yield* amountsToSend(world.order().price))
        yield* unless(sent > 0, `a ${ask.noun} sent nothing`)
        for (const currency of (yield* others(world)).flat()) {
          const [price] = yield* pricesIn(world, currency)
          if (price === undefined) continue
          yield* sentInFull(world, ask, (yield* amountsToSend(price)).map(elsewhere))
        }
      })
    }
  ])

/** @internal */
export const amounts = asks.flatMap(ofAsk)
