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
import { word } from "./keepable.ts"

/** Life cycles, in the order in which a later word wins over an earlier one; `open` and `pending` never meet. */
const ranks = ["unknown", "open", "pending", "processing", "canceled", "expired", "failed", "paid"] as const

type Rank = (typeof ranks)[number]

/** @internal The words of an invoice's life cycle. */
export const invoiceStatus = Schema.Literals(["unknown", "open", "processing", "canceled", "expired", "failed", "paid"])

/** @internal The words of a payment's life cycle. */
export const paymentStatus = Schema.Literals([
  "unknown",
  "pending",
  "processing",
  "canceled",
  "expired",
  "failed",
  "paid"
])

/** @internal */
export const isTerminal = (status: Rank): boolean => ranks.indexOf(status) >= ranks.indexOf("canceled")

/** @internal How much of what is due has been received. */
export const coverages = ["none", "partial", "full", "over"] as const

/** @internal How many words that nobody understood are kept. */
const unrecognizedKept = 16

/** @internal */
export const fields = {
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

const Stated = Schema.Struct(fields)

/** @internal */
export type Facts<Status extends Rank> = typeof Stated.Type & { readonly status: Status }

/** @internal The facts with everything that may be left out, for constructors. */
export type Input<Status extends Rank> = {
  readonly [K in keyof Facts<Status>]?: Facts<Status>[K] | undefined
}

/** @internal Fills in what was left out and puts the lists into their one order. */
export const canonical = <Status extends Rank>(input: Input<Status>, initial: Status) => ({
  status: input.status ?? initial,
  providerStatus: word(input.providerStatus ?? ""),
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
  unrecognized: words((input.unrecognized ?? []).map(word), [])
})

interface Standing<Status> {
  readonly status: Status
  readonly providerStatus: string
}

const standing = <Status extends Rank>(a: Standing<Status>, b: Standing<Status>): Standing<Status> =>
  byStanding(a, b) >= 0 ? a : b

const byStanding = Order.combine(
  Order.mapInput(Join.ranked(ranks), ({ status }: Standing<Rank>) => status),
  Order.mapInput(Order.String, ({ providerStatus }: Standing<Rank>) => providerStatus)
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

const millis = (at: DateTime.Utc | undefined, undated: number): number =>
  at === undefined ? undated : DateTime.toEpochMillis(at)

/** Of two amounts the smaller wins; `undefined`, which is no known amount, wins over any. */
const smallest = <A>(amountOf: (value: A) => Money.Money | undefined): Order.Order<A> =>
  Join.inTurn([
    Order.mapInput(Order.Boolean, (value: A) => amountOf(value) === undefined),
    Order.mapInput(Join.reversed(BigDecimal.Order), (value: A) => amountOf(value)?.amount ?? nothing),
    Order.mapInput(Order.String, (value: A) => amountOf(value)?.currency.toString() ?? ""),
    Order.mapInput(Order.Number, (value: A) => amountOf(value)?.amount.scale ?? 0)
  ])

const nothing = BigDecimal.make(BigInt(0), 0)

/**
 * The adjustment that the provider dated last. One to an unknown amount that is not dated either may be the last, so it
 * wins: what is not known must not be hidden by what is.
 */
const adjustment = Join.orAbsent(Join.greatest(Join.inTurn([
  Order.mapInput(Order.Number, ({ amount, at }: Adjustment) => millis(at, amount === undefined ? Infinity : -Infinity)),
  smallest(({ amount }: Adjustment) => amount)
])))

/** The settlement that the provider dated last; what states a fee or a rate wins over what does not. */
const settlement = Join.orAbsent(Join.greatest(Join.inTurn([
  Order.mapInput(Order.Number, ({ at }: Settlement) => millis(at, -Infinity)),
  smallest(({ amount }: Settlement) => amount),
  ...[
    ({ fee }: Settlement) => fee === undefined ? "" : `${formatDecimal(fee.amount)} ${fee.currency}`,
    ({ rate }: Settlement) => rate === undefined ? "" : `${rate.base} ${rate.counter} ${formatDecimal(rate.value)}`,
    ({ rate }: Settlement) => rate?.at === undefined ? "" : DateTime.formatIso(rate.at)
  ].map((detail) => Order.mapInput(Order.String, detail))
])))

/** @internal The join of two statements, field by field. */
export const join = <Status extends Rank>(a: Facts<Status>, b: Facts<Status>) => {
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
