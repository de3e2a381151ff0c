/**
 * References of attempts: the order's own for the first, a numbered one for each that follows.
 */
import * as Schema from "effect/Schema"
import { Reference } from "./Identifiers.ts"

/**
 * The provider reference of the n-th try to collect an order: `order-7`, then `order-7.2`, `order-7.3`. `undefined` if
 * that is no reference (too long, or `attempt` is no whole number from 1).
 */
export const ofAttempt = (order: string, attempt: number): Reference | undefined => {
  if (!Number.isSafeInteger(attempt) || attempt < 1) return undefined
  const text = attempt === 1 ? order : `${order}.${attempt}`
  return Schema.is(Reference)(text) ? text : undefined
}
