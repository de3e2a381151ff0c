/**
 * Joins: ways to combine two observations of one value that do not depend on order, grouping or repetition.
 */
import * as DateTime from "effect/DateTime"
import * as Order from "effect/Order"

/** @internal A function that is associative, commutative and idempotent. */
export type Join<A> = (a: A, b: A) => A

/** @internal The greater of two by a total order. */
export const greatest = <A>(order: Order.Order<A>): Join<A> => (a, b) => order(a, b) >= 0 ? a : b

/** @internal The later member of a list of words. */
export const ranked = <const A extends string>(ranks: ReadonlyArray<A>): Order.Order<A> =>
  Order.mapInput(Order.Number, (word: A) => ranks.indexOf(word))

/** @internal */
export const reversed = <A>(order: Order.Order<A>): Order.Order<A> => Order.make((a, b) => order(b, a))

/** @internal Compares by the first order that tells two values apart. */
export const inTurn = <A>(orders: ReadonlyArray<Order.Order<A>>): Order.Order<A> =>
  orders.reduce((first, second) => Order.combine(first, second))

/** @internal */
export const or: Join<boolean> = (a, b) => a || b

/** @internal Extends a join to values that may be absent; absent loses. */
export const orAbsent = <A>(join: Join<A>): Join<A | undefined> => (a, b) =>
  a === undefined ? b : b === undefined ? a : join(a, b)

const chronological: Order.Order<DateTime.Utc> = DateTime.Order

/** @internal */
export const earliest: Join<DateTime.Utc | undefined> = orAbsent(greatest(reversed(chronological)))

/** @internal */
export const latest: Join<DateTime.Utc | undefined> = orAbsent(greatest(chronological))

/**
 * @internal Joins two lists as maps from a key, sorted by that key; entries with the same key are joined.
 */
export const byKey = <A>(key: (entry: A) => string, join: Join<A>): Join<ReadonlyArray<A>> => (left, right) => {
  // most lists of an observation have one entry or none
  if (left.length + right.length < 2) return [...left, ...right]
  const entries = new Map<string, A>()
  for (const entry of [...left, ...right]) {
    const known = entries.get(key(entry))
    entries.set(key(entry), known === undefined ? entry : join(known, entry))
  }
  return [...entries].sort(([a], [b]) => Order.String(a, b)).map(([, entry]) => entry)
}

/** @internal Joins two lists as sets, told apart and sorted by a key that equal entries share. */
export const union = <A>(key: (entry: A) => string): Join<ReadonlyArray<A>> => byKey(key, (a) => a)
