/**
 * The lists that there are, alike: how each is filled, read and paged.
 */
import type { Path } from "@gatefold/core/Capability"
import type { GatewayError } from "@gatefold/core/GatewayError"
import { InvoiceId, PaymentId, WithdrawalId } from "@gatefold/core/Identifiers"
import type * as Invoices from "@gatefold/core/Invoices"
import * as Money from "@gatefold/core/Money"
import type * as Withdrawals from "@gatefold/core/Withdrawals"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import type { World } from "../World.ts"
import { inapplicable } from "./inapplicable.ts"
import { moneyOf } from "./price.ts"
import { requestsFor } from "./provider.ts"

/** @internal An entry of a list, as far as entries are compared. */
export interface Item {
  readonly id: string
  readonly status: string
  /** The price or the amount, if one is stated. */
  readonly money: string | undefined
}

type Items = Stream.Stream<Item, GatewayError>

/** @internal A list by one field of its filter. */
export interface Filtered {
  readonly field: string
  readonly value: string
  readonly items: Items
  /** Which of all entries, which are given oldest first, it has to have, and in which order if that is asked for. */
  readonly wanted: (all: ReadonlyArray<Item>) => ReadonlyArray<Item>
}

const byStatus = <Status extends string>(
  statuses: ReadonlyArray<Status>,
  items: (status: Status) => Items
): ReadonlyArray<Filtered> =>
  statuses.map((value) => ({
    field: "status",
    value,
    items: items(value),
    wanted: (all) => all.filter(({ status }) => status === value)
  }))

const inOrder = (items: (order: "newest first" | "oldest first") => Items): ReadonlyArray<Filtered> => [
  { field: "order", value: "newest first", items: items("newest first"), wanted: (all) => all.toReversed() },
  { field: "order", value: "oldest first", items: items("oldest first"), wanted: (all) => all }
]

/** A currency that no invoice of the world is in. */
const elsewhere = ({ subject: { order: { price }, provider: { currencies } } }: World): string => {
  const own = moneyOf(price).currency.code
  const offered = currencies === "asked" ? [] : currencies
  return [...offered, "EUR", "USD"].find((code) => code !== own) ?? "EUR"
}

/** @internal One of the lists. */
export interface List {
  readonly name: string
  readonly path: Path
  readonly getPath: Path
  /** What else it needs to be filled. */
  readonly needs: ReadonlyArray<Path>
  readonly items: (world: World, pageSize?: number) => Items
  /** Every filter that there is a field for. */
  readonly filters: (world: World) => ReadonlyArray<Filtered>
  /** One entry by itself. */
  readonly get: (world: World, id: string) => Effect.Effect<Item, GatewayError>
  /** Puts one more on the provider's books: an ordinary one, or one of another status. */
  readonly add: (world: World, kind?: "other") => Effect.Effect<void, unknown>
}

const item = (
  { id, money, status }: { readonly id: string; readonly status: string; readonly money: Money.Money | undefined }
): Item => ({ id, status, money: money === undefined ? undefined : Money.canonical(money) })

const addInvoice = Effect.fnUntraced(function*({ adapter, order, simulator }: World, kind?: "other") {
  const { id } = yield* adapter.invoices.create(order())
  yield* kind === "other" ? simulator.pay(id) : Effect.void
  return id
})

const invoiceStatuses = ["open", "processing", "paid", "failed", "expired", "canceled"] as const

const ofInvoice = ({ id, price, status }: Effect.Success<ReturnType<World["adapter"]["invoices"]["get"]>>) =>
  item({ id, status, money: price })

const invoices: List = {
  name: "invoices",
  path: "invoices.list",
  getPath: "invoices.get",
  needs: ["invoices.create"],
  items: ({ adapter }, pageSize) => Stream.map(adapter.invoices.list({ pageSize }), ofInvoice),
  filters: (world) => {
    const by = (filter: Invoices.Filter) => Stream.map(world.adapter.invoices.list(filter), ofInvoice)
    const [own, other] = [moneyOf(world.subject.order.price).currency.code, elsewhere(world)]
    return [
      ...byStatus(invoiceStatuses, (status) => by({ status })),
      { field: "currency", value: own, items: by({ currency: own }), wanted: (all) => all },
      { field: "currency", value: other, items: by({ currency: other }), wanted: () => [] },
      ...inOrder((order) => by({ order }))
    ]
  },
  get: ({ adapter }, id) => Effect.map(adapter.invoices.get({ id: InvoiceId.make(id) }), ofInvoice),
  add: (world, kind) => Effect.asVoid(addInvoice(world, kind))
}

const paymentStatuses = ["pending", "processing", "paid", "failed", "expired", "canceled"] as const

// what is due changes with every quote
const ofPayment = ({ id, status }: { readonly id: string; readonly status: string }) =>
  item({ id, status, money: undefined })

const payments: List = {
  name: "payments",
  path: "payments.list",
  getPath: "payments.get",
  needs: ["invoices.create"],
  items: ({ adapter }, pageSize) => Stream.map(adapter.payments.list({ pageSize }), ofPayment),
  filters: ({ adapter }) =>
    byStatus(paymentStatuses, (status) => Stream.map(adapter.payments.list({ status }), ofPayment)),
  get: ({ adapter }, id) => Effect.map(adapter.payments.get(PaymentId.make(id)), ofPayment),
  add: Effect.fnUntraced(function*(world, kind) {
    const id = yield* addInvoice(world, kind)
    yield* kind === "other" ? Effect.void : world.simulator.begin(id)
  })
}

const withdrawalStatuses = ["pending", "processing", "succeeded", "failed", "canceled"] as const

const ofWithdrawal = ({ amount, id, status }: Effect.Success<ReturnType<World["adapter"]["withdrawals"]["get"]>>) =>
  item({ id, status, money: amount })

const withdrawals: List = {
  name: "withdrawals",
  path: "withdrawals.list",
  getPath: "withdrawals.get",
  needs: [],
  items: ({ adapter }, pageSize) => Stream.map(adapter.withdrawals.list({ pageSize }), ofWithdrawal),
  filters: ({ adapter }) => {
    const by = (filter: Withdrawals.Filter) => Stream.map(adapter.withdrawals.list(filter), ofWithdrawal)
    return [...byStatus(withdrawalStatuses, (status) => by({ status })), ...inOrder((order) => by({ order }))]
  },
  get: ({ adapter }, id) => Effect.map(adapter.withdrawals.get(WithdrawalId.make(id)), ofWithdrawal),
  add: Effect.fnUntraced(function*({ simulator }, kind) {
    const over = (status: "failed" | "canceled" | "succeeded") => simulator.withdraw({ amount: "150.00", status })
    // not every provider knows withdrawals that fail
    const other = Effect.firstSuccessOf([over("failed"), over("canceled"), over("succeeded")])
    yield* kind === "other" ? other : simulator.withdraw({ amount: "150.00" })
  })
}

/** @internal Every list. */
export const all: ReadonlyArray<List> = [invoices, payments, withdrawals]

/** @internal How a list can be read in pages: so many entries on each, by this filter. */
export interface Paging {
  readonly size: number
  /** What to ask for, where that can be chosen. */
  readonly pageSize: number | undefined
}

const small = 2

/**
 * @internal Finds out how the list can be read in small pages, for which it puts two entries on the books. Ends the case
 * as one that does not apply where there are none.
 */
export const paging = Effect.fnUntraced(function*(list: List, world: World) {
  yield* list.add(world)
  yield* list.add(world)
  const before = yield* requestsFor(world.simulator, list.path)
  const exit = yield* Effect.exit(Stream.runCollect(list.items(world, 1)))
  const requests = (yield* requestsFor(world.simulator, list.path)) - before
  const chosen: Paging = { size: small, pageSize: small }
  if (Exit.isSuccess(exit) && (requests > 1 || exit.value.length < 2)) return chosen
  const { pageSize } = world.subject
  if (pageSize === undefined) return yield* inapplicable(`its list of ${list.name} cannot be read in small pages`)
  const fixed: Paging = { size: pageSize, pageSize: undefined }
  return fixed
})

/** @internal A list with so many pages on the books, the last one less these entries, and how to read it. */
export const filled = Effect.fnUntraced(function*(list: List, world: World, pages: number, lacking = 0) {
  const { pageSize, size } = yield* paging(list, world)
  const count = pages * size - lacking
  yield* Effect.forEach(Array.from({ length: count - 2 }), () => list.add(world), { discard: true })
  return { count, items: list.items(world, pageSize) }
})
