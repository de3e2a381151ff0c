/**
 * Histories of invoices: random acts of customers and of the provider, what a webhook, a read and a list say after each
 * of them, and the laws that have to hold of it, so that duplicated, reordered, late and lost messages do no harm.
 *
 * Which acts and arrivals are drawn depends on `Random`, so that a run under `Random.withSeed` can be repeated.
 */
import type { GatewayError } from "@gatefold/core/GatewayError"
import * as Invoice from "@gatefold/core/Invoice"
import type { NewInvoice } from "@gatefold/core/NewInvoice"
import type { Simulator, SimulatorError } from "@gatefold/core/Simulator"
import type { WebhookRejected } from "@gatefold/core/WebhookRejected"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { lessThan } from "./internal/price.ts"
import type { Adapter } from "./World.ts"

/** Something that happens to an invoice at its provider. */
export type Act = (id: string) => Effect.Effect<void, SimulatorError>

/** The observations of one step. The list may know less than the read, and a webhook that is only signed, too. */
export interface Step {
  readonly read: Invoice.Invoice
  readonly webhook: Invoice.Invoice | undefined
  readonly listed: Invoice.Invoice | undefined
}

/** The part of an adapter that observes invoices. */
export type Observer = Pick<Adapter, "invoices" | "webhookEvents">

export interface Options {
  readonly observer: Observer
  readonly simulator: Simulator
  readonly order: NewInvoice
  /** How many things are tried to happen. What a provider does not offer, or a state forbids, does not happen. */
  readonly acts: number
  /** What only this provider knows. */
  readonly extra?: ReadonlyArray<Act> | undefined
  /** Lets some time pass. By default the provider's clock is moved by 7 minutes. */
  readonly wait?: Effect.Effect<void> | undefined
}

/** Opens an invoice and lets things happen to it. The first step is the invoice as it was opened. */
export const history = Effect.fnUntraced(function*(options: Options) {
  const { acts, extra = [], observer, order, simulator } = options
  const { id } = yield* observer.invoices.create(order)
  const choices = [...everyAct(options), ...extra]
  const steps = [yield* observe(observer, simulator, id)]
  for (let act = 0; act < acts; act++) {
    const index = yield* Random.nextIntBetween(0, choices.length)
    const happened = yield* Effect.option(choices[index]?.(id) ?? Effect.void)
    if (Option.isSome(happened)) steps.push(yield* observe(observer, simulator, id))
  }
  return steps
})

/** Payments are drawn more often, because most of what is worth looking at comes after one. */
const everyAct = ({ order, simulator, wait }: Options): ReadonlyArray<Act> => [
  ...Array.from({ length: 4 }, (): Act => (id) => simulator.pay(id, "full")),
  (id) => simulator.pay(id, "partial"),
  (id) => simulator.pay(id, "over"),
  (id) => simulator.begin(id),
  (id) => simulator.expire(id),
  (id) => simulator.fail(id),
  (id) => simulator.cancel(id),
  (id) => simulator.adjust(id),
  (id) => simulator.adjust(id, lessThan(order.price)),
  (id) => simulator.reverse(id),
  () => wait ?? simulator.advance("7 minutes")
]

/** What a webhook, a list and a read say of an invoice at this moment. */
export const observe = Effect.fnUntraced(function*(
  { invoices, webhookEvents }: Observer,
  simulator: Simulator,
  id: Invoice.Invoice["id"]
): Effect.fn.Return<Step, GatewayError | WebhookRejected> {
  const newest = yield* Effect.option(simulator.webhook(id))
  const webhook = Option.isNone(newest) ? undefined : yield* orAbsent(webhookEvents.receive(newest.value))
  const listed = yield* orAbsent(invoices.list().pipe(Stream.filter((invoice) => invoice.id === id), Stream.runHead))
  return {
    read: yield* invoices.get({ id }),
    webhook: webhook?.invoice,
    listed: listed === undefined ? undefined : Option.getOrUndefined(listed)
  }
})

/** What a provider does not offer tells nothing. */
const orAbsent = <A, E>(observed: Effect.Effect<A, GatewayError | E>) =>
  Effect.catchReason(observed, "GatewayError", "Unsupported", () => Effect.undefined)

/** A law that a history broke, for people. */
export type Broken = string

/** All observations joined; `undefined` of none. */
export const merged = (observations: ReadonlyArray<Invoice.Invoice>): Invoice.Invoice | undefined => {
  const [first, ...others] = observations
  return others.reduce<Invoice.Invoice | undefined>(
    (state, next) => state === undefined ? undefined : Result.getOrUndefined(Invoice.merge(state, next)),
    first
  )
}

/** The key of the fact, or `none`. */
export const keyOf = (invoice: Invoice.Invoice | undefined): string =>
  invoice === undefined ? "none" : Invoice.factKey(invoice)

/** A webhook and a read of the same fact are the same fact. */
export const sameFact = (steps: ReadonlyArray<Step>): ReadonlyArray<Broken> =>
  steps.flatMap(({ read, webhook }) =>
    webhook === undefined || keyOf(webhook) === keyOf(read)
      ? []
      : [`a webhook and a read of one fact differ:\n  ${keyOf(webhook)}\n  ${keyOf(read)}`]
  )

/** What is stated elsewhere is never more than a read at the same moment states. */
export const dominated = (
  steps: ReadonlyArray<Step>,
  from: "webhook" | "listed"
): ReadonlyArray<Broken> =>
  steps.flatMap(({ read, ...others }) => {
    const other = others[from]
    return other === undefined || keyOf(merged([other, read])) === keyOf(read)
      ? []
      : [
        `what is ${from === "listed" ? "listed" : "signed"} states more than a read:\n  ${keyOf(other)}\n  ${
          keyOf(read)
        }`
      ]
  })

/**
 * One case of convergence: some of what was observed, some of it twice, in any order and grouping, with the last
 * observation somewhere among it, comes to the last observation.
 */
export const converges = Effect.fnUntraced(function*(steps: ReadonlyArray<Step>) {
  const last = steps.at(-1)
  if (last === undefined) return []
  const arrived: Array<Invoice.Invoice> = [(yield* Random.nextBoolean) ? last.read : last.webhook ?? last.read]
  for (const { listed, read, webhook } of steps) {
    for (const observation of [listed, read, webhook]) {
      const times = yield* Random.nextIntBetween(0, 3)
      if (observation !== undefined) arrived.push(...Array.from({ length: times }, () => observation))
    }
  }
  const shuffled = yield* Random.shuffle(arrived)
  const cut = yield* Random.nextIntBetween(0, shuffled.length + 1)
  const halves = [merged(shuffled.slice(0, cut)), merged(shuffled.slice(cut))].filter((half) => half !== undefined)
  const broken: Array<Broken> = []
  if (keyOf(merged(shuffled)) !== keyOf(last.read)) {
    broken.push(`does not converge:\n  ${keyOf(merged(shuffled))}\n  ${keyOf(last.read)}`)
  }
  if (keyOf(merged(halves)) !== keyOf(last.read)) broken.push("is not associative or not commutative")
  return broken
})

/**
 * All laws of one history, with so many cases of convergence. What is only signed states a part of what a read tells, so
 * there the read has to come last.
 */
export const judge = Effect.fnUntraced(function*(
  steps: ReadonlyArray<Step>,
  options: { readonly areWebhooksRead: boolean; readonly cases: number }
) {
  const last = steps.at(-1)
  const lastRead = last === undefined ? [] : [{ ...last, webhook: undefined }]
  const observed = options.areWebhooksRead ? steps : [...steps.slice(0, -1), ...lastRead]
  const broken = options.areWebhooksRead ? [...sameFact(steps)] : [...dominated(steps, "webhook")]
  for (let each = 0; each < options.cases; each++) broken.push(...yield* converges(observed))
  return broken
})
