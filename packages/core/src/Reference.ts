/**
 * References of attempts: the order's own for the first, a numbered one for each that follows.
 */
import * as Schema from "effect/Schema"
import { Reference } from "./Identifiers.ts"

/**
 * The provider reference of the n-th try to collect an order: `order-7`, then `order-7.2`, `order-7.3`. `undefined` if
 * that is no reference (too long, or `attempt` is no whole number from 1).
 *
 * Also `undefined` for an order whose own reference ends in a dot and a number: the first attempt of an order `7.2` and
 * the second of an order `7` would be one to the provider, and one invoice would be paid for both.
 */
export const ofAttempt = (order: string, attempt: number): Reference | undefined => {
  if (!Number.isSafeInteger(attempt) || attempt < 1 || /\.\d+$/u.test(order)) return undefined
  const text = attempt === 1 ? order : `${order}.${attempt}`
  return Schema.is(Reference)(text) ? text : undefined
}
