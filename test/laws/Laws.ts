/**
 * What has to hold of every history: whatever arrives, in whatever order and however often, an invoice ends in the state
 * that its last observation gives.
 */
import * as Invoice from "@gatefold/core/Invoice"
import { Effect, Random, Result } from "effect"
import type { Step } from "./Histories.ts"

/** A law that a case broke, for people. */
export type Broken = string

const merged = (observations: ReadonlyArray<Invoice.Invoice>): Invoice.Invoice | undefined => {
  const [first, ...others] = observations
  return others.reduce<Invoice.Invoice | undefined>(
    (state, next) => state === undefined ? undefined : Result.getOrUndefined(Invoice.merge(state, next)),
    first
  )
}

const keyOf = (invoice: Invoice.Invoice | undefined): string =>
  invoice === undefined ? "none" : Invoice.factKey(invoice)

/** A webhook and a read of the same fact are the same fact. */
export const sameFact = (steps: ReadonlyArray<Step>): ReadonlyArray<Broken> =>
  steps.flatMap(({ read, webhook }) =>
    webhook === undefined || keyOf(webhook) === keyOf(read)
      ? []
      : [`a webhook and a read of one fact differ:\n  ${keyOf(webhook)}\n  ${keyOf(read)}`]
  )

/**
 * One case: some of what was observed, some of it twice, in any order and grouping, with the last observation somewhere
 * among it, comes to the last observation.
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
