/**
 * Histories of invoices at the simulators: random acts of customers and providers, and after each of them what a
 * webhook, a read and a list say.
 */
import type * as Invoice from "@gatefold/core/Invoice"
import { Invoices } from "@gatefold/core/Invoices"
import type { Simulator, SimulatorError } from "@gatefold/core/Simulator"
import { WebhookEvents } from "@gatefold/core/WebhookEvents"
import { Effect, Option, Random, Stream } from "effect"

type Act = (id: string) => Effect.Effect<void, SimulatorError>

/** What can happen at any provider; what one does not offer, or a state forbids, does not happen. */
const actsOf = (provider: Simulator): ReadonlyArray<Act> => [
  (id) => provider.pay(id, "partial"),
  (id) => provider.pay(id, "full"),
  (id) => provider.pay(id, "over"),
  (id) => provider.expire(id),
  (id) => provider.fail(id),
  (id) => provider.cancel(id),
  (id) => provider.adjust(id),
  (id) => provider.adjust(id, "240.00"),
  (id) => provider.reverse(id),
  () => provider.advance("7 minutes")
]

/** The observations of one step, which all state the same fact but the list, which may know less. */
export interface Step {
  readonly read: Invoice.Invoice
  readonly webhook: Invoice.Invoice | undefined
  readonly listed: Invoice.Invoice | undefined
}

const step = Effect.fnUntraced(function*(provider: Simulator, id: Invoice.Invoice["id"]) {
  const invoices = yield* Invoices
  const { receive } = yield* WebhookEvents
  const webhook = yield* Effect.option(Effect.flatMap(provider.webhook(id), receive))
  const listed = yield* invoices.list().pipe(Stream.filter((invoice) => invoice.id === id), Stream.runHead)
  const observed: Step = {
    read: yield* invoices.get({ id }),
    webhook: Option.getOrUndefined(Option.map(webhook, ({ invoice }) => invoice)),
    listed: Option.getOrUndefined(listed)
  }
  return observed
})

/** Opens an invoice and lets `acts` things happen to it. Extra acts are those that only one provider knows. */
export const history = Effect.fnUntraced(function*(
  provider: Simulator,
  order: Parameters<Invoices["Service"]["create"]>[0],
  acts: number,
  extra: ReadonlyArray<Act>
) {
  const { create } = yield* Invoices
  const { id } = yield* create(order)
  const choices = [...actsOf(provider), ...extra]
  const steps = [yield* step(provider, id)]
  for (let act = 0; act < acts; act++) {
    const index = yield* Random.nextIntBetween(0, choices.length)
    const happened = yield* Effect.option(choices[index]?.(id) ?? Effect.void)
    if (Option.isSome(happened)) steps.push(yield* step(provider, id))
  }
  return steps
})
