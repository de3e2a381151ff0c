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

/** Up to which age, how often. */
const whileOpen = [[2 * minute, 15 * second], [hour, minute], [day, 10 * minute], [Infinity, hour]] as const

const whileEnded = [[hour, 5 * minute], [day, hour], [Infinity, 6 * hour]] as const

const pause = (steps: ReadonlyArray<readonly [number, number]>, age: number): number =>
  steps.find(([until]) => age < until)?.[1] ?? day

/**
 * @internal The pauses grow with age. An invoice is asked about right after its expiry, and after its end for as long as
 * late money, adjustments and reversals are waited for. `jitter` is from 0 to 1.
 */
export const next = (known: Known, options: CheckoutOptions, now: number, jitter: number): Next => {
  const soon = (wait: number) => now + Math.round(wait * (0.9 + 0.2 * jitter))
  if (Invoice.isTerminal(known.invoice)) {
    const age = now - (known.endedAt ?? now)
    return age > Duration.toMillis(options.watchEnded) ? undefined : soon(pause(whileEnded, age))
  }
  const { expiresAt } = known.invoice
  const age = now - known.createdAt
  if (expiresAt === undefined && age > Duration.toMillis(options.staleAfter)) return "stale"
  const regular = soon(pause(whileOpen, age))
  const expiry = expiresAt === undefined ? undefined : DateTime.toEpochMillis(expiresAt) + 5 * second
  return expiry !== undefined && expiry > now ? Math.min(regular, expiry) : regular
}
