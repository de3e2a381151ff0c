/**
 * What providers can state about an invoice and about a payment alike, and how two such statements are joined.
 *
 * No clock of ours enters a join, so that the order in which statements arrive cannot matter.
 */
import * as BigDecimal from "effect/BigDecimal"
import * as DateTime from "effect/DateTime"
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"
import * as Money from "../Money.ts"
import { Adjustment, Settlement } from "../Settlement.ts"
import { format as formatDecimal } from "./decimalText.ts"
import * as Join from "./join.ts"

/** @internal Life cycle, in the order in which a later word wins over an earlier one. */
export const statuses = ["unknown", "open", "processing", "canceled", "expired", "failed", "paid"] as const

/** @internal How much of what is due has been received. */
export const coverages = ["none", "partial", "full", "over"] as const

/** @internal How many words that nobody understood are kept. */
const unrecognizedKept = 16

/** @internal */
export const fields = {
  status: Schema.Literals(statuses),
  providerStatus: Schema.String,
  coverage: Schema.Literals(coverages),
  isLate: Schema.Boolean,
  isReversed: Schema.Boolean,
  isAdjusted: Schema.Boolean,
  adjustment: Schema.optionalKey(Adjustment),
  settlement: Schema.optionalKey(Settlement),
  createdAt: Schema.optionalKey(Schema.DateTimeUtcFromString),
  paidAt: Schema.optionalKey(Schema.DateTimeUtcFromString),
  expiresAt: Schema.optionalKey(Schema.DateTimeUtcFromString),
  received: Schema.Array(Money.Money),
  refunded: Schema.Array(Money.Money),
  unrecognized: Schema.Array(Schema.String)
}

const Facts = Schema.Struct(fields)

/** @internal */
export type Facts = typeof Facts.Type

/** @internal The facts with everything that may be left out, for constructors. */
export type Input = {
  readonly [K in keyof Facts]?: Facts[K] | undefined
}

/** @internal Fills in what was left out and puts the lists into their one order. */
export const canonical = (input: Input) => ({
  status: input.status ?? "open",
  providerStatus: input.providerStatus ?? "",
  coverage: input.coverage ?? "none",
  isLate: input.isLate ?? false,
  isReversed: input.isReversed ?? false,
  isAdjusted: input.isAdjusted ?? false,
  adjustment: input.adjustment,
  settlement: input.settlement,
  createdAt: input.createdAt,
  paidAt: input.paidAt,
  expiresAt: input.expiresAt,
  received: amounts(input.received ?? [], []),
  refunded: amounts(input.refunded ?? [], []),
  unrecognized: words(input.unrecognized ?? [], [])
})

const standing = Join.greatest(
  Order.combine(
    Order.mapInput(Join.ranked(statuses), (a: Pick<Facts, "status" | "providerStatus">) => a.status),
    Order.mapInput(Order.String, (a: Pick<Facts, "status" | "providerStatus">) => a.providerStatus)
  )
)

const coverage = Join.greatest(Join.ranked(coverages))

const byScale = Order.mapInput(Order.Number, (money: Money.Money) => money.amount.scale)

/** @internal Of one value in two notations the one with more digits, so that not even those depend on order. */
export const finest: Join.Join<Money.Money> = Join.greatest(byScale)

/** Amounts that only grow, one per currency. */
const amounts = Join.byKey(
  (money: Money.Money) => money.currency.toString(),
  Join.greatest(Order.combine(Order.mapInput(BigDecimal.Order, (money: Money.Money) => money.amount), byScale))
)

const words: Join.Join<ReadonlyArray<string>> = (a, b) =>
  Join.union((word: string) => word)(a, b).slice(0, unrecognizedKept)

/**
 * The value that the provider dated last; undated ones come first, and of two the smaller amount wins. `details` are all
 * that two values may differ in besides; what states a detail wins over what does not.
 */
const register = <A extends { readonly amount: Money.Money; readonly at?: DateTime.Utc }>(
  ...details: ReadonlyArray<(value: A) => string>
) =>
  Join.orAbsent(Join.greatest(Join.inTurn([
    Order.mapInput(Order.Number, (value: A) => value.at === undefined ? -Infinity : DateTime.toEpochMillis(value.at)),
    Order.mapInput(Join.reversed(BigDecimal.Order), (value: A) => value.amount.amount),
    Order.mapInput(Order.String, (value: A) => value.amount.currency.toString()),
    Order.mapInput(byScale, (value: A) => value.amount),
    ...details.map((detail) => Order.mapInput(Order.String, detail))
  ])))

const adjustment = register<Adjustment>()

const settlement = register<Settlement>(
  ({ fee }) => fee === undefined ? "" : `${formatDecimal(fee.amount)} ${fee.currency}`,
  ({ rate }) => rate === undefined ? "" : `${rate.base} ${rate.counter} ${formatDecimal(rate.value)}`,
  ({ rate }) => rate?.at === undefined ? "" : DateTime.formatIso(rate.at)
)

/** @internal The join of two statements, field by field. */
export const join = (a: Facts, b: Facts) => {
  const { providerStatus, status } = standing(a, b)
  return {
    status,
    providerStatus,
    coverage: coverage(a.coverage, b.coverage),
    isLate: Join.or(a.isLate, b.isLate),
    isReversed: Join.or(a.isReversed, b.isReversed),
    isAdjusted: Join.or(a.isAdjusted, b.isAdjusted),
    adjustment: adjustment(a.adjustment, b.adjustment),
    settlement: settlement(a.settlement, b.settlement),
    createdAt: Join.earliest(a.createdAt, b.createdAt),
    paidAt: Join.earliest(a.paidAt, b.paidAt),
    expiresAt: Join.latest(a.expiresAt, b.expiresAt),
    received: amounts(a.received, b.received),
    refunded: amounts(a.refunded, b.refunded),
    unrecognized: words(a.unrecognized, b.unrecognized)
  }
}
