/**
 * The lists that there are, alike: how each is filled, read and paged.
 */
import type { Path } from "@gatefold/core/Capability"
import type { GatewayError } from "@gatefold/core/GatewayError"
import { InvoiceId, PaymentId, WithdrawalId } from "@gatefold/core/Identifiers"
import * as Money from "@gatefold/core/Money"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import type { World } from "../World.ts"
import { inapplicable } from "./inapplicable.ts"
import { requestsFor } from "./provider.ts"

/** @internal An entry of a list, as far as entries are compared. */
export interface Item {
  readonly id: string
  readonly status: string
  /** The price or the amount, if one is stated. */
  readonly money: string | undefined
}

type Items = Stream.Stream<Item, GatewayError>

/** @internal One of the lists. */
export interface List {
  readonly name: string
  readonly path: Path
  readonly getPath: Path
  /** What else it needs to be filled. */
  readonly needs: ReadonlyArray<Path>
  readonly items: (world: World, pageSize?: number) => Items
  readonly byStatus: (world: World) => ReadonlyArray<readonly [status: string, items: Items]>
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
  byStatus: ({ adapter }) =>
    invoiceStatuses.map((status) => [status, Stream.map(adapter.invoices.list({ status }), ofInvoice)]),
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
  byStatus: ({ adapter }) =>
    paymentStatuses.map((status) => [status, Stream.map(adapter.payments.list({ status }), ofPayment)]),
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
  byStatus: ({ adapter }) =>
    withdrawalStatuses.map((status) => [status, Stream.map(adapter.withdrawals.list({ status }), ofWithdrawal)]),
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
