/**
 * When an attempt is asked about next: a pure function of what is known and of the time.
 */
import * as Invoice from "@gatefold/core/Invoice"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import type { CheckoutOptions } from "../CheckoutOptions.ts"

/** @internal */
export interface Known {
  readonly invoice: Invoice.Invoice
  /** When the attempt was begun, and when it was first seen to have ended, in milliseconds. */
  readonly createdAt: number
  readonly endedAt: number | undefined
}

/** @internal A moment in milliseconds, `stale` where nothing will tell by itself, or `undefined` where all is said. */
export type Next = number | "stale" | undefined

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Up to which age, and after how many of the shortest pauses. */
type Steps = ReadonlyArray<readonly [number, number]>

/** By default each 15 seconds, minute, 10 minutes, hour. */
const whileOpen: Steps = [[2 * minute, 1], [hour, 4], [day, 40], [Infinity, 240]]

/** By default each 5 minutes, hour, 6 hours. */
const whileEnded: Steps = [[hour, 20], [day, 240], [Infinity, 1_440]]

const pauses = (steps: Steps, age: number): number => steps.find(([until]) => age < until)?.[1] ?? 1

/**
 * @internal The pauses grow with age. An invoice is asked about right after its expiry, and after its end for as long as
 * late money, adjustments and reversals are waited for. `jitter` is from 0 to 1.
 */
export const next = (known: Known, options: CheckoutOptions, now: number, jitter: number): Next => {
  const shortest = Duration.toMillis(options.lookEvery)
  const soon = (steps: Steps, age: number) => now + Math.round(shortest * pauses(steps, age) * (0.9 + 0.2 * jitter))
  if (Invoice.isTerminal(known.invoice)) {
    const age = now - (known.endedAt ?? now)
    return age > Duration.toMillis(options.watchEnded) ? undefined : soon(whileEnded, age)
  }
  const { expiresAt } = known.invoice
  const expiry = expiresAt === undefined ? undefined : DateTime.toEpochMillis(expiresAt) + 5 * second
  // one that is open for long after it should have ended will not end by itself either
  const overdue = now - Math.max(known.createdAt, expiry ?? 0)
  if (overdue > Duration.toMillis(options.staleAfter)) return "stale"
  const regular = soon(whileOpen, now - known.createdAt)
  return expiry !== undefined && expiry > now ? Math.min(regular, expiry) : regular
}
